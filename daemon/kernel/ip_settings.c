/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/ip_settings.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>

#include "kernel/ip_encode.h"
#include "kernel/ip_files.h"

#define LOOSE 2 /* Documentation/networking/ip-sysctl.rst, rp_filter */

/* What travels of IPv4: all but mc_forwarding (a routing daemon's, not settable). Kernels that lack the last ones do not tell them. */
static const char *const names[] = {
  [IPV4_DEVCONF_FORWARDING] = "forwarding",
  [IPV4_DEVCONF_PROXY_ARP] = "proxy_arp",
  [IPV4_DEVCONF_ACCEPT_REDIRECTS] = "accept_redirects",
  [IPV4_DEVCONF_SECURE_REDIRECTS] = "secure_redirects",
  [IPV4_DEVCONF_SEND_REDIRECTS] = "send_redirects",
  [IPV4_DEVCONF_SHARED_MEDIA] = "shared_media",
  [IPV4_DEVCONF_RP_FILTER] = "rp_filter",
  [IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE] = "accept_source_route",
  [IPV4_DEVCONF_BOOTP_RELAY] = "bootp_relay",
  [IPV4_DEVCONF_LOG_MARTIANS] = "log_martians",
  [IPV4_DEVCONF_TAG] = "tag",
  [IPV4_DEVCONF_ARPFILTER] = "arp_filter",
  [IPV4_DEVCONF_MEDIUM_ID] = "medium_id",
  [IPV4_DEVCONF_NOXFRM] = "disable_xfrm",
  [IPV4_DEVCONF_NOPOLICY] = "disable_policy",
  [IPV4_DEVCONF_FORCE_IGMP_VERSION] = "force_igmp_version",
  [IPV4_DEVCONF_ARP_ANNOUNCE] = "arp_announce",
  [IPV4_DEVCONF_ARP_IGNORE] = "arp_ignore",
  [IPV4_DEVCONF_PROMOTE_SECONDARIES] = "promote_secondaries",
  [IPV4_DEVCONF_ARP_ACCEPT] = "arp_accept",
  [IPV4_DEVCONF_ARP_NOTIFY] = "arp_notify",
  [IPV4_DEVCONF_ACCEPT_LOCAL] = "accept_local",
  [IPV4_DEVCONF_SRC_VMARK] = "src_valid_mark",
  [IPV4_DEVCONF_PROXY_ARP_PVLAN] = "proxy_arp_pvlan",
  [IPV4_DEVCONF_ROUTE_LOCALNET] = "route_localnet",
  [IPV4_DEVCONF_IGMPV2_UNSOLICITED_REPORT_INTERVAL] = "igmpv2_unsolicited_report_interval",
  [IPV4_DEVCONF_IGMPV3_UNSOLICITED_REPORT_INTERVAL] = "igmpv3_unsolicited_report_interval",
  [IPV4_DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN] = "ignore_routes_with_linkdown",
  [IPV4_DEVCONF_DROP_UNICAST_IN_L2_MULTICAST] = "drop_unicast_in_l2_multicast",
  [IPV4_DEVCONF_DROP_GRATUITOUS_ARP] = "drop_gratuitous_arp",
  [IPV4_DEVCONF_BC_FORWARDING] = "bc_forwarding",
  [IPV4_DEVCONF_ARP_EVICT_NOCARRIER] = "arp_evict_nocarrier",
};

const char *
vsw_ip_setting4_get_name (guint32 number)
{
  return number < G_N_ELEMENTS (names) ? names[number] : NULL;
}

gboolean
vsw_ip_settings_is_setting (const VswIpItem *item)
{
  return item->kind == VSW_IP_SETTING4 || item->kind == VSW_IP_SETTING6 || item->kind == VSW_IP_TOKEN
         || item->kind == VSW_IP_GENERATION || item->kind == VSW_IP_OTHER_LINK;
}

gboolean
vsw_ip_settings_is_same (const VswIpItem *a, const VswIpItem *b)
{
  const char *space = b->kind == VSW_IP_SETTING6 ? memchr (b->body, ' ', b->size) : NULL;
  gsize size = space != NULL ? (gsize)(space - (const char *)b->body) + 1 : 0;

  if (a->kind != b->kind)
    return FALSE;
  if (a->kind == VSW_IP_SETTING4)
    return memcmp (a->body, b->body, sizeof (guint32)) == 0;
  if (a->kind == VSW_IP_SETTING6)
    return size > 0 && a->size >= size && memcmp (a->body, b->body, size) == 0;
  return a->kind == VSW_IP_GENERATION;
}

