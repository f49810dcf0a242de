/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/filter.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "kernel/decode_host.h"
#include "kernel/guard.h"

#define MAX_ATTEMPTS 8 /* a dump that changes while it is read is begun again */
#define MAX_DEPTH    8 /* of jumps; the kernel's own is 16, and nobody means these any more */
#define HOOK_FORWARD 2 /* NF_INET_FORWARD and NF_ARP_FORWARD */
#define HOOK_INGRESS 0 /* NF_NETDEV_INGRESS */

static const struct
{
  guint8 family;
  const char *name;
  guint frames;
} families[] = {
  { VSW_FILTER_IPV4, "ip", VSW_FRAMES_IPV4 },
  { VSW_FILTER_IPV6, "ip6", VSW_FRAMES_IPV6 },
  { VSW_FILTER_INET, "inet", VSW_FRAMES_IPV4 | VSW_FRAMES_IPV6 },
  { VSW_FILTER_ARP, "arp", VSW_FRAMES_ARP },
};

/* --- dumps --- */

static struct nl_msg *
new_dump (guint16 type, guint8 family)
{
  struct nfgenmsg head = { .nfgen_family = family, .version = NFNETLINK_V0 };
  struct nl_msg *message = nlmsg_alloc_simple (NFNL_SUBSYS_NFTABLES << 8 | type, NLM_F_DUMP);

  g_assert (message != NULL && nlmsg_append (message, &head, sizeof head, NLMSG_ALIGNTO) == 0);
  return message;
}

static void
keep_chain (const struct nlmsghdr *message, gpointer user_data)
{
  VswBaseChain chain;

  if (vsw_decode_base_chain (message, &chain))
    g_array_append_val ((GArray *)user_data, chain);
}

/* Every base chain. (transfer full) (element-type VswBaseChain) */
static GArray *
read_chains (VswSocket *socket, GError **error)
{
  g_autoptr (GArray) chains = g_array_new (FALSE, FALSE, sizeof (VswBaseChain));
  VswAnswer answer = { .code = EINTR };

  for (guint i = 0; i < MAX_ATTEMPTS && answer.code == EINTR; i++)
    {
      g_array_set_size (chains, 0);
      if (!vsw_socket_read (socket, new_dump (NFT_MSG_GETCHAIN, 0), keep_chain, chains, &answer, error))
        return NULL;
    }

  return vsw_answer_check (&answer, "read the packet filter", error) ? g_steal_pointer (&chains) : NULL;
}

typedef struct
{
  VswRuleEffect effect;
  char target[VSW_FILTER_NAME_SIZE];
} Rule;

typedef struct
{
  const char *table;
  const char *chain;
  GArray *rules; /* (owned) (element-type Rule) */
} RuleDump;

static void
keep_rule (const struct nlmsghdr *message, gpointer user_data)
{
  RuleDump *dump = user_data;
  Rule rule;

  if (vsw_decode_rule (message, dump->table, dump->chain, &rule.effect, rule.target))
    g_array_append_val (dump->rules, rule);
}

/* The rules of one chain, in order; none if there is no such chain (any more). (transfer full) (element-type Rule) */
static GArray *
read_rules (VswSocket *socket, guint8 family, const char *table, const char *chain, GError **error)
{
  g_autoptr (GArray) rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  RuleDump dump = { table, chain, rules };
  VswAnswer answer = { .code = EINTR };

  for (guint i = 0; i < MAX_ATTEMPTS && answer.code == EINTR; i++)
    {
      struct nl_msg *message = new_dump (NFT_MSG_GETRULE, family);

      nla_put_string (message, NFTA_RULE_TABLE, table);
      nla_put_string (message, NFTA_RULE_CHAIN, chain);
      g_array_set_size (rules, 0);
      if (!vsw_socket_read (socket, message, keep_rule, &dump, &answer, error))
        return NULL;
    }
  if (answer.code != ENOENT && !vsw_answer_check (&answer, "read the packet filter", error))
    return NULL;
  return g_steal_pointer (&rules);
}

/* --- what becomes of a frame --- */

