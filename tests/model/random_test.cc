// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever is asked for, in whatever order: what is refused changes nothing, what is done can be undone, and the indexes agree. */
#include <map>
#include <set>
#include <vector>

#include "model/network.h"
#include "support/arbitrary.h"

namespace
{

constexpr int ROUNDS = 600;
constexpr guint32 OWNERS[] = { 0, 1000, 1001 };

template <typename Value>
std::vector<Value *>
list (GHashTable *table)
{
  std::vector<Value *> values;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, nullptr, &value))
    values.push_back (static_cast<Value *> (value));
  return values;
}

/* Each NIC of a system is what a setting of it became, and there are such NICs only while it is enabled. */
void
check_systems (Network &net)
{
  guint n_settings = 0;
  std::set<std::string> names;
  for (VswSystem *system : list<VswSystem> (vsw_model_get_systems (net.model)))
    {
      n_settings += g_hash_table_size (vsw_model_get_settings_of (net.model, system->head.id));
      EXPECT_TRUE (system->machine_since == 0 || (system->state == VSW_SYSTEM_ENABLED && system->machine[0] != '\0'));
    }
  EXPECT_EQ (n_settings, g_hash_table_size (vsw_model_get_settings (net.model)));
  for (VswSetting *setting : list<VswSetting> (vsw_model_get_settings (net.model)))
    {
      VswSystem *system = vsw_model_get_system (net.model, setting->system_id);
      VswNic *nic = vsw_model_find_nic_of_setting (net.model, setting->head.id);
      ASSERT_NE (system, nullptr);
      EXPECT_EQ (setting->head.owner, system->head.owner);
      EXPECT_EQ (setting->head.lifetime, system->head.lifetime);
      EXPECT_EQ (setting->head.holder, nullptr);
      EXPECT_TRUE (setting->connection_id == nullptr || vsw_model_get (net.model, setting->connection_id) != nullptr);
      EXPECT_TRUE (nic == nullptr || system->state == VSW_SYSTEM_ENABLED);
      EXPECT_TRUE (nic == nullptr || nic->nic_kind == setting->nic_kind);
    }
  for (VswNic *nic : list<VswNic> (vsw_model_get_nics (net.model)))
    {
      EXPECT_TRUE (nic->setting_id == nullptr || vsw_model_get_setting (net.model, nic->setting_id) != nullptr);
      EXPECT_EQ (nic->backend == VSW_BACKEND_TAP, nic->peer[0] == '\0');
      EXPECT_TRUE (nic->head.lifetime != VSW_LIFETIME_DESCRIPTOR || nic->backend == VSW_BACKEND_TAP);
      EXPECT_TRUE (!nic->opened || nic->head.lifetime == VSW_LIFETIME_DESCRIPTOR);
      EXPECT_TRUE (nic->setting_id == nullptr || nic->head.lifetime != VSW_LIFETIME_PERSISTENT);
    }
  /* No two have one address, but a setting and what it became. */
  for (VswNic *nic : list<VswNic> (vsw_model_get_nics (net.model)))
    EXPECT_TRUE (names.insert (text_of (nic->mac)).second) << nic->head.name;
  for (VswSetting *setting : list<VswSetting> (vsw_model_get_settings (net.model)))
    {
      VswNic *nic = vsw_model_find_nic_of_setting (net.model, setting->head.id);
      bool is_same = nic != nullptr && vsw_mac_equal (nic->mac, setting->mac);
      EXPECT_TRUE (is_same || names.insert (text_of (setting->mac)).second) << setting->head.name;
    }
  for (VswSwitch *value : list<VswSwitch> (vsw_model_get_switches (net.model)))
    EXPECT_TRUE (names.insert (text_of (value->mac)).second) << value->head.name;
}

/* How many objects of each kind each user has, counted anew. */
void
check_owners (Network &net)
{
  std::map<std::pair<VswKind, guint32>, guint> counts;
  for (GHashTable *table :
       { vsw_model_get_switches (net.model), vsw_model_get_ports (net.model), vsw_model_get_nics (net.model),
         vsw_model_get_systems (net.model), vsw_model_get_settings (net.model) })
    for (VswValue *value : list<VswValue> (table))
      counts[{ value->kind, value->owner }]++;
  g_autoptr (GPtrArray) checkpoints = vsw_model_list_checkpoints (net.model);
  for (guint i = 0; i < checkpoints->len; i++)
    counts[{ VSW_KIND_CHECKPOINT, static_cast<VswValue *> (checkpoints->pdata[i])->owner }]++;
  for (guint32 owner : OWNERS)
    for (guint kind = 0; kind < VSW_N_KINDS; kind++)
      EXPECT_EQ (vsw_model_count_owned (net.model, static_cast<VswKind> (kind), owner),
                 (counts[{ static_cast<VswKind> (kind), owner }]))
          << owner << " " << vsw_kind_print (static_cast<VswKind> (kind));
}

