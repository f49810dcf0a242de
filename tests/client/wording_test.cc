/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/wording.h"

#include <gtest/gtest.h>

#include <string>

namespace
{

std::string
word (const char *message)
{
  g_autofree char *text = vsw_wording_new (message);

  return text;
}

TEST (Wording, SaysCommandsInsteadOfMethods)
{
  EXPECT_EQ (
      word ("they would be cut off; SetupSwitch moves them to the switch, option drop-addresses takes them away"),
      "they would be cut off; vmswitchctl setup moves them to the switch, --drop-addresses takes them away");
  EXPECT_EQ (word ("since SetupSwitch: TeardownSwitch of switch lab gives eth0 back"),
             "since vmswitchctl setup: vmswitchctl teardown of switch lab gives eth0 back");
}

TEST (Wording, SaysWhereAPasswordCanBeGiven)
{
  EXPECT_EQ (word ("polkit would ask the user about org.vmswitch1.manage, and the message does not allow it"),
             "it needs a password, for org.vmswitch1.manage, so run it on a terminal, where polkit can ask for it");
}

TEST (Wording, LeavesEveryOtherWord)
{
  for (const char *message : { "", "there is no switch called SetupSwitch-2", "MySetupSwitch",
                               "option drop-addresses-2", "option force", "Z\u00fcrich: drop-addresses" })
    EXPECT_EQ (word (message), message);
}

} // namespace
