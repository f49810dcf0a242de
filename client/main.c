/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmswitchctl: takes the command line apart, runs one verb, and turns what went wrong into one line and an exit status. */
#include "client/failure.h"
#include "client/guard.h"
#include "client/help.h"
#include "client/json.h"
#include "client/print.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* All verbs take the options of the program too, so that --json may stand at the end. */
static VswOption *
new_options (const VswOption *options)
{
  GArray *all = g_array_new (TRUE, TRUE, sizeof (VswOption));

  for (const VswOption *option = options; option != NULL && option->name != NULL; option++)
    g_array_append_val (all, *option);
  for (const VswOption *option = vsw_global_options; option->name != NULL; option++)
    g_array_append_val (all, *option);
  return (VswOption *)(gpointer)g_array_free (all, FALSE);
}

static const VswVerb *
find_verb (const char *name, const char *word, GError **error)
{
  g_autoptr (GString) nouns = g_string_new (NULL);
  const VswVerb *bare = NULL;
  gboolean known = FALSE;

  for (const VswVerb *verb = vsw_verbs; verb->name != NULL; verb++)
    {
      if (!g_str_equal (verb->name, name))
        continue;
      known = TRUE;
      if (verb->noun == NULL)
        bare = verb;
      else if (g_strcmp0 (verb->noun, word) == 0)
        return verb;
      else
        g_string_append_printf (nouns, "%s%s", nouns->len > 0 ? ", " : "", verb->noun);
    }
  if (bare != NULL)
    return bare;
  if (known)
    g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "%s wants one of: %s", name, nouns->str);
  else
    g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "there is no command \"%s\"; see vmswitchctl --help", name);
  return NULL;
}

static gboolean
check_arguments (const VswVerb *verb, guint n, GError **error)
{
  if (n >= verb->min && n <= verb->max)
    return TRUE;
  g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "too %s arguments; usage: vmswitchctl %s%s%s%s%s",
               n < verb->min ? "few" : "many", verb->name, verb->noun != NULL ? " " : "",
               verb->noun != NULL ? verb->noun : "", verb->arguments[0] != '\0' ? " " : "", verb->arguments);
  return FALSE;
}

static gboolean
print_program (GHashTable *options, gboolean *ret_done, GError **error)
{
  *ret_done = TRUE;
  if (g_hash_table_contains (options, "help"))
    {
      g_auto (GStrv) none = g_new0 (char *, 1);
      g_autoptr (VswSession) session = vsw_session_new (NULL, g_steal_pointer (&none), g_hash_table_ref (options));

      return vsw_command_help (session, error);
    }
  if (g_hash_table_contains (options, "version"))
    {
      printf ("vmswitchctl %s\n", VSW_VERSION);
      return TRUE;
    }
  *ret_done = FALSE;
  return TRUE;
}

/* As JSON it is the whole table: who reads that can choose. */
static gboolean
print_verb (const char *name, const char *noun, gboolean json)
{
  g_autofree char *text = vsw_help_print_verb (name, noun);
  g_autoptr (GVariant) table = json ? g_variant_ref_sink (vsw_help_export ()) : NULL;
  g_autofree char *json_text = json ? vsw_json_print (table) : NULL;

  if (text != NULL)
    printf ("%s%s", json ? json_text : text, json ? "\n" : "");
  return text != NULL;
}

/* `create --help` has no noun yet; it means all of them. */
static gboolean
is_bare_help (char **rest)
{
  return g_strcmp0 (rest[0], "--help") == 0 || g_strcmp0 (rest[0], "-h") == 0;
}

/* A user's words are text; the command line of another program, behind `--`, is whatever it likes. */
static gboolean
check_words (char **words, gboolean only_before, GError **error)
{
  for (char **word = words; *word != NULL && !(only_before && g_str_equal (*word, "--")); word++)
    if (!g_utf8_validate (*word, -1, NULL))
      {
        g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "argument %d is not UTF-8", (int)(word - words));
        return FALSE;
      }
  return TRUE;
}

/* (transfer full) (nullable): the words behind the first `--`, which are gone from @words with it. */
static char **
cut_command (char **words)
{
  char **command;

  while (*words != NULL && !g_str_equal (*words, "--"))
    words++;
  if (*words == NULL)
    return NULL;
  command = g_strdupv (words + 1);
  for (; *words != NULL; words++)
    g_clear_pointer (words, g_free);
  return command;
}

/* Takes over what the global pass has seen, then reads the rest by the verb's own table. */
static VswSession *
new_session (const VswVerb *verb, char ***words, GHashTable *globals, GError **error)
{
  g_autofree VswOption *options = new_options (verb->options);
  g_auto (GStrv) command = verb->has_command ? cut_command (*words) : NULL;
  g_autoptr (GHashTable) given = NULL;
  VswSession *session;
  GHashTableIter iter;
  gpointer name;

  if (!check_words (*words, FALSE, error))
    return NULL;
  given = vsw_options_decode (options, FALSE, words, error);
  if (given == NULL)
    return NULL;
  /* What stands behind the verb was said last. */
  g_hash_table_iter_init (&iter, globals);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (vsw_options_get (given, name) == NULL)
      vsw_options_add (given, name, vsw_options_get (globals, name));
  /* The first word is the program's name. */
  session = vsw_session_new (verb, g_strdupv (*words + 1), g_steal_pointer (&given));
  session->command = g_steal_pointer (&command);
  return session;
}

