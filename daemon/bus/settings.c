/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/settings.h"

#include <string.h>

typedef gboolean (*CheckFunc) (const char *text, GError **error);

static gboolean
check_not_empty (const char *text, GError **error)
{
  if (text[0] != '\0')
    return TRUE;

  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "it is empty");
  return FALSE;
}

/* How a key is called, its type, where its value goes, what its text must be like, and which field of a draft it gives. */
static const struct
{
  const char *name;
  const char *type;
  gsize offset;
  CheckFunc check;
  guint given;
} rows[] = {
  [VSW_KEY_NAME] = { "Name", "s", G_STRUCT_OFFSET (VswSettings, name), vsw_name_check, 0 },
  [VSW_KEY_DESCRIPTION] = { "Description", "s", G_STRUCT_OFFSET (VswSettings, description), vsw_description_check,
                            VSW_GIVEN_DESCRIPTION },
  [VSW_KEY_MTU] = { "Mtu", "u", G_STRUCT_OFFSET (VswSettings, mtu), NULL, VSW_GIVEN_MTU },
  [VSW_KEY_MAC] = { "MacAddress", "s", G_STRUCT_OFFSET (VswSettings, mac), NULL, VSW_GIVEN_MAC },
  [VSW_KEY_AGEING] = { "AgeingSeconds", "u", G_STRUCT_OFFSET (VswSettings, ageing), NULL, VSW_GIVEN_AGEING },
  [VSW_KEY_MAX_LEARNED] = { "MaxLearnedAddresses", "u", G_STRUCT_OFFSET (VswSettings, max_learned), NULL,
                            VSW_GIVEN_MAX_LEARNED },
  [VSW_KEY_SPANNING_TREE] = { "SpanningTree", "b", G_STRUCT_OFFSET (VswSettings, spanning_tree), NULL,
                              VSW_GIVEN_SPANNING_TREE },
  [VSW_KEY_MULTICAST_SNOOPING] = { "MulticastSnooping", "b", G_STRUCT_OFFSET (VswSettings, multicast_snooping), NULL,
                                   VSW_GIVEN_MULTICAST_SNOOPING },
  [VSW_KEY_SHARED] = { "Shared", "b", G_STRUCT_OFFSET (VswSettings, shared), NULL, VSW_GIVEN_SHARED },
  [VSW_KEY_LIFETIME] = { "Lifetime", "s", G_STRUCT_OFFSET (VswSettings, lifetime), NULL, VSW_GIVEN_LIFETIME },
  [VSW_KEY_QUEUES] = { "Queues", "u", G_STRUCT_OFFSET (VswSettings, queues), NULL, VSW_GIVEN_QUEUES },
  [VSW_KEY_KIND] = { "Kind", "s", G_STRUCT_OFFSET (VswSettings, kind), NULL, 0 },
  [VSW_KEY_BACKEND] = { "Backend", "s", G_STRUCT_OFFSET (VswSettings, backend), NULL, VSW_GIVEN_BACKEND },
  [VSW_KEY_PORT] = { "Port", "s", G_STRUCT_OFFSET (VswSettings, port), vsw_name_check, 0 },
  [VSW_KEY_NAMESPACE] = { "Namespace", "h", G_STRUCT_OFFSET (VswSettings, handle), NULL, 0 },
  [VSW_KEY_INTERFACE_NAME] = { "InterfaceName", "s", G_STRUCT_OFFSET (VswSettings, interface_name), check_not_empty,
                               0 },
  [VSW_KEY_INTERFACE_INDEX] = { "InterfaceIndex", "u", G_STRUCT_OFFSET (VswSettings, interface_index), NULL, 0 },
  [VSW_KEY_FORCE] = { "force", "b", G_STRUCT_OFFSET (VswSettings, force), NULL, 0 },
  [VSW_KEY_SUB_TYPE] = { "ResourceSubType", "s", G_STRUCT_OFFSET (VswSettings, kind), NULL, 0 },
  [VSW_KEY_ADDRESS] = { "Address", "s", G_STRUCT_OFFSET (VswSettings, mac), NULL, VSW_GIVEN_MAC },
  [VSW_KEY_CONNECTION] = { "Connection", "o", G_STRUCT_OFFSET (VswSettings, connection), NULL, VSW_GIVEN_CONNECTION },
  [VSW_KEY_AUTOMATIC] = { "AutomaticConnection", "b", G_STRUCT_OFFSET (VswSettings, automatic), NULL,
                          VSW_GIVEN_AUTOMATIC },
  [VSW_KEY_MACHINE] = { "Machine", "s", G_STRUCT_OFFSET (VswSettings, machine), vsw_machine_check, VSW_GIVEN_MACHINE },
  [VSW_KEY_MACHINE_OPTION] = { "machine", "s", G_STRUCT_OFFSET (VswSettings, machine), vsw_machine_check,
                               VSW_GIVEN_MACHINE },
  [VSW_KEY_QUEUES_OPTION] = { "queues", "u", G_STRUCT_OFFSET (VswSettings, queues), NULL, 0 },
  [VSW_KEY_TAKE_OVER] = { "take-over", "b", G_STRUCT_OFFSET (VswSettings, take_over), NULL, 0 },
  [VSW_KEY_IGNORE_FIREWALL] = { "ignore-firewall", "b", G_STRUCT_OFFSET (VswSettings, ignore_firewall), NULL, 0 },
  [VSW_KEY_DRY_RUN] = { "dry-run", "b", G_STRUCT_OFFSET (VswSettings, dry_run), NULL, 0 },
  [VSW_KEY_DROP_ADDRESSES] = { "drop-addresses", "b", G_STRUCT_OFFSET (VswSettings, drop_addresses), NULL, 0 },
  [VSW_KEY_CONFIRM_WITHIN] = { "confirm-within", "u", G_STRUCT_OFFSET (VswSettings, confirm_within), NULL, 0 },
};

