// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever is asked for, in whatever order: what is refused changes nothing, what is done can be undone, and the indexes agree. */
#include "model/network.h"
#include "support/arbitrary.h"

namespace
{

constexpr int ROUNDS = 400;

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
}

} // namespace

TEST (AnyRequests, ThatAreRefusedChangeNothingAndThatAreDoneCanBeUndone)
{
  Arbitrary arbitrary;
  Network net;
  int done = 0, refused = 0;
  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr (GPtrArray) changes = arbitrary.changes (net.model, 6);
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
      EXPECT_EQ (before == after, vsw_delta_get_size (answer.delta.get ()) == 0);
      vsw_model_revert (net.model, answer.delta.get ());
      ASSERT_EQ (describe (net.model), before);
      vsw_model_apply (net.model, answer.delta.get ());
      ASSERT_EQ (describe (net.model), after);
      check_invariants (net);
    }
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
