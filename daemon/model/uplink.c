/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/uplink.h"

/**
 * vsw_uplink_new:
 * @fields: what it says; copied
 *
 * Makes the value. (transfer full) Any thread.
 */
VswUplink *
vsw_uplink_new (const VswUplink *fields)
{
  VswUplink *self = g_atomic_rc_box_dup (sizeof *fields, (gpointer)fields);
  self->bus_path = g_strdup (fields->bus_path);
  self->last_name = g_strdup (fields->last_name);
  self->ip = fields->ip != NULL ? vsw_ip_config_ref (fields->ip) : NULL;
  self->host_id = g_strdup (fields->host_id);
  self->profile = g_strdup (fields->profile);
  self->lease = g_strdup (fields->lease);
  return self;
}

/**
 * vsw_uplink_new_of_link:
 * @link: a NIC of the host, as it is
 * @ip: (nullable): what IP has on it
 * @host_id: (nullable): of the internal NIC that is to have that
 *
 * Notes what it is known by and what it is now. (transfer full) Any thread.
 */
VswUplink *
vsw_uplink_new_of_link (const VswLink *link, const VswIpConfig *ip, const char *host_id)
{
  VswUplink fields = { .permanent = link->permanent,
                       .mac = link->mac,
                       .bus_path = link->bus_path,
                       .last_name = link->name,
                       .was_up = link->is_up,
                       .was_mtu = link->mtu,
                       .was_promiscuous = !!link->is_promiscuous,
                       .ip = (VswIpConfig *)ip,
                       .host_id = host_id };
  return vsw_uplink_new (&fields);
}

/**
 * vsw_uplink_with_ip:
 * @ip: what IP has on it, or on the internal NIC that has it, now
 *
 * Any thread.
 */
VswUplink *
vsw_uplink_with_ip (const VswUplink *self, const VswIpConfig *ip)
{
  VswUplink fields = *self;
  fields.ip = (VswIpConfig *)ip;
  return vsw_uplink_new (&fields);
}

/**
 * vsw_uplink_with_loan:
 * @profile: (nullable): UUID of what the other manager had active on it
 * @lease: (nullable): what of that the network knows the host by
 *
 * Any thread.
 */
VswUplink *
vsw_uplink_with_loan (const VswUplink *self, const char *profile, const char *lease)
{
  VswUplink fields = *self;
  fields.is_taken_over = TRUE;
  fields.profile = profile;
  fields.lease = lease;
  return vsw_uplink_new (&fields);
}

/**
 * vsw_uplink_ref:
 *
 * Takes a reference. Any thread.
 */
VswUplink *
vsw_uplink_ref (const VswUplink *self)
{
  return g_atomic_rc_box_acquire ((VswUplink *)self);
}

static void
clear_uplink (gpointer data)
{
  VswUplink *self = data;
  g_free ((char *)self->bus_path);
  g_free ((char *)self->last_name);
  g_free ((char *)self->host_id);
  g_free ((char *)self->profile);
  g_free ((char *)self->lease);
  g_clear_pointer (&self->ip, vsw_ip_config_unref);
}

/**
 * vsw_uplink_unref:
 *
 * Drops a reference. Any thread.
 */
void
vsw_uplink_unref (VswUplink *self)
{
  g_atomic_rc_box_release_full (self, clear_uplink);
}

/**
 * vsw_uplink_equal:
 * @a: (nullable): one
 * @b: (nullable): the other
 *
 * Whether both say the same. Any thread.
 */
gboolean
vsw_uplink_equal (const VswUplink *a, const VswUplink *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return vsw_mac_equal (a->permanent, b->permanent) && vsw_mac_equal (a->mac, b->mac)
         && g_str_equal (a->bus_path, b->bus_path) && g_str_equal (a->last_name, b->last_name)
         && !a->was_up == !b->was_up && a->was_mtu == b->was_mtu
         && a->was_promiscuous == b->was_promiscuous && !a->is_taken_over == !b->is_taken_over
         && vsw_ip_config_equal (a->ip, b->ip) && g_strcmp0 (a->host_id, b->host_id) == 0
         && g_strcmp0 (a->profile, b->profile) == 0 && g_strcmp0 (a->lease, b->lease) == 0;
}

static gboolean
is_at_its_place (const VswUplink *self, const VswLink *link)
{
  return self->bus_path[0] != '\0' && g_str_equal (self->bus_path, link->bus_path);
}

/**
 * vsw_uplink_is_same:
 * @a: one
 * @b: the other
 *
 * Whether both are about the same NIC, by what it is known by. Any thread.
 */
gboolean
vsw_uplink_is_same (const VswUplink *a, const VswUplink *b)
{
  if (!vsw_mac_equal (a->permanent, b->permanent))
    return FALSE;
  if (!vsw_mac_is_zero (a->permanent))
    return TRUE;
  return vsw_mac_equal (a->mac, b->mac)
         && ((a->bus_path[0] != '\0' && g_str_equal (a->bus_path, b->bus_path))
             || g_str_equal (a->last_name, b->last_name));
}

/**
 * vsw_uplink_is:
 *
 * Whether a link is this NIC, whatever it is called now. Any thread.
 */
gboolean
vsw_uplink_is (const VswUplink *self, const VswLink *link)
{
  if (vsw_link_is_marked (link) || link->is_loopback)
    return FALSE;
  if (!vsw_mac_is_zero (self->permanent))
    return vsw_mac_equal (self->permanent, link->permanent);
  return vsw_mac_is_zero (link->permanent) && vsw_mac_equal (self->mac, link->mac)
         && (is_at_its_place (self, link) || g_str_equal (self->last_name, link->name));
}

/* There are cards whose ports all have one address: then the place decides, and the name at last. */
static guint
weigh (const VswUplink *self, const VswLink *link)
{
  return 2 * is_at_its_place (self, link) + g_str_equal (self->last_name, link->name);
}

/**
 * vsw_uplink_find:
 * @links: what there is
 *
 * The link that is this NIC. Of several that could be, the one in its place or with its name. Main thread.
 */
VswLink *
vsw_uplink_find (const VswUplink *self, VswLinks *links)
{
  g_autoptr (GPtrArray) list = vsw_links_list (links);
  VswLink *best = NULL;
  for (guint i = 0; i < list->len; i++)
    {
      VswLink *link = list->pdata[i];
      if (vsw_links_get_bound (links, link->index) == NULL && vsw_uplink_is (self, link)
          && (best == NULL || weigh (self, link) > weigh (self, best)))
        best = link;
    }
  return best;
}
