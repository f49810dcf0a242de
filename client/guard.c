/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/guard.h"

#include "client/agent.h"
#include "client/failure.h"
#include "client/name.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define END_OF_INPUT  4  /* Ctrl-D, which a terminal gives as a character when lines are not gathered */
#define GRACE_SECONDS 10 /* behind the deadline, for a service that is not there to come back */

/**
 * vsw_guard_fits:
 * @verb: a verb
 *
 * Returns: whether it changes something in one call and then is done, so that --confirm-within means something. Any thread.
 */
gboolean
vsw_guard_fits (const VswVerb *verb)
{
  static const char *const names[] = { "create",
                                       "delete",
                                       "set",
                                       "connect",
                                       "disconnect",
                                       "connect-internal",
                                       "disconnect-internal",
                                       "move",
                                       "attach",
                                       "detach",
                                       "place",
                                       "address",
                                       "setup",
                                       "teardown",
                                       NULL };

  if (g_str_equal (verb->name, "system") || g_str_equal (verb->name, "external"))
    return !g_str_equal (verb->noun, "list") && !g_str_equal (verb->noun, "show");
  return g_strv_contains (names, verb->name);
}

/* --- finding it --- */

static gboolean
is_ours (const VswSession *session, const VswNode *node)
{
  g_autoptr (GVariant) owner = vsw_node_get (node, "Checkpoint", "OwnerUid");
  g_autoptr (GVariant) created = vsw_node_get (node, "Checkpoint", "CreatedTimestamp");

  return node->kind == VSW_NODE_CHECKPOINT && owner != NULL && g_variant_is_of_type (owner, G_VARIANT_TYPE_UINT32)
         && created != NULL && g_variant_is_of_type (created, G_VARIANT_TYPE_UINT64)
         && g_variant_get_uint32 (owner) == getuid ()
         && (gint64)g_variant_get_uint64 (created) >= session->guarded_since;
}

/**
 * vsw_guard_find:
 * @session: a session whose change has become true
 *
 * Asks the service. A user who changes two things at the same moment has two: then none is taken for the one, because to confirm
 * the wrong one is worse than to confirm none. Main thread.
 *
 * Returns: (transfer none) (nullable): its path
 */
const char *
vsw_guard_find (VswSession *session)
{
  const VswTree *tree;
  guint n = 0;

  if (session->confirm_within == 0 || session->guarded_since == 0 || session->checkpoint != NULL)
    return session->checkpoint;
  vsw_session_forget (session);
  tree = vsw_session_load (session, NULL);
  for (guint i = 0; tree != NULL && i < tree->nodes->len; i++)
    {
      const VswNode *node = tree->nodes->pdata[i];

      if (!is_ours (session, node))
        continue;
      n++;
      g_free (session->checkpoint);
      session->checkpoint = g_strdup (node->path);
    }
  if (n > 1)
    g_clear_pointer (&session->checkpoint, g_free);
  session->guarded_since = 0;
  return session->checkpoint;
}

/**
 * vsw_guard_take:
 * @session: a session whose change has become true
 * @checkpoint: what the answer names, `/` if it has made none
 *
 * Some answers name the checkpoint: then nobody has to look for it. Main thread.
 */
void
vsw_guard_take (VswSession *session, const char *checkpoint)
{
  if (g_str_equal (checkpoint, "/"))
    return;
  g_free (session->checkpoint);
  session->checkpoint = g_strdup (checkpoint);
}

/* --- asking --- */

typedef enum
{
  ANSWER_NONE, /* input has ended, or a signal came */
  ANSWER_YES,
  ANSWER_NO,
  ANSWER_LATE, /* it has ended meanwhile */
  ANSWER_LOST, /* the time is over, and there is no service to ask */
} Answer;

static volatile sig_atomic_t interrupted; /* the only thing that a handler can set */

static void
note_signal (int number)
{
  interrupted = number;
}

/* What the terminal was like, and what signals did. */
typedef struct
{
  struct termios settings;
  struct sigaction actions[3];
} Terminal;

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