G_STATIC_ASSERT (G_N_ELEMENTS (rows) == VSW_N_KEYS);
G_STATIC_ASSERT (VSW_N_KEYS <= 32);

static gboolean
find_key (const char *name, guint keys, VswKey *ret_key)
{
  for (guint key = 0; key < VSW_N_KEYS; key++)
    if ((keys & VSW_KEY_BIT (key)) != 0 && strcmp (rows[key].name, name) == 0)
      {
        *ret_key = key;
        return TRUE;
      }

  return FALSE;
}

/* Who makes a NIC for a guest can choose between these; an internal one is the host's. */
static gboolean
decode_guest_kind (const char *text, VswNicKind *ret_kind, GError **error)
{
  VswNicKind kind = VSW_NIC_INTERNAL;

  if (vsw_nic_kind_decode (text, &kind, NULL) && kind != VSW_NIC_INTERNAL && kind != VSW_NIC_EXTERNAL)
    {
      *ret_kind = kind;
      return TRUE;
    }

  g_autofree char *printable = vsw_text_excerpt (text);
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "'%s' is none of synthetic, emulated", printable);
  return FALSE;
}

/* One of the host's is made of hardware. */
static gboolean
decode_guest_backend (const char *text, VswBackend *ret_backend, GError **error)
{
  VswBackend backend = VSW_BACKEND_HARDWARE;

  if (vsw_backend_decode (text, &backend, NULL) && backend != VSW_BACKEND_HARDWARE)
    {
      *ret_backend = backend;
      return TRUE;
    }

  g_autofree char *printable = vsw_text_excerpt (text);
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "backend '%s' is none of veth, tap", printable);
  return FALSE;
}

/* keys: that the call knows: only what may be a tap may live as long as its descriptors. */
static gboolean
decode_lifetime (const char *text, guint keys, VswLifetime *ret_lifetime, GError **error)
{
  if (vsw_lifetime_decode (text, ret_lifetime, NULL))
    return TRUE;

  g_autofree char *printable = vsw_text_excerpt (text);
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "lifetime '%s' is none of persistent, runtime, caller%s",
               printable, (keys & VSW_KEY_BIT (VSW_KEY_BACKEND)) != 0 ? ", descriptor" : "");
  return FALSE;
}

static gboolean
decode_string (VswKey key, const char *text, guint keys, VswSettings *settings, GError **error)
{
  if (key == VSW_KEY_ADDRESS && text[0] == '\0')
    {
      settings->dynamic_mac = TRUE;
      return TRUE;
    }
  if (key == VSW_KEY_MAC || key == VSW_KEY_ADDRESS)
    return vsw_mac_decode (text, &settings->mac, error);
  if (key == VSW_KEY_LIFETIME)
    return decode_lifetime (text, keys, &settings->lifetime, error);
  if (key == VSW_KEY_KIND || key == VSW_KEY_SUB_TYPE)
    return decode_guest_kind (text, &settings->kind, error);
  if (key == VSW_KEY_BACKEND)
    return decode_guest_backend (text, &settings->backend, error);

  *(const char **)((char *)settings + rows[key].offset) = text;
  return rows[key].check (text, error);
}

