/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel tells.
 *
 * Notifications are gathered by index (only the newest counts) and taken in together: first `changing`, while everything
 * is as it was; then links, bindings and, at the end of a request, the model; then `changed`. Links of objects
 * that a running request is about are held until its end, so that nobody is shown its intermediate states and its signals come
 * whole. All other links are taken in at once. */
#include "engine/state.h"

static void
emit_keys (VswEngine *engine, const char *signal, VswKeys *keys)
{
  g_autoptr (GPtrArray) list = g_ptr_array_sized_new (g_hash_table_size (keys));
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (list, key);

  g_signal_emit_by_name (engine, signal, list);
}

void
vsw_engine_emit_changing (VswEngine *engine, VswKeys *keys)
{
  emit_keys (engine, "changing", keys);
}

void
vsw_engine_emit_changed (VswEngine *engine, VswKeys *keys)
{
  emit_keys (engine, "changed", keys);
}

/* --- hardware: asked for apart, because ethtool takes the kernel's big lock --- */

typedef struct
{
  VswEngine *engine; /* (owned) */
  VswLink *link;     /* (owned) as it was when asked */
  VswLink *answer;   /* (owned) (nullable) */
} Description;

static void
describe_link (gpointer data)
{
  Description *job = data;
  g_autoptr (GError) error = NULL;

  job->answer = vsw_kernel_describe (job->engine->kernel, job->link, &error);
  if (job->answer == NULL)
    g_debug ("cannot describe link %u: %s", job->link->index, error->message);
}

/* The link as it is now, with the hardware details of another. (transfer full) */
static VswLink *
merge_hardware (const VswLink *now, const VswLink *hardware)
{
  VswLink fields = *now;

  fields.driver = hardware->driver;
  fields.speed = hardware->speed;
  fields.full_duplex = hardware->full_duplex;
  fields.is_wireless_station = hardware->is_wireless_station;

  return vsw_link_new (&fields);
}

static void queue_settling (VswEngine *engine);
static void note_link (VswEngine *engine, guint index, VswLink *link);
static void describe_if_external (VswEngine *engine, const VswLink *before, const VswLink *after);

static void
finish_description (gpointer data)
{
  Description *job = data;
  VswEngine *engine = job->engine;
  gpointer index = GUINT_TO_POINTER (job->link->index);
  VswLink *now = NULL;

  g_hash_table_remove (engine->described, index);
  if (job->answer != NULL)
    {
      if (!g_hash_table_lookup_extended (engine->held, index, NULL, (gpointer *)&now)
          && !g_hash_table_lookup_extended (engine->pending, index, NULL, (gpointer *)&now))
        now = vsw_links_get (engine->links, job->link->index);
      if (now != NULL)
        {
          g_autoptr (VswLink) merged = merge_hardware (now, job->answer);

          note_link (engine, merged->index, merged);
          /* A carrier that came or went meanwhile has another speed. */
          if (now->has_carrier != job->link->has_carrier || now->is_up != job->link->is_up)
            describe_if_external (engine, NULL, merged);
        }
    }

  vsw_link_unref (job->link);
  g_clear_pointer (&job->answer, vsw_link_unref);
  g_object_unref (engine);
  g_free (job);
}

/* Speed and duplex are new whenever the carrier is. */
static void
describe_if_external (VswEngine *engine, const VswLink *before, const VswLink *after)
{
  gpointer index = GUINT_TO_POINTER (after->index);

  if (!vsw_rules_is_external (vsw_model_get_rules (engine->model), after) || engine->is_stopped)
    return;
  if (before != NULL && before->has_carrier == after->has_carrier && before->is_up == after->is_up)
    return;
  if (!g_hash_table_add (engine->described, index))
    return;

  Description *job = g_new0 (Description, 1);
  job->engine = g_object_ref (engine);
  job->link = vsw_link_ref (after);
  vsw_worker_push (engine->worker, describe_link, finish_description, job);
}

/* --- bindings --- */

/* A marked link that is nobody yet becomes the device that it claims to be, if that one is still missing. One of the host's becomes the NIC that
 * it is known to be, whatever it is called. */
