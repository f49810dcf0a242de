// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "model/network.h"

namespace
{

VswNic
nic_fields ()
{
  VswNic fields = {};
  fields.head.id = "n-web";
  fields.head.name = "web";
  fields.head.description = "front";
  g_strlcpy (fields.device, "vswp-web", sizeof fields.device);
  fields.mac = mac_of ("02:00:00:00:00:01");
  fields.queues = 1;
  return fields;
}

VswPort
port_fields ()
{
  VswPort fields = {};
  fields.head.id = "p-web";
  fields.head.name = "web";
  fields.switch_id = "s-lab";
  return fields;
}

// Whatever the edit, what is made of the edited fields is not equal to `value`, made of `fields`.
template <typename Value>
void
expect_each_differs (const Value *value, const Value &fields, Value *(*make) (const Value *),
                     const std::vector<std::function<void (Value &)> > &edits)
{
  for (gsize i = 0; i < edits.size (); i++)
    {
      Value edited = fields;
      edits[i](edited);
      Value *other = make (&edited);
      EXPECT_FALSE (vsw_value_equal (value, other)) << i;
      vsw_value_unref (other);
    }
}

} // namespace

TEST (Value, CopiesEverythingItIsMadeFrom)
{
  std::string id = "p-1", name = "one", holder = "guid :1.1", nic = "n-1";
  VswMac macs[] = { mac_of ("02:00:00:00:00:02"), mac_of ("02:00:00:00:00:01"), mac_of ("02:00:00:00:00:02") };
  VswPort fields = port_fields ();
  fields.head.id = id.c_str ();
  fields.head.name = name.c_str ();
  fields.head.holder = holder.c_str ();
  fields.nic_id = nic.c_str ();
  fields.static_addresses = macs;
  fields.n_static_addresses = 3;
  g_autoptr (VswPort) value = vsw_port_new (&fields);
  id = name = holder = nic = "gone";
  macs[0] = macs[1] = {};
  EXPECT_STREQ (value->head.id, "p-1");
  EXPECT_STREQ (value->head.name, "one");
  EXPECT_STREQ (value->head.description, "");
  EXPECT_STREQ (value->head.holder, "guid :1.1");
  EXPECT_STREQ (value->nic_id, "n-1");
  EXPECT_EQ (value->head.kind, VSW_KIND_PORT);
  ASSERT_EQ (value->n_static_addresses, 2u) << "doubles go";
  EXPECT_EQ (text_of (value->static_addresses[0]), "02:00:00:00:00:01") << "ascending";
  EXPECT_EQ (text_of (value->static_addresses[1]), "02:00:00:00:00:02");
}

TEST (Value, EqualsOnlyWhatSaysTheSame)
{
  const std::vector<std::function<void (VswNic &)> > edits = {
    [] (VswNic &n) { n.head.id = "x"; },
    [] (VswNic &n) { n.head.name = "x"; },
    [] (VswNic &n) { n.head.description = "x"; },
    [] (VswNic &n) { n.head.lifetime = VSW_LIFETIME_CALLER; },
    [] (VswNic &n) { n.head.holder = "x"; },
    [] (VswNic &n) { n.head.owner = 7; },
    [] (VswNic &n) { n.head.created = 7; },
    [] (VswNic &n) { n.nic_kind = VSW_NIC_SYNTHETIC; },
    [] (VswNic &n) { n.device[0] = 'x'; },
    [] (VswNic &n) { n.peer[0] = 'x'; },
    [] (VswNic &n) { n.placed_as[0] = 'x'; },
    [] (VswNic &n) { n.mac.octets[5] = 7; },
    [] (VswNic &n) { n.static_mac = TRUE; },
    [] (VswNic &n) { n.mtu = 7; },
    [] (VswNic &n) { n.queues = 7; },
    [] (VswNic &n) { n.backend = VSW_BACKEND_TAP; },
    [] (VswNic &n) { n.opened = TRUE; },
    [] (VswNic &n) { n.setting_id = "x"; },
  };
  VswNic fields = nic_fields ();
  g_autoptr (VswNic) value = vsw_nic_new (&fields), same = vsw_nic_new (&fields);
  EXPECT_TRUE (vsw_value_equal (value, same));
  EXPECT_TRUE (vsw_value_equal (nullptr, nullptr));
  EXPECT_FALSE (vsw_value_equal (value, nullptr));
  EXPECT_FALSE (vsw_value_equal (nullptr, value));
  expect_each_differs (value, fields, vsw_nic_new, edits);
}

