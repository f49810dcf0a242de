/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which objects a change can be seen on. Too many keys cost a comparison each; one too few is a signal that never comes. */
#include "engine/state.h"

VswKeys *
vsw_keys_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
vsw_keys_add (VswKeys *keys, const char *key)
{
  if (key != NULL && !g_hash_table_contains (keys, key))
    g_hash_table_add (keys, g_strdup (key));
}

/* The key of a link that no value stands for. (transfer full) */
char *
vsw_keys_print_link (const VswLink *link)
{
  return g_strdup_printf (VSW_ENGINE_LINK_KEY "%u", link->index);
}

static void
add_link (VswKeys *keys, const VswLink *link)
{
  if (link == NULL)
    return;

  g_autofree char *key = vsw_keys_print_link (link);
  vsw_keys_add (keys, key);
}

/* The link that is a NIC of the host, or will be when the running change has come true: while it is there, it is the object, and not the value. */
static void
add_uplink (VswKeys *keys, VswEngine *engine, const VswNic *nic)
{
  if (nic->uplink == NULL)
    return;

  add_link (keys, vsw_links_get_device (engine->links, nic->device));
  add_link (keys, vsw_uplink_find (nic->uplink, engine->links));
  /* A foreign one of that name has to make way, or has its name back. */
  add_link (keys, vsw_links_find_name (engine->links, nic->head.name));
}

static void
add_nic (VswKeys *keys, VswEngine *engine, const VswNic *nic)
{
  VswPort *port = vsw_model_find_port_of_nic (engine->model, nic->head.id);

  vsw_keys_add (keys, nic->head.id);
  add_uplink (keys, engine, nic);
  if (port != NULL)
    vsw_keys_add (keys, port->head.id);
  if (port != NULL && nic->uplink != NULL)
    vsw_keys_add (keys, port->switch_id);
}

/* The switch, its ports and what is plugged into them. O(ports): only for what concerns all of them. */
static void
add_whole_switch (VswKeys *keys, VswEngine *engine, const VswSwitch *value)
{
  GHashTable *ports = vsw_model_get_ports_of (engine->model, value->head.id);
  GHashTableIter iter;
  gpointer port;

  vsw_keys_add (keys, value->head.id);
  if (ports == NULL)
    return;

  g_hash_table_iter_init (&iter, ports);
  while (g_hash_table_iter_next (&iter, NULL, &port))
    {
      vsw_keys_add (keys, ((VswPort *)port)->head.id);
      vsw_keys_add (keys, ((VswPort *)port)->nic_id);
    }
}

/* They name it in their properties. */
static void
add_setting_of (VswKeys *keys, VswEngine *engine, const VswNic *nic)
{
  VswSystem *system = vsw_model_find_system_of_nic (engine->model, nic);

  vsw_keys_add (keys, nic->setting_id);
  if (system != NULL)
    vsw_keys_add (keys, system->head.id);
}

/* They name the port by its path. */
static void
add_settings_on (VswKeys *keys, VswEngine *engine, const VswPort *port)
{
  g_autoptr (GPtrArray) settings = vsw_model_list_settings_on (engine->model, port->head.id);

  for (guint i = 0; i < settings->len; i++)
    vsw_keys_add (keys, ((const VswValue *)g_ptr_array_index (settings, i))->id);
}

static void
add_value (VswKeys *keys, VswEngine *engine, const VswValue *value, const VswValue *other)
{
  switch (value->kind)
    {
    case VSW_KIND_SWITCH:
      if (other != NULL && ((const VswSwitch *)value)->mtu != ((const VswSwitch *)other)->mtu)
        add_whole_switch (keys, engine, (const VswSwitch *)value);
      break;
    case VSW_KIND_PORT:
      vsw_keys_add (keys, ((const VswPort *)value)->switch_id);
      vsw_keys_add (keys, ((const VswPort *)value)->nic_id);
      if (other != NULL && !g_str_equal (((const VswPort *)value)->switch_id, ((const VswPort *)other)->switch_id))
        add_settings_on (keys, engine, (const VswPort *)value);
      break;
    case VSW_KIND_NIC:
      /* A foreign NIC of that name has to make way in the object tree. */
      if (other == NULL)
        add_link (keys, vsw_links_find_name (engine->links, value->name));
      add_uplink (keys, engine, (const VswNic *)value);
      add_setting_of (keys, engine, (const VswNic *)value);
      break;
    case VSW_KIND_SETTING:
      vsw_keys_add (keys, ((const VswSetting *)value)->system_id);
      break;
    case VSW_KIND_SYSTEM:
    case VSW_KIND_CHECKPOINT:
      break;
    }
  vsw_keys_add (keys, value->id);
}