/* No object is in two logs. */
void
check_logs (Network &net)
{
  std::set<std::string> logged;
  g_autoptr (GPtrArray) checkpoints = vsw_model_list_checkpoints (net.model);
  for (guint i = 0; i < checkpoints->len; i++)
    {
      const VswCheckpoint *checkpoint = static_cast<VswCheckpoint *> (checkpoints->pdata[i]);
      for (gsize j = 0; j < checkpoint->n_entries; j++)
        EXPECT_TRUE (logged.insert (checkpoint->entries[j].id).second) << checkpoint->entries[j].id;
    }
}

/* Things that must hold whatever happened. */
void
check_invariants (Network &net)
{
  GHashTableIter iter;
  gpointer value;
  guint listed = 0;
  g_hash_table_iter_init (&iter, vsw_model_get_switches (net.model));
  while (g_hash_table_iter_next (&iter, nullptr, &value))
    {
      VswSwitch *parent = static_cast<VswSwitch *> (value);
      listed += g_hash_table_size (vsw_model_get_ports_of (net.model, parent->head.id));
    }
  EXPECT_EQ (listed, g_hash_table_size (vsw_model_get_ports (net.model)));
  g_hash_table_iter_init (&iter, vsw_model_get_ports (net.model));
  while (g_hash_table_iter_next (&iter, nullptr, &value))
    {
      VswPort *port = static_cast<VswPort *> (value);
      ASSERT_NE (vsw_model_get_switch (net.model, port->switch_id), nullptr);
      EXPECT_GE (port->head.lifetime, vsw_model_get_switch (net.model, port->switch_id)->head.lifetime);
      EXPECT_EQ (port->nic_id != nullptr, port->connected != 0);
      if (port->nic_id == nullptr)
        continue;
      VswNic *nic = vsw_model_get_nic (net.model, port->nic_id);
      ASSERT_NE (nic, nullptr);
      EXPECT_EQ (vsw_model_find_port_of_nic (net.model, port->nic_id), port);
      EXPECT_LE (nic->mtu, vsw_model_get_switch (net.model, port->switch_id)->mtu);
      EXPECT_TRUE (nic->nic_kind != VSW_NIC_INTERNAL
                   || vsw_facts_has_host_access (net.model, vsw_model_get_switch (net.model, port->switch_id)));
    }
  std::string text = describe (net.model);
  EXPECT_EQ (text.find ("found 0"), std::string::npos) << text;
  EXPECT_EQ (text.find ("found 10"), std::string::npos) << text;
  EXPECT_EQ (text.find ("found 110"), std::string::npos) << text;
  EXPECT_EQ (text.find ("found 1110"), std::string::npos) << text;
  check_systems (net);
  check_owners (net);
  check_logs (net);
}

/* Whether more comes of it than that descriptors are handed out. */
bool
has_changes (VswDelta *delta)
{
  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    if (!vsw_value_equal (vsw_delta_get (delta, i)->before, vsw_delta_get (delta, i)->after))
      return true;
  return false;
}

/* Everything in the model but its checkpoints, by id. */
using World = std::map<std::string, std::shared_ptr<VswValue> >;

World
remember (Network &net)
{
  World world;
  for (GHashTable *table :
       { vsw_model_get_switches (net.model), vsw_model_get_ports (net.model), vsw_model_get_nics (net.model),
         vsw_model_get_systems (net.model), vsw_model_get_settings (net.model) })
    for (VswValue *value : list<VswValue> (table))
      world[value->id] = std::shared_ptr<VswValue> (static_cast<VswValue *> (vsw_value_ref (value)), vsw_value_unref);
  return world;
}