TEST (Value, OfASwitchEqualsOnlyWhatSaysTheSame)
{
  const std::vector<std::function<void (VswSwitch &)> > edits = {
    [] (VswSwitch &s) { s.device[0] = 'x'; },
    [] (VswSwitch &s) { s.mac.octets[0] = 7; },
    [] (VswSwitch &s) { s.mtu = 7; },
    [] (VswSwitch &s) { s.ageing = 7; },
    [] (VswSwitch &s) { s.max_learned = 7; },
    [] (VswSwitch &s) { s.spanning_tree = TRUE; },
    [] (VswSwitch &s) { s.multicast_snooping = TRUE; },
    [] (VswSwitch &s) { s.shared = TRUE; },
  };
  VswSwitch fields = {};
  fields.head.id = fields.head.name = "x";
  g_autoptr (VswSwitch) value = vsw_switch_new (&fields), same = vsw_switch_new (&fields);
  EXPECT_TRUE (vsw_value_equal (value, same));
  expect_each_differs (value, fields, vsw_switch_new, edits);
}

TEST (Value, OfAPortEqualsOnlyWhatSaysTheSame)
{
  static const VswMac macs[] = { { { 2, 0, 0, 0, 0, 1 } } };
  const std::vector<std::function<void (VswPort &)> > edits = {
    [] (VswPort &p) { p.switch_id = "x"; },
    [] (VswPort &p) { p.nic_id = "x"; },
    [] (VswPort &p) { p.made_for = "x"; },
    [] (VswPort &p) { p.connected = 7; },
    [] (VswPort &p) { p.static_addresses = macs, p.n_static_addresses = 1; },
  };
  VswPort fields = port_fields ();
  g_autoptr (VswPort) value = vsw_port_new (&fields), same = vsw_port_new (&fields);
  EXPECT_TRUE (vsw_value_equal (value, same));
  expect_each_differs (value, fields, vsw_port_new, edits);
}

TEST (Value, OfASystemEqualsOnlyWhatSaysTheSame)
{
  const std::vector<std::function<void (VswSystem &)> > edits = {
    [] (VswSystem &s) { s.state = VSW_SYSTEM_SAVED; },
    [] (VswSystem &s) { s.machine = "x"; },
    [] (VswSystem &s) { s.machine_since = 7; },
  };
  VswSystem fields = {};
  fields.head.id = fields.head.name = "x";
  g_autoptr (VswSystem) value = vsw_system_new (&fields), same = vsw_system_new (&fields);
  EXPECT_EQ (value->head.kind, VSW_KIND_SYSTEM);
  EXPECT_STREQ (value->machine, "") << "none";
  EXPECT_TRUE (vsw_value_equal (value, same));
  expect_each_differs (value, fields, vsw_system_new, edits);
}

TEST (Value, OfASettingEqualsOnlyWhatSaysTheSame)
{
  const std::vector<std::function<void (VswSetting &)> > edits = {
    [] (VswSetting &s) { s.system_id = "x"; },
    [] (VswSetting &s) { s.nic_kind = VSW_NIC_EMULATED; },
    [] (VswSetting &s) { s.backend = VSW_BACKEND_TAP; },
    [] (VswSetting &s) { s.mac.octets[5] = 7; },
    [] (VswSetting &s) { s.static_mac = TRUE; },
    [] (VswSetting &s) { s.mtu = 7; },
    [] (VswSetting &s) { s.queues = 7; },
    [] (VswSetting &s) { s.automatic = TRUE; },
    [] (VswSetting &s) { s.connection_id = "x"; },
  };
  VswSetting fields = {};
  fields.head.id = fields.head.name = "x";
  fields.system_id = "y-web";
  fields.nic_kind = VSW_NIC_SYNTHETIC;
  g_autoptr (VswSetting) value = vsw_setting_new (&fields), same = vsw_setting_new (&fields);
  EXPECT_EQ (value->head.kind, VSW_KIND_SETTING);
  EXPECT_TRUE (vsw_value_equal (value, same));
  expect_each_differs (value, fields, vsw_setting_new, edits);
}

TEST (Value, SaysWhichNicsAreKept)
{
  for (int lifetime = 0; lifetime < VSW_N_LIFETIMES; lifetime++)
    for (VswBackend backend : { VSW_BACKEND_VETH, VSW_BACKEND_TAP })
      for (bool opened : { false, true })
        {
          VswNic fields = {};
          fields.head.lifetime = static_cast<VswLifetime> (lifetime);
          fields.backend = backend;
          fields.opened = opened;
          bool goes = backend == VSW_BACKEND_TAP && lifetime == VSW_LIFETIME_DESCRIPTOR && opened;
          EXPECT_EQ (vsw_nic_is_kept (&fields), !goes) << lifetime << backend << opened;
        }
}

