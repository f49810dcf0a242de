/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/divert.h"

#include "kernel/read.h"

#define TABLE    "netdev vmswitch_divert" /* ours alone: whatever is in it, we made */
#define PRIORITY "-500"
/* Sixteen addresses of what bridges say to each other, such as the spanning tree: no bridge passes it on, and ours has to hear it (IEEE 802.1Q, table 8-1). */
#define RESERVED "01:80:c2:00:00:00"

/* A chain is called by the index of its device, which no other can have while the chain lives: it goes with the device. */
static void
append_delete (GString *commands, guint index)
{
  g_string_append_printf (
      commands, "add table " TABLE "\nadd chain " TABLE " from_%u\ndelete chain " TABLE " from_%u\n", index, index);
}

/* nft knows devices by names alone, and cannot be told names with every octet in them. */
static gboolean
is_plain (const char *name)
{
  return name[0] != '\0' && strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-+@~=,") == strlen (name);
}

/**
 * vsw_divert_add:
 *
 * VSW_OP_DIVERT_ADD. What was diverted elsewhere goes there from the same moment on. A device that is renamed in the meantime diverts nothing, or another,
 * until DIVERT_DELETE: the indexes are checked again. Worker. Errors: NOT_FOUND, KERNEL. nft(8), fwd.
 */
gboolean
vsw_divert_add (VswSession *session, VswGuard *guard, const VswOp *op, GError **error)
{
  g_autoptr (VswLink) link = vsw_read_link (session->route, op->device, error);
  g_autoptr (VswLink) far = link != NULL ? vsw_read_link (session->route, op->far, error) : NULL;
  g_autoptr (GString) commands = g_string_new (NULL);
  g_autoptr (GError) local = NULL;

  if (far == NULL)
    return FALSE;
  if (!is_plain (link->name) || !is_plain (far->name))
    {
      g_debug ("nft cannot be told the name of device %u or %u: some frames will be lost", link->index, far->index);
      return TRUE;
    }

  append_delete (commands, link->index);
  g_string_append_printf (
      commands, "add chain " TABLE " from_%u { type filter hook ingress device \"%s\" priority " PRIORITY "; }\n",
      link->index, link->name);
  g_string_append_printf (commands,
                          "add rule " TABLE " from_%u ether daddr & ff:ff:ff:ff:ff:f0 != " RESERVED " fwd to \"%s\"\n",
                          link->index, far->name);
  if (!vsw_guard_run (guard, commands->str, "divert what arrives", &local))
    g_debug ("%s: some frames will be lost", local->message);
  return TRUE;
}

/**
 * vsw_divert_delete:
 *
 * VSW_OP_DIVERT_DELETE. A device that is gone diverts nothing: its chain went with it. Worker. Errors: KERNEL.
 */
gboolean
vsw_divert_delete (VswSession *session, VswGuard *guard, const VswOp *op, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (VswLink) link = vsw_read_link (session->route, op->device, &local);
  g_autoptr (GString) commands = g_string_new (NULL);

  if (link == NULL && g_error_matches (local, VSW_ERROR, VSW_ERROR_NOT_FOUND))
    return TRUE;
  if (link == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }

  append_delete (commands, link->index);
  return vsw_guard_run (guard, commands->str, "end a diversion", error);
}
