/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/statistics.h"

#include "model/reading.h"

typedef struct
{
  GHashTable *by_index;     /* (owned) link index → VswCounters (unowned) */
  GVariantBuilder *builder; /* (unowned) a{oa{st}} */
} Report;

static const VswCounters *
find_counters (const Report *report, const VswLink *link)
{
  return link != NULL ? g_hash_table_lookup (report->by_index, GUINT_TO_POINTER (link->index)) : NULL;
}

static GVariant *
print_counters (const VswCounters *counters)
{
  const struct
  {
    const char *name;
    guint64 value;
  } rows[] = {
    { "rx-bytes", counters->rx_bytes },     { "tx-bytes", counters->tx_bytes },
    { "rx-packets", counters->rx_packets }, { "tx-packets", counters->tx_packets },
    { "rx-errors", counters->rx_errors },   { "tx-errors", counters->tx_errors },
    { "rx-dropped", counters->rx_dropped }, { "tx-dropped", counters->tx_dropped },
    { "multicast", counters->multicast },
  };
  GVariant *entries[G_N_ELEMENTS (rows)];

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    entries[i] = g_variant_new_dict_entry (g_variant_new_string (rows[i].name), g_variant_new_uint64 (rows[i].value));

  return g_variant_new_array (G_VARIANT_TYPE ("{st}"), entries, G_N_ELEMENTS (rows));
}

static void
add_counters (VswCounters *sum, const VswCounters *counters)
{
  sum->rx_bytes += counters->rx_bytes;
  sum->tx_bytes += counters->tx_bytes;
  sum->rx_packets += counters->rx_packets;
  sum->tx_packets += counters->tx_packets;
  sum->rx_errors += counters->rx_errors;
  sum->tx_errors += counters->tx_errors;
  sum->rx_dropped += counters->rx_dropped;
  sum->tx_dropped += counters->tx_dropped;
  sum->multicast += counters->multicast;
}

/* What one end of a pair sent, the other received; what a tap sent, its guest did. How many of those frames were multicast is told only by
 * the end that received them; where that is in another namespace, or in a guest, nobody tells us. */
static VswCounters
turn_round (const VswCounters *counters)
{
  VswCounters turned = { 0 };

  turned.rx_bytes = counters->tx_bytes;
  turned.tx_bytes = counters->rx_bytes;
  turned.rx_packets = counters->tx_packets;
  turned.tx_packets = counters->rx_packets;
  turned.rx_errors = counters->tx_errors;
  turned.tx_errors = counters->rx_errors;
  turned.rx_dropped = counters->tx_dropped;
  turned.tx_dropped = counters->rx_dropped;

  return turned;
}

/* FALSE: no device that counts. */
static gboolean
count_endpoint (const Report *report, const VswView *view, VswCounters *ret_counters)
{
  const VswCounters *far = find_counters (report, view->far);
  const VswCounters *near = find_counters (report, view->link);

  if (far != NULL)
    *ret_counters = *far;
  else if (near != NULL)
    *ret_counters = turn_round (near);
  else
    return FALSE;

  return TRUE;
}

static gboolean
count_port (const Report *report, const VswView *view, VswCounters *ret_counters)
{
  const VswCounters *near = find_counters (report, view->link);

  if (near == NULL)
    return FALSE;

  *ret_counters = *near;
  return TRUE;
}

typedef struct
{
  const Report *report;
  VswCounters *sum;
} Sum;

static void
add_port (const VswView *view, gpointer user_data)
{
  Sum *sum = user_data;
  VswCounters counters;

  if (count_port (sum->report, view, &counters))
    add_counters (sum->sum, &counters);
}

static gboolean
count_object (const Report *report, const VswView *view, VswCounters *ret_counters)
{
  VswCounters counters = { 0 };
  Sum sum = { report, &counters };

  switch (view->kind)
    {
    case VSW_VIEW_MANAGER:
    case VSW_VIEW_SYSTEM:
    case VSW_VIEW_SETTING:
    case VSW_VIEW_CHECKPOINT:
      return FALSE;
    case VSW_VIEW_SWITCH:
      vsw_view_list_ports (view, add_port, &sum);
      *ret_counters = counters;
      return TRUE;
    case VSW_VIEW_PORT:
      return count_port (report, view, ret_counters);
    case VSW_VIEW_NIC:
    case VSW_VIEW_EXTERNAL:
      return count_endpoint (report, view, ret_counters);
    }
  g_assert_not_reached ();
}

static void
report_object (const VswView *view, gpointer user_data)
{
  Report *report = user_data;
  g_autofree char *path = NULL;
  VswCounters counters;

  if (!count_object (report, view, &counters))
    return;

  path = vsw_view_get_path (view);
  g_variant_builder_add (report->builder, "{o@a{st}}", path, print_counters (&counters));
}

/**
 * vsw_statistics_decode:
 * @request: a request with arguments `(aoa{sv})`
 * @target: the manager
 * @error: NOT_FOUND, INVALID_ARGUMENT
 *
 * Decodes Manager.GetStatistics. Thread: main.
 *
 * Returns: %FALSE if anything in it is wrong
 */
gboolean
vsw_statistics_decode (VswRequest *request, const VswView *target, GError **error)
{
  g_autoptr (GVariant) objects = g_variant_get_child_value (request->parameters, 0);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GVariantIter iter;
  const char *path;
  VswView view;

  if (!vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  g_variant_iter_init (&iter, objects);
  while (g_variant_iter_next (&iter, "&o", &path))
    {
      if (!vsw_view_find (request->scene, path, &view))
        {
          g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "there is no object at '%.256s'", path);
          return FALSE;
        }
      if (view.kind == VSW_VIEW_MANAGER || view.kind == VSW_VIEW_SYSTEM || view.kind == VSW_VIEW_SETTING
          || view.kind == VSW_VIEW_CHECKPOINT)
        {
          g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "the object at '%s' has no counters", path);
          return FALSE;
        }
      if (g_hash_table_add (seen, (gpointer)path))
        g_ptr_array_add (request->paths, g_strdup (path));
    }

  return TRUE;
}

/**
 * vsw_statistics_reply:
 * @request: a request whose `paths` are what to report on; none: everything
 * @reading: (element-type VswCounters): of every link
 * @error: not used
 *
 * An object that has gone meanwhile is left out. Thread: main.
 *
 * Returns: (transfer floating): `(a{oa{st}})`
 */
GVariant *
vsw_statistics_reply (VswRequest *request, GArray *reading, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{oa{st}}"));
  g_autoptr (GHashTable) by_index = g_hash_table_new (NULL, NULL);
  Report report = { by_index, &builder };
  VswView view;

  for (guint i = 0; i < reading->len; i++)
    {
      VswCounters *counters = &g_array_index (reading, VswCounters, i);

      g_hash_table_insert (by_index, GUINT_TO_POINTER (counters->index), counters);
    }

  if (request->paths->len == 0)
    vsw_view_list (request->scene, report_object, &report);
  for (guint i = 0; i < request->paths->len; i++)
    if (vsw_view_find (request->scene, g_ptr_array_index (request->paths, i), &view))
      report_object (&view, &report);

  return g_variant_new ("(a{oa{st}})", &builder);
}
