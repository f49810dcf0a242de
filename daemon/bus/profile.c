/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source: nm-settings-dbus(5); what client identifiers, IAIDs and interface identifiers are made of: src/core/devices/nm-device.c and
 * src/core/nm-core-utils.c of NetworkManager (the UUID and the name of the interface are among it). */
#include "bus/profile.h"

#include "model/name.h"

#include <stdio.h>
#include <string.h>

#define CONNECTION "connection"
#define ETHERNET   "802-3-ethernet"
#define IPV4       "ipv4"
#define IPV6       "ipv6"
#define EUI64      0 /* NM_SETTING_IP6_CONFIG_ADDR_GEN_MODE_EUI64 */
#define LEASE      "a{sa{sv}}"

/* Everything else is about the NIC itself. */
static const char *const copied[] = { IPV4, IPV6, "proxy", "hostname", "user", NULL };
static const char *const copied_of_connection[] = { "zone",         "stable-id",   "metered", "mdns",        "llmnr",
                                                    "dns-over-tls", "mptcp-flags", "lldp",    "secondaries", NULL };

/* --- reading --- */

/* (nullable) */
static const char *
get_text (GVariant *settings, const char *setting, const char *key)
{
  g_autoptr (GVariant) values = g_variant_lookup_value (settings, setting, G_VARIANT_TYPE_VARDICT);
  const char *text = NULL;

  if (values != NULL)
    g_variant_lookup (values, key, "&s", &text);
  return text; /* it lies in `settings` */
}

static gboolean
has_method (GVariant *settings, const char *setting, const char *const *methods)
{
  const char *method = get_text (settings, setting, "method");

  return method != NULL && g_strv_contains (methods, method);
}

const char *
vsw_profile_get_id (GVariant *settings)
{
  const char *id = get_text (settings, CONNECTION, "id");

  return id != NULL ? id : "";
}

/* Whether somebody has to do something for it for ever: DHCP, router advertisements, a network that is shared. Addresses of method `manual` and
 * `link-local` stay as they are; `ignore` leaves all to the kernel, whose settings move along. */
static gboolean
is_alive (GVariant *settings)
{
  static const char *const alive[] = { "auto", "dhcp", "shared", NULL };

  return has_method (settings, IPV4, alive) || has_method (settings, IPV6, alive);
}

/* The resolver would forget these. */
static gboolean
has_name_servers (GVariant *settings, const char *setting)
{
  static const char *const keys[] = { "dns", "dns-data", "dns-search" };
  g_autoptr (GVariant) values = g_variant_lookup_value (settings, setting, G_VARIANT_TYPE_VARDICT);
  gboolean is_any = FALSE;

  for (gsize i = 0; values != NULL && i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GVariant) list = g_variant_lookup_value (values, keys[i], G_VARIANT_TYPE_ARRAY);

      is_any = is_any || (list != NULL && g_variant_n_children (list) > 0);
    }
  return is_any;
}

/**
 * vsw_profile_needs_copy:
 * @settings: of a profile
 *
 * Thread: any.
 *
 * Returns: whether NetworkManager has to go on with it: with leases and advertisements, or with name servers
 */
gboolean
vsw_profile_needs_copy (GVariant *settings)
{
  return is_alive (settings) || has_name_servers (settings, IPV4) || has_name_servers (settings, IPV6);
}

/**
 * vsw_profile_check:
 * @settings: of what is active on a NIC
 * @nic: its name, raw bytes
 * @is_host: the host is to have on a switch what the profile gave it
 * @error: CONFLICT
 *
 * Thread: any.
 *
 * Returns: whether nothing is lost when NetworkManager lets go of the NIC
 */
gboolean
vsw_profile_check (GVariant *settings, const char *nic, gboolean is_host, GError **error)
{
  g_autoptr (GVariant) authentication = g_variant_lookup_value (settings, "802-1x", G_VARIANT_TYPE_VARDICT);
  g_autofree char *text = vsw_text_escape (nic);
  g_autofree char *id = vsw_text_excerpt (vsw_profile_get_id (settings));
  const char *type = get_text (settings, CONNECTION, "type");

  if (authentication != NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT,
                   "NetworkManager (connection \"%s\") authenticates NIC %s with 802.1X, which ends when it lets go of "
                   "it: then the network lets nobody in",
                   id, text);
      return FALSE;
    }
  if (is_host && is_alive (settings) && g_strcmp0 (type, ETHERNET) != 0)
    {
      g_autofree char *kind = vsw_text_excerpt (type != NULL ? type : "");

      g_set_error (
          error, VSW_ERROR, VSW_ERROR_CONFLICT,
          "NetworkManager (connection \"%s\") has the host's addresses on NIC %s from DHCP or from routers, and "
          "nobody would renew them on the switch: a connection of type %s cannot run there; give it static "
          "addresses first",
          id, text, kind);
      return FALSE;
    }
  return TRUE;
}

