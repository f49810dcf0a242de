/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/wording.h"

#include <string.h>

static const struct
{
  const char *bus;
  const char *command;
} words[] = {
  { "SetupSwitch", "vmswitchctl setup" },
  { "TeardownSwitch", "vmswitchctl teardown" },
  { "option drop-addresses", "--drop-addresses" },
  { "option take-over", "--take-over" },
  { "option ignore-firewall", "--ignore-firewall" },
  { "polkit would ask the user about", "it needs a password, for" },
  { "and the message does not allow it", "so run it on a terminal, where polkit can ask for it" },
};

static gboolean
is_of_word (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '_';
}

/* Not in the middle of a name that somebody gave. */
static gboolean
is_here (const char *message, const char *place, const char *word)
{
  return g_str_has_prefix (place, word) && !is_of_word (place[strlen (word)])
         && (place == message || !is_of_word (place[-1]));
}

/**
 * vsw_wording_new:
 * @message: what the service says of an error
 *
 * Says it in the words of the command line. Any thread.
 *
 * Returns: (transfer full): the message
 */
char *
vsw_wording_new (const char *message)
{
  GString *text = g_string_new (NULL);

  for (const char *place = message; *place != '\0';)
    {
      gsize i = 0;

      while (i < G_N_ELEMENTS (words) && !is_here (message, place, words[i].bus))
        i++;
      if (i < G_N_ELEMENTS (words))
        {
          g_string_append (text, words[i].command);
          place += strlen (words[i].bus);
        }
      else
        g_string_append_c (text, *place++);
    }
  return g_string_free (text, FALSE);
}