static gboolean
take_confirm_within (VswSession *session, GError **error)
{
  const char *text = vsw_session_get_option (session, "confirm-within");
  const char *lifetime = vsw_session_get_option (session, "lifetime");

  if (text == NULL)
    return TRUE;
  if (!vsw_guard_fits (session->verb) || g_strcmp0 (lifetime, "caller") == 0)
    {
      const char *noun = session->verb->noun;

      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "--confirm-within does not go with %s%s%s%s",
                   session->verb->name, noun != NULL ? " " : "", noun != NULL ? noun : "",
                   g_strcmp0 (lifetime, "caller") == 0 ? " --lifetime caller" : "");
      return FALSE;
    }
  if (!vsw_number_decode (text, &session->confirm_within, error))
    {
      g_prefix_error (error, "--confirm-within: ");
      return FALSE;
    }
  if (session->confirm_within > 0)
    return TRUE;
  g_set_error_literal (error, VSW_FAILURE, VSW_FAILURE_USAGE, "--confirm-within: 0 seconds are no time to confirm");
  return FALSE;
}

static gboolean
run_command (char ***words, gboolean pipe_ignored, int *ret_status, char **ret_deed, GError **error)
{
  g_autofree VswOption *options = new_options (NULL);
  g_autoptr (GHashTable) globals = vsw_options_decode (options, TRUE, words, error);
  g_autoptr (VswSession) session = NULL;
  const VswVerb *verb;
  gboolean done;
  gboolean json;
  char **rest;

  if (globals == NULL || !print_program (globals, &done, error))
    return FALSE;
  if (done)
    return TRUE;
  if ((*words)[1] == NULL)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "no command given; see vmswitchctl --help");
      return FALSE;
    }
  rest = *words + 2;
  json = g_hash_table_contains (globals, "json") || g_strv_contains ((const char *const *)rest, "--json");
  if (is_bare_help (rest) && print_verb ((*words)[1], NULL, json))
    return TRUE;
  verb = find_verb ((*words)[1], rest[0], error);
  if (verb == NULL)
    return FALSE;

  /* Verb and noun go, the program's name stays in front. */
  for (int n = verb->noun != NULL ? 2 : 1; n > 0; n--)
    {
      g_free ((*words)[1]);
      memmove (*words + 1, *words + 2, (g_strv_length (*words + 2) + 1) * sizeof (char *));
    }
  session = new_session (verb, words, globals, error);
  if (session == NULL)
    return FALSE;
  session->pipe_ignored = pipe_ignored;
  if (vsw_session_get_option (session, "help") != NULL)
    return print_verb (verb->name, verb->noun, session->json);
  if (!check_arguments (verb, session->n_arguments, error))
    return FALSE;
  if (!take_confirm_within (session, error))
    return FALSE;
  if (verb->run (session, error) && vsw_guard_end (session, error))
    {
      *ret_status = session->status;
      return TRUE;
    }
  *ret_deed = g_steal_pointer (&session->deed);
  return FALSE;
}

static void
print_failure (const char *deed, const GError *error)
{
  VswStyle style = vsw_style_get (STDERR_FILENO);
  g_autofree char *message = vsw_print_text (error->message, &style);
  g_autofree char *escaped = deed != NULL ? vsw_print_text (deed, &style) : NULL;

  if (escaped != NULL)
    fprintf (stderr, "vmswitchctl: cannot %s: %s\n", escaped, message);
  else
    fprintf (stderr, "vmswitchctl: %s\n", message);
}

/* A closed standard stream would be the number of the next descriptor, that is, of the bus connection. */
static void
fill_streams (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && open (fd == STDIN_FILENO ? "/dev/null" : "/dev/full", O_RDWR) != fd)
      _exit (VSW_FAILURE_OTHER);
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GError) error = NULL;
  g_autofree char *deed = NULL;
  gboolean pipe_ignored;
  int status = 0;

  fill_streams ();
  /* Only how characters are shown: numbers and errors stay as programs expect them. */
  setlocale (LC_CTYPE, "");
  g_set_prgname ("vmswitchctl");
  /* A reader that goes is a failed write, not a silent death. */
  pipe_ignored = signal (SIGPIPE, SIG_IGN) == SIG_IGN;

  if (!check_words (words, TRUE, &error) || !run_command (&words, pipe_ignored, &status, &deed, &error))
    {
      print_failure (deed, error);
      status = error->domain == VSW_FAILURE ? error->code : VSW_FAILURE_OTHER;
    }
  if (fflush (stdout) != 0 || ferror (stdout))
    {
      if (errno != EPIPE)
        fprintf (stderr, "vmswitchctl: cannot write the answer: %s\n", g_strerror (errno));
      status = status != 0 ? status : VSW_FAILURE_OTHER;
    }
  return status;
}
