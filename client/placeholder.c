/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/placeholder.h"

#include "client/failure.h"

#include <string.h>

typedef enum
{
  WORD_FDS,
  WORD_MAC,
  WORD_QUEUES,
  WORD_VECTORS,
  WORD_MTU,
} Word;

static const char *const words[] = {
  [WORD_FDS] = "fds", [WORD_MAC] = "mac", [WORD_QUEUES] = "queues", [WORD_VECTORS] = "vectors", [WORD_MTU] = "mtu",
};

#define MAX_DIGITS 4 /* more NICs than anybody can have */

/* Reads `{WORD}` or `{WORDn}` at the brace that @text begins with. */
static gboolean
decode_placeholder (const char *text, Word *ret_word, guint *ret_number, gsize *ret_length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      const char *digits = text + 1 + strlen (words[i]);
      gsize n;

      if (!g_str_has_prefix (text + 1, words[i]))
        continue;
      n = strspn (digits, "0123456789");
      if (digits[n] != '}' || n > MAX_DIGITS || digits[0] == '0')
        return FALSE;
      *ret_word = (Word)i;
      *ret_number = n > 0 ? (guint)g_ascii_strtoull (digits, NULL, 10) : 1;
      *ret_length = (gsize)(digits - text) + n + 1;
      return TRUE;
    }
  return FALSE;
}

static void
append_value (GString *out, Word word, const VswPlaceholders *nic)
{
  switch (word)
    {
    case WORD_FDS:
      g_string_append (out, nic->fds);
      break;
    case WORD_MAC:
      g_string_append (out, nic->mac);
      break;
    case WORD_QUEUES:
      g_string_append_printf (out, "%u", nic->queues);
      break;
    case WORD_VECTORS:
      /* virtio-net wants one for each queue and direction, one for the control queue and one for its settings. */
      g_string_append_printf (out, "%u", 2 * nic->queues + 2);
      break;
    case WORD_MTU:
      g_string_append_printf (out, "%u", nic->mtu);
      break;
    default:
      g_assert_not_reached ();
    }
}

static gboolean
check_number (Word word, guint number, guint n_nics, GError **error)
{
  if (number <= n_nics)
    return TRUE;
  g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "{%s%u} is in the command, but there %s only %u NIC%s",
               words[word], number, n_nics == 1 ? "is" : "are", n_nics, n_nics == 1 ? "" : "s");
  return FALSE;
}

/* Goes through @text; either of @out and @seen may be NULL. @seen: which NICs' descriptors are mentioned. */
static gboolean
scan_text (const char *text, const VswPlaceholders *nics, guint n_nics, GString *out, gboolean *seen, GError **error)
{
  Word word;
  guint number;
  gsize length;

  for (const char *p = text; *p != '\0'; p += length)
    {
      length = 1;
      if (p[0] == '{' && p[1] == '{')
        length = 2;
      else if (p[0] == '{' && decode_placeholder (p, &word, &number, &length))
        {
          if (!check_number (word, number, n_nics, error))
            return FALSE;
          if (seen != NULL && word == WORD_FDS)
            seen[number - 1] = TRUE;
          if (out != NULL)
            append_value (out, word, &nics[number - 1]);
          continue;
        }
      if (out != NULL)
        g_string_append_c (out, *p);
    }
  return TRUE;
}

/**
 * vsw_placeholder_check:
 * @command: (array zero-terminated=1): a command line
 * @n_nics: how many NICs there will be
 * @all_fds: whether the descriptors of each of them must be mentioned
 * @error: %VSW_FAILURE_USAGE
 *
 * Finds out, before there is any NIC, whether the command will know its descriptors: those that it is not told of would stay open
 * in it to no end.
 *
 * Returns: whether all is well. Any thread.
 */
gboolean
vsw_placeholder_check (const char *const *command, guint n_nics, gboolean all_fds, GError **error)
{
  g_autofree gboolean *seen = g_new0 (gboolean, n_nics + 1);

  for (const char *const *word = command; *word != NULL; word++)
    if (!scan_text (*word, NULL, n_nics, NULL, seen, error))
      return FALSE;
  for (guint i = 0; all_fds && i < n_nics; i++)
    {
      g_autofree char *name = i == 0 ? g_strdup ("{fds}") : g_strdup_printf ("{fds%u}", i + 1);

      if (seen[i])
        continue;
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE,
                   "%s is not in the command: the descriptors of NIC %u would be lost", name, i + 1);
      return FALSE;
    }
  return TRUE;
}

/**
 * vsw_placeholder_replace:
 * @text: one word of a command line, in no certain encoding
 * @nics: (array length=n_nics): what there is to tell
 * @n_nics: how many
 * @error: %VSW_FAILURE_USAGE for a placeholder of a NIC that is not there
 *
 * Puts values in place of placeholders.
 *
 * Returns: (transfer full) (nullable): the word to pass on. Any thread.
 */
char *
vsw_placeholder_replace (const char *text, const VswPlaceholders *nics, guint n_nics, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (!scan_text (text, nics, n_nics, out, NULL, error))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}
