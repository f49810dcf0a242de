/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything is one text for libnftables, which is one transaction of the kernel's: a chain is replaced without a moment in which frames pass.
 *
 * Deleting what may be gone already: nft 1.0.6 and kernels before 6.3 have no "destroy", so the chain is added (nothing happens if it is there) and
 * deleted in the same transaction.
 *
 * The kernel tells everybody about every transaction, us too. Ours are known by their generation: if it is one more than before, it was this one. */
#include "kernel/guard.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <nftables/libnftables.h>

#include "kernel/decode.h"
#include "kernel/socket.h"
#include "model/name.h"

#define TABLE      "netdev " VSW_GUARD_TABLE
#define PRIORITY   "-500" /* before anything that others hang there */
#define REMEMBERED 64     /* generations of ours; notifications are read long before as many have passed */

struct _VswGuard
{
  struct nft_ctx *nft; /* (owned) */
  VswSocket *socket;   /* (owned) NETLINK_NETFILTER, for the generation */

  GMutex lock; /* what follows */
  gboolean is_running;
  guint32 own[REMEMBERED];
  guint n_own; /* how many ever; own[n_own % REMEMBERED] is the oldest */
};

/**
 * vsw_guard_open:
 *
 * Opens its sockets in the network namespace of the calling thread. Errors: KERNEL.
 */
VswGuard *
vsw_guard_open (GError **error)
{
  g_autoptr (VswGuard) self = g_new0 (VswGuard, 1);

  g_mutex_init (&self->lock);
  self->socket = vsw_socket_open (NETLINK_NETFILTER, error);
  if (self->socket == NULL)
    return NULL;
  self->nft = nft_ctx_new (NFT_CTX_DEFAULT);
  if (self->nft == NULL || nft_ctx_buffer_error (self->nft) != 0 || nft_ctx_buffer_output (self->nft) != 0)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_KERNEL, "cannot use libnftables");
      return NULL;
    }

  return g_steal_pointer (&self);
}

void
vsw_guard_close (VswGuard *self)
{
  g_clear_pointer (&self->nft, nft_ctx_free);
  g_clear_pointer (&self->socket, vsw_socket_close);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* --- whose transaction --- */

static void
keep_generation (const struct nlmsghdr *message, gpointer user_data)
{
  vsw_decode_rules (message, VSW_GUARD_TABLE, user_data);
}

/* The number of the last transaction; 0 if it cannot be had, which is nobody's. */
static guint32
read_generation (VswGuard *self)
{
  struct nfgenmsg head = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 };
  struct nl_msg *message = nlmsg_alloc_simple (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN, 0);
  guint32 generation = 0;
  VswAnswer answer;

  nlmsg_append (message, &head, sizeof head, NLMSG_ALIGNTO);
  if (!vsw_socket_read (self->socket, message, keep_generation, &generation, &answer, NULL) || answer.code != 0)
    return 0;
  return generation;
}

/**
 * vsw_guard_judge:
 * @generation: of a transaction that the kernel told about
 *
 * Whether we made it. A transaction of ours that others came between is called foreign: the guard is then put back once for nothing. Any thread.
 */
VswJudgement
vsw_guard_judge (VswGuard *self, guint32 generation)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);

  for (guint i = 0; i < MIN (self->n_own, REMEMBERED); i++)
    if (self->own[i] == generation)
      return VSW_JUDGEMENT_OURS;

  return self->is_running ? VSW_JUDGEMENT_LATER : VSW_JUDGEMENT_FOREIGN;
}

static void
set_running (VswGuard *self, gboolean is_running, guint32 own)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);

  self->is_running = is_running;
  if (own != 0)
    self->own[self->n_own++ % REMEMBERED] = own;
}

/* --- running --- */

/* What nft said, on one line. (transfer full) */
static char *
fold_text (const char *text)
{
  char *line = g_strdup (text != NULL ? text : "");
  char *close;

  g_strdelimit (line, "\r\n\t", ' ');
  close = strstr (line, "  ");
  if (close != NULL)
    *close = '\0';
  return g_strstrip (line);
}

/**
 * vsw_guard_run:
 * @commands: for nft, one transaction
 * @step: what was tried, for the message
 *
 * Worker. Errors: KERNEL (with the words of nft).
 */
gboolean
vsw_guard_run (VswGuard *self, const char *commands, const char *step, GError **error)
{
  guint32 before;
  guint32 after;
  int result;

  set_running (self, TRUE, 0);
  before = read_generation (self);
  result = nft_run_cmd_from_buffer (self->nft, commands);
  after = read_generation (self);
  set_running (self, FALSE, result == 0 && before != 0 && after == before + 1 ? after : 0);

  if (result != 0)
    {
      g_autofree char *text = fold_text (nft_ctx_get_error_buffer (self->nft));

      g_set_error (error, VSW_ERROR, VSW_ERROR_KERNEL, "cannot %s: %s", step, text);
    }
  return result == 0;
}