void
vsw_engine_bind (VswEngine *engine, const VswLink *link)
{
  VswNic *uplink = NULL;
  char device[VSW_INTERFACE_SIZE];

  if (vsw_links_get_bound (engine->links, link->index) != NULL)
    return;
  if (!vsw_link_is_marked (link))
    uplink = vsw_model_find_missing_uplink (engine->model, engine->links, link);
  if (uplink != NULL && vsw_uplink_find (uplink->uplink, engine->links) == link)
    vsw_links_bind (engine->links, uplink->device, link->index);
  if (uplink != NULL || vsw_link_get_claim (link, device) == NULL)
    return;
  if (vsw_model_find_device (engine->model, device) == NULL || vsw_links_get_device (engine->links, device) != NULL)
    return;

  vsw_links_bind (engine->links, device, link->index);
}

static void
bind_value (VswEngine *engine, const VswValue *value)
{
  const char *devices[2] = { NULL, NULL };

  if (value->kind == VSW_KIND_SWITCH)
    devices[0] = ((const VswSwitch *)value)->device;
  else if (value->kind == VSW_KIND_NIC)
    {
      devices[0] = ((const VswNic *)value)->device;
      devices[1] = ((const VswNic *)value)->peer;
    }

  if (value->kind == VSW_KIND_NIC && ((const VswNic *)value)->uplink != NULL)
    {
      VswLink *link = vsw_uplink_find (((const VswNic *)value)->uplink, engine->links);

      if (link != NULL && vsw_links_get_device (engine->links, devices[0]) == NULL)
        vsw_links_bind (engine->links, devices[0], link->index);
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (devices) && devices[i] != NULL; i++)
    {
      VswLink *link = vsw_links_find_name (engine->links, devices[i]);

      if (link != NULL)
        vsw_engine_bind (engine, link);
    }
}

/* --- taking in --- */

/* `pending` holds NULL for a link that is gone. */
void
vsw_engine_free_pending (gpointer link)
{
  if (link != NULL)
    vsw_link_unref (link);
}

static void
take_in_link (VswEngine *engine, guint index, VswLink *link)
{
  g_autoptr (VswLink) before = NULL;
  const char *bound = vsw_links_get_bound (engine->links, index);

  if (link == NULL)
    {
      if (bound != NULL)
        {
          g_autofree char *device = g_strdup (bound);
          vsw_links_unbind (engine->links, device);
        }
      before = vsw_links_drop (engine->links, index);
      return;
    }

  before = vsw_links_get (engine->links, index);
  if (before != NULL)
    vsw_link_ref (before);
  if (before != NULL && link->driver[0] == '\0' && before->driver[0] != '\0')
    link = merge_hardware (link, before);
  else
    vsw_link_ref (link);

  g_clear_pointer (&before, vsw_link_unref);
  before = vsw_links_put (engine->links, link);
  vsw_engine_bind (engine, link);
  describe_if_external (engine, before, link);
  vsw_link_unref (link);
}

static void
take_in_delta (VswEngine *engine, VswDelta *delta)
{
  vsw_model_apply (engine->model, delta);

  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);

      /* Its device stays, and is nobody's now. */
      if (pair->after == NULL && pair->before->kind == VSW_KIND_NIC && ((const VswNic *)pair->before)->uplink != NULL)
        vsw_links_unbind (engine->links, ((const VswNic *)pair->before)->device);
      if (pair->after != NULL)
        bind_value (engine, pair->after);
    }
}

/* Frames pass, or no longer: keeps the moments. */
static void
note_connections (VswEngine *engine, VswKeys *keys)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      VswPort *port = vsw_model_get_port (engine->model, key);

      if (port == NULL || vsw_facts_get_connection (engine->model, engine->links, port) == NULL)
        g_hash_table_remove (engine->since, key);
      else if (!g_hash_table_contains (engine->since, key))
        {
          gint64 *now = g_new (gint64, 1);

          *now = g_get_real_time ();
          g_hash_table_insert (engine->since, g_strdup (key), now);
        }
    }
}

