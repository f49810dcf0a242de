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
      EXPECT_TRUE (!system->machine_seen || (system->state == VSW_SYSTEM_ENABLED && system->machine[0] != '\0'));
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
  for (guint32 owner : OWNERS)
    for (guint kind = 0; kind < VSW_N_KINDS; kind++)
      EXPECT_EQ (vsw_model_count_owned (net.model, static_cast<VswKind> (kind), owner),
                 (counts[{ static_cast<VswKind> (kind), owner }]))
          << owner << " " << vsw_kind_print (static_cast<VswKind> (kind));
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

} // namespace

TEST (AnyRequests, ThatAreRefusedChangeNothingAndThatAreDoneCanBeUndone)
{
  Arbitrary arbitrary;
  Network net;
  int done = 0, refused = 0;
  std::set<VswSystemState> states;
  guint n_nics_of_systems = 0;
  for (int round = 0; round < ROUNDS; round++)
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