/* Equal but for what no rollback takes back: since when something is plugged in, what a guest has, how a device is called. */
bool
is_same (const VswValue *a, const VswValue *b)
{
  if (a == nullptr || b == nullptr || a->kind != b->kind)
    return a == b;
  if (a->kind == VSW_KIND_PORT)
    {
      VswPort one = *reinterpret_cast<const VswPort *> (a), other = *reinterpret_cast<const VswPort *> (b);
      if (one.nic_id != nullptr && other.nic_id != nullptr)
        one.connected = other.connected;
      g_autoptr (VswPort) x = vsw_port_new (&one);
      return vsw_value_equal (x, b);
    }
  if (a->kind == VSW_KIND_NIC)
    {
      VswNic one = *reinterpret_cast<const VswNic *> (a);
      const VswNic *other = reinterpret_cast<const VswNic *> (b);
      one.opened = other->opened;
      g_strlcpy (one.placed_as, other->placed_as, sizeof one.placed_as);
      g_strlcpy (one.device, other->device, sizeof one.device);
      g_strlcpy (one.peer, other->peer, sizeof one.peer);
      g_autoptr (VswNic) x = vsw_nic_new (&one);
      return vsw_value_equal (x, b);
    }
  if (a->kind == VSW_KIND_SWITCH)
    {
      VswSwitch one = *reinterpret_cast<const VswSwitch *> (a);
      g_strlcpy (one.device, reinterpret_cast<const VswSwitch *> (b)->device, sizeof one.device);
      g_autoptr (VswSwitch) x = vsw_switch_new (&one);
      return vsw_value_equal (x, b);
    }
  if (a->kind == VSW_KIND_SYSTEM)
    {
      VswSystem one = *reinterpret_cast<const VswSystem *> (a);
      one.machine_since = reinterpret_cast<const VswSystem *> (b)->machine_since;
      g_autoptr (VswSystem) x = vsw_system_new (&one);
      return vsw_value_equal (x, b);
    }
  return vsw_value_equal (a, b);
}

const VswValue *
find (const World &world, const std::string &id)
{
  auto found = world.find (id);
  return found != world.end () ? found->second.get () : nullptr;
}

VswChange *
new_checkpoint (const std::vector<std::string> &scope)
{
  std::vector<const char *> ids;
  for (const std::string &id : scope)
    ids.push_back (id.c_str ());
  VswCheckpoint draft = {};
  draft.head.id = "k";
  draft.head.name = "0";
  draft.privileged = TRUE;
  draft.scope = ids.data ();
  draft.n_scope = ids.size ();
  g_autoptr (VswCheckpoint) value = vsw_checkpoint_new (&draft);
  VswChange *change = vsw_change_create (value, 0, nullptr, nullptr);
  vsw_change_set_duration (change, 60 * G_USEC_PER_SEC);
  return change;
}

void
ask_for_some (Network &net, Arbitrary &arbitrary, guint requests)
{
  for (guint i = 0; i < requests; i++)
    {
      g_autoptr (GPtrArray) changes = arbitrary.changes (net.model, 3, OWNERS[arbitrary.number (0, 2)]);
      std::string before = describe (net.model);
      Answer answer = net.ask (changes);
      ASSERT_TRUE (answer.good || describe (net.model) == before) << answer.message;
    }
}

} // namespace

/* Whatever was done since a checkpoint of a part of the world: what is in it is as it was, or is named as lost; what is outside is as it became. */
TEST (AnyRequests, AreUndoneByACheckpointInItsScopeAndStayOutsideOfIt)
{
  Arbitrary arbitrary;
  int restored = 0, kept = 0, whole = 0;
  for (int round = 0; round < ROUNDS / 6; round++)
    {
      Network net;
      ask_for_some (net, arbitrary, 30);
      World before = remember (net);
      std::vector<std::string> scope;
      for (const auto &[id, value] : before)
        if (arbitrary.chance (round % 2 == 0 ? 100 : 30))
          scope.push_back (id);
      if (scope.empty ())
        continue;
      net.must ({ new_checkpoint (scope) });
      ask_for_some (net, arbitrary, arbitrary.number (1, 40));
      check_invariants (net);

      World changed = remember (net);
      std::string text = describe (net.model);
      g_autoptr (VswCheckpoint) checkpoint =
          static_cast<VswCheckpoint *> (vsw_value_ref (vsw_model_get_checkpoint (net.model, "k")));
      g_autoptr (GPtrArray) losses = g_ptr_array_new_with_free_func (g_free);
      auto delta = net.must ({ vsw_change_rollback ("k", losses) });
      check_invariants (net);
      World after = remember (net);
      EXPECT_EQ (vsw_model_get_checkpoint (net.model, "k"), nullptr);

      for (gsize i = 0; losses->len == 0 && i < checkpoint->n_entries; i++)
        {
          const VswCheckpointEntry *entry = &checkpoint->entries[i];
          /* What came to it later is logged as it was then. */
          bool is_named = vsw_checkpoint_names (checkpoint, entry->id);
          EXPECT_TRUE (!is_named || is_same (entry->before, find (before, entry->id))) << entry->id;
          ASSERT_TRUE (is_same (find (after, entry->id), entry->before))
              << entry->id << " of round " << round << ", from\n"
              << text << "to\n"
              << describe (net.model);
          restored++;
        }
      whole += losses->len == 0 && checkpoint->n_entries > 0;
      for (const auto &[id, value] : changed)
        if (vsw_checkpoint_find (checkpoint, id.c_str ()) == nullptr && find (after, id) != nullptr
            && is_same (value.get (), find (after, id)))
          kept++;
      /* What is named and was not logged has not changed. */
      for (const std::string &id : scope)
        {
          bool is_logged = vsw_checkpoint_find (checkpoint, id.c_str ()) != nullptr;
          EXPECT_TRUE (is_logged || is_same (find (changed, id), find (before, id))) << id;
        }

      vsw_model_revert (net.model, delta.get ());
      ASSERT_EQ (describe (net.model), text);
    }
  EXPECT_GT (restored, 100);
  EXPECT_GT (kept, 100);
  EXPECT_GT (whole, 10);
}

