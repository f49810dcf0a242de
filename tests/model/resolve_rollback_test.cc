// SPDX-License-Identifier: GPL-2.0-or-later
// Going back: what comes back as it was, and what the world outside no longer allows.
#include "model/network.h"

#include <vector>

namespace
{

class Rollback : public ::testing::Test
{
protected:
  void
  SetUp () override
  {
    net.furnish ("lab", { "a", "b" });
    net.must ({ Network::add_switch ("other"), Network::add_port ("other", "seat"), Network::add_nic ("lone") });
  }

  ~Rollback () override
  {
    g_ptr_array_unref (losses);
  }

  void
  begin (const std::vector<std::string> &scope, bool privileged = true, guint32 owner = 0)
  {
    std::vector<const char *> ids;
    for (const std::string &id : scope)
      ids.push_back (id.c_str ());
    VswCheckpoint draft = {};
    draft.head.id = "k";
    draft.head.name = "0";
    draft.head.owner = owner;
    draft.privileged = privileged;
    draft.scope = ids.data ();
    draft.n_scope = ids.size ();
    g_autoptr (VswCheckpoint) value = vsw_checkpoint_new (&draft);
    VswChange *change = vsw_change_create (value, 0, nullptr, nullptr);
    vsw_change_set_duration (change, 60 * G_USEC_PER_SEC);
    net.must ({ change });
  }

  /* What is lost, a line each. */
  std::string
  go_back ()
  {
    net.must ({ vsw_change_rollback ("k", losses) });
    EXPECT_EQ (vsw_model_get_checkpoint (net.model, "k"), nullptr);
    std::string text;
    for (guint i = 0; i < losses->len; i++)
      text += std::string (static_cast<char *> (losses->pdata[i])) + "\n";
    return text;
  }

  static VswChange *
  drop (VswKind kind, const char *id)
  {
    return vsw_change_delete (kind, id, TRUE);
  }

  VswChange *
  own (VswChange *change, guint32 uid)
  {
    change->draft->owner = uid;
    return change;
  }

  Network net;
  GPtrArray *losses = g_ptr_array_new_with_free_func (g_free);
};

} // namespace

TEST_F (Rollback, BringsADeletedSwitchBackWithAllThatWasOnIt)
{
  std::string id = net.get_nic ("a")->head.id, mac = text_of (net.get_nic ("a")->mac);
  net.must ({ vsw_change_add_address ("p-lab-a", mac_of ("02:00:00:00:00:09")) });
  begin ({ "s-lab" });
  net.must ({ drop (VSW_KIND_SWITCH, "s-lab") });
  ASSERT_EQ (net.get_nic ("a"), nullptr);
  EXPECT_EQ (go_back (), "");
  ASSERT_NE (net.get_switch ("lab"), nullptr);
  EXPECT_EQ (net.get_nic ("a")->head.id, id);
  EXPECT_EQ (text_of (net.get_nic ("a")->mac), mac);
  EXPECT_STREQ (net.get_port ("lab", "a")->nic_id, "n-a");
  EXPECT_STREQ (net.get_port ("lab", "a")->made_for, "n-a");
  EXPECT_EQ (net.get_port ("lab", "a")->n_static_addresses, 1u);
  EXPECT_STREQ (net.get_port ("lab", "b")->nic_id, "n-b");
}

/* A setting follows its NIC, both ways. */
TEST_F (Rollback, BringsTheSettingBackWithItsNic)
{
  net.must ({ Network::add_system ("web"), Network::add_setting ("web", "nic"), Network::lead ("web", VSW_SYSTEM_ENABLED) });
  std::string mac = text_of (net.get_setting ("web", "nic")->mac), id = net.nic_of ("web", "nic")->head.id;
  begin ({ id });
  net.must ({ net.modify_nic (net.nic_of ("web", "nic"), VSW_GIVEN_MAC | VSW_GIVEN_MTU,
                              [] (VswNic &n) { n.mac = mac_of ("02:00:00:00:00:09"), n.mtu = 1400; }) });
  ASSERT_EQ (net.get_setting ("web", "nic")->mtu, 1400u);
  EXPECT_EQ (go_back (), "");
  EXPECT_EQ (text_of (net.nic_of ("web", "nic")->mac), mac);
  EXPECT_EQ (text_of (net.get_setting ("web", "nic")->mac), mac);
  EXPECT_EQ (net.get_setting ("web", "nic")->mtu, 0u);
  EXPECT_FALSE (net.get_setting ("web", "nic")->static_mac);
}