/* One key is an answer: what is typed does not get between the seconds that are counted. */
static gboolean
prepare_terminal (Terminal *terminal)
{
  struct sigaction note = { .sa_handler = note_signal };
  struct termios keys;

  if (tcgetattr (STDIN_FILENO, &terminal->settings) != 0)
    return FALSE;
  keys = terminal->settings;
  keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  keys.c_cc[VMIN] = 1;
  keys.c_cc[VTIME] = 0;
  interrupted = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    sigaction (signals[i], &note, &terminal->actions[i]);
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &keys);
  return TRUE;
}

static void
restore_terminal (const Terminal *terminal)
{
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &terminal->settings);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    sigaction (signals[i], &terminal->actions[i], NULL);
}

/* Seconds until @deadline, rounded up. */
static gint64
count_seconds (gint64 deadline)
{
  return MAX ((deadline - g_get_real_time () + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC, 0);
}

typedef enum
{
  TIME_LEFT,
  TIME_LATE, /* there is no such checkpoint any more */
  TIME_LOST, /* the service is not there, and will not be in time */
} Time;

/* Asks how long it has, *@deadline being what is known. A service that does not answer now may be back in time: then that counts. One
 * that answers, but not this, has it no more when its time is over. */
static Time
ask_deadline (VswSession *session, gint64 *deadline)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value =
      vsw_session_get_property (session, session->checkpoint, "Checkpoint", "DeadlineTimestamp", "t", &error);
  gint64 grace = GRACE_SECONDS * G_USEC_PER_SEC;

  if (value != NULL)
    {
      *deadline = (gint64)g_variant_get_uint64 (value);
      return TIME_LEFT;
    }
  if (g_error_matches (error, VSW_FAILURE, VSW_FAILURE_NOT_FOUND))
    return TIME_LATE;
  if (!g_error_matches (error, VSW_FAILURE, VSW_FAILURE_UNAVAILABLE))
    return count_seconds (*deadline) > 0 ? TIME_LEFT : TIME_LATE;
  return g_get_real_time () < *deadline + grace ? TIME_LEFT : TIME_LOST;
}

/* The deadline, as far as it is known before the service was asked. */
static gint64
guess_deadline (const VswSession *session)
{
  return g_get_real_time () + session->confirm_within * G_USEC_PER_SEC;
}

static gboolean
decode_key (char key, Answer *ret_answer)
{
  if (key == 'y' || key == 'Y')
    *ret_answer = ANSWER_YES;
  else if (key == 'n' || key == 'N' || key == '\r' || key == '\n')
    *ret_answer = ANSWER_NO;
  else if (key == END_OF_INPUT)
    *ret_answer = ANSWER_NONE;
  else
    return FALSE;
  return TRUE;
}

static Answer
wait_for_key (VswSession *session)
{
  struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
  gint64 deadline = guess_deadline (session);
  Answer answer = ANSWER_NONE;

  while (interrupted == 0)
    {
      Time left = ask_deadline (session, &deadline);
      char key;
      int ready;

      if (left != TIME_LEFT)
        return left == TIME_LATE ? ANSWER_LATE : ANSWER_LOST;
      fprintf (stderr, "\rKeep this? Otherwise it is undone in %" G_GINT64_FORMAT " s. [y/N] ",
               count_seconds (deadline));
      fflush (stderr);
      ready = poll (&input, 1, 1000);
      if (ready == 0 || (ready < 0 && errno == EINTR))
        continue;
      if (ready < 0 || read (STDIN_FILENO, &key, 1) != 1)
        return ANSWER_NONE;
      if (decode_key (key, &answer))
        return answer;
    }
  return ANSWER_NONE;
}

static Answer
ask (VswSession *session)
{
  Terminal terminal;
  Answer answer;

  if (!prepare_terminal (&terminal))
    return ANSWER_NONE;
  answer = wait_for_key (session);
  fputc ('\n', stderr);
  restore_terminal (&terminal);
  return answer;
}

/* --- the end --- */

static gboolean
call (VswSession *session, const char *method, const char *reply, GError **error)
{
  g_autoptr (GVariant) answer = vsw_session_change (session, session->checkpoint, "Checkpoint", method,
                                                    g_variant_new ("(a{sv})", NULL), reply, NULL, error);

  return answer != NULL;
}

