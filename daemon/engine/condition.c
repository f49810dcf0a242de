/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/condition.h"

#include <string.h>

#include "model/links.h"

#define BRIDGES VSW_DEVICE_PREFIX "-" /* what names of our bridges begin with */

static const struct
{
  VswFrames frames;
  const char *what;
  const char *setting; /* of bridge-nf-call-… and nf_call_… */
} kinds[] = {
  { VSW_FRAMES_IPV4, "IPv4", "iptables" },
  { VSW_FRAMES_IPV6, "IPv6", "ip6tables" },
  { VSW_FRAMES_ARP, "ARP", "arptables" },
};

static void
free_condition (gpointer data)
{
  VswCondition *condition = data;

  g_free (condition->subject);
  g_free (condition->text);
  g_free (condition);
}

/* Takes both texts. */
static void
add (GPtrArray *found, const char *code, char *subject, char *text)
{
  VswCondition *condition = g_new (VswCondition, 1);

  *condition = (VswCondition){ code, subject, text };
  g_ptr_array_add (found, condition);
}

/* --- the firewall --- */

static void
append_word (GString *list, const char *word)
{
  g_string_append_printf (list, "%s%s", list->len > 0 ? " and " : "", word);
}

/* What makes it so, and what ends it. bridge: NULL: of every bridge */
static void
append_settings (guint frames, const char *bridge, GString *causes, GString *cures)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const char *setting = kinds[i].setting;
      g_autofree char *cause = NULL;
      g_autofree char *cure = NULL;

      if ((frames & kinds[i].frames) == 0)
        continue;
      cause = bridge == NULL ? g_strdup_printf ("net.bridge.bridge-nf-call-%s is 1", setting)
                             : g_strdup_printf ("nf_call_%s of %s is 1", setting, bridge);
      cure = bridge == NULL ? g_strdup_printf ("sysctl -w net.bridge.bridge-nf-call-%s=0", setting)
                            : g_strdup_printf ("ip link set dev %s type bridge nf_call_%s 0", bridge, setting);
      append_word (causes, cause);
      append_word (cures, cure);
    }
}

/* What shows the frames to the chain: a setting of all bridges, else of those of ours that have it. */
static void
describe_cause (VswModel *model, VswLinks *links, const VswSurvey *survey, guint frames, GString *causes,
                GString *cures)
{
  GHashTableIter iter;
  gpointer value;

  append_settings (survey->filtered & frames, NULL, causes, cures);

  g_hash_table_iter_init (&iter, vsw_model_get_switches (model));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      VswLink *bridge = vsw_links_get_device (links, ((VswSwitch *)value)->device);
      const VswLinkSurvey *is = bridge != NULL ? vsw_survey_find_link (survey, bridge->index) : NULL;
      guint own = is != NULL ? is->filtered & frames & ~survey->filtered : 0;
      g_autofree char *name = bridge != NULL ? vsw_text_escape (bridge->name) : NULL;

      append_settings (own, name, causes, cures);
    }
}

static char *
print_frames (guint frames)
{
  GString *list = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if ((frames & kinds[i].frames) != 0)
      append_word (list, kinds[i].what);
  return g_string_free (list, FALSE);
}

/* A rule that lets what passes through our switches pass there too, in the words of whoever made that chain. */
static char *
print_rule (const VswDropChain *drop, const char *table, const char *chain)
{
  gboolean is_iptables = strcmp (drop->table, "filter") == 0 && strcmp (drop->chain, "FORWARD") == 0;

  if (is_iptables && strcmp (drop->family, "ip") == 0)
    return g_strdup ("iptables -I FORWARD -i " BRIDGES "+ -o " BRIDGES "+ -j ACCEPT");
  if (is_iptables && strcmp (drop->family, "ip6") == 0)
    return g_strdup ("ip6tables -I FORWARD -i " BRIDGES "+ -o " BRIDGES "+ -j ACCEPT");
  return g_strdup_printf ("nft insert rule %s %s %s iifname \"" BRIDGES "*\" oifname \"" BRIDGES "*\" accept",
                          drop->family, table, chain);
}

/* (transfer full) (nullable): cause and cure; NULL: the chain is shown no frames of ours */
static char *
print_filter (VswModel *model, VswLinks *links, const VswSurvey *survey, const VswDropChain *drop)
{
  g_autoptr (GString) causes = g_string_new (NULL);
  g_autoptr (GString) cures = g_string_new (NULL);
  g_autofree char *table = vsw_text_escape (drop->table);
  g_autofree char *chain = vsw_text_escape (drop->chain);
  g_autofree char *frames = print_frames (drop->frames);
  g_autofree char *rule = print_rule (drop, table, chain);

  describe_cause (model, links, survey, drop->frames, causes, cures);
  if (causes->len == 0)
    return NULL;
  return g_strdup_printf ("frames of %s from one port of a switch to another go through the firewall of the host (%s), "
                          "and chain %s of table %s %s drops them (%s). Let them pass: %s; or keep them out of it, if "
                          "nothing on this host counts on that: %s",
                          frames, causes->str, chain, drop->family, table,
                          drop->by_rule ? "a rule for all that comes that far" : "its policy", rule, cures->str);
}