TEST_F (Rollback, BringsNothingBackWhoseNameIsKeptForASettingNow)
{
  net.must ({ Network::add_nic ("web-nic"), Network::add_system ("web") });
  begin ({ "n-web-nic" });
  net.must ({ drop (VSW_KIND_NIC, "n-web-nic") });
  net.must ({ Network::add_setting ("web", "nic") });
  EXPECT_EQ (go_back (), "endpoint web-nic: its name is kept for a setting now\n");
  EXPECT_EQ (net.get_nic ("web-nic"), nullptr);
}

TEST_F (Rollback, BringsNoSettingBackWhoseNicWouldHaveATakenName)
{
  net.must ({ Network::add_system ("web"), Network::add_setting ("web", "nic") });
  begin ({ "y-web" });
  net.must ({ drop (VSW_KIND_SETTING, "t-web-nic") });
  net.must ({ Network::add_nic ("web-nic") });
  EXPECT_EQ (go_back (), "setting nic: there is another endpoint of the name that its own would have\n");
  EXPECT_EQ (net.get_setting ("web", "nic"), nullptr);
}

TEST_F (Rollback, DeletesWhatCameAndUnplugsWhatIsForeign)
{
  begin ({ "s-lab" });
  net.must ({ Network::add_port ("lab", "new"), vsw_change_connect ("p-lab-new", "n-lone") });
  net.must (
      { Network::add_nic ("vm"), Network::add_automatic_port ("lab", "vm"), Network::connect ("lab", "vm", "vm") });
  EXPECT_EQ (go_back (), "");
  EXPECT_EQ (net.get_port ("lab", "new"), nullptr);
  EXPECT_NE (net.get_nic ("lone"), nullptr) << "it was there before";
  EXPECT_EQ (net.get_nic ("vm"), nullptr);
}

TEST_F (Rollback, BringsAPortHomeFromASwitchThatGoes)
{
  begin ({ "s-lab" });
  net.must ({ Network::add_switch ("new") });
  net.must ({ vsw_change_move ("p-lab-a", "s-new") });
  EXPECT_EQ (go_back (), "");
  EXPECT_STREQ (net.get_port ("lab", "a")->switch_id, "s-lab");
  EXPECT_STREQ (net.get_port ("lab", "a")->nic_id, "n-a");
  EXPECT_NE (net.get_switch ("new"), nullptr) << "it was outside of the scope";
}

TEST_F (Rollback, LetsAddressesChangeHands)
{
  std::string one = text_of (net.get_nic ("a")->mac), other = text_of (net.get_nic ("b")->mac);
  auto give = [&] (const char *nic, const std::string &mac) {
    net.must (
        { net.modify_nic (net.get_nic (nic), VSW_GIVEN_MAC, [&] (VswNic &n) { n.mac = mac_of (mac.c_str ()); }) });
  };
  begin ({ "s-lab" });
  give ("a", "02:00:00:00:00:77");
  give ("b", one);
  give ("a", other);
  EXPECT_EQ (go_back (), "");
  EXPECT_EQ (text_of (net.get_nic ("a")->mac), one);
  EXPECT_EQ (text_of (net.get_nic ("b")->mac), other);
}

TEST_F (Rollback, LeavesANameThatAnotherHasNow)
{
  begin ({ "s-lab" });
  net.must ({ drop (VSW_KIND_NIC, "n-a") });
  net.must ({ Network::add_nic ("a2") });
  VswChange *usurper = Network::add_nic ("a");
  g_free (const_cast<char *> (usurper->id));
  g_free (const_cast<char *> (usurper->draft->id));
  usurper->id = g_strdup ("n-usurper");
  usurper->draft->id = g_strdup ("n-usurper");
  net.must ({ usurper });
  EXPECT_EQ (go_back (), "endpoint a: there is another of that name now\n"
                         "port a: the endpoint that it was made for is gone\n");
  EXPECT_STREQ (vsw_model_find_nic (net.model, "a")->head.id, "n-usurper");
  EXPECT_NE (net.get_port ("lab", "b"), nullptr) << "one that is lost keeps nobody else";
}

