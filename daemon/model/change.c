/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/change.h"

static VswChange *
new_change (VswChangeKind kind, VswKind object_kind, const char *id)
{
  VswChange *self = g_new0 (VswChange, 1);
  self->kind = kind;
  self->object_kind = object_kind;
  self->id = g_strdup (id);
  return self;
}

/**
 * vsw_change_create:
 * @draft: a value: id, name, owner, holder, created, and what @given names
 * @given: #VswGiven
 * @target: (nullable): where the far end of a NIC is to be born
 * @interface: (nullable): its name there
 *
 * Makes the wish for a new object. (transfer full) Any thread.
 */
VswChange *
vsw_change_create (gconstpointer draft, guint given, VswNamespace *target, const char *interface)
{
  const VswValue *value = draft;
  VswChange *self = new_change (VSW_CHANGE_CREATE, value->kind, value->id);
  self->draft = vsw_value_ref (draft);
  self->given = given;
  self->target = target != NULL ? vsw_namespace_ref (target) : NULL;
  self->interface = g_strdup (interface);
  return self;
}

/**
 * vsw_change_modify:
 * @draft: a value of the kind and id of the object, with the new values of what @given names
 * @given: #VswGiven
 *
 * Makes the wish to change an object. (transfer full) Any thread.
 */
VswChange *
vsw_change_modify (gconstpointer draft, guint given)
{
  const VswValue *value = draft;
  VswChange *self = new_change (VSW_CHANGE_MODIFY, value->kind, value->id);
  self->draft = vsw_value_ref (draft);
  self->given = given;
  return self;
}

/**
 * vsw_change_delete:
 * @force: what depends on it goes too
 *
 * Makes the wish that an object goes. (transfer full) Any thread.
 */
VswChange *
vsw_change_delete (VswKind kind, const char *id, gboolean force)
{
  VswChange *self = new_change (VSW_CHANGE_DELETE, kind, id);
  self->force = force;
  return self;
}

/**
 * vsw_change_connect:
 *
 * Makes the wish to plug a NIC into a port. (transfer full) Any thread.
 */
VswChange *
vsw_change_connect (const char *port_id, const char *nic_id)
{
  VswChange *self = new_change (VSW_CHANGE_CONNECT, VSW_KIND_PORT, port_id);
  self->other_id = g_strdup (nic_id);
  return self;
}

/**
 * vsw_change_disconnect:
 *
 * Makes the wish to unplug what is in a port. (transfer full) Any thread.
 */
VswChange *
vsw_change_disconnect (const char *port_id)
{
  return new_change (VSW_CHANGE_DISCONNECT, VSW_KIND_PORT, port_id);
}

/**
 * vsw_change_move:
 *
 * Makes the wish to have a port on another switch, with what is plugged in. (transfer full) Any thread.
 */
VswChange *
vsw_change_move (const char *port_id, const char *switch_id)
{
  VswChange *self = new_change (VSW_CHANGE_MOVE, VSW_KIND_PORT, port_id);
  self->other_id = g_strdup (switch_id);
  return self;
}

/**
 * vsw_change_place:
 * @interface: its name there
 *
 * Makes the wish to give the far end of a NIC to a namespace. (transfer full) Any thread.
 */
VswChange *
vsw_change_place (const char *nic_id, VswNamespace *target, const char *interface)
{
  VswChange *self = new_change (VSW_CHANGE_PLACE, VSW_KIND_NIC, nic_id);
  self->target = vsw_namespace_ref (target);
  self->interface = g_strdup (interface);
  return self;
}

/**
 * vsw_change_add_address:
 *
 * Makes the wish for a static forwarding entry. (transfer full) Any thread.
 */
VswChange *
vsw_change_add_address (const char *port_id, VswMac mac)
{
  VswChange *self = new_change (VSW_CHANGE_ADD_ADDRESS, VSW_KIND_PORT, port_id);
  self->mac = mac;
  return self;
}

/**
 * vsw_change_remove_address:
 *
 * Makes the wish that a static forwarding entry goes. (transfer full) Any thread.
 */
VswChange *
vsw_change_remove_address (const char *port_id, VswMac mac)
{
  VswChange *self = new_change (VSW_CHANGE_REMOVE_ADDRESS, VSW_KIND_PORT, port_id);
  self->mac = mac;
  return self;
}

/**
 * vsw_change_open:
 * @handout: empty; says how many queues are wanted
 *
 * Makes the wish to have the descriptors of a tap. (transfer full) Any thread.
 */
