/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which objects a plan is about, and in which order: bridges, then what passes out of use, then NICs, then what goes for good. */
#include "plan/planner.h"

/* The objects of one plan, each once, in order. */
typedef struct
{
  VswPlanner planner;
  GPtrArray *switches; /* (owned) (element-type VswSwitch) to keep */
  GPtrArray *nics;     /* (owned) (element-type VswNic) to keep */
  GHashTable *listed;  /* (owned) set of (unowned) ids of both */
  GHashTable *was;     /* (owned) (unowned) id of a NIC → (unowned) VswPort it was plugged into before the change */
  GHashTable *changed_ports; /* (owned) set of (unowned) ids of ports in the delta */
  GHashTable *targets;       /* (owned) (unowned) id of a NIC → (unowned) VswNamespace */
  GHashTable *handouts;      /* (owned) (unowned) id of a NIC → (unowned) VswHandout */
} Scope;

static void
init_scope (Scope *self, VswModel *model, VswLinks *links, gboolean is_drift)
{
  VswPlan *plan = g_new0 (VswPlan, 1);
  plan->ops = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_op_free);
  plan->final = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_op_free);
  plan->findings = g_ptr_array_new_with_free_func (g_free);
  *self = (Scope){
    .planner = { .model = model,
                 .links = links,
                 .plan = plan,
                 .is_drift = is_drift,
                 .planned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                 .kept = g_hash_table_new (NULL, NULL),
                 .doomed = g_array_new (FALSE, FALSE, sizeof (VswDeviceRef)),
                 .unguarded = g_ptr_array_new_with_free_func (g_free),
                 .bound = g_hash_table_new (g_str_hash, g_str_equal) },
    .switches = g_ptr_array_new (),
    .nics = g_ptr_array_new (),
    .listed = g_hash_table_new (g_str_hash, g_str_equal),
    .was = g_hash_table_new (g_str_hash, g_str_equal),
    .changed_ports = g_hash_table_new (g_str_hash, g_str_equal),
    .targets = g_hash_table_new (g_str_hash, g_str_equal),
    .handouts = g_hash_table_new (g_str_hash, g_str_equal),
  };
}

static void
clear_scope (Scope *self)
{
  g_hash_table_unref (self->planner.planned);
  g_hash_table_unref (self->planner.kept);
  g_array_unref (self->planner.doomed);
  g_ptr_array_unref (self->planner.unguarded);
  g_hash_table_unref (self->planner.bound);
  g_ptr_array_unref (self->switches);
  g_ptr_array_unref (self->nics);
  g_hash_table_unref (self->listed);
  g_hash_table_unref (self->was);
  g_hash_table_unref (self->changed_ports);
  g_hash_table_unref (self->targets);
  g_hash_table_unref (self->handouts);
}

/* --- which objects --- */

static void
list_nic (Scope *self, const char *id)
{
  VswNic *nic = id != NULL ? vsw_model_get_nic (self->planner.model, id) : NULL;
  if (nic != NULL && g_hash_table_add (self->listed, (gpointer)nic->head.id))
    g_ptr_array_add (self->nics, nic);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 ((*(const VswValue *const *)a)->name, (*(const VswValue *const *)b)->name);
}

/* (transfer container) by name, so that the same wish makes the same plan */
static GPtrArray *
list_sorted (GHashTable *values)
{
  GPtrArray *list = g_ptr_array_sized_new (g_hash_table_size (values));
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (list, value);
  g_ptr_array_sort (list, compare_names);
  return list;
}

static void
list_nics_of (Scope *self, const VswSwitch *value)
{
  GHashTable *table = vsw_model_get_ports_of (self->planner.model, value->head.id);
  g_autoptr (GPtrArray) ports = list_sorted (table);
  for (guint i = 0; i < ports->len; i++)
    list_nic (self, ((const VswPort *)ports->pdata[i])->nic_id);
}

static gboolean
is_bridge_missing (Scope *self, const VswSwitch *value)
{
  return vsw_links_get_device (self->planner.links, value->device) == NULL;
}