TEST (Machine, IsCalledAsMachinesMayBe)
{
  for (const std::string &name : { std::string (""), std::string ("a"), std::string ("qemu-1-Web_2.example"),
                                   std::string (VSW_MACHINE_MAX, 'x') })
    EXPECT_TRUE (vsw_machine_check (name.c_str (), nullptr)) << name;
  for (const std::string &name : { std::string (".a"), std::string ("-a"), std::string ("a b"), std::string ("a/b"),
                                   std::string ("ä"), std::string ("a\n"), std::string (VSW_MACHINE_MAX + 1, 'x') })
    {
      g_autoptr (GError) error = nullptr;
      EXPECT_FALSE (vsw_machine_check (name.c_str (), &error)) << name;
      EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT));
      EXPECT_NE (strstr (error->message, "up to 64 of"), nullptr) << error->message;
    }
}

TEST (Value, MayBeHeldByManyThreads)
{
  VswNic fields = nic_fields ();
  g_autoptr (VswNic) value = vsw_nic_new (&fields);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++)
    threads.emplace_back ([value] {
      for (int i = 0; i < 10000; i++)
        vsw_value_unref (vsw_value_ref (value));
    });
  for (std::thread &thread : threads)
    thread.join ();
  EXPECT_STREQ (value->head.name, "web");
}

TEST (Words, AreReadAsTheyArePrinted)
{
  for (guint i = 0; i < VSW_N_LIFETIMES; i++)
    {
      VswLifetime lifetime = VSW_LIFETIME_PERSISTENT;
      EXPECT_TRUE (vsw_lifetime_decode (vsw_lifetime_print ((VswLifetime)i), &lifetime, nullptr));
      EXPECT_EQ (lifetime, (VswLifetime)i);
    }
  for (guint i = 0; i < VSW_N_NIC_KINDS; i++)
    {
      VswNicKind kind = VSW_NIC_INTERNAL;
      EXPECT_TRUE (vsw_nic_kind_decode (vsw_nic_kind_print ((VswNicKind)i), &kind, nullptr));
      EXPECT_EQ (kind, (VswNicKind)i);
    }
  for (guint i = 0; i < VSW_N_BACKENDS; i++)
    {
      VswBackend backend = VSW_BACKEND_VETH;
      EXPECT_TRUE (vsw_backend_decode (vsw_backend_print ((VswBackend)i), &backend, nullptr));
      EXPECT_EQ (backend, (VswBackend)i);
    }
  for (guint i = 0; i < VSW_N_SYSTEM_STATES; i++)
    {
      VswSystemState state = VSW_SYSTEM_DISABLED;
      EXPECT_TRUE (vsw_system_state_decode (vsw_system_state_print ((VswSystemState)i), &state, nullptr));
      EXPECT_EQ (state, (VswSystemState)i);
    }
  EXPECT_STREQ (vsw_kind_print (VSW_KIND_NIC), "endpoint");
}

TEST (Words, RefuseOthersAndNameThem)
{
  VswLifetime lifetime = VSW_LIFETIME_RUNTIME;
  VswNicKind kind = VSW_NIC_SYNTHETIC;
  VswBackend backend = VSW_BACKEND_TAP;
  VswSystemState state = VSW_SYSTEM_SAVED;
  const std::function<gboolean (const char *, GError **)> decoders[] = {
    [&] (const char *text, GError **error) { return vsw_lifetime_decode (text, &lifetime, error); },
    [&] (const char *text, GError **error) { return vsw_nic_kind_decode (text, &kind, error); },
    [&] (const char *text, GError **error) { return vsw_backend_decode (text, &backend, error); },
    [&] (const char *text, GError **error) { return vsw_system_state_decode (text, &state, error); },
  };
  std::string long_text = "x";
  while (long_text.size () < 200)
    long_text += "漢";
  for (const auto &decode : decoders)
    {
      g_autoptr (GError) error = nullptr, other = nullptr;
      EXPECT_FALSE (decode ("for ever", &error));
      EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT));
      EXPECT_NE (std::string (error->message).find ("'for ever'"), std::string::npos) << error->message;
      EXPECT_FALSE (decode (long_text.c_str (), &other));
      EXPECT_TRUE (g_utf8_validate (other->message, -1, nullptr)) << other->message;
    }
  EXPECT_EQ (lifetime, VSW_LIFETIME_RUNTIME);
  EXPECT_EQ (kind, VSW_NIC_SYNTHETIC);
  EXPECT_EQ (backend, VSW_BACKEND_TAP);
  EXPECT_EQ (state, VSW_SYSTEM_SAVED);
}

