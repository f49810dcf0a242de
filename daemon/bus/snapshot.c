/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/snapshot.h"

/**
 * vsw_snapshot_list_interfaces:
 * @view: an object
 *
 * Thread: main.
 *
 * Returns: a bit of each table whose interface it has now
 */
guint
vsw_snapshot_list_interfaces (const VswView *view)
{
  guint interfaces = 0;

  for (guint i = 0; i < VSW_N_TABLES; i++)
    if (vsw_table_get (i)->is_present (view))
      interfaces |= 1u << i;

  return interfaces;
}

/**
 * vsw_snapshot_read:
 * @row: a property
 * @view: an object that has it
 *
 * Thread: main.
 *
 * Returns: (transfer full) (nullable): what to compare
 */
GVariant *
vsw_snapshot_read (const VswPropertyRow *row, const VswView *view)
{
  switch (row->emits)
    {
    case VSW_EMITS_VALUE:
      return g_variant_ref_sink (row->get (view));
    case VSW_EMITS_INVALIDATES:
      return g_variant_ref_sink (g_variant_new_uint64 (row->get_version (view)));
    case VSW_EMITS_CONST:
    case VSW_EMITS_NOTHING:
      return NULL;
    }
  g_assert_not_reached ();
}

/**
 * vsw_snapshot_get_manager:
 * @view: an object
 *
 * Thread: main.
 *
 * Returns: (transfer full) (nullable): path of the switch that tells of it too
 */
char *
vsw_snapshot_get_manager (const VswView *view)
{
  return view->kind == VSW_VIEW_PORT ? vsw_path_new_switch (view->home->head.name) : NULL;
}

static gsize
count_values (guint interfaces)
{
  gsize n = 0;

  for (guint i = 0; i < VSW_N_TABLES; i++)
    if ((interfaces & (1u << i)) != 0)
      n += vsw_table_get (i)->n_properties;

  return n;
}

/**
 * vsw_snapshot_new:
 * @view: an object
 *
 * Thread: main.
 *
 * Returns: (transfer full): how it is now
 */
VswSnapshot *
vsw_snapshot_new (const VswView *view)
{
  VswSnapshot *self = g_new0 (VswSnapshot, 1);
  gsize n = 0;

  self->kind = view->kind;
  self->path = vsw_view_get_path (view);
  self->manager = vsw_snapshot_get_manager (view);
  self->interfaces = vsw_snapshot_list_interfaces (view);
  self->n_values = count_values (self->interfaces);
  self->values = g_new0 (GVariant *, self->n_values);

  for (guint i = 0; i < VSW_N_TABLES; i++)
    if ((self->interfaces & (1u << i)) != 0)
      for (gsize j = 0; j < vsw_table_get (i)->n_properties; j++)
        self->values[n++] = vsw_snapshot_read (&vsw_table_get (i)->properties[j], view);

  return self;
}

/**
 * vsw_snapshot_free:
 * @self: (transfer full): a snapshot
 *
 * Thread: main.
 */
void
vsw_snapshot_free (VswSnapshot *self)
{
  for (gsize i = 0; i < self->n_values; i++)
    g_clear_pointer (&self->values[i], g_variant_unref);
  g_free (self->values);
  g_free (self->manager);
  g_free (self->path);
  g_free (self);
}
