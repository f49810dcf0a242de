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
  };
  VswNic fields = nic_fields ();
  g_autoptr (VswNic) value = vsw_nic_new (&fields), same = vsw_nic_new (&fields);
  EXPECT_TRUE (vsw_value_equal (value, same));
  EXPECT_TRUE (vsw_value_equal (nullptr, nullptr));
  EXPECT_FALSE (vsw_value_equal (value, nullptr));
  EXPECT_FALSE (vsw_value_equal (nullptr, value));
  for (gsize i = 0; i < edits.size (); i++)
    {
      VswNic edited = nic_fields ();
      edits[i](edited);
      g_autoptr (VswNic) other = vsw_nic_new (&edited);
      EXPECT_FALSE (vsw_value_equal (value, other)) << i;
    }
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
  for (gsize i = 0; i < edits.size (); i++)
    {
      VswSwitch edited = fields;
      edits[i](edited);
      g_autoptr (VswSwitch) other = vsw_switch_new (&edited);
      EXPECT_FALSE (vsw_value_equal (value, other)) << i;
    }
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
  for (gsize i = 0; i < edits.size (); i++)
    {
      VswPort edited = port_fields ();
      edits[i](edited);
      g_autoptr (VswPort) other = vsw_port_new (&edited);
      EXPECT_FALSE (vsw_value_equal (value, other)) << i;
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
  EXPECT_STREQ (vsw_kind_print (VSW_KIND_NIC), "endpoint");
}

TEST (Words, RefuseOthersAndNameThem)
{
  VswLifetime lifetime = VSW_LIFETIME_RUNTIME;
  VswNicKind kind = VSW_NIC_SYNTHETIC;
  g_autoptr (GError) error = nullptr, other = nullptr;
  EXPECT_FALSE (vsw_lifetime_decode ("for ever", &lifetime, &error));
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT));
  EXPECT_NE (std::string (error->message).find ("'for ever'"), std::string::npos);
  EXPECT_EQ (lifetime, VSW_LIFETIME_RUNTIME);
  EXPECT_FALSE (vsw_nic_kind_decode ("emulated", &kind, &other));
  EXPECT_TRUE (g_error_matches (other, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT));
  EXPECT_EQ (kind, VSW_NIC_SYNTHETIC);
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
