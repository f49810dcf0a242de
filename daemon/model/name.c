/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/name.h"

#include <string.h>

#define EXCERPT_MAX 64 /* octets */

static gboolean
is_name_start (char c)
{
  return g_ascii_isalnum (c);
}

static gboolean
is_name_rest (char c)
{
  return g_ascii_isalnum (c) || c == '.' || c == '_' || c == '-';
}

/**
 * vsw_name_check:
 * @name: the name of an object, as the caller sent it
 *
 * Says whether an object may be called so: 1 to %VSW_NAME_MAX characters of A-Z a-z 0-9 . _ -, the first a letter or digit.
 *
 * Any thread. Errors: INVALID_ARGUMENT.
 */
gboolean
vsw_name_check (const char *name, GError **error)
{
  gsize length = strlen (name);
  if (length == 0)
    {
      g_set_error_literal (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "name is empty, it needs 1 to 63 characters");
      return FALSE;
    }
  if (length > VSW_NAME_MAX)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                   "name of %" G_GSIZE_FORMAT " characters is too long, limit %d", length, VSW_NAME_MAX);
      return FALSE;
    }
  gboolean good = is_name_start (name[0]);
  for (gsize i = 1; good && i < length; i++)
    good = is_name_rest (name[i]);
  if (!good)
    {
      g_autofree char *escaped = vsw_text_escape (name);
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                   "name '%s' has other characters than A-Z a-z 0-9 . _ - or does not begin with a letter or digit",
                   escaped);
      return FALSE;
    }
  return TRUE;
}

/**
 * vsw_description_check:
 * @text: free text of a caller
 *
 * Says whether a description is one: valid UTF-8 of at most %VSW_DESCRIPTION_MAX characters, none of them a control character
 * (it is printed on terminals and in logs).
 *
 * Any thread. Errors: INVALID_ARGUMENT.
 */
gboolean
vsw_description_check (const char *text, GError **error)
{
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error_literal (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "description is not valid UTF-8");
      return FALSE;
    }
  glong length = g_utf8_strlen (text, -1);
  if (length > VSW_DESCRIPTION_MAX)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "description of %ld characters is too long, limit %d",
                   length, VSW_DESCRIPTION_MAX);
      return FALSE;
    }
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (g_unichar_iscntrl (c))
        {
          g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "description has the control character U+%04X", c);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
is_interface_character (char c)
{
  /* '%' would make the kernel choose a number (dev_alloc_name), the others it refuses (dev_valid_name, net/core/dev.c). */
  return c > ' ' && c < 0x7f && c != '/' && c != ':' && c != '%';
}

static gboolean
is_reserved_interface (const char *name)
{
  /* "all" and "default" are directories of net.ipv4.conf: the kernel refuses devices called so. */
  static const char *const reserved[] = { ".", "..", "all", "default" };
  for (gsize i = 0; i < G_N_ELEMENTS (reserved); i++)
    if (g_str_equal (name, reserved[i]))
      return TRUE;
  return FALSE;
}

/**
 * vsw_interface_check:
 * @name: the name that a caller wants a network interface to have
 *
 * Says whether the kernel would take it, and every tool after it could name it: 1 to 15 printable ASCII characters without
 * white space, '/', ':' and '%', not beginning with '-', and not one of ".", "..", "all", "default".
 *
 * Any thread. Errors: INVALID_ARGUMENT. Source: dev_valid_name() in net/core/dev.c, sysctl_dev_name_is_allowed().
 */
gboolean
vsw_interface_check (const char *name, GError **error)
{
  gsize length = strlen (name);
  if (length == 0)
    {
      g_set_error_literal (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                           "interface name is empty, it needs 1 to 15 characters");
      return FALSE;
    }
  if (length >= VSW_INTERFACE_SIZE)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                   "interface name of %" G_GSIZE_FORMAT " characters is too long, limit %d", length,
                   VSW_INTERFACE_SIZE - 1);
      return FALSE;
    }
  gboolean good = name[0] != '-' && !is_reserved_interface (name);
  for (gsize i = 0; good && i < length; i++)
    good = is_interface_character (name[i]);
  if (!good)
    {
      g_autofree char *escaped = vsw_text_escape (name);
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "interface name '%s' is not one that the kernel takes",
                   escaped);
      return FALSE;
    }
  return TRUE;
}

/**
 * vsw_id_new:
 *
 * Makes the id of a new object: a random UUID, lower case. (transfer full) Any thread.
 */
char *
vsw_id_new (void)
{
  return g_uuid_string_random ();
}

/**
 * vsw_text_escape:
 * @bytes: bytes up to a zero, of any origin
 *
 * Makes text that is valid UTF-8 and harmless to print: what is no printable character, and the backslash, becomes \xNN
 * for each of its octets. Two different inputs never give the same text. (transfer full) Any thread.
 */
char *
vsw_text_escape (const char *bytes)
{
  GString *text = g_string_new (NULL);
  const char *end = bytes + strlen (bytes);
  for (const char *p = bytes; p < end;)
    {
      gunichar c = g_utf8_get_char_validated (p, end - p);
      gsize width = 1;
      gboolean plain = FALSE;
      if (c != (gunichar)-1 && c != (gunichar)-2)
        {
          width = g_utf8_next_char (p) - p;
          plain = c != '\\' && g_unichar_isprint (c);
        }
      if (plain)
        g_string_append_len (text, p, width);
      else
        for (gsize i = 0; i < width; i++)
          g_string_append_printf (text, "\\x%02x", (guint8)p[i]);
      p += width;
    }
  return g_string_free (text, FALSE);
}

/**
 * vsw_text_excerpt:
 * @bytes: bytes up to a zero, of any origin and length
 *
 * The beginning of what a caller sent, for a message: as vsw_text_escape() has it, with an ellipsis if it goes on. A character that
 * is cut in two is escaped, so that the text is valid UTF-8 whatever the limit falls into. (transfer full) Any thread.
 */
char *
vsw_text_excerpt (const char *bytes)
{
  gsize length = strlen (bytes);
  g_autofree char *start = g_strndup (bytes, EXCERPT_MAX);
  g_autofree char *escaped = vsw_text_escape (start);
  return g_strconcat (escaped, length > EXCERPT_MAX ? "…" : "", NULL);
}