/* --- what the network knows the host by --- */

static const char *
get_option (GVariant *options, const char *name)
{
  const char *text = NULL;

  if (options != NULL)
    g_variant_lookup (options, name, "&s", &text);
  return text;
}

/* An IAID "01:02:03:04" as the number that the setting takes. (transfer full) (nullable) */
static char *
print_iaid (const char *text)
{
  guint octets[4];

  if (text == NULL || sscanf (text, "%2x:%2x:%2x:%2x", &octets[0], &octets[1], &octets[2], &octets[3]) != 4)
    return NULL;
  return g_strdup_printf ("%u", octets[0] << 24 | octets[1] << 16 | octets[2] << 8 | octets[3]);
}

/* Whether an address of IPv6 is one that the host made of a router's prefix. */
static gboolean
is_made (GVariant *manual, const char *text, guint32 prefix)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  const char *other;
  GVariantIter iter;
  GVariant *entry;
  gboolean is_manual = FALSE;

  if (prefix != 64 || address == NULL || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6
      || g_inet_address_get_is_link_local (address))
    return FALSE;
  g_variant_iter_init (&iter, manual);
  while ((entry = g_variant_iter_next_value (&iter)) != NULL)
    {
      is_manual = is_manual || (g_variant_lookup (entry, "address", "&s", &other) && strcmp (other, text) == 0);
      g_variant_unref (entry);
    }
  return !is_manual;
}

/* The second half of such an address, "::1:2:3:4". (transfer full) */
static char *
print_token (const char *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  const guint8 *octets = g_inet_address_to_bytes (address);
  guint8 token[16] = { 0 };

  memcpy (token + 8, octets + 8, 8);
  g_autoptr (GInetAddress) half = g_inet_address_new_from_bytes (token, G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string (half);
}

/* (transfer full) (nullable) of the first that was made. */
static char *
find_token (GVariant *settings, GVariant *addresses)
{
  g_autoptr (GVariant) values = g_variant_lookup_value (settings, IPV6, G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) manual =
      values != NULL ? g_variant_lookup_value (values, "address-data", G_VARIANT_TYPE ("aa{sv}")) : NULL;
  g_autoptr (GVariant) none = g_variant_ref_sink (g_variant_new ("aa{sv}", NULL));
  gsize count = addresses != NULL ? g_variant_n_children (addresses) : 0;

  for (gsize i = 0; i < count; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (addresses, i);
      const char *text;
      guint32 prefix = 0;

      if (g_variant_lookup (entry, "address", "&s", &text) && g_variant_lookup (entry, "prefix", "u", &prefix)
          && is_made (manual != NULL ? manual : none, text, prefix))
        return print_token (text);
    }
  return NULL;
}

static gboolean
make_lease4 (GVariant *settings, GVariant *dhcp4, GVariantDict *into)
{
  static const char *const automatic[] = { "auto", NULL };
  const char *client = get_option (dhcp4, "dhcp_client_identifier");

  if (!has_method (settings, IPV4, automatic) || client == NULL)
    return FALSE;

  g_variant_dict_insert (into, "dhcp-client-id", "s", client);
  return TRUE;
}

static gboolean
make_lease6 (GVariant *settings, GVariant *dhcp6, GVariant *addresses, GVariantDict *into)
{
  static const char *const automatic[] = { "auto", "dhcp", NULL };
  g_autofree char *iaid = print_iaid (get_option (dhcp6, "iaid"));
  const char *client = get_option (dhcp6, "dhcp6_client_id");
  g_autofree char *token = find_token (settings, addresses);

  if (!has_method (settings, IPV6, automatic))
    return FALSE;

  if (token != NULL)
    {
      g_variant_dict_insert (into, "addr-gen-mode", "i", EUI64);
      g_variant_dict_insert (into, "token", "s", token);
    }
  if (iaid != NULL)
    g_variant_dict_insert (into, "dhcp-iaid", "s", iaid);
  if (client != NULL)
    g_variant_dict_insert (into, "dhcp-duid", "s", client);
  return token != NULL || iaid != NULL || client != NULL;
}

/**
 * vsw_profile_print_lease:
 * @settings: of what is active on a NIC
 * @dhcp4: (nullable): options of its lease of IPv4, a{sv}
 * @dhcp6: (nullable): the same of IPv6
 * @ip6: (nullable): its addresses of IPv6, aa{sv}
 *
 * Thread: any.
 *
 * Returns: (transfer full) (nullable): what a copy of the profile has to say so that the host gets the same addresses on another NIC
 */
char *
vsw_profile_print_lease (GVariant *settings, GVariant *dhcp4, GVariant *dhcp6, GVariant *ip6)
{
  g_auto (GVariantDict) four = G_VARIANT_DICT_INIT (NULL);
  g_auto (GVariantDict) six = G_VARIANT_DICT_INIT (NULL);
  gboolean has_four = make_lease4 (settings, dhcp4, &four);
  gboolean has_six = make_lease6 (settings, dhcp6, ip6, &six);
  GVariantBuilder builder;

  if (!has_four && !has_six)
    return NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (LEASE));
  if (has_four)
    g_variant_builder_add (&builder, "{s@a{sv}}", IPV4, g_variant_dict_end (&four));
  if (has_six)
    g_variant_builder_add (&builder, "{s@a{sv}}", IPV6, g_variant_dict_end (&six));
  g_autoptr (GVariant) lease = g_variant_ref_sink (g_variant_builder_end (&builder));
  return g_variant_print (lease, TRUE);
}

