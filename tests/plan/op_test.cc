// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/network.h"
#include "plan/plan.h"

namespace
{

std::string
print (VswOp *op)
{
  g_autoptr (VswOp) held = op;
  g_autofree char *text = vsw_op_print (held);
  return text;
}

VswDeviceRef
existing (guint index, const char *name)
{
  VswLink fields = {};
  fields.index = index;
  fields.name = name;
  g_autoptr (VswLink) link = vsw_link_new (&fields);
  return vsw_device_ref_by_link (link);
}

VswOp *
set_op (VswAttribute attribute, guint64 number = 0)
{
  return vsw_op_set_new (existing (7, "vswp-web"), attribute, number);
}

} // namespace

TEST (Operation, OfABridgePrintsWhatItIsMadeWith)
{
  VswOp *op = vsw_op_new (VSW_OP_BRIDGE_ADD, vsw_device_ref_by_name ("vsw-lab"));
  op->mac = mac_of ("02:00:00:00:00:01");
  op->mtu = 1500;
  op->bridge.ageing = 300;
  EXPECT_EQ (print (op), "bridge-add vsw-lab mac 02:00:00:00:00:01 mtu 1500 ageing 300");
  op = vsw_op_new (VSW_OP_BRIDGE_ADD, vsw_device_ref_by_name ("vsw-lab"));
  op->bridge = { 10, 5, TRUE, TRUE };
  EXPECT_EQ (print (op),
             "bridge-add vsw-lab mac 00:00:00:00:00:00 mtu 0 ageing 10 max-learned 5 spanning-tree multicast-snooping");
}

TEST (Operation, OfAPairPrintsBothEnds)
{
  auto target = make_namespace (4026532000);
  VswOp *op = vsw_op_new (VSW_OP_VETH_ADD, vsw_device_ref_by_name ("vswp-web"));
  op->mac = mac_of ("fe:00:00:00:00:01");
  op->far_mac = mac_of ("02:00:00:00:00:01");
  op->mtu = 1400;
  op->queues = 1;
  op->far = vsw_device_ref_by_name ("vswg-web");
  EXPECT_EQ (print (op), "veth-add vswp-web mac fe:00:00:00:00:01 mtu 1400; far vswg-web mac 02:00:00:00:00:01");
  op = vsw_op_new (VSW_OP_VETH_ADD, vsw_device_ref_by_name ("vswp-web"));
  op->queues = 4;
  op->up = TRUE;
  op->controller = existing (3, "vsw-lab");
  op->far = vsw_device_ref_by_name ("eth0");
  op->target = vsw_namespace_ref (target.get ());
  EXPECT_EQ (
      print (op),
      "veth-add vswp-web mac 00:00:00:00:00:00 mtu 0 queues 4 bridge vsw-lab#3 up; far eth0 mac 00:00:00:00:00:00 "
      "in namespace 4026532000");
}

TEST (Operation, OnAnAttributePrintsItInItsOwnForm)
{
  EXPECT_EQ (print (set_op (VSW_ATTRIBUTE_UP, 1)), "set vswp-web#7 up 1");
  EXPECT_EQ (print (set_op (VSW_ATTRIBUTE_MTU, 9000)), "set vswp-web#7 mtu 9000");
  EXPECT_EQ (print (set_op (VSW_ATTRIBUTE_GROUP, VSW_GROUP_OURS)), "set vswp-web#7 group 0x76737731");
  EXPECT_EQ (print (set_op (VSW_ATTRIBUTE_CONTROLLER)), "set vswp-web#7 bridge none");
  VswOp *op = set_op (VSW_ATTRIBUTE_CONTROLLER);
  op->controller = vsw_device_ref_by_name ("vsw-lab");
  EXPECT_EQ (print (op), "set vswp-web#7 bridge vsw-lab");
  op = set_op (VSW_ATTRIBUTE_MAC);
  op->mac = mac_of ("02:00:00:00:00:01");
  EXPECT_EQ (print (op), "set vswp-web#7 mac 02:00:00:00:00:01");
  op = set_op (VSW_ATTRIBUTE_ALIAS);
  op->text = g_strdup ("a\x1b");
  EXPECT_EQ (print (op), "set vswp-web#7 alias 'a\\x1b'");
  for (guint i = 0; i < VSW_N_ATTRIBUTES; i++)
    EXPECT_STRNE (vsw_attribute_print ((VswAttribute)i), "");
}

TEST (Operation, OnTheRestPrintsInALine)
{
  auto target = make_namespace (5);
  VswOp *op = vsw_op_new (VSW_OP_PLACE, existing (8, "vswg-web"));
  op->target = vsw_namespace_ref (target.get ());
  op->far = vsw_device_ref_by_name ("eth0");
  EXPECT_EQ (print (op), "place vswg-web#8 in namespace 5 as eth0");
  op = vsw_op_new (VSW_OP_ADDRESS_ADD, existing (7, "vswp-web"));
  op->mac = mac_of ("02:00:00:00:00:01");
  EXPECT_EQ (print (op), "address-add vswp-web#7 02:00:00:00:00:01");
  op = vsw_op_new (VSW_OP_ADDRESS_DELETE, existing (7, "vswp-web"));
  EXPECT_EQ (print (op), "address-delete vswp-web#7 00:00:00:00:00:00");
  EXPECT_EQ (print (vsw_op_new (VSW_OP_GUARD_ADD, vsw_device_ref_by_name ("vsw-lab"))), "guard-add vsw-lab");
  EXPECT_EQ (print (vsw_op_new (VSW_OP_GUARD_DELETE, existing (3, "odd\n"))), "guard-delete odd\\x0a#3");
}

TEST (Operation, OfALongDeletionIsCounted)
{
  VswOp *op = vsw_op_new (VSW_OP_DELETE, existing (1, "d1"));
  for (guint i = 1; i <= 18; i++)
    {
      VswDeviceRef device = existing (i, ("d" + std::to_string (i)).c_str ());
      g_array_append_val (op->devices, device);
    }
  std::string text = print (op);
  EXPECT_EQ (text.rfind ("delete d1#1 d2#2 ", 0), 0u);
  EXPECT_NE (text.find ("d16#16 and 2 more"), std::string::npos);
}
