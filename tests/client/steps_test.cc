/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A dry run as somebody reads it who is about to move his host. */
#include "client/steps.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace
{

std::string
print (std::vector<const char *> steps)
{
  VswStyle plain = {};
  steps.push_back (nullptr);
  g_autofree char *text = vsw_steps_print (steps.data (), &plain);

  return text;
}

TEST (Steps, AreNumberedOneALine)
{
  EXPECT_EQ (print ({ "set eth0#2 mtu 1500", "set eth0#2 up 1" }), "1. set eth0#2 mtu 1500\n2. set eth0#2 up 1\n");
  EXPECT_EQ (print ({}), "");
}

TEST (Steps, OfIpHaveTheirItemsBelow)
{
  EXPECT_EQ (print ({ "ip-move vswi-lab from eth0#2: address 192.0.2.5/24; route default via 192.0.2.1 table main",
                      "ip-take eth0#2: address 2001:db8::5/64", "ip-prepare eth0#2" }),
             "1. ip-move vswi-lab from eth0#2:\n"
             "     address 192.0.2.5/24\n"
             "     route default via 192.0.2.1 table main\n"
             "2. ip-take eth0#2:\n"
             "     address 2001:db8::5/64\n"
             "3. ip-prepare eth0#2\n");
}

TEST (Steps, OfAnotherKindStayInOneLine)
{
  EXPECT_EQ (print ({ "set vsw-lab alias 'a: b; c'" }), "1. set vsw-lab alias 'a: b; c'\n");
}

TEST (Steps, AreAlignedBeyondNine)
{
  std::string text = print (std::vector<const char *> (10, "ip-move a from b: address x"));

  EXPECT_EQ (text.substr (0, text.find ("\n 2.")), " 1. ip-move a from b:\n      address x");
  EXPECT_NE (text.find ("\n10. ip-move"), std::string::npos);
}

TEST (Steps, CannotSteerATerminal)
{
  EXPECT_EQ (print ({ "set \x1b[31m up 1" }), "1. set \\x1b[31m up 1\n");
  EXPECT_EQ (print ({ "ip-move a from b: rule iif \x1b[2J" }), "1. ip-move a from b:\n     rule iif \\x1b[2J\n");
}

} // namespace
