/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/resolve.h"

#define FIRST_OCTET_SWITCH_SIDE 0xfe

/* Neither of ours nor of any device on the host. */
gboolean
vsw_pool_is_free (VswModel *model, VswLinks *links, VswMac mac)
{
  return !vsw_model_has_mac (model, mac) && !vsw_links_has_mac (links, mac);
}

/* Where the search for an address begins: spread over the range, so that an address is not given away again the moment it is
 * free (neighbours remember it), and few are asked about. */
static guint64
choose_start (const char *id, guint64 size)
{
  return vsw_mac_to_number (vsw_mac_from_seed (id)) % size;
}

/* Errors: QUOTA_EXCEEDED. */
gboolean
vsw_pool_take (VswModel *model, VswLinks *links, const char *id, VswMac *ret_mac, GError **error)
{
  VswMacRange range = vsw_model_get_rules (model)->mac_range;
  guint64 first = vsw_mac_to_number (range.first), size = vsw_mac_range_size (range);
  guint64 start = choose_start (id, size);
  for (guint64 i = 0; i < size; i++)
    {
      VswMac mac = vsw_mac_from_number (first + (start + i) % size);
      if (vsw_pool_is_free (model, links, mac))
        {
          *ret_mac = mac;
          return TRUE;
        }
    }
  char text[2][VSW_MAC_TEXT_SIZE];
  g_set_error (error, VSW_ERROR, VSW_ERROR_QUOTA_EXCEEDED,
               "no dynamic MAC address is free in %s-%s: %" G_GUINT64_FORMAT " used, limit %" G_GUINT64_FORMAT,
               vsw_mac_print (range.first, text[0]), vsw_mac_print (range.last, text[1]), size, size);
  return FALSE;
}

/* (transfer none) (nullable) */
static const VswValue *
find_holder (VswModel *model, VswMac mac)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, model->nics);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (vsw_mac_equal (((const VswNic *)value)->mac, mac))
      return value;
  g_hash_table_iter_init (&iter, model->settings);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (vsw_mac_equal (((const VswSetting *)value)->mac, mac))
      return value;
  g_hash_table_iter_init (&iter, model->switches);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (vsw_mac_equal (((const VswSwitch *)value)->mac, mac))
      return value;
  return NULL;
}

/* Only for a refusal: it looks at everything. (transfer full) */
static char *
print_holder (VswModel *model, VswMac mac)
{
  const VswValue *holder = find_holder (model, mac);
  if (holder == NULL)
    return g_strdup ("another endpoint or switch");
  if (holder->kind != VSW_KIND_SETTING)
    return g_strdup_printf ("%s %s", vsw_kind_print (holder->kind), holder->name);
  const VswSystem *system = vsw_model_get_system (model, ((const VswSetting *)holder)->system_id);
  return g_strdup_printf ("setting %s of system %s", holder->name, system->head.name);
}

/* Errors: INVALID_ARGUMENT, EXISTS. */
gboolean
vsw_pool_check_static (VswModel *model, VswLinks *links, VswMac mac, GError **error)
{
  char text[VSW_MAC_TEXT_SIZE];
  vsw_mac_print (mac, text);
  if (!vsw_mac_is_unicast (mac))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "MAC address %s is %s, it has to be a unicast address",
                   text, vsw_mac_is_zero (mac) ? "zero" : "a multicast address");
      return FALSE;
    }
  if (mac.octets[0] == FIRST_OCTET_SWITCH_SIDE)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                   "MAC address %s begins with fe, which is kept for switch-side devices", text);
      return FALSE;
    }
  if (vsw_model_has_mac (model, mac))
    {
      g_autofree char *holder = print_holder (model, mac);
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "MAC address %s is that of %s", text, holder);
      return FALSE;
    }
  if (vsw_links_has_mac (links, mac))
    {
      const VswLink *device = vsw_links_find_foreign_mac (links, mac);
      g_autofree char *name = device != NULL ? vsw_text_escape (device->name) : g_strdup ("of vmswitch");
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "MAC address %s is that of device %s on this host", text, name);
      return FALSE;
    }
  return TRUE;
}

/* The address of a switch that was given none: the same for the same id, unless something has that already. */
VswMac
vsw_pool_derive (VswModel *model, VswLinks *links, const char *id)
{
  VswMac mac = vsw_mac_from_seed (id);
  for (guint salt = 1; !vsw_pool_is_free (model, links, mac); salt++)
    {
      g_autofree char *seed = g_strdup_printf ("%s/%u", id, salt);
      mac = vsw_mac_from_seed (seed);
    }
  return mac;
}
