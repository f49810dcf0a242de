/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real kernel, and what IP has on its links. */
#pragma once

#include "kernel/linux_fixture.h"

class IpLinuxTest : public LinuxTest
{
protected:
  /* Carriers, and addresses that are still being checked. */
  static void
  settle ()
  {
    run_command ("for i in $(seq 500); do { ip -6 address show tentative; ip link show up | grep -e NO-CARRIER -e DOWN; } "
                 "| grep -q . || break; sleep 0.02; done");
  }

  VswIpConfig *
  get (const std::string &name)
  {
    g_autoptr (GError) error = nullptr;
    VswIpConfig *ip = vsw_kernel_get_ip (kernel, (guint)std::stoi (run_command ("ip -o link show " + name)), &error);

    EXPECT_NE (ip, nullptr) << error->message;
    return ip;
  }

  static OpPointer
  make_ip (VswOpKind kind, const std::string &device, const VswIpConfig *ip, const std::string &far = "")
  {
    OpPointer op = make_op (kind, device);

    op->ip = ip != nullptr ? vsw_ip_config_ref (ip) : nullptr;
    op->far = vsw_device_ref_by_name (far.c_str ());
    return op;
  }
};
