/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/table.h"

#include <string.h>

static const VswTable *const tables[] = {
  &vsw_manager_table,  &vsw_switch_table,   &vsw_port_table,       &vsw_connection_table, &vsw_ethernet_table,
  &vsw_external_table, &vsw_internal_table, &vsw_synthetic_table,  &vsw_emulated_table,   &vsw_lan_table,
  &vsw_system_table,   &vsw_setting_table,  &vsw_checkpoint_table,
};

G_STATIC_ASSERT (G_N_ELEMENTS (tables) == VSW_N_TABLES);

/**
 * vsw_table_get:
 * @position: 0 to VSW_N_TABLES - 1
 *
 * Thread: any.
 *
 * Returns: the table of that interface
 */
const VswTable *
vsw_table_get (guint position)
{
  return tables[position];
}

/**
 * vsw_table_find:
 * @interface_name: such as `org.vmswitch1.Switch`
 *
 * Thread: any.
 *
 * Returns: (nullable): the table of that interface
 */
const VswTable *
vsw_table_find (const char *interface_name)
{
  for (guint i = 0; i < VSW_N_TABLES; i++)
    if (strcmp (tables[i]->info->name, interface_name) == 0)
      return tables[i];

  return NULL;
}

/**
 * vsw_table_find_property:
 * @self: an interface
 * @name: name of a property
 *
 * Thread: any.
 *
 * Returns: (nullable): its row
 */
const VswPropertyRow *
vsw_table_find_property (const VswTable *self, const char *name)
{
  for (gsize i = 0; i < self->n_properties; i++)
    if (strcmp (self->properties[i].name, name) == 0)
      return &self->properties[i];

  return NULL;
}

/**
 * vsw_table_find_method:
 * @self: an interface
 * @name: name of a method
 *
 * Thread: any.
 *
 * Returns: (nullable): its row
 */
const VswMethodRow *
vsw_table_find_method (const VswTable *self, const char *name)
{
  for (gsize i = 0; i < self->n_methods; i++)
    if (strcmp (self->methods[i].name, name) == 0)
      return &self->methods[i];

  return NULL;
}

/**
 * vsw_table_print:
 * @self: an interface
 * @view: an object that has it
 *
 * Thread: main.
 *
 * Returns: (transfer floating): all its properties, `a{sv}`
 */
GVariant *
vsw_table_print (const VswTable *self, const VswView *view)
{
  GVariant *entries[VSW_TABLE_MAX_PROPERTIES];

  for (gsize i = 0; i < self->n_properties; i++)
    entries[i] = g_variant_new_dict_entry (g_variant_new_string (self->properties[i].name),
                                           g_variant_new_variant (self->properties[i].get (view)));

  return g_variant_new_array (G_VARIANT_TYPE ("{sv}"), entries, self->n_properties);
}

/**
 * vsw_table_print_all:
 * @view: an object
 *
 * Thread: main.
 *
 * Returns: (transfer floating): all its interfaces with their properties, `a{sa{sv}}`
 */
GVariant *
vsw_table_print_all (const VswView *view)
{
  GVariant *entries[VSW_N_TABLES];
  gsize n = 0;

  for (guint i = 0; i < VSW_N_TABLES; i++)
    if (tables[i]->is_present (view))
      entries[n++] =
          g_variant_new_dict_entry (g_variant_new_string (tables[i]->info->name), vsw_table_print (tables[i], view));

  return g_variant_new_array (G_VARIANT_TYPE ("{sa{sv}}"), entries, n);
}

/* --- for getters --- */

/**
 * vsw_variant_new_mac:
 * @mac: an address
 *
 * Returns: (transfer floating): its text; nothing for the zero address, which nobody has
 */
GVariant *
vsw_variant_new_mac (VswMac mac)
{
  char text[VSW_MAC_TEXT_SIZE];

  return g_variant_new_string (vsw_mac_is_zero (mac) ? "" : vsw_mac_print (mac, text));
}

/**
 * vsw_variant_new_bytes:
 * @bytes: text that somebody else chose
 *
 * Returns: (transfer floating): the text, with what is not printable UTF-8 escaped
 */
GVariant *
vsw_variant_new_bytes (const char *bytes)
{
  return g_variant_new_take_string (vsw_text_escape (bytes));
}

static GVariant *
new_path (char *path)
{
  g_autofree char *owned = path;

  return g_variant_new_object_path (owned);
}

/**
 * vsw_variant_new_switch:
 * @value: (nullable): a switch
 *
 * Returns: (transfer floating): its path, or `/`
 */
GVariant *
vsw_variant_new_switch (const VswSwitch *value)
{
  return new_path (value != NULL ? vsw_path_new_switch (value->head.name) : g_strdup (VSW_PATH_NONE));
}

/**
 * vsw_variant_new_port:
 * @view: a port, or a NIC
 *
 * Returns: (transfer floating): the path of the port, or `/`
 */
GVariant *
vsw_variant_new_port (const VswView *view)
{
  if (view->port == NULL || view->home == NULL)
    return new_path (g_strdup (VSW_PATH_NONE));

  return new_path (vsw_path_new_port (view->home->head.name, view->port->head.name));
}

/**
 * vsw_variant_new_nic:
 * @value: (nullable): a NIC
 *
 * Returns: (transfer floating): its path, or `/`
 */
GVariant *
vsw_variant_new_nic (const VswNic *value)
{
  return new_path (value != NULL ? vsw_path_new_endpoint (value->head.name) : g_strdup (VSW_PATH_NONE));
}

/**
 * vsw_variant_new_system:
 * @value: (nullable): a virtual system
 *
 * Returns: (transfer floating): its path, or `/`
 */
GVariant *
vsw_variant_new_system (const VswSystem *value)
{
  return new_path (value != NULL ? vsw_path_new_system (value->head.name) : g_strdup (VSW_PATH_NONE));
}

/**
 * vsw_variant_append_path:
 * @view: an object
 * @builder: a GVariantBuilder of `ao`
 *
 * Adds the path of an object to a list. Thread: main.
 */
void
vsw_variant_append_path (const VswView *view, gpointer builder)
{
  g_autofree char *path = vsw_view_get_path (view);

  g_variant_builder_add (builder, "o", path);
}
