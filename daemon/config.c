/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#define GROUP "vmswitch"

/* The limits: key, where it goes, and what it may be. */
typedef struct
{
  const char *key;
  gsize offset; /* of a guint32 in VswRules */
  guint32 min;
  guint32 max;
} Limit;

static const Limit limits[] = {
  { "MaxSwitches", G_STRUCT_OFFSET (VswRules, max_switches), 1, 65536 },
  { "MaxPortsPerSwitch", G_STRUCT_OFFSET (VswRules, max_ports), 1, VSW_PORTS_CEILING },
  { "MaxEndpoints", G_STRUCT_OFFSET (VswRules, max_endpoints), 1, 1000000 },
  { "MaxStaticAddressesPerPort", G_STRUCT_OFFSET (VswRules, max_static_addresses), 1, 4096 },
  { "MaxBatch", G_STRUCT_OFFSET (VswRules, max_batch), 1, VSW_PORTS_CEILING },
  { "MaxSystems", G_STRUCT_OFFSET (VswRules, max_systems), 1, 65536 },
  { "MaxSettingsPerSystem", G_STRUCT_OFFSET (VswRules, max_settings), 1, 256 },
  { "MaxCheckpoints", G_STRUCT_OFFSET (VswRules, max_checkpoints), 0, 4096 },
  { "MaxSwitchesPerUser", G_STRUCT_OFFSET (VswRules, max_switches_per_user), 0, 65536 },
  { "MaxPortsPerUser", G_STRUCT_OFFSET (VswRules, max_ports_per_user), 0, 1000000 },
  { "MaxEndpointsPerUser", G_STRUCT_OFFSET (VswRules, max_endpoints_per_user), 0, 1000000 },
  { "MaxSystemsPerUser", G_STRUCT_OFFSET (VswRules, max_systems_per_user), 0, 65536 },
  { "MaxCheckpointsPerUser", G_STRUCT_OFFSET (VswRules, max_checkpoints_per_user), 0, 4096 },
  /* with none, nobody could ask at all */
  { "MaxCallsPerUser", G_STRUCT_OFFSET (VswRules, max_calls_per_user), 1, 65536 },
};

static gboolean
fail (GError **error, const char *path, const char *key, const char *value, const char *what)
{
  g_autofree char *shown = vsw_text_escape (value);

  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "%s: %s=%s: %s", path, key, shown, what);
  return FALSE;
}

static gboolean
read_limit (VswConfig *self, const Limit *limit, const char *path, const char *value, GError **error)
{
  guint64 number;
  g_autofree char *what = g_strdup_printf ("must be a number from %u to %u", limit->min, limit->max);

  if (!g_ascii_string_to_unsigned (value, 10, limit->min, limit->max, &number, NULL))
    return fail (error, path, limit->key, value, what);

  G_STRUCT_MEMBER (guint32, &self->rules, limit->offset) = (guint32)number;
  return TRUE;
}

static gboolean
read_mac_range (VswConfig *self, const char *path, const char *value, GError **error)
{
  g_auto (GStrv) ends = g_strsplit (value, "-", 0);
  g_autoptr (GError) reason = NULL;
  VswMacRange range;

  if (g_strv_length (ends) != 2)
    return fail (error, path, "DynamicMacRange", value, "must be FIRST-LAST, two addresses as aa:bb:cc:dd:ee:ff");
  if (!vsw_mac_decode (g_strstrip (ends[0]), &range.first, &reason)
      || !vsw_mac_decode (g_strstrip (ends[1]), &range.last, &reason) || !vsw_mac_range_check (range, &reason))
    return fail (error, path, "DynamicMacRange", value, reason->message);

  self->rules.mac_range = range;
  return TRUE;
}

/* Only '*' and '?' stand for others (GPatternSpec): who writes "eth[0-9]" means something else than we would understand. */
static gboolean
check_glob (const char *glob)
{
  return strpbrk (glob, "[]{}/:") == NULL && (strchr (glob, '*') != NULL || strlen (glob) < VSW_INTERFACE_SIZE);
}

