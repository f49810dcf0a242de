/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/fake_ip.h"

#include <string.h>

#include "support/fake_rules.h"

/* The bytes: a line with the version and whether the link is quiet in IPv6, then a line for each item. */
#define QUIET "fake 1 quiet"
#define LOUD  "fake 1 loud"

#define NOWHERE " via nowhere"

static gboolean
is_kind (const char *item, const char *kind)
{
  gsize size = strlen (kind);

  return strncmp (item, kind, size) == 0 && item[size] == ' ';
}

static gboolean
is_of_ipv6 (const char *item)
{
  return strchr (item, ':') != NULL;
}

/* What a link can have while nothing leaves by it. */
static gboolean
is_prepared (const char *item)
{
  return is_kind (item, "address") || is_kind (item, "link-local") || is_kind (item, "neighbour");
}

static gboolean
needs_up (const char *item)
{
  return is_kind (item, "route") || is_kind (item, "next-hop");
}

static gboolean
find (const FakeLink *link, const char *item, guint *ret_i)
{
  for (guint i = 0; i < link->ip->len; i++)
    if (strcmp (g_ptr_array_index (link->ip, i), item) == 0)
      {
        *ret_i = i;
        return TRUE;
      }
  return FALSE;
}

gboolean
fake_ip_has (const FakeLink *link, const char *item)
{
  guint i;

  return find (link, item, &i);
}

void
fake_ip_add (FakeState *self, FakeLink *link, const char *item)
{
  if (fake_ip_has (link, item))
    return;
  g_ptr_array_add (link->ip, g_strdup (item));
  if (link->space == self->home && is_kind (item, "address"))
    fake_tell (self, FAKE_NEWS_IP, NULL, link->is.index, 0);
}

gboolean
fake_ip_remove (FakeLink *link, const char *item)
{
  guint i;

  if (!find (link, item, &i))
    return FALSE;
  g_ptr_array_remove_index (link->ip, i);
  return TRUE;
}

void
fake_ip_go_down (FakeLink *link)
{
  for (guint i = link->ip->len; i-- > 0;)
    {
      const char *item = g_ptr_array_index (link->ip, i);

      if (needs_up (item) || is_kind (item, "link-local") || (is_kind (item, "address") && is_of_ipv6 (item)))
        g_ptr_array_remove_index (link->ip, i);
    }
}

/* --- values --- */

VswIpConfig *
fake_ip_get (const FakeLink *link)
{
  GString *text = g_string_new (link->is.ipv6_quiet ? QUIET : LOUD);
  g_autoptr (GStrvBuilder) items = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) addresses = g_strv_builder_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_auto (GStrv) all = NULL;
  g_auto (GStrv) own = NULL;

  for (guint i = 0; i < link->ip->len; i++)
    {
      const char *item = g_ptr_array_index (link->ip, i);

      g_string_append_printf (text, "\n%s", item);
      g_strv_builder_add (items, item);
      if (is_kind (item, "address"))
        {
          g_auto (GStrv) words = g_strsplit (item, " ", 3);

          g_strv_builder_add (addresses, words[1]);
        }
    }
  bytes = g_string_free_to_bytes (text);
  all = g_strv_builder_end (items);
  own = g_strv_builder_end (addresses);
  return vsw_ip_config_new (bytes, (const char *const *)own, (const char *const *)all);
}

/* The lines of the bytes, the first of which is no item. */
static GStrv
read_config (const VswIpConfig *ip, GError **error)
{
  gsize size = 0;
  const char *data = ip != NULL ? g_bytes_get_data (ip->bytes, &size) : NULL;
  g_autofree char *text = g_strndup (data != NULL ? data : "", size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  if (lines[0] != NULL && (strcmp (lines[0], QUIET) == 0 || strcmp (lines[0], LOUD) == 0))
    return g_steal_pointer (&lines);
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "what IP had on a link cannot be read");
  return NULL;
}

static gboolean
check_no_more (const FakeLink *link, GStrv lines, GError **error)
{
  for (guint i = 0; i < link->ip->len; i++)
    {
      const char *item = g_ptr_array_index (link->ip, i);

      if (is_kind (item, "setting") || is_kind (item, "link-local")
          || g_strv_contains ((const char *const *)lines + 1, item))
        continue;
      g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT, "%s has %s by now", link->is.name, item);
      return FALSE;
    }
  return TRUE;
}