TEST_F (Rollback, LeavesAnAddressThatAnotherHasNow)
{
  std::string mac = text_of (net.get_nic ("a")->mac);
  begin ({ "s-lab" });
  net.must ({ net.modify_nic (net.get_nic ("a"), VSW_GIVEN_MAC | VSW_GIVEN_DESCRIPTION, [] (VswNic &n) {
    n.mac = mac_of ("02:00:00:00:00:77");
    n.head.description = "changed";
  }) });
  net.must (
      { net.modify_nic (net.get_nic ("lone"), VSW_GIVEN_MAC, [&] (VswNic &n) { n.mac = mac_of (mac.c_str ()); }) });
  EXPECT_EQ (go_back (), "endpoint a: another has MAC address " + mac + " now\n");
  EXPECT_EQ (text_of (net.get_nic ("a")->mac), "02:00:00:00:00:77");
  EXPECT_STREQ (net.get_nic ("a")->head.description, "") << "the rest goes back";
}

TEST_F (Rollback, LeavesAPortEmptyWhoseNicIsElsewhere)
{
  net.must ({ Network::add_port ("lab", "p"), vsw_change_connect ("p-lab-p", "n-lone") });
  begin ({ "p-lab-p" });
  net.must ({ vsw_change_disconnect ("p-lab-p") });
  net.must ({ vsw_change_connect ("p-other-seat", "n-lone") });
  EXPECT_EQ (go_back (), "port p: it is empty: what was plugged in is plugged in elsewhere now\n");
  EXPECT_EQ (net.get_port ("lab", "p")->nic_id, nullptr);
  EXPECT_STREQ (net.get_port ("other", "seat")->nic_id, "n-lone");
}

TEST_F (Rollback, LosesAPortWhoseSwitchIsGone)
{
  begin ({ "p-lab-a" });
  net.must ({ vsw_change_move ("p-lab-a", "s-other") });
  net.must ({ drop (VSW_KIND_SWITCH, "s-lab") });
  EXPECT_EQ (go_back (), "port a: its switch is gone\n");
  ASSERT_NE (net.get_port ("lab", "a"), nullptr);
  EXPECT_STREQ (net.get_port ("lab", "a")->switch_id, "s-other") << "it stays what it is";
  EXPECT_STREQ (net.get_port ("lab", "a")->nic_id, "n-a");
}

TEST_F (Rollback, DoesNotBringATapBackWhoseDescriptorsAreGone)
{
  Handout handout = make_handout ();
  net.must ({ Network::add_tap ("vm", VSW_LIFETIME_DESCRIPTOR, handout.get ()),
              Network::add_automatic_port ("lab", "vm"), Network::connect ("lab", "vm", "vm") });
  net.must ({ Network::add_tap ("waits", VSW_LIFETIME_DESCRIPTOR) });
  begin ({ "s-lab", "n-waits" });
  net.must ({ drop (VSW_KIND_NIC, "n-vm"), drop (VSW_KIND_NIC, "n-waits") });
  EXPECT_EQ (go_back (),
             "endpoint vm: it went with its descriptors\nport vm: the endpoint that it was made for is gone\n");
  EXPECT_EQ (net.get_nic ("vm"), nullptr);
  EXPECT_NE (net.get_nic ("waits"), nullptr) << "nobody has had its descriptors";
}

TEST_F (Rollback, TakesNothingBackThatAGuestHas)
{
  Handout handout = make_handout ();
  auto space = make_namespace (7);
  net.must ({ Network::add_tap ("vm", VSW_LIFETIME_DESCRIPTOR) });
  begin ({ "n-vm", "n-lone" });
  net.must ({ vsw_change_open ("n-vm", handout.get ()), vsw_change_place ("n-lone", space.get (), "eth0") });
  net.must ({ net.modify_nic (net.get_nic ("lone"), VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 900; }) });
  EXPECT_EQ (go_back (), "");
  EXPECT_TRUE (net.get_nic ("vm")->opened);
  EXPECT_STREQ (net.get_nic ("lone")->placed_as, "eth0");
  EXPECT_EQ (net.get_nic ("lone")->mtu, 0u);
}