/* Checkpoints name what is in their scope by its path. */
static void
add_checkpoints_of (VswKeys *keys, GPtrArray *checkpoints, const VswPair *pair)
{
  const char *id = (pair->before != NULL ? pair->before : pair->after)->id;

  for (guint i = 0; i < checkpoints->len; i++)
    {
      const VswCheckpoint *checkpoint = g_ptr_array_index (checkpoints, i);

      if (vsw_checkpoint_names (checkpoint, id))
        vsw_keys_add (keys, checkpoint->head.id);
    }
}

/* Every object that can look different after the delta than before it. */
void
vsw_keys_add_delta (VswKeys *keys, VswEngine *engine, VswDelta *delta)
{
  g_autoptr (GPtrArray) checkpoints = vsw_model_list_checkpoints (engine->model);

  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);

      add_checkpoints_of (keys, checkpoints, pair);
      if (pair->before != NULL)
        add_value (keys, engine, pair->before, pair->after);
      if (pair->after != NULL)
        add_value (keys, engine, pair->after, pair->before);
    }
}

/* The value whose device the link is, or claims to be. */
VswValue *
vsw_keys_find_value (VswEngine *engine, const VswLink *link)
{
  const char *device = vsw_links_get_bound (engine->links, link->index);
  char claim[VSW_INTERFACE_SIZE];

  if (device == NULL && !vsw_link_is_marked (link))
    return (VswValue *)vsw_model_find_missing_uplink (engine->model, engine->links, link);
  if (device == NULL)
    device = vsw_link_get_claim (link, claim);

  return device != NULL ? vsw_model_find_device (engine->model, device) : NULL;
}

/* The switch that the link is a port of, if it is one of ours. */
static void
add_bridge_of (VswKeys *keys, VswEngine *engine, const VswLink *link)
{
  const char *device = link->bridge != 0 ? vsw_links_get_bound (engine->links, link->bridge) : NULL;
  VswValue *value = device != NULL ? vsw_model_find_device (engine->model, device) : NULL;

  if (value != NULL)
    vsw_keys_add (keys, value->id);
}

static void
add_one_link (VswKeys *keys, VswEngine *engine, const VswLink *link, const VswLink *other)
{
  VswValue *value = vsw_keys_find_value (engine, link);

  if (value == NULL)
    {
      add_link (keys, link);
      add_bridge_of (keys, engine, link);
      if (vsw_link_is_stacked (link))
        add_link (keys, vsw_links_get (engine->links, link->peer));
    }
  else if (value->kind == VSW_KIND_NIC)
    {
      add_nic (keys, engine, (VswNic *)value);
      if (((VswNic *)value)->uplink != NULL)
        add_link (keys, link);
    }
  else if (other == NULL || other->is_up != link->is_up || other->index != link->index)
    add_whole_switch (keys, engine, (VswSwitch *)value);
  else
    vsw_keys_add (keys, value->id);
}

/* Every object that can look different when the kernel's @before (nullable) becomes @after (nullable). */
void
vsw_keys_add_link (VswKeys *keys, VswEngine *engine, const VswLink *before, const VswLink *after)
{
  if (before != NULL)
    add_one_link (keys, engine, before, after);
  if (after != NULL)
    add_one_link (keys, engine, after, before);
}

GPtrArray *
vsw_keys_list_repairable (VswKeys *keys, VswModel *model)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      VswValue *value = vsw_model_get (model, key);

      if (value != NULL && (value->kind == VSW_KIND_SWITCH || value->kind == VSW_KIND_NIC))
        g_ptr_array_add (ids, g_strdup (key));
    }

  return ids;
}