/* With a bridge that has to be made, or whose MTU changes, its near ends have to follow. */
static void
list_switch (Scope *self, VswSwitch *value, gboolean with_nics)
{
  if (value == NULL)
    return;
  if (g_hash_table_add (self->listed, (gpointer)value->head.id))
    g_ptr_array_add (self->switches, value);
  else if (!with_nics)
    return;
  if (with_nics || is_bridge_missing (self, value))
    list_nics_of (self, value);
}

/* A NIC cannot be plugged in without its bridge. The list of NICs may grow meanwhile. */
static void
list_missing_bridges (Scope *self)
{
  for (guint i = 0; i < self->nics->len; i++)
    {
      const VswPort *port = vsw_model_find_port_of_nic (self->planner.model, ((VswNic *)self->nics->pdata[i])->head.id);
      VswSwitch *parent = port != NULL ? vsw_model_get_switch (self->planner.model, port->switch_id) : NULL;
      if (parent != NULL && is_bridge_missing (self, parent))
        list_switch (self, parent, FALSE);
    }
}

static void
list_switch_pair (Scope *self, const VswPair *pair)
{
  const VswSwitch *before = (const VswSwitch *)pair->before, *after = (const VswSwitch *)pair->after;
  if (after == NULL)
    vsw_planner_remove_switch (&self->planner, before);
  else
    list_switch (self, vsw_model_get_switch (self->planner.model, after->head.id),
                 before != NULL && before->mtu != after->mtu);
}

/* What is to be taken off it may still be there. Whatever is to have it has to be, too. */
static void
list_bound (Scope *self, const VswPair *pair)
{
  const VswUplink *uplink = ((const VswNic *)pair->after)->uplink;
  if (uplink == NULL || (pair->before != NULL && pair->ip == NULL))
    return;
  g_hash_table_insert (self->planner.bound, (gpointer)pair->after->id, (gpointer)(pair->ip != NULL ? pair->ip : uplink->ip));
  list_nic (self, uplink->host_id);
}

static void
list_nic_pair (Scope *self, const VswPair *pair)
{
  if (pair->after == NULL)
    {
      if (((const VswNic *)pair->before)->backend != VSW_BACKEND_HARDWARE)
        vsw_planner_remove_nic (&self->planner, (const VswNic *)pair->before);
      return;
    }
  list_nic (self, pair->after->id);
  list_bound (self, pair);
  if (pair->target != NULL)
    g_hash_table_insert (self->targets, (gpointer)pair->after->id, pair->target);
  if (pair->handout != NULL)
    g_hash_table_insert (self->handouts, (gpointer)pair->after->id, pair->handout);
}

/* No devices but those of NICs and switches, which have pairs of their own. */
static void
list_nothing (Scope *self, const VswPair *pair)
{
}

static void
list_port_pair (Scope *self, const VswPair *pair)
{
  const VswPort *before = (const VswPort *)pair->before, *after = (const VswPort *)pair->after;
  if (before != NULL)
    list_nic (self, before->nic_id);
  if (after != NULL)
    list_nic (self, after->nic_id);
}

static void
list_pairs (Scope *self, VswDelta *delta)
{
  static void (*const rows[]) (Scope * self, const VswPair *pair) = {
    [VSW_KIND_SWITCH] = list_switch_pair,
    [VSW_KIND_PORT] = list_port_pair,
    [VSW_KIND_NIC] = list_nic_pair,
    [VSW_KIND_SYSTEM] = list_nothing,
    [VSW_KIND_SETTING] = list_nothing,
    [VSW_KIND_CHECKPOINT] = list_nothing,
  };
  G_STATIC_ASSERT (G_N_ELEMENTS (rows) == VSW_N_KINDS);
  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);
      rows[pair->after != NULL ? pair->after->kind : pair->before->kind](self, pair);
    }
}

/* --- where NICs were plugged in --- */

static void
note_former_ports (Scope *self, VswDelta *delta)
{
  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);
      const VswValue *one = pair->after != NULL ? pair->after : pair->before;
      if (one->kind != VSW_KIND_PORT)
        continue;
      const VswPort *before = (const VswPort *)pair->before;
      g_hash_table_add (self->changed_ports, (gpointer)one->id);
      if (before != NULL && before->nic_id != NULL)
        g_hash_table_insert (self->was, (gpointer)before->nic_id, (gpointer)before);
    }
}

