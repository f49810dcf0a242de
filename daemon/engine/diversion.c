/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the spanning tree is on, an uplink and the internal NIC that the host has instead stay wired to each other, past the bridge, when the change that
 * wired them has become true (plan/hosting.c): for twice the forward delay, 4 to 60 seconds, the bridge passes no frames at a new port. Here that ends, once
 * it does, or once the tree has decided that it never will. A port without carrier is not decided yet: many drivers set their hardware up anew for another
 * MTU, and drop it for seconds; the tree begins when it is back. It is not waited for long: while they are wired to each other, the host and the guests of
 * its switch do not hear each other.
 *
 * Nothing of it is on disk: the kernel goes on while the service is away, and the next start takes any such NIC for wired. No loop can come of it,
 * whatever the tree decides: such frames see no bridge, and those of the tree itself are not diverted (kernel/divert.c). */
#include "engine/state.h"

#define PATIENCE (10 * G_USEC_PER_SEC) /* with an uplink without carrier */

typedef struct
{
  VswEngine *engine; /* (owned) */
  char *id;          /* (owned) of the uplink */
  VswOp *ops[2];     /* (owned) (nullable) in this order */
  gboolean is_done;
} End;

static gboolean
is_held_back (VswEngine *engine, const char *nic_id)
{
  const VswNic *nic = vsw_model_get_nic (engine->model, nic_id);
  const VswLink *link = nic != NULL ? vsw_links_get_device (engine->links, nic->device) : NULL;

  return link != NULL && link->is_port
         && (link->port_state == VSW_PORT_STATE_LISTENING || link->port_state == VSW_PORT_STATE_LEARNING);
}

static gboolean
waits_for_carrier (VswEngine *engine, const VswNic *uplink)
{
  const VswLink *link = vsw_links_get_device (engine->links, uplink->device);

  return link != NULL && link->is_port && link->port_state == VSW_PORT_STATE_DISABLED && link->is_up
         && !link->has_carrier;
}

/* until: how long its carrier is waited for, on the clock of vsw_engine_get_now() */
static void
add (VswEngine *engine, const char *id, gint64 until)
{
  gint64 *value = NULL;

  if (g_hash_table_contains (engine->diverted, id))
    return;

  value = g_new (gint64, 1);
  *value = until;
  g_hash_table_insert (engine->diverted, g_strdup (id), value);
}

static VswOp *
new_op (VswEngine *engine, const VswNic *nic)
{
  const VswLink *link = nic != NULL ? vsw_links_get_device (engine->links, nic->device) : NULL;

  return link != NULL ? vsw_op_new (VSW_OP_DIVERT_DELETE, vsw_device_ref_by_link (link)) : NULL;
}

/* As the last steps of SetupSwitch: first what arrives goes through the bridge, then what the host sends. */
static End *
begin_end (VswEngine *engine, const VswNic *uplink)
{
  End *end = g_new0 (End, 1);

  end->engine = g_object_ref (engine);
  end->id = g_strdup (uplink->head.id);
  end->ops[0] = new_op (engine, uplink);
  end->ops[1] = new_op (engine, vsw_model_get_nic (engine->model, uplink->uplink->host_id));

  return end;
}

static void
free_end (End *end)
{
  for (gsize i = 0; i < G_N_ELEMENTS (end->ops); i++)
    g_clear_pointer (&end->ops[i], vsw_op_free);
  g_free (end->id);
  g_object_unref (end->engine);
  g_free (end);
}

static void
run_end (gpointer data)
{
  End *end = data;

  end->is_done = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (end->ops); i++)
    {
      g_autoptr (GError) error = NULL;

      if (end->ops[i] == NULL || vsw_kernel_apply (end->engine->kernel, end->ops[i], &error))
        continue;
      g_warning ("the host is not wired through its switch: %s", error->message);
      end->is_done = FALSE;
    }
}

/* What failed is tried again when something changes. */
static void
finish_end (gpointer data)
{
  End *end = data;

  if (!end->is_done)
    add (end->engine, end->id, 0);
  free_end (end);
}