VswChange *
vsw_change_open (const char *nic_id, VswHandout *handout)
{
  VswChange *self = new_change (VSW_CHANGE_OPEN, VSW_KIND_NIC, nic_id);
  self->handout = vsw_handout_ref (handout);
  return self;
}

/**
 * vsw_change_state:
 *
 * Makes the wish that a virtual system is enabled, saved or disabled. (transfer full) Any thread.
 */
VswChange *
vsw_change_state (const char *system_id, VswSystemState state)
{
  VswChange *self = new_change (VSW_CHANGE_STATE, VSW_KIND_SYSTEM, system_id);
  self->state = state;
  return self;
}

/**
 * vsw_change_bind:
 * @draft: a NIC: id, owner, holder, created, lifetime
 * @link: index of the link that it is
 * @drops_addresses: the host may lose the addresses that it has there
 *
 * Makes the wish that a NIC of the host is a port of a switch. (transfer full) Any thread.
 */
VswChange *
vsw_change_bind (gconstpointer draft, const char *switch_id, guint link, gboolean drops_addresses)
{
  VswChange *self = new_change (VSW_CHANGE_BIND, VSW_KIND_NIC, ((const VswValue *)draft)->id);
  self->draft = vsw_value_ref (draft);
  self->other_id = g_strdup (switch_id);
  self->link = link;
  self->force = drops_addresses;
  return self;
}

/**
 * vsw_change_unbind:
 *
 * Makes the wish that a NIC of the host is what it was again. (transfer full) Any thread.
 */
VswChange *
vsw_change_unbind (const char *nic_id, const char *switch_id)
{
  VswChange *self = new_change (VSW_CHANGE_UNBIND, VSW_KIND_NIC, nic_id);
  self->other_id = g_strdup (switch_id);
  return self;
}

/**
 * vsw_change_setup:
 * @draft: a NIC: id, owner, holder, created, lifetime
 * @host: an internal NIC, as for vsw_change_create()
 * @given: #VswGiven of @host
 * @link: index of the link that the first one is
 *
 * Makes the wish that a NIC of the host is a port of a switch, and that the host is reached through an internal NIC there as it was through the
 * first. (transfer full) Any thread.
 */
VswChange *
vsw_change_setup (gconstpointer draft, gconstpointer host, guint given, const char *switch_id, guint link)
{
  VswChange *self = new_change (VSW_CHANGE_SETUP, VSW_KIND_NIC, ((const VswValue *)draft)->id);
  self->draft = vsw_value_ref (draft);
  self->host = vsw_value_ref (host);
  self->given = given;
  self->other_id = g_strdup (switch_id);
  self->link = link;
  return self;
}

/**
 * vsw_change_teardown:
 * @force: what the host has on its internal NIC may be lost, if the NIC that it came from is missing
 *
 * Makes the wish that undoes vsw_change_setup(). (transfer full) Any thread.
 */
VswChange *
vsw_change_teardown (const char *switch_id, gboolean force)
{
  VswChange *self = new_change (VSW_CHANGE_TEARDOWN, VSW_KIND_SWITCH, switch_id);
  self->force = force;
  return self;
}

/**
 * vsw_change_adopt:
 * @nic_id: of a NIC of the host that is bound
 *
 * Makes what becomes of IP that it has been given since: nobody's wish, but what has to be. (transfer full) Any thread.
 */
VswChange *
vsw_change_adopt (const char *nic_id)
{
  VswChange *self = new_change (VSW_CHANGE_ADOPT, VSW_KIND_NIC, nic_id);
  self->by_nature = TRUE;
  return self;
}

static void
free_answer (gpointer ip)
{
  if (ip != NULL)
    vsw_ip_config_unref (ip);
}

/**
 * vsw_change_ask:
 * @link: index of a link
 *
 * Notes that it has to be known what IP has on it. Main thread.
 */
void
vsw_change_ask (VswChange *self, guint link)
{
  if (self->ips == NULL)
    self->ips = g_hash_table_new_full (NULL, NULL, NULL, free_answer);
  if (!g_hash_table_contains (self->ips, GUINT_TO_POINTER (link)))
    g_hash_table_insert (self->ips, GUINT_TO_POINTER (link), NULL);
}

/**
 * vsw_change_answer:
 *
 * Worker.
 */
void
vsw_change_answer (VswChange *self, guint link, const VswIpConfig *ip)
{
  g_hash_table_insert (self->ips, GUINT_TO_POINTER (link), vsw_ip_config_ref (ip));
}