/* A port that the change does not touch holds what it held. */
static const VswPort *
get_former_port (Scope *self, const char *nic_id)
{
  const VswPort *was = g_hash_table_lookup (self->was, nic_id);
  if (was != NULL)
    return was;
  const VswPort *now = vsw_model_find_port_of_nic (self->planner.model, nic_id);
  return now != NULL && !g_hash_table_contains (self->changed_ports, now->head.id) ? now : NULL;
}

/* Static addresses leave before any come: one may pass from port to port. Those of NICs that go too, for they go last. */
static void
delete_addresses (Scope *self, VswDelta *delta)
{
  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);
      if (pair->after != NULL || pair->before->kind != VSW_KIND_NIC)
        continue;
      const VswPort *was = g_hash_table_lookup (self->was, pair->before->id);
      const VswLink *near = vsw_planner_get_near_end (&self->planner, (const VswNic *)pair->before);
      if (near != NULL && was != NULL && vsw_model_get_switch (self->planner.model, was->switch_id) != NULL)
        vsw_planner_delete_addresses (&self->planner, near, was, NULL);
    }
  for (guint i = 0; i < self->nics->len; i++)
    {
      const VswNic *nic = self->nics->pdata[i];
      const VswLink *near = vsw_planner_get_near_end (&self->planner, nic);
      if (near != NULL)
        vsw_planner_delete_addresses (&self->planner, near, get_former_port (self, nic->head.id),
                                      vsw_model_find_port_of_nic (self->planner.model, nic->head.id));
    }
}

/* NICs of the host that the change lets go, with what comes back to them. */
static void
release_uplinks (Scope *self, VswDelta *delta)
{
  g_autoptr (GPtrArray) nics = vsw_uplinks_list (delta);
  for (guint i = 0; i < nics->len; i++)
    {
      const VswNic *nic = nics->pdata[i];
      if (vsw_model_get_nic (self->planner.model, nic->head.id) == NULL)
        vsw_planner_release_uplink (&self->planner, nic);
    }
}

/* --- the plan --- */

static void
keep_switches (Scope *self)
{
  for (guint i = 0; i < self->switches->len; i++)
    vsw_planner_keep_switch (&self->planner, self->switches->pdata[i]);
}

static void
keep_nic (Scope *self, const VswNic *nic)
{
  const VswPort *was = get_former_port (self, nic->head.id);
  switch (nic->backend)
    {
    case VSW_BACKEND_VETH:
      vsw_planner_keep_nic (&self->planner, nic, was, g_hash_table_lookup (self->targets, nic->head.id));
      break;
    case VSW_BACKEND_TAP:
      vsw_planner_keep_tap (&self->planner, nic, was, g_hash_table_lookup (self->handouts, nic->head.id));
      break;
    case VSW_BACKEND_HARDWARE:
      vsw_planner_keep_uplink (&self->planner, nic, was, g_hash_table_contains (self->planner.bound, nic->head.id),
                               g_hash_table_lookup (self->planner.bound, nic->head.id));
      break;
    }
}

/* Those of the host last: what they give to an internal one wants it to be there. */
static void
keep_nics (Scope *self)
{
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < self->nics->len; i++)
      {
        const VswNic *nic = self->nics->pdata[i];
        if ((nic->backend == VSW_BACKEND_HARDWARE) == (pass == 1))
          keep_nic (self, nic);
      }
}

/* All in one deletion, because the kernel sleeps once for each; guards last, so that no bridge is ever without. */
static VswPlan *
finish (Scope *self)
{
  VswPlanner *planner = &self->planner;
  VswPlan *plan = planner->plan;
  if (planner->doomed->len > 0)
    {
      VswOp *op = vsw_op_new (VSW_OP_DELETE, g_array_index (planner->doomed, VswDeviceRef, 0));
      g_array_append_vals (op->devices, planner->doomed->data, planner->doomed->len);
      g_ptr_array_add (plan->final, op);
    }
  for (guint i = 0; i < planner->unguarded->len; i++)
    g_ptr_array_add (plan->final,
                     vsw_op_new (VSW_OP_GUARD_DELETE, vsw_device_ref_by_name (planner->unguarded->pdata[i])));
  clear_scope (self);
  return plan;
}