gint64
vsw_ip_settings_get_number6 (const VswIpSet *set, const char *name)
{
  g_autofree char *prefix = g_strconcat (name, " ", NULL);

  for (guint i = 0; i < set->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (set->items, i);
      g_autofree char *text = item->kind == VSW_IP_SETTING6 ? g_strndup ((const char *)item->body, item->size) : NULL;

      if (text != NULL && g_str_has_prefix (text, prefix))
        return g_ascii_strtoll (text + strlen (prefix), NULL, 10);
    }
  return -1;
}

/* --- reading --- */

static void
add (VswIpSet *set, VswIpKind kind, gconstpointer body, gsize size)
{
  vsw_ip_set_add (set, vsw_ip_item_new (kind, body, size));
}

static void
add_ipv4 (VswIpSet *set, const struct nlattr *conf)
{
  for (guint32 i = 1; i <= (guint32)nla_len (conf) / 4; i++)
    {
      VswIpNumber setting = { .number = i };

      memcpy (&setting.value, (const guint8 *)nla_data (conf) + 4 * (i - 1), 4);
      if (vsw_ip_setting4_get_name (i) != NULL)
        add (set, VSW_IP_SETTING4, &setting, sizeof setting);
    }
}

static void
add_settings (const struct nlmsghdr *message, gpointer user_data)
{
  VswIpSet *set = user_data;
  struct nlattr *spec, *family, *attribute;
  int rest, inner;

  if (message->nlmsg_type != RTM_NEWLINK || message->nlmsg_len < NLMSG_LENGTH (sizeof (struct ifinfomsg)))
    return;
  spec = nlmsg_find_attr ((struct nlmsghdr *)message, sizeof (struct ifinfomsg), IFLA_AF_SPEC);
  if (spec == NULL)
    return;
  nla_for_each_nested (family, spec, rest) nla_for_each_nested (attribute, family, inner)
  {
    if (nla_type (family) == AF_INET && nla_type (attribute) == IFLA_INET_CONF)
      add_ipv4 (set, attribute);
    else if (nla_type (family) == AF_INET6 && nla_type (attribute) == IFLA_INET6_TOKEN && nla_len (attribute) == 16)
      add (set, VSW_IP_TOKEN, nla_data (attribute), 16);
    else if (nla_type (family) == AF_INET6 && nla_type (attribute) == IFLA_INET6_ADDR_GEN_MODE
             && nla_len (attribute) >= 1)
      add (set, VSW_IP_GENERATION, nla_data (attribute), 1);
  }
}

gboolean
vsw_ip_settings_read (VswSession *session, VswIpLink link, VswIpSet *set, GError **error)
{
  g_autofree char *step = g_strdup_printf ("read the settings of %s", link.name);
  VswAnswer answer;

  if (!vsw_socket_read (session->route, vsw_ip_encode_get_settings (link.index), add_settings, set, &answer, error)
      || !vsw_answer_check (&answer, step, error))
    return FALSE;
  vsw_ip_files_read (session, link, set);
  return TRUE;
}

VswIpSet *
vsw_ip_settings_read_defaults (void)
{
  VswIpSet *set = vsw_ip_set_new ();
  guint32 value;

  for (guint32 i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i] != NULL && vsw_ip_files_read_number ("ipv4", "default", names[i], &value))
      {
        VswIpNumber setting = { i, value };

        add (set, VSW_IP_SETTING4, &setting, sizeof setting);
      }
  vsw_ip_files_read_defaults (set);
  if (vsw_ip_files_read_number ("ipv6", "default", "addr_gen_mode", &value))
    {
      guint8 mode = (guint8)value;
      const guint8 token[16] = { 0 };

      add (set, VSW_IP_GENERATION, &mode, sizeof mode);
      add (set, VSW_IP_TOKEN, token, sizeof token);
    }
  return set;
}

/* --- setting --- */

static gboolean
request (VswSession *session, struct nl_msg *message, VswIpLink link, const char *what, GError **error)
{
  g_autofree char *name = vsw_text_escape (link.name);
  g_autofree char *step = g_strdup_printf ("set %s of %s", what, name);
  VswAnswer answer;

  return vsw_socket_request (session->route, message, &answer, error) && vsw_answer_check (&answer, step, error);
}

gboolean
vsw_ip_settings_set_generation (VswSession *session, guint index, guint8 mode, GError **error)
{
  VswAnswer answer;

  if (!vsw_socket_request (session->route, vsw_ip_encode_generation (index, mode), &answer, error))
    return FALSE;
  if (answer.code == EAFNOSUPPORT)
    return TRUE;
  if (!vsw_answer_check (&answer, "set the address generation", error))
    return FALSE;
  vsw_session_tell (session, index, VSW_ATTRIBUTE_IPV6_QUIET, mode == IN6_ADDR_GEN_MODE_NONE, NULL);
  return TRUE;
}