TEST_F (Rollback, KeepsAnMtuThatSomebodyElseNeeds)
{
  VswSwitch fields = *net.get_switch ("other");
  fields.mtu = 9000;
  g_autoptr (VswSwitch) draft = vsw_switch_new (&fields);
  VswCheckpoint empty = {};
  empty.head.id = "k";
  empty.head.name = "0";
  empty.privileged = TRUE;
  g_autoptr (VswCheckpoint) guard = vsw_checkpoint_new (&empty);
  net.must ({ vsw_change_modify (draft, VSW_GIVEN_MTU), vsw_change_confirm_within (guard, G_USEC_PER_SEC) });
  net.must ({ net.modify_nic (net.get_nic ("lone"), VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 8000; }),
              vsw_change_connect ("p-other-seat", "n-lone") });
  EXPECT_EQ (go_back (), "switch other: its MTU stays 9000: port seat asks for more than 1500\n");
  EXPECT_EQ (net.get_switch ("other")->mtu, 9000u);
  EXPECT_STREQ (net.get_port ("other", "seat")->nic_id, "n-lone");
}

TEST_F (Rollback, TurnsASystemOffWhoseNicsCannotComeBack)
{
  net.must ({ Network::add_system ("web"), Network::add_connected ("web", "lan", "s-lab") });
  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  Handout handout = make_handout ();
  net.must ({ vsw_change_open (net.nic_of ("web", "lan")->head.id, handout.get ()) });
  begin ({ "y-web" });
  net.must ({ Network::lead ("web", VSW_SYSTEM_DISABLED) });
  std::string lost = go_back ();
  EXPECT_NE (lost.find ("system web: it is disabled, not enabled\n"), std::string::npos) << lost;
  EXPECT_EQ (net.get_system ("web")->state, VSW_SYSTEM_DISABLED);
  EXPECT_EQ (net.nic_of ("web", "lan"), nullptr);
}

TEST_F (Rollback, BringsASystemBackWithItsSettings)
{
  net.must ({ Network::add_system ("web"), Network::add_connected ("web", "lan", "s-lab") });
  std::string mac = text_of (net.get_setting ("web", "lan")->mac);
  begin ({ "y-web" });
  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  net.must ({ drop (VSW_KIND_SYSTEM, "y-web") });
  EXPECT_EQ (go_back (), "");
  EXPECT_EQ (net.get_system ("web")->state, VSW_SYSTEM_DISABLED);
  ASSERT_NE (net.get_setting ("web", "lan"), nullptr);
  EXPECT_EQ (text_of (net.get_setting ("web", "lan")->mac), mac);
  EXPECT_STREQ (net.get_setting ("web", "lan")->connection_id, "s-lab");
}

TEST_F (Rollback, GivesASettingItsSwitchBack)
{
  net.must ({ Network::add_system ("web"), Network::add_connected ("web", "lan", "s-other") });
  begin ({ "s-other" });
  net.must ({ drop (VSW_KIND_SWITCH, "s-other") });
  EXPECT_EQ (go_back (), "");
  EXPECT_STREQ (net.get_setting ("web", "lan")->connection_id, "s-other");
}

/* --- without an administrator --- */

TEST_F (Rollback, OfAUserLeavesAloneWhatIsNotHis)
{
  net.must ({ own (Network::add_switch ("his"), 1000), own (Network::add_port ("his", "p"), 1000) });
  net.must ({ Network::add_port ("his", "foreign") });
  begin ({ "s-his" }, false, 1000);
  net.must ({ vsw_change_move ("p-his-foreign", "s-other") });
  std::string lost = go_back ();
  EXPECT_EQ (lost, "port foreign: it is uid 0's, and uid 1000 was not asked for an administrator\n");
  EXPECT_STREQ (net.get_port ("his", "foreign")->switch_id, "s-other");
}

TEST_F (Rollback, OfAUserPlugsNothingIntoWhatIsNotHis)
{
  net.must ({ own (Network::add_nic ("his"), 1000), own (Network::add_port ("other", "his"), 1000),
              vsw_change_connect ("p-other-his", "n-his") });
  begin ({ "p-other-his" }, false, 1000);
  net.must ({ vsw_change_disconnect ("p-other-his") });
  EXPECT_EQ (go_back (), "port his: it is empty: plugging something into it is an administrator's matter now\n");
  begin ({ "p-other-his" }, true, 1000);
  net.must ({ vsw_change_connect ("p-other-his", "n-his") });
  EXPECT_EQ (go_back (), "");
  EXPECT_EQ (net.get_port ("other", "his")->nic_id, nullptr);
}
