/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/program.h"

#include "client/failure.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void
set_failure (GError **error, int code)
{
  g_set_error (error, VSW_FAILURE, code == ENOENT ? VSW_FAILURE_NO_COMMAND : VSW_FAILURE_CANNOT_EXECUTE, "%s",
               g_strerror (code));
}

/**
 * vsw_program_check:
 * @name: of a program, or its path (with a slash)
 * @error: %VSW_FAILURE_NO_COMMAND, %VSW_FAILURE_CANNOT_EXECUTE
 *
 * Finds out early whether there is such a program, so that nobody types a password for a slip of the pen.
 *
 * Returns: whether there is. Any thread.
 */
gboolean
vsw_program_check (const char *name, GError **error)
{
  g_autofree char *path = g_find_program_in_path (name);

  if (path != NULL)
    return TRUE;
  if (strchr (name, '/') != NULL && access (name, X_OK) != 0)
    set_failure (error, errno);
  else
    set_failure (error, strchr (name, '/') != NULL ? EACCES : ENOENT);
  return FALSE;
}

/**
 * vsw_program_execute:
 * @words: (array zero-terminated=1): a program and its arguments
 * @pipe_ignored: whether it shall ignore SIGPIPE, as whoever started us wanted
 * @error: %VSW_FAILURE_NO_COMMAND, %VSW_FAILURE_CANNOT_EXECUTE
 *
 * Becomes a program, found as execvp(3) does. Returns only if that fails. Main thread.
 */
void
vsw_program_execute (char **words, gboolean pipe_ignored, GError **error)
{
  int code;

  /* We ignore it ourselves, and so would the program. */
  signal (SIGPIPE, pipe_ignored ? SIG_IGN : SIG_DFL);
  execvp (words[0], words);
  code = errno;
  signal (SIGPIPE, SIG_IGN);
  set_failure (error, code);
}
