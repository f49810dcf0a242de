/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/addresses.h"

#include "model/log.h"

typedef struct
{
  VswPort *port;       /* (owned) */
  VswDeviceRef device; /* its near end */
  GHashTable *missing; /* (owned) (element-type guint64) not seen yet */
  gboolean is_host;    /* frames for `mac` go to it, though the uplink has that address too */
  VswMac mac;
  gboolean has_it;       /* seen: an entry that says so */
  gboolean is_swallowed; /* seen: an entry that says that the bridge keeps them to itself */
} Wish;

struct _VswAddressWish
{
  GArray *bridges;    /* (owned) (element-type guint) indexes */
  GHashTable *wishes; /* (owned) index of a port device → Wish */
  gboolean has_hosts; /* one of them is the host's since SetupSwitch */
};

static void
free_wish (gpointer data)
{
  Wish *wish = data;

  vsw_value_unref (wish->port);
  g_hash_table_unref (wish->missing);
  g_free (wish);
}

static void
add_port (VswAddressWish *self, VswModel *model, VswLinks *links, VswPort *port)
{
  VswNic *nic = port->nic_id != NULL ? vsw_model_get_nic (model, port->nic_id) : NULL;
  VswLink *link = nic != NULL ? vsw_links_get_device (links, nic->device) : NULL;

  if (link == NULL || link->bridge == 0)
    return;

  Wish *wish = g_new0 (Wish, 1);
  wish->is_host = vsw_model_find_uplink_for (model, nic->head.id) != NULL;
  wish->mac = nic->mac;
  self->has_hosts = self->has_hosts || wish->is_host;
  wish->port = vsw_value_ref (port);
  wish->device = vsw_device_ref_by_link (link);
  wish->missing = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  for (gsize i = 0; i < port->n_static_addresses; i++)
    {
      guint64 *number = g_new (guint64, 1);

      *number = vsw_mac_to_number (port->static_addresses[i]);
      g_hash_table_add (wish->missing, number);
    }
  g_hash_table_insert (self->wishes, GUINT_TO_POINTER (link->index), wish);
}

/**
 * vsw_address_wish_new:
 * @model: the wish
 * @links: what is
 *
 * Thread: main.
 *
 * Returns: (transfer full): a value
 */
VswAddressWish *
vsw_address_wish_new (VswModel *model, VswLinks *links)
{
  VswAddressWish *self = g_new0 (VswAddressWish, 1);
  GHashTableIter iter;
  gpointer value;

  self->bridges = g_array_new (FALSE, FALSE, sizeof (guint));
  self->wishes = g_hash_table_new_full (NULL, NULL, NULL, free_wish);

  g_hash_table_iter_init (&iter, vsw_model_get_switches (model));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      VswLink *bridge = vsw_links_get_device (links, ((VswSwitch *)value)->device);

      if (bridge != NULL)
        g_array_append_val (self->bridges, bridge->index);
    }
  g_hash_table_iter_init (&iter, vsw_model_get_ports (model));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    add_port (self, model, links, value);

  return self;
}

void
vsw_address_wish_free (VswAddressWish *self)
{
  g_array_unref (self->bridges);
  g_hash_table_unref (self->wishes);
  g_free (self);
}

static void
apply_address (VswKernel *kernel, VswOpKind kind, const Wish *wish, VswMac mac)
{
  g_autoptr (VswOp) op = vsw_op_new (kind, wish->device);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  op->mac = mac;
  text = vsw_op_print (op);
  vsw_log (G_LOG_LEVEL_WARNING, VSW_EVENT_DRIFT, wish->port->head.name,
           "forwarding table at port %s differs from the wish: %s", wish->port->head.name, text);
  if (!vsw_kernel_apply (kernel, op, &error))
    g_warning ("cannot repair: %s: %s", text, error->message);
}

/* The few that the host is reached through. TRUE: the entry is about one of them. */
static gboolean
note_host_entry (VswAddressWish *self, const VswForwardingEntry *entry)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->wishes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Wish *wish = value;

      if (!wish->is_host || !vsw_mac_equal (wish->mac, entry->mac))
        continue;
      if (entry->is_local)
        wish->is_swallowed = TRUE;
      else if (entry->is_static && entry->port == wish->device.index)
        wish->has_it = TRUE;
      return TRUE;
    }

  return FALSE;
}

/* What is too much goes at once; what is there is no longer missing. */
static void
compare_entry (VswAddressWish *self, VswKernel *kernel, const VswForwardingEntry *entry)
{
  Wish *wish = g_hash_table_lookup (self->wishes, GUINT_TO_POINTER (entry->port));
  guint64 number = vsw_mac_to_number (entry->mac);

  if ((self->has_hosts && note_host_entry (self, entry)) || wish == NULL || !entry->is_static || entry->is_local)
    return;
  if (!g_hash_table_remove (wish->missing, &number))
    apply_address (kernel, VSW_OP_ADDRESS_DELETE, wish, entry->mac);
}

static void
add_missing (VswAddressWish *self, VswKernel *kernel)
{
  GHashTableIter wishes;
  gpointer value;

  g_hash_table_iter_init (&wishes, self->wishes);
  while (g_hash_table_iter_next (&wishes, NULL, &value))
    {
      Wish *wish = value;
      GHashTableIter missing;
      gpointer number;

      g_hash_table_iter_init (&missing, wish->missing);
      while (g_hash_table_iter_next (&missing, &number, NULL))
        apply_address (kernel, VSW_OP_ADDRESS_ADD, wish, vsw_mac_from_number (*(guint64 *)number));
      if (wish->is_host && (!wish->has_it || wish->is_swallowed))
        apply_address (kernel, VSW_OP_HOST_ADD, wish, wish->mac);
    }
}

void
vsw_address_wish_fulfil (VswAddressWish *self, VswKernel *kernel)
{
  if (g_hash_table_size (self->wishes) == 0)
    return;

  for (guint i = 0; i < self->bridges->len; i++)
    {
      guint bridge = g_array_index (self->bridges, guint, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) entries = vsw_kernel_get_forwarding (kernel, bridge, &error);

      if (entries == NULL)
        {
          g_warning ("cannot read the forwarding table of link %u: %s", bridge, error->message);
          return;
        }
      for (guint j = 0; j < entries->len; j++)
        compare_entry (self, kernel, &g_array_index (entries, VswForwardingEntry, j));
    }

  add_missing (self, kernel);
}