/**
 * vsw_plan_new:
 * @model: with @delta applied
 * @links: what is
 * @delta: what changes
 *
 * Plans a change: the devices of the objects that it touches, and of those that follow from them (the near ends of a switch
 * whose MTU changes). What a foreign hand has done to the same devices is put right with it. Conflicts are in `findings`.
 * (transfer full) Main thread.
 */
VswPlan *
vsw_plan_new (VswModel *model, VswLinks *links, VswDelta *delta)
{
  Scope scope;
  init_scope (&scope, model, links, FALSE);
  note_former_ports (&scope, delta);
  list_pairs (&scope, delta);
  list_missing_bridges (&scope);
  keep_switches (&scope);
  delete_addresses (&scope, delta);
  release_uplinks (&scope, delta);
  keep_nics (&scope);
  return finish (&scope);
}

static void
list_all (Scope *self)
{
  g_autoptr (GPtrArray) switches = list_sorted (vsw_model_get_switches (self->planner.model));
  g_autoptr (GPtrArray) nics = list_sorted (vsw_model_get_nics (self->planner.model));
  for (guint i = 0; i < switches->len; i++)
    list_switch (self, switches->pdata[i], FALSE);
  for (guint i = 0; i < nics->len; i++)
    list_nic (self, ((const VswNic *)nics->pdata[i])->head.id);
}

static void
list_ids (Scope *self, GPtrArray *ids)
{
  for (guint i = 0; i < ids->len; i++)
    {
      const VswPort *port = vsw_model_get_port (self->planner.model, ids->pdata[i]);
      list_switch (self, vsw_model_get_switch (self->planner.model, ids->pdata[i]), FALSE);
      list_nic (self, port != NULL ? port->nic_id : ids->pdata[i]);
    }
}

/**
 * vsw_plan_new_for_drift:
 * @ids: (nullable) (element-type utf8): switches and NICs (a port stands for its NIC; ids of nothing are passed over); NULL: everything,
 * and what carries our mark and belongs to nothing goes
 *
 * Plans the repair of what differs from the wish; each difference is said in `findings`. What stands in the way and is not ours is a finding
 * that begins with "conflict:" and makes no operation. Static forwarding entries are not compared, for links do not tell them; they are made
 * again with the connection. (transfer full) Main thread.
 */
VswPlan *
vsw_plan_new_for_drift (VswModel *model, VswLinks *links, GPtrArray *ids)
{
  Scope scope;
  init_scope (&scope, model, links, TRUE);
  if (ids != NULL)
    list_ids (&scope, ids);
  else
    list_all (&scope);
  list_missing_bridges (&scope);
  keep_switches (&scope);
  keep_nics (&scope);
  if (ids == NULL)
    vsw_planner_remove_orphans (&scope.planner);
  return finish (&scope);
}

/**
 * vsw_plan_new_for_quarantine:
 * @ids: (element-type utf8): NICs (ids of nothing are passed over)
 *
 * Plans that no frame passes between these NICs and their switches. (transfer full) Main thread.
 */
VswPlan *
vsw_plan_new_for_quarantine (VswModel *model, VswLinks *links, GPtrArray *ids)
{
  Scope scope;
  init_scope (&scope, model, links, TRUE);
  for (guint i = 0; i < ids->len; i++)
    {
      const VswNic *nic = vsw_model_get_nic (model, ids->pdata[i]);
      if (nic != NULL)
        vsw_planner_quarantine (&scope.planner, nic);
    }
  return finish (&scope);
}

/**
 * vsw_plan_new_for_rescue:
 * @nics: (element-type VswNic): NICs of the host, as a change that did not come to its end had them
 *
 * Plans that those which are bound have nothing that was taken off them, and that the others are what they were: whatever of it has been done.
 * (transfer full) Main thread.
 */
VswPlan *
vsw_plan_new_for_rescue (VswModel *model, VswLinks *links, GPtrArray *nics)
{
  Scope scope;
  init_scope (&scope, model, links, TRUE);
  for (guint i = 0; i < nics->len; i++)
    {
      const VswNic *nic = nics->pdata[i];
      if (vsw_model_get_nic (model, nic->head.id) != NULL)
        vsw_planner_keep_uplink (&scope.planner, nic, NULL, TRUE, nic->uplink->ip);
      else
        vsw_planner_release_uplink (&scope.planner, nic);
    }
  return finish (&scope);
}