/* is_now: blocking, the worker is idle. Whether it need not be looked at again. */
static gboolean
end_one (VswEngine *engine, const char *id, gint64 until, gboolean is_now)
{
  const VswNic *uplink = vsw_model_get_nic (engine->model, id);

  /* What undid it has ended it. */
  if (uplink == NULL || uplink->uplink == NULL || uplink->uplink->host_id == NULL)
    return TRUE;
  if (is_held_back (engine, id) || is_held_back (engine, uplink->uplink->host_id))
    return FALSE;
  if (waits_for_carrier (engine, uplink) && vsw_engine_get_now (engine) < until)
    return FALSE;

  End *end = begin_end (engine, uplink);
  gboolean is_done = TRUE;

  if (!is_now)
    {
      vsw_worker_push (engine->worker, run_end, finish_end, end);
      return TRUE;
    }
  run_end (end);
  is_done = end->is_done;
  free_end (end);
  return is_done;
}

void
vsw_engine_stop_diversions (VswEngine *engine)
{
  if (engine->diversion_source == NULL)
    return;

  g_source_destroy (engine->diversion_source);
  g_clear_pointer (&engine->diversion_source, g_source_unref);
}

static gboolean
on_time (gpointer user_data)
{
  VswEngine *engine = user_data;

  g_clear_pointer (&engine->diversion_source, g_source_unref);
  vsw_engine_follow_diversions (engine);

  return G_SOURCE_REMOVE;
}

/* For the first whose carrier is waited for no longer. Nobody tells that none has come. */
static void
arm (VswEngine *engine)
{
  GHashTableIter iter;
  gpointer value;
  gint64 now = vsw_engine_get_now (engine), next = G_MAXINT64;

  vsw_engine_stop_diversions (engine);
  g_hash_table_iter_init (&iter, engine->diverted);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (*(gint64 *)value > now)
      next = MIN (next, *(gint64 *)value);
  if (next == G_MAXINT64)
    return;

  /* Rounded up: never before its time. */
  engine->diversion_source = g_timeout_source_new ((guint)((next - now + 999) / 1000));
  g_source_set_callback (engine->diversion_source, on_time, engine, NULL);
  g_source_attach (engine->diversion_source, engine->context);
}

static void
end_all (VswEngine *engine, gboolean is_now)
{
  GHashTableIter iter;
  gpointer id, until;

  if (engine->is_stopped)
    return;
  g_hash_table_iter_init (&iter, engine->diverted);
  while (g_hash_table_iter_next (&iter, &id, &until))
    if (end_one (engine, id, *(gint64 *)until, is_now))
      g_hash_table_iter_remove (&iter);
  arm (engine);
}

/* Time has passed. */
void
vsw_engine_follow_diversions (VswEngine *engine)
{
  end_all (engine, FALSE);
}

static void
on_changed (VswEngine *engine, GPtrArray *touched, gpointer user_data)
{
  end_all (engine, FALSE);
}

/* Those that the host has an internal NIC for; on any switch, or where the tree is on. */
static void
suspect (VswEngine *engine, gboolean any)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, vsw_model_get_uplinks (engine->model));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const VswNic *nic = value;
      const VswPort *port = vsw_model_find_port_of_nic (engine->model, nic->head.id);
      const VswSwitch *home = port != NULL ? vsw_model_get_switch (engine->model, port->switch_id) : NULL;

      if (nic->uplink->host_id != NULL && home != NULL && (any || home->spanning_tree))
        add (engine, nic->head.id, vsw_engine_get_now (engine) + PATIENCE);
    }
}

void
vsw_engine_init_diversions (VswEngine *engine)
{
  engine->diverted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
vsw_engine_clear_diversions (VswEngine *engine)
{
  vsw_engine_stop_diversions (engine);
  g_clear_pointer (&engine->diverted, g_hash_table_unref);
}

/* Also of a switch without the tree: it may have been turned off in the last moment. Blocking, the worker is idle. */
void
vsw_engine_start_diversions (VswEngine *engine)
{
  g_signal_connect (engine, "changed", G_CALLBACK (on_changed), NULL);
  suspect (engine, TRUE);
  end_all (engine, TRUE);
}

/* Whether or not the change has become true: what was undone may have wired them again. */
void
vsw_engine_note_diversions (VswEngine *engine, VswDelta *delta, gboolean is_rescue)
{
  g_autoptr (GPtrArray) uplinks = delta != NULL ? vsw_uplinks_list (delta) : NULL;

  if (!is_rescue && (uplinks == NULL || uplinks->len == 0))
    return;
  suspect (engine, FALSE);
  end_all (engine, FALSE);
}