static gboolean
decode_value (VswKey key, GVariant *value, guint keys, VswSettings *settings, GError **error)
{
  gpointer field = (char *)settings + rows[key].offset;

  switch (rows[key].type[0])
    {
    case 's':
      return decode_string (key, g_variant_get_string (value, NULL), keys, settings, error);
    case 'o':
      *(const char **)field = g_variant_get_string (value, NULL);
      return TRUE;
    case 'u':
      *(guint32 *)field = g_variant_get_uint32 (value);
      return TRUE;
    case 'h':
      *(gint32 *)field = g_variant_get_handle (value);
      return TRUE;
    case 'b':
      *(gboolean *)field = g_variant_get_boolean (value);
      return TRUE;
    default:
      g_assert_not_reached ();
    }
}

static gboolean
decode_entry (const char *name, GVariant *value, guint keys, VswSettings *settings, GError **error)
{
  VswKey key;

  if (!find_key (name, keys, &key))
    {
      g_autofree char *printable = vsw_text_excerpt (name);

      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "there is no key '%s' here", printable);
      return FALSE;
    }
  if (vsw_settings_has (settings, key))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "key '%s' is given twice", name);
      return FALSE;
    }
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE (rows[key].type)))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "key '%s' has type '%.64s', not '%s'", name,
                   g_variant_get_type_string (value), rows[key].type);
      return FALSE;
    }

  settings->keys |= VSW_KEY_BIT (key);
  if (!decode_value (key, value, keys, settings, error))
    {
      g_prefix_error (error, "key '%s': ", name);
      return FALSE;
    }

  return TRUE;
}

/**
 * vsw_settings_decode:
 * @dictionary: an `a{sv}`; must outlive @ret_settings
 * @keys: which keys it may have (VSW_KEY_BIT)
 * @ret_settings: (out): its values; those not given are zero
 * @error: INVALID_ARGUMENT, naming the key, and what it should have been
 *
 * Decodes a dictionary of a caller. Pure. Thread: any.
 *
 * Returns: %FALSE if anything in it is wrong
 */
gboolean
vsw_settings_decode (GVariant *dictionary, guint keys, VswSettings *ret_settings, GError **error)
{
  VswSettings settings = { 0 };
  gsize n = g_variant_n_children (dictionary);

  /* In one piece: texts are then good as long as the dictionary. */
  g_variant_get_data (dictionary);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (dictionary, i);
      g_autoptr (GVariant) boxed = g_variant_get_child_value (entry, 1);
      g_autoptr (GVariant) value = g_variant_get_variant (boxed);
      const char *name;

      g_variant_get_child (entry, 0, "&s", &name);
      if (!decode_entry (name, value, keys, &settings, error))
        return FALSE;
    }

  *ret_settings = settings;
  return TRUE;
}

/**
 * vsw_settings_has:
 * @self: decoded settings
 * @key: a key
 *
 * Thread: any.
 *
 * Returns: whether the caller gave that key
 */
gboolean
vsw_settings_has (const VswSettings *self, VswKey key)
{
  return (self->keys & VSW_KEY_BIT (key)) != 0;
}

/**
 * vsw_settings_get_given:
 * @self: decoded settings
 *
 * Thread: any.
 *
 * Returns: the VswGiven of those keys that are fields of a draft
 */
guint
vsw_settings_get_given (const VswSettings *self)
{
  guint given = 0;

  for (guint key = 0; key < VSW_N_KEYS; key++)
    if (vsw_settings_has (self, key))
      given |= rows[key].given;

  if (self->dynamic_mac)
    given = (given & ~VSW_GIVEN_MAC) | VSW_GIVEN_DYNAMIC_MAC;

  return given;
}

/**
 * vsw_key_print:
 * @key: a key
 *
 * Returns: how it is called on the bus
 */
const char *
vsw_key_print (VswKey key)
{
  return rows[key].name;
}

/**
 * vsw_key_get_type:
 * @key: a key
 *
 * Returns: the type that its value must have
 */
const GVariantType *
vsw_key_get_type (VswKey key)
{
  return G_VARIANT_TYPE (rows[key].type);
}
