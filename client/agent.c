/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/agent.h"

#include "client/failure.h"

#include <fcntl.h>
#include <polkitagent/polkitagent.h>
#include <pthread.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

struct _VswAgent
{
  gpointer registration; /* (owned) of polkit_agent_listener_register() */
  sigset_t before;       /* signals that were blocked before */
};

/* What a signal must put right: PolkitAgentTextListener turns the echo off while a password is typed. */
typedef struct
{
  struct termios settings;
  int terminal;
  sigset_t signals;
} Watch;

/**
 * vsw_agent_has_terminal:
 *
 * Returns: whether there is somebody to ask: input is a terminal, and output or errors are. Any thread.
 */
gboolean
vsw_agent_has_terminal (void)
{
  return isatty (STDIN_FILENO) && (isatty (STDOUT_FILENO) || isatty (STDERR_FILENO));
}

/* Waits for a signal that ends us, restores the terminal, and lets it end us. */
static gpointer
watch_signals (gpointer data)
{
  Watch *watch = data;
  int number = 0;

  while (sigwait (&watch->signals, &number) != 0)
    ;
  tcsetattr (watch->terminal, TCSANOW, &watch->settings);
  signal (number, SIG_DFL);
  pthread_sigmask (SIG_UNBLOCK, &watch->signals, NULL);
  raise (number);
  return NULL;
}

static void
guard_terminal (VswAgent *self)
{
  int terminal = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  Watch *watch;

  if (terminal < 0)
    return;
  watch = g_new0 (Watch, 1);
  watch->terminal = terminal;
  sigemptyset (&watch->signals);
  sigaddset (&watch->signals, SIGINT);
  sigaddset (&watch->signals, SIGTERM);
  sigaddset (&watch->signals, SIGHUP);
  sigaddset (&watch->signals, SIGQUIT);
  if (tcgetattr (terminal, &watch->settings) != 0)
    {
      close (terminal);
      g_free (watch);
      return;
    }
  /* Before any other thread is made, so that all of them inherit it and the signals go to the watching one. It lives as
   * long as the process; `watch` is its own. */
  pthread_sigmask (SIG_BLOCK, &watch->signals, NULL);
  g_thread_unref (g_thread_new ("terminal", watch_signals, watch));
}

/**
 * vsw_agent_open:
 * @error: %VSW_FAILURE_OTHER
 *
 * Registers a text agent for this process. It answers polkit in a thread of its own, on the controlling terminal.
 *
 * Returns: (transfer full): the agent. Main thread.
 */
VswAgent *
vsw_agent_open (GError **error)
{
  g_autoptr (VswAgent) self = g_new0 (VswAgent, 1);
  g_autoptr (GError) wrong = NULL;
  g_autoptr (PolkitAgentListener) listener = NULL;
  g_autoptr (PolkitSubject) subject = NULL;

  pthread_sigmask (SIG_BLOCK, NULL, &self->before);
  listener = polkit_agent_text_listener_new (NULL, &wrong);
  if (listener != NULL)
    {
      guard_terminal (self);
      /* The real user: that is who the bus says is calling. */
      subject = polkit_unix_process_new_for_owner (getpid (), 0, (int)getuid ());
      self->registration = polkit_agent_listener_register (listener, POLKIT_AGENT_REGISTER_FLAGS_RUN_IN_THREAD, subject,
                                                           NULL, NULL, &wrong);
    }
  if (self->registration == NULL)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_OTHER, "cannot register an authentication agent: %s",
                   wrong->message);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * vsw_agent_close:
 * @self: (transfer full): an agent
 *
 * Takes the agent back. Main thread.
 */
void
vsw_agent_close (VswAgent *self)
{
  if (self->registration != NULL)
    polkit_agent_listener_unregister (self->registration);
  pthread_sigmask (SIG_SETMASK, &self->before, NULL);
  g_free (self);
}
