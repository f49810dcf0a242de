/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/nic.h"

#include "client/failure.h"
#include "client/option.h"

#include <string.h>

static const struct
{
  const char *name;
  const char *key; /* on the bus; NULL: ours to know */
  gboolean number;
} keys[] = {
  { "kind", NULL, FALSE },        { "name", NULL, FALSE },
  { "switch", NULL, FALSE },      { "queues", NULL, TRUE },
  { "mtu", "Mtu", TRUE },         { "port", "Port", FALSE },
  { "mac", "MacAddress", FALSE }, { "description", "Description", FALSE },
};

/* Cuts the next KEY=VALUE off. Two commas are one within a value, as in options of QEMU. */
static char *
cut_item (const char **text)
{
  GString *item = g_string_new (NULL);
  const char *p = *text;

  for (; *p != '\0' && (p[0] != ',' || p[1] == ','); p++)
    {
      g_string_append_c (item, *p);
      p += p[0] == ',';
    }
  *text = *p == ',' ? p + 1 : p;
  return g_string_free (item, FALSE);
}

static gsize
find_key (const char *item, const char **ret_value, GError **error)
{
  const char *equals = strchr (item, '=');

  for (gsize i = 0; equals != NULL && i < G_N_ELEMENTS (keys); i++)
    if (strlen (keys[i].name) == (gsize)(equals - item) && g_str_has_prefix (item, keys[i].name))
      {
        *ret_value = equals + 1;
        return i;
      }
  if (equals == NULL)
    g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "--nic: \"%s\" is not KEY=VALUE", item);
  else
    g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE,
                 "--nic: \"%.*s\" is not one of: kind, name, switch, queues, mtu, port, mac, description",
                 (int)(equals - item), item);
  return G_N_ELEMENTS (keys);
}

static gboolean
decode_item (VswNic *self, const char *item, gboolean *seen, GVariantBuilder *settings, GError **error)
{
  const char *value = NULL;
  guint32 number = 0;
  gsize i = find_key (item, &value, error);

  if (i == G_N_ELEMENTS (keys))
    return FALSE;
  if (seen[i])
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "--nic: %s is given twice", keys[i].name);
      return FALSE;
    }
  seen[i] = TRUE;
  if (keys[i].number && !vsw_number_decode (value, &number, error))
    {
      g_prefix_error (error, "--nic: %s: ", keys[i].name);
      return FALSE;
    }
  if (keys[i].key != NULL)
    g_variant_builder_add (settings, "{sv}", keys[i].key,
                           keys[i].number ? g_variant_new_uint32 (number) : g_variant_new_string (value));
  else if (keys[i].number)
    self->queues = number;
  else
    {
      char **place = g_str_equal (keys[i].name, "kind")   ? &self->kind
                     : g_str_equal (keys[i].name, "name") ? &self->name
                                                          : &self->switch_name;

      g_free (*place);
      *place = g_strdup (value);
    }
  return TRUE;
}

/**
 * vsw_nic_decode:
 * @text: `KEY=VALUE,...`; "" takes all defaults
 * @error: %VSW_FAILURE_USAGE
 *
 * Reads what a user wants of a NIC. Which values make sense is for the service to say.
 *
 * Returns: (transfer full) (nullable): the NIC. Any thread.
 */
VswNic *
vsw_nic_decode (const char *text, GError **error)
{
  g_autoptr (VswNic) self = g_new0 (VswNic, 1);
  g_autoptr (GVariantBuilder) settings = g_variant_builder_new (G_VARIANT_TYPE_VARDICT);
  gboolean seen[G_N_ELEMENTS (keys)] = { FALSE };

  self->kind = g_strdup ("synthetic");
  self->queues = 1;
  while (*text != '\0')
    {
      g_autofree char *item = cut_item (&text);

      if (!decode_item (self, item, seen, settings, error))
        return NULL;
    }
  self->settings = g_variant_ref_sink (g_variant_builder_end (settings));
  return g_steal_pointer (&self);
}

/**
 * vsw_nic_free:
 * @self: (transfer full): a NIC
 *
 * Forgets a NIC. Any thread.
 */
void
vsw_nic_free (VswNic *self)
{
  g_free (self->switch_name);
  g_free (self->name);
  g_free (self->kind);
  g_clear_pointer (&self->settings, g_variant_unref);
  g_free (self);
}

/**
 * vsw_nic_export:
 * @self: a NIC
 * @name: what it shall be called
 *
 * Makes what Attach takes: always a tap that lives as long as its descriptors.
 *
 * Returns: (transfer floating): an `a{sv}`. Any thread.
 */
GVariant *
vsw_nic_export (const VswNic *self, const char *name)
{
  GVariantBuilder builder;
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "Name", g_variant_new_string (name));
  g_variant_builder_add (&builder, "{sv}", "Kind", g_variant_new_string (self->kind));
  g_variant_builder_add (&builder, "{sv}", "Backend", g_variant_new_string ("tap"));
  g_variant_builder_add (&builder, "{sv}", "Lifetime", g_variant_new_string ("descriptor"));
  g_variant_builder_add (&builder, "{sv}", "Queues", g_variant_new_uint32 (self->queues));
  g_variant_iter_init (&iter, self->settings);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_variant_builder_add (&builder, "{sv}", key, value);
  return g_variant_builder_end (&builder);
}
