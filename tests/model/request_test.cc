// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/network.h"

TEST (Request, ALaterChangeSeesWhatAnEarlierOneMade)
{
  Network net;
  auto delta = net.must ({ Network::add_switch ("lab"), Network::add_nic ("vm"),
                           Network::add_automatic_port ("lab", "vm"), Network::connect ("lab", "vm", "vm") });
  EXPECT_EQ (vsw_delta_get_size (delta.get ()), 3u) << "connecting folds into the new port";
  const VswPair *pair = vsw_delta_get (delta.get (), 2);
  EXPECT_EQ (pair->before, nullptr);
  EXPECT_STREQ (((VswPort *)pair->after)->nic_id, "n-vm");
}

TEST (Request, AFailureLeavesTheModelAsItWas)
{
  Network net;
  net.furnish ("lab", { "a", "b" });
  std::string before = describe (net.model);
  Answer answer = net.ask ({ vsw_change_delete (VSW_KIND_NIC, "n-a", FALSE), Network::add_nic ("c"),
                             Network::add_automatic_port ("lab", "c"), Network::connect ("lab", "c", "c"),
                             vsw_change_disconnect ("p-lab-b"), vsw_change_disconnect ("p-lab-b") });
  EXPECT_EQ (answer.code, VSW_ERROR_INVALID_STATE);
  EXPECT_EQ (describe (net.model), before);
}

TEST (Request, NamesTheEntryOfABatch)
{
  Network net;
  net.must ({ Network::add_switch ("lab"), Network::add_port ("lab", "web") });
  Answer batch = net.ask ({ Network::add_port ("lab", "ok"),
                            Network::add_port ("lab", "web", 0, [] (VswPort &p) { p.head.id = "again"; }) });
  EXPECT_EQ (batch.code, VSW_ERROR_EXISTS);
  EXPECT_EQ (batch.message.rfind ("port web: ", 0), 0u) << batch.message;
  Answer single = net.ask ({ Network::add_port ("lab", "web", 0, [] (VswPort &p) { p.head.id = "again"; }) });
  EXPECT_EQ (single.message.rfind ("switch lab", 0), 0u) << single.message;
  Answer connecting = net.ask ({ Network::add_nic ("a"), Network::add_nic ("b"), Network::connect ("lab", "web", "a"),
                                 Network::connect ("lab", "web", "b") });
  EXPECT_EQ (connecting.message.rfind ("port web: ", 0), 0u) << connecting.message;
}

TEST (Request, IsLimitedInWhatItCreates)
{
  Network net;
  net.rules.max_batch = 2;
  net.must ({ Network::add_switch ("lab"), Network::add_port ("lab", "a"), Network::add_port ("lab", "b"),
              Network::add_nic ("a"), Network::add_nic ("b") });
  Answer answer =
      net.ask ({ Network::add_port ("lab", "c"), Network::add_port ("lab", "d"), Network::add_port ("lab", "e") });
  EXPECT_EQ (answer.code, VSW_ERROR_QUOTA_EXCEEDED);
  EXPECT_NE (answer.message.find ("limit 2"), std::string::npos);
}

TEST (Request, DeletesWhatWentAlongAlreadyWithoutAFault)
{
  Network net;
  net.furnish ("lab", { "vm" });
  net.must ({ vsw_change_delete (VSW_KIND_SWITCH, "s-lab", TRUE), vsw_change_delete (VSW_KIND_PORT, "p-lab-vm", TRUE),
              vsw_change_delete (VSW_KIND_NIC, "n-vm", TRUE) });
  EXPECT_EQ (describe (net.model), "");
  Answer again = net.ask ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", TRUE) });
  EXPECT_EQ (again.code, VSW_ERROR_NOT_FOUND) << "but not in another request";
}

TEST (Request, RefusesAnIdThatIsTaken)
{
  Network net;
  net.must ({ Network::add_switch ("lab") });
  Answer answer = net.ask ({ Network::add_switch ("other", 0, [] (VswSwitch &s) { s.head.id = "s-lab"; }) });
  EXPECT_EQ (answer.code, VSW_ERROR_EXISTS);
}

TEST (Request, IsUndoneAndDoneAgain)
{
  Network net;
  net.furnish ("lab", { "a", "b" }, VSW_NIC_INTERNAL);
  net.must ({ Network::add_switch ("spare") });
  std::string before = describe (net.model);
  /* Names and NICs pass from one object to another. */
  auto delta = net.must ({ vsw_change_disconnect ("p-lab-a"), vsw_change_disconnect ("p-lab-b"),
                           Network::connect ("lab", "b", "a"), Network::connect ("lab", "a", "b"),
                           vsw_change_move ("p-lab-a", "s-spare"),
                           Network::add_port ("lab", "a", 0, [] (VswPort &p) { p.head.id = "p-new"; }),
                           vsw_change_add_address ("p-new", mac_of ("02:00:00:00:00:01")) });
  std::string after = describe (net.model);
  ASSERT_NE (before, after);
  for (int i = 0; i < 3; i++)
    {
      vsw_model_revert (net.model, delta.get ());
      EXPECT_EQ (describe (net.model), before);
      vsw_model_apply (net.model, delta.get ());
      EXPECT_EQ (describe (net.model), after);
    }
  g_autoptr (VswDelta) inverse = vsw_delta_invert (delta.get ());
  vsw_model_apply (net.model, inverse);
  EXPECT_EQ (describe (net.model), before);
}

TEST (Request, LoadsInWhateverOrderTheDeltaStands)
{
  Network net;
  net.furnish ("lab", { "a" }, VSW_NIC_INTERNAL);
  VswValue *values[] = { (VswValue *)net.get_port ("lab", "a"), (VswValue *)net.get_nic ("a"),
                         (VswValue *)net.get_switch ("lab") };
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  for (VswValue *value : values)
    vsw_delta_put (delta, nullptr, value, nullptr);
  Network loaded;
  vsw_model_apply (loaded.model, delta);
  EXPECT_EQ (describe (loaded.model), describe (net.model));
  EXPECT_STREQ (vsw_facts_switch_kind (loaded.model, loaded.links, loaded.get_switch ("lab")), "internal");
}

TEST (Request, OfAThousandNicsTakesMilliseconds)
{
  Network net;
  net.must ({ Network::add_switch ("lab") });
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);
  for (int i = 0; i < 1000; i++)
    {
      std::string name = "vm" + std::to_string (i);
      g_ptr_array_add (changes, Network::add_nic (name));
      g_ptr_array_add (changes, Network::add_automatic_port ("lab", name));
      g_ptr_array_add (changes, Network::connect ("lab", name, name));
    }
  gint64 start = g_get_monotonic_time ();
  Answer answer = net.ask (changes);
  gint64 took = g_get_monotonic_time () - start;
  ASSERT_TRUE (answer.good) << answer.message;
  EXPECT_EQ (vsw_delta_get_size (answer.delta.get ()), 2000u);
  RecordProperty ("microseconds", static_cast<int> (took));
  /* A quadratic way would take seconds; sanitizers and a busy machine may cost a factor of twenty. */
  EXPECT_LT (took, 400 * 1000) << "for 3,000 changes";
}