static void
find_filter (VswModel *model, VswLinks *links, const VswSurvey *survey, const VswDropChain *drop, GPtrArray *found)
{
  g_autofree char *text = print_filter (model, links, survey, drop);
  g_autofree char *table = vsw_text_escape (drop->table);
  g_autofree char *chain = vsw_text_escape (drop->chain);

  if (text != NULL)
    add (found, "bridge-netfilter", g_strdup_printf ("%s %s %s", drop->family, table, chain),
         g_strconcat (text, ".", NULL));
}

/* --- uplinks --- */

static void
check_mtu (const VswSwitch *home, const VswLink *uplink, GPtrArray *found)
{
  g_autofree char *name = vsw_text_escape (uplink->name);

  if (uplink->mtu >= home->mtu)
    return;
  add (found, "uplink-mtu", g_strdup_printf ("%s %u", home->head.name, uplink->index),
       g_strdup_printf (
           "uplink %s of switch %s takes at most %u octets and the switch %u: what is larger does not leave "
           "the host. Raise the one: ip link set %s mtu %u; or lower the other: vmswitchctl set switch %s "
           "mtu=%u.",
           name, home->head.name, uplink->mtu, home->mtu, name, home->mtu, home->head.name, uplink->mtu));
}

static void
find_uplinks (VswModel *model, VswLinks *links, const VswSwitch *home, GPtrArray *found)
{
  VswLink *bridge = vsw_links_get_device (links, home->device);
  GHashTable *ports = bridge != NULL ? vsw_links_get_foreign_ports (links, bridge->index) : NULL;
  GHashTableIter iter;
  gpointer port;

  if (ports == NULL)
    return;
  g_hash_table_iter_init (&iter, ports);
  while (g_hash_table_iter_next (&iter, NULL, &port))
    if (vsw_rules_is_external (vsw_model_get_rules (model), port))
      check_mtu (home, port, found);
}

/* --- router advertisements --- */

/* Frames that the guard drops harm nobody, whatever IP would make of them: so this is said only where the guard cannot be put back. */
static void
check_advertisements (VswLinks *links, const VswSwitch *value, const VswSurvey *survey, GPtrArray *found)
{
  VswLink *bridge = vsw_links_get_device (links, value->device);
  const VswLinkSurvey *is = bridge != NULL ? vsw_survey_find_link (survey, bridge->index) : NULL;
  g_autofree char *device = bridge != NULL ? vsw_text_escape (bridge->name) : NULL;

  if (is == NULL || !is->takes_advertisements || is->is_guarded)
    return;
  add (found, "ipv6-router-advertisements", g_strdup (value->head.name),
       g_strdup_printf ("device %s of switch %s takes router advertisements (accept_ra), and nothing keeps those of "
                        "guests away from it: the host would configure its IPv6 as a guest says. Forbid it: sysctl "
                        "net/ipv6/conf/%s/accept_ra=0.",
                        device, value->head.name, device));
}

/* --- all --- */

/**
 * vsw_condition_list_links:
 *
 * The bridges. Main.
 */
GArray *
vsw_condition_list_links (VswModel *model, VswLinks *links)
{
  GArray *indexes = g_array_new (FALSE, FALSE, sizeof (guint));
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, vsw_model_get_switches (model));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      VswLink *bridge = vsw_links_get_device (links, ((VswSwitch *)value)->device);

      if (bridge != NULL)
        g_array_append_val (indexes, bridge->index);
    }

  return indexes;
}

/**
 * vsw_condition_find_all:
 *
 * Main.
 */
GPtrArray *
vsw_condition_find_all (VswModel *model, VswLinks *links, const VswSurvey *survey)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (free_condition);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, vsw_model_get_switches (model));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      find_uplinks (model, links, value, found);
      if (survey != NULL)
        check_advertisements (links, value, survey, found);
    }
  for (guint i = 0; survey != NULL && i < survey->drops->len; i++)
    find_filter (model, links, survey, g_ptr_array_index (survey->drops, i), found);

  return found;
}

/**
 * vsw_condition_check_passage:
 *
 * Each chain is named, for there can be one for IPv4 and one for IPv6, and the cure of one is none for the other. Main. Errors: CONFLICT.
 */
gboolean
vsw_condition_check_passage (VswModel *model, VswLinks *links, const VswSurvey *survey, const VswSwitch *home,
                             GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < survey->drops->len; i++)
    {
      g_autofree char *text = print_filter (model, links, survey, g_ptr_array_index (survey->drops, i));

      if (text != NULL)
        g_string_append_printf (list, "%s%s", list->len > 0 ? "; and " : "", text);
    }
  if (list->len == 0)
    return TRUE;

  g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT,
               "the host would be cut off on switch %s: %s; or use option ignore-firewall", home->head.name, list->str);
  return FALSE;
}
