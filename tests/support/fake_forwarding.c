/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forwarding tables of the fake kernel: static entries and learned ones; local ones follow from the devices. */
#include <string.h>

#include "support/fake_rules.h"

static guint64
mac_key (VswMac mac)
{
  guint64 key = 0;

  memcpy (&key, mac.octets, sizeof mac.octets);
  return key;
}

static void
tell_learned (FakeState *self, FakeLink *bridge, gint change)
{
  if (bridge->space == self->home)
    fake_tell (self, FAKE_NEWS_LEARNED, NULL, bridge->is.index, change);
}

static void
tell_static (FakeState *self, FakeLink *port)
{
  if (port->space == self->home)
    fake_tell (self, FAKE_NEWS_ADDRESS, NULL, port->is.index, 0);
}

void
fake_flush_addresses (FakeState *self, FakeLink *port, gboolean static_too)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, port->bridge->addresses);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FakeAddress *address = value;

      if (address->port != port || (address->is_static && !static_too))
        continue;
      if (address->is_static)
        tell_static (self, port);
      else
        tell_learned (self, port->bridge, -1);
      g_hash_table_iter_remove (&iter);
    }
}

FakeAddress *
fake_find_address (const FakeLink *bridge, VswMac mac)
{
  guint64 key = mac_key (mac);

  return g_hash_table_lookup (bridge->addresses, &key);
}

void
fake_set_address (FakeState *self, FakeLink *port, VswMac mac, gboolean is_static)
{
  guint64 key = mac_key (mac);
  FakeAddress *address = g_hash_table_lookup (port->bridge->addresses, &key);

  if (address == NULL)
    {
      address = g_new0 (FakeAddress, 1);
      address->mac = mac;
      address->is_static = is_static;
      g_hash_table_insert (port->bridge->addresses, g_memdup2 (&key, sizeof key), address);
      if (!is_static)
        tell_learned (self, port->bridge, 1);
    }
  else if (is_static && !address->is_static)
    {
      address->is_static = TRUE;
      tell_learned (self, port->bridge, -1);
    }
  address->port = port;
  if (is_static)
    tell_static (self, port);
}

gboolean
fake_drop_address (FakeState *self, FakeLink *port, VswMac mac)
{
  guint64 key = mac_key (mac);
  FakeAddress *address = g_hash_table_lookup (port->bridge->addresses, &key);

  if (address == NULL || address->port != port)
    return FALSE;
  if (address->is_static)
    tell_static (self, port);
  else
    tell_learned (self, port->bridge, -1);
  g_hash_table_remove (port->bridge->addresses, &key);
  return TRUE;
}

guint
fake_count_learned (const FakeLink *bridge)
{
  GHashTableIter iter;
  gpointer value;
  guint count = 0;

  g_hash_table_iter_init (&iter, bridge->addresses);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    count += !((FakeAddress *)value)->is_static;
  return count;
}