static const char *
get_number (const VswSession *session)
{
  return strrchr (session->checkpoint, '/') + 1;
}

/* Some changes wait to be confirmed without being told to: how long, only the service knows. */
static gboolean
say_how (VswSession *session)
{
  g_autofree char *number = vsw_print_text (get_number (session), &session->style);
  gint64 deadline = guess_deadline (session);
  gint64 seconds = session->confirm_within;
  g_autofree char *time = NULL;

  if (session->json || session->quiet)
    return TRUE;
  if (seconds == 0 && ask_deadline (session, &deadline) == TIME_LEFT)
    seconds = count_seconds (deadline);
  time = vsw_print_seconds ((guint64)seconds);
  vsw_session_print (session, "It is undone in %s unless it is confirmed: vmswitchctl checkpoint confirm %s\n", time,
                     number);
  return TRUE;
}

/**
 * vsw_guard_keep:
 * @session: a session whose change has become true
 * @error: as vsw_session_change() says
 *
 * Confirms at once what vsw_guard_take() was told, for a user who said before that he keeps it. Main thread.
 *
 * Returns: whether it is kept
 */
gboolean
vsw_guard_keep (VswSession *session, GError **error)
{
  if (session->checkpoint == NULL)
    return TRUE;
  session->is_guarding = TRUE;
  if (!call (session, "Confirm", "()", error))
    {
      g_prefix_error (error, "it is done, but could not be kept: ");
      return FALSE;
    }
  g_clear_pointer (&session->checkpoint, g_free);
  return TRUE;
}

static gboolean
say_late (GError **error)
{
  g_set_error_literal (error, VSW_FAILURE, VSW_FAILURE_OTHER,
                       "its checkpoint has ended meanwhile: it was undone, or confirmed elsewhere");
  return FALSE;
}

/* Whoever answers at the last moment may be late, too. */
static gboolean
call_in_time (VswSession *session, const char *method, const char *reply, GError **error)
{
  g_autoptr (GError) wrong = NULL;

  if (call (session, method, reply, &wrong))
    return TRUE;
  if (g_error_matches (wrong, VSW_FAILURE, VSW_FAILURE_NOT_FOUND))
    return say_late (error);
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

/* A signal may have come when it was over already. */
static gboolean
say_unanswered (VswSession *session, GError **error)
{
  gint64 deadline = guess_deadline (session);

  if (ask_deadline (session, &deadline) == TIME_LATE)
    return say_late (error);
  g_set_error (error, VSW_FAILURE, VSW_FAILURE_OTHER,
               "no answer: the service undoes it when the time is over; to keep it: vmswitchctl checkpoint confirm %s",
               get_number (session));
  return FALSE;
}

static gboolean
act (VswSession *session, Answer answer, GError **error)
{
  switch (answer)
    {
    case ANSWER_YES:
      return call_in_time (session, "Confirm", "()", error);
    case ANSWER_NO:
      if (call_in_time (session, "Rollback", "(as)", error))
        g_set_error_literal (error, VSW_FAILURE, VSW_FAILURE_OTHER, "it was not kept, and is undone");
      return FALSE;
    case ANSWER_LATE:
      return say_late (error);
    case ANSWER_LOST:
      g_set_error_literal (error, VSW_FAILURE, VSW_FAILURE_OTHER,
                           "the time is over and the service does not answer: it undoes it when it is back");
      return FALSE;
    case ANSWER_NONE:
      return say_unanswered (session, error);
    }
  g_assert_not_reached ();
}

/**
 * vsw_guard_end:
 * @session: a session whose verb has done what it had to
 * @error: %VSW_FAILURE_OTHER if what was done is not kept
 *
 * With --confirm-within: asks on a terminal, and confirms or undoes; without one says how to confirm. Main thread.
 *
 * Returns: whether all is as the user wants it
 */
gboolean
vsw_guard_end (VswSession *session, GError **error)
{
  if (vsw_guard_find (session) == NULL)
    return TRUE;
  /* The calls that follow are about the checkpoint. */
  session->is_guarding = TRUE;
  if (session->json || !vsw_agent_has_terminal ())
    return say_how (session);
  fflush (stdout);
  vsw_session_begin (session, "keep the change");
  return act (session, ask (session), error);
}