static void
set_quiet (FakeState *self, FakeLink *link, gboolean quiet)
{
  if (quiet)
    for (guint i = link->ip->len; i-- > 0;)
      if (is_kind (g_ptr_array_index (link->ip, i), "link-local"))
        g_ptr_array_remove_index (link->ip, i);
  fake_set_number (self, link, VSW_ATTRIBUTE_IPV6_QUIET, quiet, NULL);
}

/* --- the operations --- */

gboolean
fake_ip_prepare (FakeState *self, FakeLink *link, const VswIpConfig *ip, GError **error)
{
  g_auto (GStrv) lines = read_config (ip, error);

  if (lines == NULL)
    return FALSE;
  for (guint i = 1; lines[i] != NULL; i++)
    if (is_prepared (lines[i]))
      fake_ip_add (self, link, lines[i]);
  return TRUE;
}

gboolean
fake_ip_forget (FakeLink *link, const VswIpConfig *ip, GError **error)
{
  g_auto (GStrv) lines = read_config (ip, error);

  if (lines == NULL)
    return FALSE;
  for (guint i = 1; link != NULL && lines[i] != NULL; i++)
    if (is_prepared (lines[i]))
      fake_ip_remove (link, lines[i]);
  return TRUE;
}

static gboolean
check_can_have (const FakeLink *link, GStrv lines, const FakeLink *far, GError **error)
{
  for (guint i = 1; lines[i] != NULL; i++)
    if (!link->is.is_up && needs_up (lines[i]) && fake_ip_has (far, lines[i]))
      {
        g_set_error (error, VSW_ERROR, VSW_ERROR_KERNEL, "%s is down, and has no room for %s", link->is.name, lines[i]);
        return FALSE;
      }
  return TRUE;
}

/* A route that leads nowhere any more, or by a link that is down, is told, and no error. */
static gboolean
can_be_made (const FakeLink *link, const char *item, const VswOp *op)
{
  if (strstr (item, NOWHERE) == NULL && (link->is.is_up || !needs_up (item)))
    return TRUE;
  if (op->losses != NULL)
    g_ptr_array_add (op->losses, g_strdup_printf ("device %s: cannot make %s", link->is.name, item));
  return FALSE;
}

gboolean
fake_ip_move (FakeState *self, FakeLink *link, FakeLink *far, const VswOp *op, GError **error)
{
  g_auto (GStrv) lines = NULL;

  if (far == NULL)
    return fake_ip_give (self, link, op, error);
  lines = read_config (op->ip, error);
  if (lines == NULL || !check_no_more (far, lines, error) || !check_can_have (link, lines, far, error))
    return FALSE;
  for (guint i = 1; lines[i] != NULL; i++)
    if (is_kind (lines[i], "setting"))
      {
        if (!op->keeps)
          fake_ip_add (self, link, lines[i]);
      }
    else if (fake_ip_remove (far, lines[i]) && can_be_made (link, lines[i], op))
      fake_ip_add (self, link, lines[i]);
  set_quiet (self, far, TRUE);
  if (!op->keeps)
    set_quiet (self, link, strcmp (lines[0], QUIET) == 0);
  return TRUE;
}

gboolean
fake_ip_take (FakeState *self, FakeLink *link, const VswIpConfig *ip, GError **error)
{
  g_auto (GStrv) lines = read_config (ip, error);

  if (lines == NULL || !check_no_more (link, lines, error))
    return FALSE;
  for (guint i = 1; lines[i] != NULL; i++)
    if (!is_kind (lines[i], "setting"))
      fake_ip_remove (link, lines[i]);
  set_quiet (self, link, TRUE);
  return TRUE;
}

gboolean
fake_ip_give (FakeState *self, FakeLink *link, const VswOp *op, GError **error)
{
  g_auto (GStrv) lines = read_config (op->ip, error);

  if (lines == NULL)
    return FALSE;
  for (guint i = 1; lines[i] != NULL; i++)
    if (can_be_made (link, lines[i], op))
      fake_ip_add (self, link, lines[i]);
  set_quiet (self, link, strcmp (lines[0], QUIET) == 0);
  return TRUE;
}
