/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fake kernel as text: what two moments differ in shows as lines. */
#include <string.h>

#include "support/fake_private.h"

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static void
append_escaped (GString *line, const char *label, const char *text)
{
  g_autofree char *escaped = g_strescape (text, NULL);

  g_string_append_printf (line, " %s\"%s\"", label, escaped);
}

static void
append_mac (GString *line, const char *label, VswMac mac)
{
  const guint8 *o = mac.octets;

  g_string_append_printf (line, " %s%02x:%02x:%02x:%02x:%02x:%02x", label, o[0], o[1], o[2], o[3], o[4], o[5]);
}

static void
append_bridge (GString *line, const FakeLink *link)
{
  g_string_append_printf (line, " ageing %u", link->is.ageing);
  if (link->is.has_max_learned)
    g_string_append_printf (line, " max-learned %u", link->is.max_learned);
  g_string_append_printf (line, "%s%s", link->is.spanning_tree ? " stp" : "",
                          link->is.multicast_snooping ? " snooping" : "");
}

static void
append_tap (GString *line, const FakeLink *link)
{
  if (link->is.tap_owner == VSW_TAP_OWNER_NONE)
    g_string_append (line, " owner none");
  else
    g_string_append_printf (line, " owner %u", link->is.tap_owner);
  if (link->is.tap_group != VSW_TAP_GROUP_NONE)
    g_string_append_printf (line, " group %u", link->is.tap_group);
  g_string_append_printf (line, "%s%s open %u", link->is.tap_is_kept ? " kept" : "",
                          link->tap->has_vnet_header ? " vnet-header" : "", link->tap->ends->len);
}

static char *
print_link (const FakeState *state, const FakeLink *link, gboolean with_index)
{
  static const char *const states[] = { "disabled", "listening", "learning", "forwarding", "blocking" };
  GString *line = g_string_new (NULL);

  append_escaped (line, "", link->is.name);
  if (with_index)
    g_string_append_printf (line, " #%u", link->is.index);
  g_string_append_printf (line, " %s", link->is.link_kind[0] != '\0' ? link->is.link_kind : "hardware");
  append_mac (line, "mac ", link->is.mac);
  g_string_append_printf (line, " mtu %u%s%s", link->is.mtu, link->is.is_up ? " up" : " down",
                          fake_link_has_carrier (link) ? " carrier" : "");
  if (link->is.is_promiscuous)
    g_string_append (line, " promiscuous");
  if (link->is.group == VSW_GROUP_OURS)
    g_string_append (line, " ours");
  else if (link->is.group != 0)
    g_string_append_printf (line, " group 0x%x", link->is.group);
  if (link->is.alias[0] != '\0')
    append_escaped (line, "alias ", link->is.alias);
  if (link->is.ipv6_quiet)
    g_string_append (line, " quiet");
  if (link->queues != 1)
    g_string_append_printf (line, " queues %u", link->queues);
  if (link->tap != NULL)
    append_tap (line, link);
  if (link->peer != NULL)
    append_escaped (line, link->peer->space != link->space ? "peer elsewhere " : "peer ", link->peer->is.name);
  if (link->bridge != NULL)
    {
      append_escaped (line, "bridge ", link->bridge->is.name);
      g_string_append_printf (line, " %s", states[link->is.port_state]);
    }
  if (link->is.is_bridge)
    append_bridge (line, link);
  if (link->diverted != NULL)
    append_escaped (line, "diverted to ", link->diverted);
  if (link->space == state->home && g_hash_table_contains (state->guards, link->is.name))
    g_string_append (line, " guarded");
  return g_string_free (line, FALSE);
}

static void
collect_addresses (const FakeLink *bridge, GPtrArray *lines)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, bridge->addresses);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FakeAddress *address = value;
      GString *line = g_string_new (NULL);

      append_escaped (line, "", bridge->is.name);
      append_mac (line, address->is_static ? "static " : "learned ", address->mac);
      append_escaped (line, "at ", address->port->is.name);
      g_ptr_array_add (lines, g_string_free (line, FALSE));
    }
}

static void
collect_ip (const FakeLink *link, GPtrArray *lines)
{
  for (guint i = 0; i < link->ip->len; i++)
    {
      GString *line = g_string_new (NULL);

      append_escaped (line, "", link->is.name);
      g_string_append_printf (line, " ip %s", (const char *)g_ptr_array_index (link->ip, i));
      g_ptr_array_add (lines, g_string_free (line, FALSE));
    }
}

static void
print_space (const FakeState *state, FakeSpace *space, gboolean with_index, GString *text)
{
  g_autoptr (GPtrArray) links = fake_space_list (space);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < links->len; i++)
    {
      FakeLink *link = g_ptr_array_index (links, i);

      g_ptr_array_add (lines, print_link (state, link, with_index));
      if (link->is.is_bridge)
        collect_addresses (link, lines);
      collect_ip (link, lines);
    }
  g_ptr_array_sort (lines, compare_lines);
  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (text, " %s\n", (const char *)g_ptr_array_index (lines, i));
}

/* Guards of bridges that are not there: they would strike whoever gets the name next. */
static void
print_idle_guards (const FakeState *state, GString *text)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (state->guards), (GCompareFunc)strcmp);

  for (GList *l = keys; l != NULL; l = l->next)
    if (fake_link_find (state->home, l->data) == NULL)
      g_string_append_printf (text, "guard of nothing: %s\n", (const char *)l->data);
}

static char *
print_all (VswKernel *kernel, gboolean with_index)
{
  FakeState *state = fake_enter (kernel);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < state->spaces->len; i++)
    {
      FakeSpace *space = g_ptr_array_index (state->spaces, i);

      if (space == state->home)
        g_string_append (text, "home\n");
      else
        g_string_append_printf (text, "namespace %u of %u%s\n", i, space->owner, space->is_dead ? " dead" : "");
      print_space (state, space, with_index, text);
    }
  print_idle_guards (state, text);
  fake_leave (kernel);
  return g_string_free (text, FALSE);
}

char *
vsw_fake_kernel_print (VswKernel *kernel)
{
  return print_all (kernel, TRUE);
}

char *
vsw_fake_kernel_print_shape (VswKernel *kernel)
{
  return print_all (kernel, FALSE);
}