/* An empty value takes back what an earlier file said, as systemd has it. */
static gboolean
read_external_interfaces (VswConfig *self, const char *path, const char *value, GError **error)
{
  g_auto (GStrv) globs = g_strsplit_set (value, "; ", 0);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (value[0] != '\0' && self->external_interfaces != NULL)
    g_strv_builder_addv (builder, (const char **)self->external_interfaces);
  for (char **glob = globs; *glob != NULL; glob++)
    if ((*glob)[0] != '\0' && !check_glob (*glob))
      return fail (error, path, "ExternalInterfaces", *glob,
                   "must be names of devices, at most 15 characters, in which only * and ? stand for others");
    else if ((*glob)[0] != '\0')
      g_strv_builder_add (builder, *glob);

  g_strfreev (self->external_interfaces);
  self->external_interfaces = g_strv_builder_end (builder);
  self->rules.external_interfaces = (const char *const *)self->external_interfaces;
  return TRUE;
}

static gboolean
read_key (VswConfig *self, const char *path, const char *key, const char *value, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    if (g_str_equal (key, limits[i].key))
      return read_limit (self, &limits[i], path, value, error);

  if (g_str_equal (key, "DynamicMacRange"))
    return read_mac_range (self, path, value, error);

  if (g_str_equal (key, "ExternalInterfaces"))
    return read_external_interfaces (self, path, value, error);

  g_warning ("%s: unknown key %s in group [" GROUP "]: ignored", path, key);
  return TRUE;
}

static gboolean
read_file (VswConfig *self, const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) reason = NULL;
  g_auto (GStrv) groups = NULL;
  g_auto (GStrv) keys = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &reason))
    {
      if (g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "%s: %s", path, reason->message);
      return FALSE;
    }

  groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group != NULL; group++)
    if (!g_str_equal (*group, GROUP))
      g_warning ("%s: unknown group [%s]: ignored", path, *group);

  keys = g_key_file_get_keys (file, GROUP, NULL, NULL);
  for (char **key = keys; key != NULL && *key != NULL; key++)
    {
      g_autofree char *value = g_key_file_get_value (file, GROUP, *key, NULL);

      if (!read_key (self, path, *key, g_strstrip (value), error))
        return FALSE;
    }

  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static gboolean
read_drop_ins (VswConfig *self, const char *path, GError **error)
{
  g_autofree char *folder = g_strconcat (path, ".d", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".conf"))
      g_ptr_array_add (names, g_build_filename (folder, name, NULL));

  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    if (!read_file (self, g_ptr_array_index (names, i), error))
      return FALSE;

  return TRUE;
}

/* Two hosts on one network must not hand out the same addresses: their machine ids choose different parts of the pool
 * (`machine-id(5)` asks that the id itself is not shown; two octets of a hash do not). */
static void
spread_mac_range (VswConfig *self)
{
  g_autofree char *id = NULL;

  if (!g_file_get_contents ("/etc/machine-id", &id, NULL, NULL))
    return;

  g_autofree char *hash =
      g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *)"org.vmswitch1.mac", 17, g_strstrip (id), -1);
  guint8 high = (guint8)(g_ascii_xdigit_value (hash[0]) << 4 | g_ascii_xdigit_value (hash[1]));
  guint8 low = (guint8)(g_ascii_xdigit_value (hash[2]) << 4 | g_ascii_xdigit_value (hash[3]));

  self->rules.mac_range.first.octets[2] = self->rules.mac_range.last.octets[2] = high;
  self->rules.mac_range.first.octets[3] = self->rules.mac_range.last.octets[3] = low;
}

VswConfig *
vsw_config_new (const char *path, GError **error)
{
  g_autoptr (VswConfig) self = g_new0 (VswConfig, 1);

  self->rules = *vsw_rules_get_default ();
  spread_mac_range (self);
  if (!read_file (self, path, error) || !read_drop_ins (self, path, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
vsw_config_free (VswConfig *self)
{
  g_strfreev (self->external_interfaces);
  g_free (self);
}