TEST (AnyRequests, ThatAreRefusedChangeNothingAndThatAreDoneCanBeUndone)
{
  Arbitrary arbitrary;
  Network net;
  int done = 0, refused = 0;
  std::set<VswSystemState> states;
  guint n_nics_of_systems = 0;
  /* What is rare comes late in some worlds. */
  auto has_seen_all = [&] { return states.size () == VSW_N_SYSTEM_STATES && n_nics_of_systems > 0; };
  for (int round = 0; round < ROUNDS || (round < 20 * ROUNDS && !has_seen_all ()); round++)
    {
      g_autoptr (GPtrArray) changes = arbitrary.changes (net.model, 6, OWNERS[arbitrary.number (0, 2)]);
      std::string before = describe (net.model);
      Answer answer = net.ask (changes);
      if (!answer.good)
        {
          refused++;
          ASSERT_EQ (describe (net.model), before) << answer.message;
          continue;
        }
      done++;
      std::string after = describe (net.model);
      EXPECT_EQ (before == after, !has_changes (answer.delta.get ()));
      vsw_model_revert (net.model, answer.delta.get ());
      ASSERT_EQ (describe (net.model), before);
      vsw_model_apply (net.model, answer.delta.get ());
      ASSERT_EQ (describe (net.model), after);
      check_invariants (net);
      for (VswSystem *system : list<VswSystem> (vsw_model_get_systems (net.model)))
        states.insert (system->state);
      for (VswNic *nic : list<VswNic> (vsw_model_get_nics (net.model)))
        n_nics_of_systems += nic->setting_id != nullptr;
    }
  EXPECT_EQ (states.size (), VSW_N_SYSTEM_STATES);
  EXPECT_GT (n_nics_of_systems, 0u);
  EXPECT_GT (done, ROUNDS / 10) << "the generator asks for too little that is allowed";
  EXPECT_GT (refused, 0);
}

TEST (AnyRequests, FoldIntoOneDeltaThatTakesTheModelBack)
{
  Arbitrary arbitrary;
  Network net;
  std::string empty = describe (net.model);
  g_autoptr (VswDelta) all = vsw_delta_new ();
  for (int round = 0; round < ROUNDS / 2; round++)
    {
      g_autoptr (GPtrArray) changes = arbitrary.changes (net.model, 3);
      Answer answer = net.ask (changes);
      for (guint i = 0; answer.good && i < vsw_delta_get_size (answer.delta.get ()); i++)
        {
          const VswPair *pair = vsw_delta_get (answer.delta.get (), i);
          vsw_delta_put (all, pair->before, pair->after, pair->target);
        }
    }
  for (guint i = 0; i < vsw_delta_get_size (all); i++)
    EXPECT_EQ (vsw_delta_get (all, i)->before, nullptr) << "everything is new";
  std::string full = describe (net.model);
  ASSERT_NE (full, empty);
  vsw_model_revert (net.model, all);
  EXPECT_EQ (describe (net.model), empty);
  vsw_model_apply (net.model, all);
  EXPECT_EQ (describe (net.model), full);
}