/* The strictest of "all" and the link's own holds, and loose is more than strict. */
static gboolean
is_strict (guint32 own)
{
  guint32 all = 1;

  vsw_ip_files_read_number ("ipv4", "all", "rp_filter", &all);
  return MAX (all, own) == 1;
}

static gboolean
apply_ipv4 (VswSession *session, VswIpLink link, const VswIpSet *wish, const VswIpSet *now, VswIpSettingsStage stage,
            GError **error)
{
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (VswIpNumber));

  for (guint i = 0; i < wish->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (wish->items, i);
      VswIpNumber setting;

      if (item->kind != VSW_IP_SETTING4 || vsw_ip_set_find (now, item) != NULL)
        continue;
      memcpy (&setting, item->body, sizeof setting);
      if (vsw_ip_setting4_get_name (setting.number) == NULL
          || (stage == VSW_IP_SETTINGS_FIRST && setting.number == IPV4_DEVCONF_RP_FILTER && setting.value != LOOSE))
        continue;
      g_array_append_val (changes, setting);
    }
  return changes->len == 0
         || request (session, vsw_ip_encode_setting4 (link.index, (VswIpNumber *)(gpointer)changes->data, changes->len),
                     link, "the settings of IPv4", error);
}

/* A token is refused where router advertisements are not taken, where it has no effect either (inet6_set_iftoken() of net/ipv6/addrconf.c). */
static gboolean
apply_ipv6 (VswSession *session, VswIpLink link, const VswIpSet *wish, const VswIpSet *now, GError **error)
{
  for (guint i = 0; i < wish->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (wish->items, i);
      VswAnswer answer;

      if (item->kind == VSW_IP_TOKEN && vsw_ip_set_find (now, item) == NULL
          && !vsw_socket_request (session->route, vsw_ip_encode_token (link.index, item->body), &answer, error))
        return FALSE;
      if (item->kind == VSW_IP_GENERATION
          && !vsw_ip_settings_set_generation (session, link.index, item->body[0], error))
        return FALSE;
    }
  return TRUE;
}

gboolean
vsw_ip_settings_apply (VswSession *session, VswIpLink link, const VswIpSet *wish, VswIpSettingsStage stage,
                       GError **error)
{
  g_autoptr (VswIpSet) now = vsw_ip_set_new ();

  if (!vsw_ip_settings_read (session, link, now, error) || !apply_ipv4 (session, link, wish, now, stage, error))
    return FALSE;
  if (stage == VSW_IP_SETTINGS_FIRST)
    return vsw_ip_files_write (session, link, wish, now, error) && vsw_ip_settings_loosen (session, link, error);
  return vsw_ip_files_write (session, link, wish, now, error) && apply_ipv6 (session, link, wish, now, error);
}

/* --- the check of source addresses --- */

static gboolean
read_filter (VswSession *session, VswIpLink link, guint32 *ret_value, GError **error)
{
  g_autoptr (VswIpSet) now = vsw_ip_set_new ();

  *ret_value = 0;
  if (!vsw_ip_settings_read (session, link, now, error))
    return FALSE;
  for (guint i = 0; i < now->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (now->items, i);
      VswIpNumber setting;

      memcpy (&setting, item->body, MIN (item->size, sizeof setting));
      if (item->kind == VSW_IP_SETTING4 && setting.number == IPV4_DEVCONF_RP_FILTER)
        *ret_value = setting.value;
    }
  return TRUE;
}

static gboolean
set_filter (VswSession *session, VswIpLink link, guint32 value, GError **error)
{
  VswIpNumber setting = { IPV4_DEVCONF_RP_FILTER, value };

  return request (session, vsw_ip_encode_setting4 (link.index, &setting, 1), link, "rp_filter", error);
}

gboolean
vsw_ip_settings_loosen (VswSession *session, VswIpLink link, GError **error)
{
  guint32 own;

  if (!read_filter (session, link, &own, error))
    return FALSE;
  return !is_strict (own) || set_filter (session, link, LOOSE, error);
}

/* What it was before is not known any more: what a new link has. */
gboolean
vsw_ip_settings_tighten (VswSession *session, VswIpLink link, GError **error)
{
  guint32 own, usual;

  if (!read_filter (session, link, &own, error))
    return FALSE;
  if (own != LOOSE || !vsw_ip_files_read_number ("ipv4", "default", "rp_filter", &usual) || usual == LOOSE)
    return TRUE;
  return set_filter (session, link, usual, error);
}