typedef enum
{
  FATE_GOES_ON, /* the chain has nothing to say about it */
  FATE_PASSES,
  FATE_DROPPED,
} Fate;

typedef struct
{
  VswSocket *socket;
  guint8 family;
  const char *table;
} Walk;

static gboolean walk_chain (const Walk *walk, const char *chain, guint depth, Fate *ret_fate, GError **error);

/* Returns FALSE on error; *ret_is_last: nothing behind this rule counts. */
static gboolean
walk_rule (const Walk *walk, const Rule *rule, guint depth, Fate *ret_fate, gboolean *ret_is_last, GError **error)
{
  *ret_fate = FATE_GOES_ON;
  *ret_is_last = rule->effect == VSW_RULE_RETURNS || rule->effect == VSW_RULE_LEAVES;

  if (rule->effect == VSW_RULE_PASSES)
    *ret_fate = FATE_PASSES;
  else if (rule->effect == VSW_RULE_DROPS)
    *ret_fate = FATE_DROPPED;
  else if (rule->effect == VSW_RULE_JUMPS || rule->effect == VSW_RULE_LEAVES)
    return walk_chain (walk, rule->target, depth + 1, ret_fate, error);
  return TRUE;
}

static gboolean
walk_chain (const Walk *walk, const char *chain, guint depth, Fate *ret_fate, GError **error)
{
  g_autoptr (GArray) rules = NULL;
  gboolean is_last = FALSE;

  *ret_fate = FATE_GOES_ON;
  if (depth > MAX_DEPTH)
    return TRUE;
  rules = read_rules (walk->socket, walk->family, walk->table, chain, error);
  if (rules == NULL)
    return FALSE;

  for (guint i = 0; i < rules->len && *ret_fate == FATE_GOES_ON && !is_last; i++)
    if (!walk_rule (walk, &g_array_index (rules, Rule, i), depth, ret_fate, &is_last, error))
      return FALSE;
  return TRUE;
}

static gboolean
judge_chain (VswSocket *socket, const VswBaseChain *chain, guint frames, VswSurvey *survey, GError **error)
{
  Walk walk = { socket, chain->family, chain->table };
  Fate fate;

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    {
      guint seen = families[i].frames & frames;

      if (families[i].family != chain->family || seen == 0)
        continue;
      if (!walk_chain (&walk, chain->chain, 0, &fate, error))
        return FALSE;
      if (fate == FATE_DROPPED || (fate == FATE_GOES_ON && chain->drops))
        vsw_survey_add_drop (survey, &(VswDropChain){ .frames = seen,
                                                      .family = families[i].name,
                                                      .table = chain->table,
                                                      .chain = chain->chain,
                                                      .by_rule = fate == FATE_DROPPED });
    }
  return TRUE;
}

/**
 * vsw_filter_read:
 * @socket: NETLINK_NETFILTER
 *
 * Worker. Source: linux/netfilter/nf_tables.h, net/bridge/br_netfilter_hooks.c.
 */
gboolean
vsw_filter_read (VswSocket *socket, guint frames, VswSurvey *survey, GError **error)
{
  g_autoptr (GArray) chains = read_chains (socket, error);

  if (chains == NULL)
    return FALSE;
  for (guint i = 0; i < chains->len; i++)
    {
      const VswBaseChain *chain = &g_array_index (chains, VswBaseChain, i);

      if (chain->hook == HOOK_FORWARD && !judge_chain (socket, chain, frames, survey, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * vsw_filter_read_guarded:
 * @socket: NETLINK_NETFILTER
 *
 * Worker.
 */
GHashTable *
vsw_filter_read_guarded (VswSocket *socket, GError **error)
{
  g_autoptr (GArray) chains = read_chains (socket, error);
  GHashTable *guarded;

  if (chains == NULL)
    return NULL;

  guarded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < chains->len; i++)
    {
      const VswBaseChain *chain = &g_array_index (chains, VswBaseChain, i);

      if (chain->family == VSW_FILTER_NETDEV && chain->hook == HOOK_INGRESS && chain->drops
          && strcmp (chain->table, VSW_GUARD_TABLE) == 0)
        g_hash_table_add (guarded, g_strdup (chain->device));
    }
  return guarded;
}
