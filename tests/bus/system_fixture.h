/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A virtual system "vm" on a switch "lab", short words for what is asked of it, and the signals that follow. */
#pragma once

#include "service_fixture.h"

inline constexpr char manager[] = "/org/vmswitch1/Manager";
inline constexpr char lab[] = "/org/vmswitch1/switch/lab";
inline constexpr char reserved[] = "/org/vmswitch1/switch/lab/port/reserved";
inline constexpr char vm[] = "/org/vmswitch1/system/vm";
inline constexpr char net0[] = "/org/vmswitch1/system/vm/setting/net0";
inline constexpr char net1[] = "/org/vmswitch1/system/vm/setting/net1";
inline constexpr char vm_net0[] = "/org/vmswitch1/endpoint/vm_2dnet0";
inline constexpr char vm_net1[] = "/org/vmswitch1/endpoint/vm_2dnet1";

using Lines = std::vector<std::string>;

inline bool
contains (const std::string &text, const std::string &part)
{
  return text.find (part) != std::string::npos;
}

class Systems : public ServiceTest
{
protected:
  void
  SetUp () override
  {
    ServiceTest::SetUp ();
    start_service ();
    make_switch ("lab");
    make_port ("lab", "reserved");
    log = std::make_unique<SignalLog> (root);
  }

  void
  TearDown () override
  {
    log.reset ();
    ServiceTest::TearDown ();
  }

  Reply
  define (const std::string &name = "vm")
  {
    return call (manager, "Manager", "DefineSystem", "('" + name + "', @a{sv} {}, @a{sv} {})");
  }

  Reply
  add (const std::string &setting)
  {
    return call (vm, "VirtualSystem", "AddResourceSetting", "({" + setting + "}, @a{sv} {})");
  }

  Reply
  modify (const std::string &path, const std::string &changes)
  {
    return call (path, "ResourceAllocationSetting", "Modify", "({" + changes + "}, @a{sv} {})");
  }

  Reply
  request (const std::string &state)
  {
    return call (vm, "VirtualSystem", "RequestStateChange", "('" + state + "', @a{sv} {})");
  }

  /* A system with two NICs: one for a port that stays, one that gets its own. */
  void
  make_system ()
  {
    ASSERT_TRUE (define ().ok ());
    ASSERT_TRUE (add (std::string ("'Name': <'net0'>, 'Connection': <objectpath '") + reserved + "'>").ok ());
    ASSERT_TRUE (add (std::string ("'Name': <'net1'>, 'ResourceSubType': <'emulated'>, 'Connection': <objectpath '")
                      + lab + "'>")
                     .ok ());
    settle ();
    log->take ();
  }

  std::string
  get_setting (const std::string &path, const std::string &property)
  {
    return get (path, "ResourceAllocationSetting", property);
  }

  std::string
  get_system (const std::string &property)
  {
    return get (vm, "VirtualSystem", property);
  }

  /* The signals of one call, sorted. */
  Lines
  after (const Reply &reply)
  {
    EXPECT_TRUE (reply.ok ()) << reply.error << " " << reply.text;
    settle ();
    return log->take_sorted ();
  }

  std::unique_ptr<SignalLog> log;
};