/* Whether the running turn is about it. Asked once a link and notification: it must not cost more than a few look-ups. */
static gboolean
is_of_running_turn (VswEngine *engine, const VswLink *link)
{
  g_autofree char *key = NULL;
  VswValue *value;

  if (engine->turn_keys == NULL || link == NULL)
    return FALSE;

  value = vsw_keys_find_value (engine, link);
  if (value != NULL)
    return g_hash_table_contains (engine->turn_keys, value->id);

  /* One that carries our mark and is nobody's: the running turn has just made it. */
  if (vsw_link_is_marked (link))
    return TRUE;

  key = vsw_keys_print_link (link);
  return g_hash_table_contains (engine->turn_keys, key);
}

/* The newest of a link; NULL: it is gone. */
static void
note_link (VswEngine *engine, guint index, VswLink *link)
{
  gpointer key = GUINT_TO_POINTER (index);
  gboolean is_held = g_hash_table_contains (engine->held, key)
                     || is_of_running_turn (engine, link != NULL ? link : vsw_links_get (engine->links, index));

  g_hash_table_insert (is_held ? engine->held : engine->pending, key, link != NULL ? vsw_link_ref (link) : NULL);
  if (!is_held)
    queue_settling (engine);
}

/* The running turn has ended: its links are taken in with all others. What is held is newer than what was pending before. */
void
vsw_engine_let_go (VswEngine *engine)
{
  GHashTableIter iter;
  gpointer index;
  gpointer link;

  g_hash_table_iter_init (&iter, engine->held);
  while (g_hash_table_iter_next (&iter, &index, &link))
    {
      g_hash_table_iter_steal (&iter);
      g_hash_table_insert (engine->pending, index, link);
    }
}

/* Moves everything from `pending` to a table of its own. */
static GHashTable *
take_pending (VswEngine *engine, VswKeys *keys)
{
  GHashTable *taken = engine->pending;
  GHashTableIter iter;
  gpointer index;
  gpointer link;

  engine->pending = g_hash_table_new_full (NULL, NULL, NULL, vsw_engine_free_pending);
  g_hash_table_iter_init (&iter, taken);
  while (g_hash_table_iter_next (&iter, &index, &link))
    vsw_keys_add_link (keys, engine, vsw_links_get (engine->links, GPOINTER_TO_UINT (index)), link);

  return taken;
}

void
vsw_engine_settle (VswEngine *engine, VswDelta *delta)
{
  g_autoptr (VswKeys) keys = vsw_keys_new ();
  g_autoptr (GHashTable) taken = take_pending (engine, keys);
  GHashTableIter iter;
  gpointer index, link;

  if (delta != NULL)
    vsw_keys_add_delta (keys, engine, delta);
  if (g_hash_table_size (keys) == 0 && g_hash_table_size (taken) == 0)
    return;

  vsw_engine_emit_changing (engine, keys);

  g_hash_table_iter_init (&iter, taken);
  while (g_hash_table_iter_next (&iter, &index, &link))
    if (link == NULL)
      take_in_link (engine, GPOINTER_TO_UINT (index), NULL);
  g_hash_table_iter_init (&iter, taken);
  while (g_hash_table_iter_next (&iter, &index, &link))
    if (link != NULL)
      take_in_link (engine, GPOINTER_TO_UINT (index), link);
  if (delta != NULL)
    take_in_delta (engine, delta);
  note_connections (engine, keys);

  vsw_engine_emit_changed (engine, keys);
  vsw_engine_check_drift (engine, keys);
  vsw_engine_suspect_health (engine);
  vsw_engine_follow_absences (engine);
  if (delta != NULL || g_hash_table_size (engine->clocks) > 0)
    vsw_engine_follow_checkpoints (engine);
}

static gboolean
settle_now (gpointer user_data)
{
  VswEngine *engine = user_data;

  g_clear_pointer (&engine->settle_source, g_source_unref);
  vsw_engine_settle (engine, NULL);

  return G_SOURCE_REMOVE;
}

static void
queue_settling (VswEngine *engine)
{
  if (engine->settle_source != NULL || engine->is_stopped)
    return;

  engine->settle_source = g_idle_source_new ();
  g_source_set_priority (engine->settle_source, G_PRIORITY_DEFAULT);
  g_source_set_callback (engine->settle_source, settle_now, engine, NULL);
  g_source_attach (engine->settle_source, engine->context);
}

