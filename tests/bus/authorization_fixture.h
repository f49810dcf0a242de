/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody who is not root is asked about: a switch "lab" of root's, one that is "shared", alice and bob. */
#pragma once

#include <unistd.h>

#include "service_fixture.h"

inline constexpr char manager[] = "/org/vmswitch1/Manager";
inline constexpr char lab[] = "/org/vmswitch1/switch/lab";
inline constexpr char web[] = "/org/vmswitch1/switch/lab/port/web";
inline constexpr char vm[] = "/org/vmswitch1/system/vm";
inline constexpr char net0[] = "/org/vmswitch1/system/vm/setting/net0";
inline constexpr char checkpoint[] = "/org/vmswitch1/checkpoint/1";
inline constexpr char on_lab[] = "<objectpath '/org/vmswitch1/switch/lab'>";
inline constexpr char on_shared[] = "<objectpath '/org/vmswitch1/switch/shared'>";

class Authorization : public ServiceTest
{
protected:
  void
  SetUp () override
  {
    if (geteuid () != 0)
      GTEST_SKIP () << "needs root, to be somebody else";
    ServiceTest::SetUp ();
    start_service ();
    make_switch ("lab");
    make_switch ("shared", "{'Shared': <true>}");
    make_port ("lab", "web");
    ASSERT_TRUE (call (manager, "Manager", "CreateInternalEthernetPort", "('host', @a{sv} {}, @a{sv} {})").ok ());
    alice = connect_as (alice_uid);
    bob = connect_as (bob_uid);
  }

  void
  TearDown () override
  {
    if (bus != nullptr)
      ServiceTest::TearDown ();
  }

  /* The action that a call of alice is asked about; "" if nobody asks. */
  std::string
  asked (const std::string &path, const std::string &interface, const std::string &method, const std::string &arguments,
         const Extra &extra = {})
  {
    gate->questions.clear ();
    reply = call (alice, path, interface, method, arguments, extra);
    if (gate->questions.empty ())
      return "";
    EXPECT_EQ (gate->questions.size (), 1u) << "one question a call";
    EXPECT_EQ (gate->questions[0].sender, g_dbus_connection_get_unique_name (alice));
    std::string action = gate->questions[0].action;
    return action.substr (action.find ('.', 4) + 1);
  }

  /* Somebody's system, with one NIC for `connection`. */
  void
  define (GDBusConnection *who, const std::string &connection)
  {
    ASSERT_TRUE (call (who, manager, "Manager", "DefineSystem", "('vm', @a{sv} {}, @a{sv} {})").ok ());
    ASSERT_TRUE (call (who, vm, "VirtualSystem", "AddResourceSetting",
                       "({'Name': <'net0'>, 'Connection': " + connection + "}, @a{sv} {})")
                     .ok ());
  }

  std::string
  asked_to_go_to (const char *state)
  {
    return asked (vm, "VirtualSystem", "RequestStateChange",
                  std::string ("('") + state + "', @a{sv} {})");
  }

  std::string
  asked_to_add (const std::string &more)
  {
    return asked (vm, "VirtualSystem", "AddResourceSetting",
                  "({'Name': <'more'>" + more + "}, @a{sv} {})");
  }

  Reply reply;
  GDBusConnection *alice = nullptr;
  GDBusConnection *bob = nullptr;
};