/**
 * vsw_change_get_ip:
 *
 * What IP has on that link, if it was asked. Any thread.
 */
VswIpConfig *
vsw_change_get_ip (const VswChange *self, guint link)
{
  return self->ips != NULL ? g_hash_table_lookup (self->ips, GUINT_TO_POINTER (link)) : NULL;
}

/**
 * vsw_change_set_duration:
 * @self: a change that creates a checkpoint
 * @duration: microseconds until its deadline, from when its turn comes
 *
 * Any thread.
 */
void
vsw_change_set_duration (VswChange *self, gint64 duration)
{
  self->duration = duration;
}

/**
 * vsw_change_confirm_within:
 * @draft: a checkpoint: id, owner, created, privileged
 * @duration: microseconds until its deadline, from when its turn comes
 *
 * Makes the wish that all which the other changes of the request amount to is undone unless it is confirmed. (transfer full) Any
 * thread.
 */
VswChange *
vsw_change_confirm_within (const VswCheckpoint *draft, gint64 duration)
{
  VswChange *self = new_change (VSW_CHANGE_CONFIRM_WITHIN, VSW_KIND_CHECKPOINT, draft->head.id);
  self->draft = vsw_value_ref (draft);
  self->duration = duration;
  return self;
}

/**
 * vsw_change_extend:
 * @duration: microseconds by which the deadline moves
 * @settles: for which its clock has stood still
 *
 * Makes the wish for a later deadline. (transfer full) Any thread.
 */
VswChange *
vsw_change_extend (const char *checkpoint_id, gint64 duration, gboolean settles)
{
  VswChange *self = new_change (VSW_CHANGE_MODIFY, VSW_KIND_CHECKPOINT, checkpoint_id);
  self->duration = duration;
  self->settles = settles;
  return self;
}

/**
 * vsw_change_rollback:
 * @losses: (element-type utf8): filled when it is resolved: what could not come back, and why
 *
 * Makes the wish that everything which a checkpoint has logged is as it was. (transfer full) Any thread.
 */
VswChange *
vsw_change_rollback (const char *checkpoint_id, GPtrArray *losses)
{
  VswChange *self = new_change (VSW_CHANGE_ROLLBACK, VSW_KIND_CHECKPOINT, checkpoint_id);
  self->losses = g_ptr_array_ref (losses);
  return self;
}

/**
 * vsw_change_forget_holder:
 * @holder: a bus connection that has gone, as in #VswValue
 *
 * Makes the wish that no checkpoint brings back what went with it. (transfer full) Any thread.
 */
VswChange *
vsw_change_forget_holder (const char *holder)
{
  VswChange *self = new_change (VSW_CHANGE_FORGET_HOLDER, VSW_KIND_CHECKPOINT, holder);
  self->by_nature = TRUE;
  return self;
}

/**
 * vsw_change_set_by_nature:
 *
 * Says that the change only follows what has happened already. A request of nothing else is not logged by checkpoints. Any thread.
 */
void
vsw_change_set_by_nature (VswChange *self)
{
  self->by_nature = TRUE;
}

/**
 * vsw_change_hand_out:
 * @self: a change that creates a NIC
 * @handout: empty; says how many queues are wanted
 *
 * Makes the tap be opened as it is made. Any thread.
 */
void
vsw_change_hand_out (VswChange *self, VswHandout *handout)
{
  self->handout = vsw_handout_ref (handout);
}

/**
 * vsw_change_expect:
 * @nic_id: (nullable): what was plugged in when the change was allowed; %NULL: nothing
 *
 * Makes the change good for that endpoint alone. Any thread.
 */
void
vsw_change_expect (VswChange *self, const char *nic_id)
{
  self->expects = TRUE;
  self->expected_nic = g_strdup (nic_id);
}

/**
 * vsw_change_free:
 *
 * Frees a wish. Any thread.
 */
void
vsw_change_free (VswChange *self)
{
  g_free ((char *)self->id);
  g_free ((char *)self->other_id);
  g_clear_pointer (&self->draft, vsw_value_unref);
  g_clear_pointer (&self->target, vsw_namespace_unref);
  g_clear_pointer (&self->handout, vsw_handout_unref);
  g_clear_pointer (&self->host, vsw_value_unref);
  g_clear_pointer (&self->loan, vsw_uplink_unref);
  g_clear_pointer (&self->ips, g_hash_table_unref);
  g_clear_pointer (&self->losses, g_ptr_array_unref);
  g_free ((char *)self->interface);
  g_free ((char *)self->expected_nic);
  g_free (self);
}
