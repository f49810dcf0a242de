/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmswitchd: options, wiring, signals, ready notice; nothing else. */
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "bus/service.h"
#include "config.h"
#include "engine/engine.h"
#include "kernel/claim.h"
#include "kernel/linux.h"
#include "store/store.h"

#define EXIT_USAGE 2

typedef struct
{
  char *state_directory;   /* (owned) */
  char *runtime_directory; /* (owned) */
  char *config;            /* (owned) */
  gboolean version;
} Options;

typedef struct
{
  GMainLoop *loop; /* (unowned) */
  int status;
} Run;

static void
clear_options (Options *options)
{
  g_free (options->state_directory);
  g_free (options->runtime_directory);
  g_free (options->config);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, clear_options)

static gboolean
read_options (int *argc, char ***argv, Options *options, GError **error)
{
  const GOptionEntry entries[] = {
    { "state-directory", 0, 0, G_OPTION_ARG_FILENAME, &options->state_directory,
      "Where persistent objects are kept [/var/lib/vmswitch]", "DIRECTORY" },
    { "runtime-directory", 0, 0, G_OPTION_ARG_FILENAME, &options->runtime_directory,
      "What a reboot empties [/run/vmswitch]", "DIRECTORY" },
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &options->config,
      "Configuration file; drop-ins are in FILE.d [" VSW_SYSCONFDIR "/vmswitch/vmswitch.conf]", "FILE" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version and exit", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- virtual switches as a system service");

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (
      context, "Runs in the foreground, needs CAP_NET_ADMIN and nothing more, and talks to the bus that\n"
               "DBUS_SYSTEM_BUS_ADDRESS names, else to the system bus. See vmswitchd(8).\n");
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "unexpected argument %s", (*argv)[1]);
      return FALSE;
    }

  if (options->state_directory == NULL)
    options->state_directory = g_strdup ("/var/lib/vmswitch");
  if (options->runtime_directory == NULL)
    options->runtime_directory = g_strdup ("/run/vmswitch");
  if (options->config == NULL)
    options->config = g_strdup (VSW_SYSCONFDIR "/vmswitch/vmswitch.conf");

  return TRUE;
}

static int
fail (const char *what, const GError *error)
{
  fprintf (stderr, "vmswitchd: %s: %s\n", what, error->message);
  return EXIT_FAILURE;
}

/* --- the life of the service --- */

static void
on_ready (VswService *service, Run *run)
{
  sd_notify (FALSE, "READY=1\nSTATUS=Serving org.vmswitch1");
}

static void
on_lost (VswService *service, Run *run)
{
  sd_notify (FALSE, "STATUS=Without a bus; switches work on");
}

static void
on_failed (VswService *service, const GError *error, Run *run)
{
  run->status = fail ("cannot serve", error);
  g_main_loop_quit (run->loop);
}

static gboolean
on_signal (gpointer user_data)
{
  Run *run = user_data;

  sd_notify (FALSE, "STOPPING=1");
  g_main_loop_quit (run->loop);

  return G_SOURCE_CONTINUE;
}

static gboolean
feed_watchdog (gpointer user_data)
{
  sd_notify (FALSE, "WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

static int
serve (VswEngine *engine)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (VswService) service = vsw_service_new (engine, VSW_VERSION, NULL);
  Run run = { loop, EXIT_SUCCESS };
  guint64 watchdog = 0; /* microseconds */

  g_unix_signal_add (SIGTERM, on_signal, &run);
  g_unix_signal_add (SIGINT, on_signal, &run);
  if (sd_watchdog_enabled (FALSE, &watchdog) > 0)
    g_timeout_add ((guint)(watchdog / 2000), feed_watchdog, NULL);

  g_signal_connect (service, "ready", G_CALLBACK (on_ready), &run);
  g_signal_connect (service, "lost", G_CALLBACK (on_lost), &run);
  g_signal_connect (service, "failed", G_CALLBACK (on_failed), &run);
  vsw_service_start (service);

  g_main_loop_run (loop);

  vsw_service_stop (service);
  vsw_engine_stop (engine);

  return run.status;
}

static int
run (const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VswConfig) config = NULL;
  g_autoptr (VswStore) store = NULL;
  g_autoptr (VswClaim) claim = NULL;
  g_autoptr (VswKernel) kernel = NULL;
  g_autoptr (VswEngine) engine = NULL;

  config = vsw_config_new (options->config, &error);
  if (config == NULL)
    return fail ("bad configuration", error);
  store = vsw_store_open (options->state_directory, options->runtime_directory, &error);
  if (store == NULL)
    return fail ("cannot open the store", error);
  claim = vsw_claim_new (&error);
  if (claim == NULL)
    return fail ("cannot start", error);
  kernel = vsw_linux_kernel_new (&error);
  if (kernel == NULL)
    return fail ("cannot reach the kernel", error);

  engine = vsw_engine_new (kernel, store, &config->rules);
  if (!vsw_engine_start (engine, &error))
    return fail ("cannot start", error);

  return serve (engine);
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { NULL, NULL, NULL, FALSE };
  g_autoptr (GError) error = NULL;

  /* Nobody of our uid may look into us, no program we might be made to run gains anything, no file of ours is for others. */
  prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  umask (0077);
  g_log_writer_default_set_use_stderr (TRUE);

  if (!read_options (&argc, &argv, &options, &error))
    {
      fprintf (stderr, "vmswitchd: %s\nTry 'vmswitchd --help'.\n", error->message);
      return EXIT_USAGE;
    }
  if (options.version)
    {
      printf ("vmswitchd %s\n", VSW_VERSION);
      return EXIT_SUCCESS;
    }

  return run (&options);
}