/* --- the copy --- */

/**
 * vsw_profile_get_copy_uuid:
 * @uuid: of a profile
 * @nic_id: id of the NIC that it was on
 *
 * Thread: any.
 *
 * Returns: (transfer full): of its copy
 */
char *
vsw_profile_get_copy_uuid (const char *uuid, const char *nic_id)
{
  g_autofree char *text = g_strconcat ("vmswitch ", uuid, " ", nic_id, NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA1, text, -1);

  /* Version 5 and the variant of RFC 4122. */
  return g_strdup_printf ("%.8s-%.4s-5%.3s-8%.3s-%.12s", hash, hash + 8, hash + 12, hash + 16, hash + 20);
}

/* What is noted goes before what was said. */
static GVariant *
new_setting (GVariant *values, GVariant *lease, const char *name)
{
  g_autoptr (GVariant) noted = lease != NULL ? g_variant_lookup_value (lease, name, G_VARIANT_TYPE_VARDICT) : NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (values);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  if (noted != NULL)
    {
      g_variant_iter_init (&iter, noted);
      while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
        {
          g_variant_dict_insert_value (&dict, key, value);
          g_variant_unref (value);
        }
    }
  return g_variant_dict_end (&dict);
}

char *
vsw_profile_print_copy_id (GVariant *settings, const char *home)
{
  return g_strdup_printf ("%s (switch %s)", vsw_profile_get_id (settings), home);
}

static GVariant *
new_connection (GVariant *settings, const char *uuid, const char *home, const char *internal)
{
  g_autoptr (GVariant) values = g_variant_lookup_value (settings, CONNECTION, G_VARIANT_TYPE_VARDICT);
  g_autofree char *id = vsw_profile_print_copy_id (settings, home);
  g_autofree char *user = g_strdup_printf ("user:%s:", g_get_user_name ());
  const char *users[] = { user, NULL };
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  for (gsize i = 0; copied_of_connection[i] != NULL; i++)
    {
      g_autoptr (GVariant) value =
          values != NULL ? g_variant_lookup_value (values, copied_of_connection[i], NULL) : NULL;

      if (value != NULL)
        g_variant_dict_insert_value (&dict, copied_of_connection[i], value);
    }
  g_variant_dict_insert (&dict, "id", "s", id);
  g_variant_dict_insert (&dict, "uuid", "s", uuid);
  g_variant_dict_insert (&dict, "type", "s", ETHERNET);
  g_variant_dict_insert (&dict, "interface-name", "s", internal);
  g_variant_dict_insert (&dict, "autoconnect", "b", FALSE);
  /* Ours: so that it takes no more than the leave to change what is one's own. */
  g_variant_dict_insert (&dict, "permissions", "^as", users);
  return g_variant_dict_end (&dict);
}

/**
 * vsw_profile_new_copy:
 * @settings: of a profile
 * @uuid: of the copy
 * @lease: (nullable): what vsw_profile_print_lease() said
 * @home: name of the switch
 * @internal: name of the internal NIC
 *
 * Thread: any.
 *
 * Returns: (transfer floating): the same for that NIC, a{sa{sv}}
 */
GVariant *
vsw_profile_new_copy (GVariant *settings, const char *uuid, const char *lease, const char *home, const char *internal)
{
  g_autoptr (GVariant) noted = lease != NULL ? g_variant_parse (G_VARIANT_TYPE (LEASE), lease, NULL, NULL, NULL) : NULL;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (LEASE));
  g_variant_builder_add (&builder, "{s@a{sv}}", CONNECTION, new_connection (settings, uuid, home, internal));
  g_variant_builder_add (&builder, "{s@a{sv}}", ETHERNET, g_variant_new ("a{sv}", NULL));
  for (gsize i = 0; copied[i] != NULL; i++)
    {
      g_autoptr (GVariant) values = g_variant_lookup_value (settings, copied[i], G_VARIANT_TYPE_VARDICT);

      if (values != NULL)
        g_variant_builder_add (&builder, "{s@a{sv}}", copied[i], new_setting (values, noted, copied[i]));
    }
  return g_variant_builder_end (&builder);
}