/* --- texts --- */

/* Names of bridges of ours are plain; anything else would have to be quoted in ways that nft does not know. */
static gboolean
check_name (const char *bridge, GError **error)
{
  g_autofree char *text = NULL;

  if (bridge[0] != '\0' && strspn (bridge, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-+@~=,") == strlen (bridge))
    return TRUE;

  text = vsw_text_escape (bridge);
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "cannot guard a device called %s", text);
  return FALSE;
}

/* A chain's name for a device's: '/' is in no device's name, so no two devices share a chain. */
static void
append_chain (GString *commands, const char *prefix, const char *bridge)
{
  g_string_append_printf (commands, TABLE " %s_", prefix);
  for (const char *c = bridge; *c != '\0'; c++)
    if (g_ascii_isalnum (*c) || *c == '.' || *c == '-' || *c == '_')
      g_string_append_c (commands, *c);
    else
      g_string_append_printf (commands, "/%02x", (guchar)*c);
}

static void
append_delete_chain (GString *commands, const char *prefix, const char *bridge)
{
  g_string_append (commands, "add chain ");
  append_chain (commands, prefix, bridge);
  g_string_append (commands, "\ndelete chain ");
  append_chain (commands, prefix, bridge);
  g_string_append_c (commands, '\n');
}

static void
append_add_chain (GString *commands, const char *prefix, const char *hook, const char *bridge)
{
  g_string_append (commands, "add chain ");
  append_chain (commands, prefix, bridge);
  g_string_append_printf (commands, " { type filter hook %s device \"%s\" priority " PRIORITY "; policy drop; }\n",
                          hook, bridge);
}

static void
append_bridge (GString *commands, const char *bridge)
{
  append_add_chain (commands, "in", "ingress", bridge);
  append_add_chain (commands, "out", "egress", bridge);
}

/* --- what is offered --- */

/**
 * vsw_guard_add:
 * @bridge: name of the bridge device, which is there
 *
 * Replaces what hangs there under our names, so a chain that lost its device, or that somebody changed, is whole again. Worker. Errors: INVALID_ARGUMENT, KERNEL (with the words of nft).
 */
gboolean
vsw_guard_add (VswGuard *self, const char *bridge, GError **error)
{
  g_autoptr (GString) commands = g_string_new ("add table " TABLE "\n");
  g_autofree char *step = NULL;

  if (!check_name (bridge, error))
    return FALSE;

  append_delete_chain (commands, "in", bridge);
  append_delete_chain (commands, "out", bridge);
  append_bridge (commands, bridge);
  step = g_strdup_printf ("guard bridge %s", bridge);
  return vsw_guard_run (self, commands->str, step, error);
}

/**
 * vsw_guard_delete:
 *
 * Also when the kernel took the chains or their device away before. Worker. Errors: INVALID_ARGUMENT, KERNEL.
 */
gboolean
vsw_guard_delete (VswGuard *self, const char *bridge, GError **error)
{
  g_autoptr (GString) commands = g_string_new ("add table " TABLE "\n");
  g_autofree char *step = NULL;

  if (!check_name (bridge, error))
    return FALSE;

  append_delete_chain (commands, "in", bridge);
  append_delete_chain (commands, "out", bridge);
  step = g_strdup_printf ("unguard bridge %s", bridge);
  return vsw_guard_run (self, commands->str, step, error);
}

/**
 * vsw_guard_reset:
 * @bridges: (element-type utf8): names of bridge devices, which are there
 *
 * Worker. Errors: INVALID_ARGUMENT, KERNEL.
 */
gboolean
vsw_guard_reset (VswGuard *self, GPtrArray *bridges, GError **error)
{
  g_autoptr (GString) commands = g_string_new ("add table " TABLE "\ndelete table " TABLE "\n");

  if (bridges->len > 0)
    g_string_append (commands, "add table " TABLE "\n");
  for (guint i = 0; i < bridges->len; i++)
    {
      const char *bridge = g_ptr_array_index (bridges, i);

      if (!check_name (bridge, error))
        return FALSE;
      append_bridge (commands, bridge);
    }

  return vsw_guard_run (self, commands->str, "guard the bridges", error);
}

/**
 * vsw_guard_try:
 * @device: any device that is there
 *
 * Adds and deletes in one transaction, in a table of another name. Worker.
 */
gboolean
vsw_guard_try (VswGuard *self, const char *device)
{
  g_autofree char *commands =
      g_strdup_printf ("add table netdev vmswitch_probe\n"
                       "add chain netdev vmswitch_probe in { type filter hook ingress device \"%s\" priority " PRIORITY
                       "; policy drop; }\n"
                       "add chain netdev vmswitch_probe out { type filter hook egress device \"%s\" priority " PRIORITY
                       "; policy drop; }\n"
                       "delete table netdev vmswitch_probe\n",
                       device, device);

  return check_name (device, NULL) && vsw_guard_run (self, commands, "try the guard", NULL);
}
