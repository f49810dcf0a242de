/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host with the NICs eth0, whose configuration moves, nic, where it goes, and eth1, which is another one. */
#pragma once

#include <algorithm>
#include <regex>
#include <sstream>

#include "kernel/ip_fixture.h"

class IpHostTest : public IpLinuxTest
{
protected:
  void
  SetUp () override
  {
    LinuxTest::SetUp ();
    if (IsSkipped () || HasFatalFailure ())
      return;
    run_command ("ip link add eth0 address 02:00:00:00:00:05 type veth peer name wire0");
    run_command ("ip link add eth1 type veth peer name wire1; ip link set eth1 up; ip link set wire1 up");
    run_command ("ip link set wire0 up; ip link set eth0 up");
    run_command ("ip link add nic address 02:00:00:00:00:05 type veth peer name port");
    run_command ("ip link set nic addrgenmode none; ip link set port up; ip link set nic up");
    run_command ("ip address add 198.18.1.1/24 dev eth1");
    settle ();
  }

  /* Everything that ip(8) shows, sorted. What counts down is an hour or half an hour in all tests, of which some time may have passed. */
  static std::string
  show ()
  {
    static const std::string strip =
        " | jq -S -c 'def about: if . == null or . >= 4294967295 then . elif . > 2400 and . <= 3600 then \"an hour\" "
        "elif . > 600 and . <= 1800 then \"half an hour\" else . end; .[] | walk (if type == \"object\" then "
        "with_entries (if .key == \"valid_life_time\" or .key == \"preferred_life_time\" or .key == \"expires\" "
        "then .value |= about else . end) else . end)' | sort";
    std::string text;

    for (std::string what : { "address show", "-4 route show table all", "-6 route show table all", "-4 rule show",
                              "-6 rule show", "neighbour show nud permanent", "neighbour show nud noarp",
                              "neighbour show proxy", "-6 neighbour show proxy", "nexthop show", "link show" })
      text += "== " + what + "\n" + run_command ("{ ip -d -j " + what + strip + " || true; } | sed /33:33:/d");
    for (std::string family : { "ipv4", "ipv6" })
      text += run_command ("cd /proc/sys/net/" + family + "/conf && grep -r . eth0 2>/dev/null | sort");
    return text;
  }

  /* The lines that one has and the other has not. */
  static std::string
  compare (const std::string &before, const std::string &after)
  {
    auto split = [] (const std::string &text) {
      std::istringstream stream (text);
      std::vector<std::string> lines;
      for (std::string line; std::getline (stream, line);)
        lines.push_back (line);
      std::sort (lines.begin (), lines.end ());
      return lines;
    };
    std::vector<std::string> a = split (before), b = split (after), gone, come;
    std::string text;

    std::set_difference (a.begin (), a.end (), b.begin (), b.end (), std::back_inserter (gone));
    std::set_difference (b.begin (), b.end (), a.begin (), a.end (), std::back_inserter (come));
    for (const std::string &line : gone)
      text += "- " + line + "\n";
    for (const std::string &line : come)
      text += "+ " + line + "\n";
    return text;
  }

  /* IPv4 routes in the order in which they are looked up. */
  static std::string
  show_order ()
  {
    return run_command ("ip -4 route show table all; ip -4 address show | grep -v valid_lft");
  }

  guint
  index_of (const std::string &name)
  {
    return (guint)std::stoi (
        run_command ("cat /sys/class/net/" + name + "/ifindex 2>/dev/null || ip -o link show " + name));
  }

  VswDeviceRef
  ref (const std::string &name)
  {
    std::string line = run_command ("ip -o link show " + name);
    VswDeviceRef device = vsw_device_ref_by_name (name.c_str ());

    device.index = (guint)std::stoi (line);
    return device;
  }

  /* With indexes, as a plan names links that are there. */
  OpPointer
  make_ip (VswOpKind kind, const std::string &device, const VswIpConfig *ip, const std::string &far = "")
  {
    OpPointer op = make_op (kind, device);

    op->device = ref (device);
    op->ip = vsw_ip_config_ref (ip);
    if (!far.empty ())
      op->far = ref (far);
    return op;
  }

  static std::string
  items (const VswIpConfig *ip)
  {
    std::string text;

    for (const char *const *item = ip->items; *item != nullptr; item++)
      text += std::string (*item) + "\n";
    return std::regex_replace (text, std::regex ("[0-9]+s( |\n)"), "N$1");
  }
};