void
vsw_engine_merge_list (VswEngine *engine, VswLinks *listed)
{
  g_autoptr (GPtrArray) now = vsw_links_list (listed);
  g_autoptr (GPtrArray) known = vsw_links_list (engine->links);

  for (guint i = 0; i < now->len; i++)
    {
      VswLink *link = g_ptr_array_index (now, i);
      VswLink *before = vsw_links_get (engine->links, link->index);
      VswLink *merged = before != NULL ? merge_hardware (link, before) : vsw_link_ref (link);

      /* A list is newer than any notification that still waits. */
      if (before != NULL && vsw_link_equal (before, merged))
        g_hash_table_remove (engine->pending, GUINT_TO_POINTER (link->index));
      else
        note_link (engine, link->index, merged);
      vsw_link_unref (merged);
      if (link->is_bridge)
        vsw_links_set_learned (engine->links, link->index, vsw_links_get_learned (listed, link->index));
    }
  for (guint i = 0; i < known->len; i++)
    {
      guint index = ((VswLink *)g_ptr_array_index (known, i))->index;

      if (vsw_links_get (listed, index) == NULL)
        note_link (engine, index, NULL);
    }
}

/* --- signals of the kernel --- */

static void
on_link (VswKernel *kernel, VswLink *link, gboolean gone, VswEngine *engine)
{
  note_link (engine, link->index, gone ? NULL : link);
}

static void
on_learned (VswKernel *kernel, guint bridge, gint change, VswEngine *engine)
{
  guint count = vsw_links_get_learned (engine->links, bridge);

  if (change < 0 && count < (guint)-change)
    count = 0;
  else
    count += (guint)change;
  vsw_links_set_learned (engine->links, bridge, count);
}

static void
on_address (VswKernel *kernel, guint port, VswEngine *engine)
{
  const char *device = vsw_links_get_bound (engine->links, port);
  VswValue *value = device != NULL ? vsw_model_find_device (engine->model, device) : NULL;

  /* What the running turn does is what is wished. */
  if (value == NULL || (engine->turn_keys != NULL && g_hash_table_contains (engine->turn_keys, value->id)))
    return;

  vsw_engine_suspect_addresses (engine);
}

/* Nothing of the NIC itself has changed, but whoever looks after uplinks wants to know. */
static void
on_ip (VswKernel *kernel, guint index, VswEngine *engine)
{
  const char *device = vsw_links_get_bound (engine->links, index);
  VswValue *value = device != NULL ? vsw_model_find_device (engine->model, device) : NULL;
  g_autoptr (VswKeys) keys = vsw_keys_new ();

  if (value == NULL || value->kind != VSW_KIND_NIC || ((const VswNic *)value)->uplink == NULL)
    return;

  vsw_keys_add (keys, value->id);
  vsw_engine_emit_changing (engine, keys);
  vsw_engine_emit_changed (engine, keys);
}

static void
on_overrun (VswKernel *kernel, VswEngine *engine)
{
  if (engine->list_is_wanted)
    return;

  vsw_log (G_LOG_LEVEL_MESSAGE, VSW_EVENT_OVERRUN, NULL,
           "the kernel told more than we could take in: listing all links anew");
  engine->list_is_wanted = TRUE;
  vsw_engine_push_list (engine);
}

static void
on_guard_lost (VswKernel *kernel, VswEngine *engine)
{
  if (engine->guard_is_lost)
    return;

  vsw_log (G_LOG_LEVEL_WARNING, VSW_EVENT_GUARD, NULL,
           "another hand removed the guard between the host and our switches (nftables table netdev vmswitch): "
           "putting it back");
  engine->guard_is_lost = TRUE;
  vsw_engine_push_guard (engine);
}

void
vsw_engine_observe (VswEngine *engine)
{
  g_signal_connect_object (engine->kernel, "link", G_CALLBACK (on_link), engine, 0);
  g_signal_connect_object (engine->kernel, "learned", G_CALLBACK (on_learned), engine, 0);
  g_signal_connect_object (engine->kernel, "address", G_CALLBACK (on_address), engine, 0);
  g_signal_connect_object (engine->kernel, "ip", G_CALLBACK (on_ip), engine, 0);
  g_signal_connect_object (engine->kernel, "overrun", G_CALLBACK (on_overrun), engine, 0);
  g_signal_connect_object (engine->kernel, "guard-lost", G_CALLBACK (on_guard_lost), engine, 0);
}
