// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/contract_fixture.h"

VswDeviceRef
by_name (const std::string &name)
{
  VswDeviceRef ref = {};

  g_strlcpy (ref.name, name.c_str (), sizeof ref.name);
  return ref;
}

VswDeviceRef
by_index (const Link &link)
{
  VswDeviceRef ref = by_name (link->name);

  ref.index = link->index;
  return ref;
}

VswMac
mac_of (const std::string &text)
{
  VswMac mac = {};

  EXPECT_TRUE (vsw_mac_decode (text.c_str (), &mac, nullptr)) << text;
  return mac;
}

std::string
print_mac (VswMac mac)
{
  char text[VSW_MAC_TEXT_SIZE];

  return vsw_mac_print (mac, text);
}

static Op
make_op (VswOpKind kind, VswDeviceRef device)
{
  Op made;

  made.op.kind = kind;
  made.op.device = device;
  return made;
}

/* Any two names give different addresses, with overwhelming likelihood. */
static VswMac
name_mac (const std::string &name, guint8 first)
{
  VswMac mac = vsw_mac_from_seed (name.c_str ());

  mac.octets[0] = first;
  return mac;
}

Op
Op::bridge (const std::string &name)
{
  Op made = make_op (VSW_OP_BRIDGE_ADD, by_name (name));

  made.op.mac = name_mac (name, 0x82);
  made.op.mtu = 1500;
  made.op.bridge.ageing = 300;
  return made;
}

Op
Op::veth (const std::string &near, const std::string &far, const std::string &bridge)
{
  Op made = make_op (VSW_OP_VETH_ADD, by_name (near));

  made.op.mac = name_mac (near, 0xfe);
  made.op.far = by_name (far);
  made.op.far_mac = name_mac (far, 0x02);
  made.op.mtu = 1500;
  made.op.queues = 1;
  made.op.up = TRUE;
  if (!bridge.empty ())
    made.op.controller = by_name (bridge);
  return made;
}

Op
Op::tap (const std::string &name, const std::string &bridge, guint32 owner, guint32 queues)
{
  Op made = make_op (VSW_OP_TAP_ADD, by_name (name));

  made.op.mac = name_mac (name, 0xfe);
  made.op.mtu = 1500;
  made.op.queues = queues;
  made.op.owner = owner;
  made.op.vnet_header = TRUE;
  made.op.keeps = TRUE;
  made.op.up = !bridge.empty ();
  if (!bridge.empty ())
    made.op.controller = by_name (bridge);
  return made;
}

Op
Op::open_tap (const std::string &name, const std::string &bridge, guint32 owner, guint32 queues, guint wanted)
{
  Op made = tap (name, bridge, owner, queues);

  made.op.keeps = FALSE;
  made.handout.reset (vsw_handout_new (wanted), vsw_handout_unref);
  return made;
}

Op
Op::with_tap (VswOpKind kind, VswDeviceRef device, const Op &like)
{
  Op made = like;

  made.op.kind = kind;
  made.op.device = device;
  if (kind == VSW_OP_TAP_OPEN)
    made.handout.reset (vsw_handout_new (0), vsw_handout_unref);
  return made;
}

Op
Op::set (VswDeviceRef device, VswAttribute attribute, guint64 number)
{
  Op made = make_op (VSW_OP_SET, device);

  made.op.attribute = attribute;
  made.op.number = number;
  return made;
}

Op
Op::set_mac (VswDeviceRef device, VswMac mac)
{
  Op made = set (device, VSW_ATTRIBUTE_MAC, 0);

  made.op.mac = mac;
  return made;
}

Op
Op::set_text (VswDeviceRef device, VswAttribute attribute, const std::string &text)
{
  Op made = set (device, attribute, 0);

  made.text = text;
  return made;
}

Op
Op::set_bridge (VswDeviceRef device, VswDeviceRef bridge)
{
  Op made = set (device, VSW_ATTRIBUTE_CONTROLLER, 0);

  made.op.controller = bridge;
  return made;
}

Op
Op::place (VswDeviceRef device, VswNamespace *target, const std::string &name)
{
  Op made = make_op (VSW_OP_PLACE, device);

  made.op.target = target;
  made.op.far = by_name (name);
  return made;
}

Op
Op::add_address (VswDeviceRef port, VswMac mac)
{
  Op made = make_op (VSW_OP_ADDRESS_ADD, port);

  made.op.mac = mac;
  return made;
}

Op
Op::delete_address (VswDeviceRef port, VswMac mac)
{
  Op made = make_op (VSW_OP_ADDRESS_DELETE, port);

  made.op.mac = mac;
  return made;
}

Op
Op::guard (VswDeviceRef bridge)
{
  return make_op (VSW_OP_GUARD_ADD, bridge);
}

Op
Op::unguard (const std::string &bridge)
{
  return make_op (VSW_OP_GUARD_DELETE, by_name (bridge));
}

Op
Op::with_ip (VswOpKind kind, VswDeviceRef device, std::shared_ptr<VswIpConfig> ip, VswDeviceRef far)
{
  Op made = make_op (kind, device);

  made.ip = std::move (ip);
  made.op.far = far;
  return made;
}

Op
Op::divert (VswDeviceRef device, VswDeviceRef far)
{
  Op made = make_op (VSW_OP_DIVERT_ADD, device);

  made.op.far = far;
  return made;
}

Op
Op::undivert (VswDeviceRef device)
{
  return make_op (VSW_OP_DIVERT_DELETE, device);
}

Op
Op::host (VswDeviceRef port, VswMac mac)
{
  Op made = make_op (VSW_OP_HOST_ADD, port);

  made.op.mac = mac;
  return made;
}

Op
Op::unhost (VswDeviceRef port, VswMac mac)
{
  Op made = make_op (VSW_OP_HOST_DELETE, port);

  made.op.mac = mac;
  return made;
}

Op
Op::remove (const std::vector<VswDeviceRef> &refs)
{
  Op made = make_op (VSW_OP_DELETE, VswDeviceRef{});

  made.devices.reset (g_array_new (FALSE, TRUE, sizeof (VswDeviceRef)), g_array_unref);
  for (const VswDeviceRef &ref : refs)
    g_array_append_val (made.devices.get (), ref);
  return made;
}

const VswOp *
Op::get ()
{
  op.id = id.c_str ();
  op.text = text.c_str ();
  op.devices = devices.get ();
  op.handout = handout.get ();
  op.ip = ip.get ();
  return &op;
}