TEST (Namespace, ClosesItsDescriptorWithTheLastReference)
{
  int fds[2];
  ASSERT_EQ (pipe2 (fds, O_CLOEXEC), 0);
  VswNamespace fields = {};
  fields.fd = fds[1];
  VswNamespace *value = vsw_namespace_new (&fields);
  vsw_namespace_unref (vsw_namespace_ref (value));
  char byte = 'x';
  ASSERT_EQ (write (fds[1], &byte, 1), 1);
  ASSERT_EQ (read (fds[0], &byte, 1), 1);
  vsw_namespace_unref (value);
  EXPECT_EQ (read (fds[0], &byte, 1), 0) << "waits until the other end is closed";
  close (fds[0]);
}

TEST (Delta, FoldsLaterStepsIntoThePair)
{
  VswNic fields = nic_fields ();
  g_autoptr (VswNic) first = vsw_nic_new (&fields);
  fields.mtu = 1000;
  g_autoptr (VswNic) second = vsw_nic_new (&fields);
  fields.mtu = 2000;
  g_autoptr (VswNic) third = vsw_nic_new (&fields);
  auto target = make_namespace (5);
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  vsw_delta_put (delta, first, second, target.get ());
  vsw_delta_put (delta, second, third, nullptr);
  ASSERT_EQ (vsw_delta_get_size (delta), 1u);
  const VswPair *pair = vsw_delta_get (delta, 0);
  EXPECT_EQ ((gpointer)pair->before, (gpointer)first);
  EXPECT_EQ ((gpointer)pair->after, (gpointer)third);
  EXPECT_EQ (pair->target, target.get ()) << "stays";
  vsw_delta_put (delta, third, nullptr, nullptr);
  EXPECT_EQ (vsw_delta_get (delta, 0)->after, nullptr);
  EXPECT_EQ (vsw_delta_get (delta, 0)->target, nullptr) << "what goes needs no place";
}

TEST (Delta, ForgetsWhatComesToNothing)
{
  VswNic fields = nic_fields ();
  g_autoptr (VswNic) value = vsw_nic_new (&fields), same = vsw_nic_new (&fields);
  fields.mtu = 1000;
  g_autoptr (VswNic) other = vsw_nic_new (&fields);
  VswPort port = port_fields ();
  g_autoptr (VswPort) stays = vsw_port_new (&port);
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  vsw_delta_put (delta, nullptr, value, nullptr);
  vsw_delta_put (delta, nullptr, stays, nullptr);
  vsw_delta_put (delta, value, nullptr, nullptr);
  EXPECT_EQ (vsw_delta_get_size (delta), 1u) << "made and gone";
  vsw_delta_put (delta, value, other, nullptr);
  EXPECT_EQ (vsw_delta_get_size (delta), 2u);
  vsw_delta_put (delta, other, same, nullptr);
  EXPECT_EQ (vsw_delta_get_size (delta), 1u) << "there and back";
  vsw_delta_put (delta, value, same, nullptr);
  EXPECT_EQ (vsw_delta_get_size (delta), 1u) << "no change at all";
  EXPECT_EQ ((gpointer)vsw_delta_get (delta, 0)->after, (gpointer)stays);
}

TEST (Delta, StandsInTheOrderOfFirstTouchAndInvertsBackwards)
{
  VswNic nic = nic_fields ();
  VswPort port = port_fields ();
  g_autoptr (VswNic) a = vsw_nic_new (&nic);
  g_autoptr (VswPort) b = vsw_port_new (&port);
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  vsw_delta_put (delta, nullptr, a, nullptr);
  vsw_delta_put (delta, b, nullptr, nullptr);
  g_autoptr (VswDelta) inverse = vsw_delta_invert (delta);
  ASSERT_EQ (vsw_delta_get_size (inverse), 2u);
  EXPECT_EQ ((gpointer)vsw_delta_get (inverse, 0)->after, (gpointer)b);
  EXPECT_EQ (vsw_delta_get (inverse, 0)->before, nullptr);
  EXPECT_EQ ((gpointer)vsw_delta_get (inverse, 1)->before, (gpointer)a);
  EXPECT_EQ (vsw_delta_get (inverse, 1)->after, nullptr);
}
