/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operations as the plan makes them, for tests of the real kernel alone. */
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kernel/linux.h"

using OpPointer = std::unique_ptr<VswOp, decltype (&vsw_op_free)>;

inline VswMac
mac_of (unsigned first, unsigned last)
{
  return VswMac{ { (guint8)first, 0, 0, 0, (guint8)(last >> 8), (guint8)last } };
}

inline OpPointer
make_op (VswOpKind kind, const std::string &device)
{
  return OpPointer (vsw_op_new (kind, vsw_device_ref_by_name (device.c_str ())), vsw_op_free);
}

inline OpPointer
make_bridge (const std::string &device)
{
  OpPointer op = make_op (VSW_OP_BRIDGE_ADD, device);

  op->id = g_strdup ("switch-id");
  op->mac = mac_of (0x02, 0x900);
  op->mtu = 1500;
  op->bridge.ageing = 300;
  return op;
}

/* A pair NAME, vswp-NAME on the bridge's side and vswi-NAME on the other. */
inline OpPointer
make_pair (const std::string &name, unsigned number, const std::string &bridge, bool up = true)
{
  OpPointer op = make_op (VSW_OP_VETH_ADD, "vswp-" + name);

  op->id = g_strdup (("id-" + name).c_str ());
  op->mac = mac_of (0xfe, number);
  op->far = vsw_device_ref_by_name (("vswi-" + name).c_str ());
  op->far_mac = mac_of (0x02, number);
  op->mtu = 1500;
  op->queues = 1;
  op->up = up;
  if (!bridge.empty ())
    op->controller = vsw_device_ref_by_name (bridge.c_str ());
  return op;
}

inline OpPointer
make_set (const std::string &device, VswAttribute attribute, guint64 number)
{
  return OpPointer (vsw_op_set_new (vsw_device_ref_by_name (device.c_str ()), attribute, number), vsw_op_free);
}

inline OpPointer
make_delete (const std::vector<std::string> &devices)
{
  OpPointer op = make_op (VSW_OP_DELETE, "");

  for (const std::string &device : devices)
    {
      VswDeviceRef ref = vsw_device_ref_by_name (device.c_str ());
      g_array_append_val (op->devices, ref);
    }
  return op;
}
