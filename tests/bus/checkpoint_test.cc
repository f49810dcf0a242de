// SPDX-License-Identifier: GPL-2.0-or-later
// Checkpoints on the bus: how they are made and ended, who may, and what is told of them.
#include "authorization_fixture.h"

#include "bus/checkpoint.h"
#include "bus/table.h"

namespace
{

constexpr char scope_of_lab[] = "([objectpath '/org/vmswitch1/switch/lab'], uint32 600, @a{sv} {})";
constexpr char describe[] = "({'Description': <'changed'>}, @a{sv} {})";

class Checkpoint : public Authorization
{
protected:
  /* A switch that is alice's. */
  void
  make_hers (const std::string &name)
  {
    ASSERT_TRUE (call (alice, manager, "Manager", "CreateSwitch", "('" + name + "', @a{sv} {}, @a{sv} {})").ok ());
  }

  static std::string
  within (int seconds)
  {
    return "{'confirm-within': <uint32 " + std::to_string (seconds) + ">}";
  }

  std::string
  description (const char *path = lab)
  {
    return get (path, "Switch", "Description");
  }
};

} // namespace

TEST_F (Checkpoint, TellsOfItself)
{
  Reply made = call (manager, "Manager", "CreateCheckpoint", scope_of_lab);
  ASSERT_TRUE (made.ok ()) << made.text;
  EXPECT_EQ (made.print (), "('/org/vmswitch1/checkpoint/1',)");
  EXPECT_EQ (get (checkpoint, "Checkpoint", "Scope"), "['/org/vmswitch1/switch/lab']");
  EXPECT_EQ (get (checkpoint, "Checkpoint", "OwnerUid"), "0");
  EXPECT_EQ (get (checkpoint, "Checkpoint", "ChangedObjects"), "0");
  EXPECT_EQ (get (checkpoint, "Checkpoint", "Id").size (), 38u);
  gint64 created = std::stoll (get (checkpoint, "Checkpoint", "CreatedTimestamp"));
  gint64 deadline = std::stoll (get (checkpoint, "Checkpoint", "DeadlineTimestamp"));
  EXPECT_GE (deadline, created + 600 * G_USEC_PER_SEC);
  EXPECT_LT (deadline, created + 660 * G_USEC_PER_SEC);

  ASSERT_TRUE (call (lab, "Switch", "Modify", describe).ok ());
  EXPECT_EQ (get (checkpoint, "Checkpoint", "ChangedObjects"), "1");
  ASSERT_TRUE (call (lab, "Switch", "Delete", "({'force': <true>},)").ok ());
  EXPECT_EQ (get (checkpoint, "Checkpoint", "Scope"), "['/org/vmswitch1/switch/lab']")
      << "what has gone is listed as it was called";
}

TEST_F (Checkpoint, IsConfirmedOnce)
{
  ASSERT_TRUE (call (manager, "Manager", "CreateCheckpoint", scope_of_lab).ok ());
  ASSERT_TRUE (call (lab, "Switch", "Modify", describe).ok ());
  EXPECT_EQ (call (checkpoint, "Checkpoint", "Confirm", "(@a{sv} {},)").print (), "()");
  EXPECT_FALSE (exists (checkpoint));
  EXPECT_FALSE (call (checkpoint, "Checkpoint", "Confirm", "(@a{sv} {},)").ok ());
  EXPECT_EQ (description (), "'changed'");
  Reply next = call (manager, "Manager", "CreateCheckpoint", scope_of_lab);
  EXPECT_EQ (next.print (), "('/org/vmswitch1/checkpoint/2',)") << "no number comes twice";
}

TEST_F (Checkpoint, SaysWhatItCouldNotBringBack)
{
  ASSERT_TRUE (call (manager, "Manager", "CreateCheckpoint", scope_of_lab).ok ());
  ASSERT_TRUE (call (lab, "Switch", "Modify", describe).ok ());
  EXPECT_EQ (call (checkpoint, "Checkpoint", "Rollback", "(@a{sv} {},)").print (), "([],)");
  EXPECT_EQ (description (), "''");

  ASSERT_TRUE (call (manager, "Manager", "CreateCheckpoint", scope_of_lab).ok ());
  ASSERT_TRUE (call (lab, "Switch", "Delete", "({'force': <true>},)").ok ());
  make_switch ("lab");
  expect_log (G_LOG_LEVEL_WARNING, "checkpoint 2 could not bring back switch lab: *");
  expect_log (G_LOG_LEVEL_WARNING, "checkpoint 2 could not bring back port web: *");
  Reply undone = call ("/org/vmswitch1/checkpoint/2", "Checkpoint", "Rollback", "(@a{sv} {},)");
  EXPECT_EQ (undone.print (), "(['switch lab: there is another of that name now', 'port web: its switch is gone'],)");
  EXPECT_NE (get (manager, "Manager", "Warnings").find ("rollback-incomplete"), std::string::npos);
}

TEST_F (Checkpoint, IsExtendedWithinLimits)
{
  ASSERT_TRUE (call (manager, "Manager", "CreateCheckpoint", scope_of_lab).ok ());
  gint64 before = std::stoll (get (checkpoint, "Checkpoint", "DeadlineTimestamp"));
  EXPECT_TRUE (call (checkpoint, "Checkpoint", "Extend", "(uint32 60, @a{sv} {})").ok ());
  EXPECT_EQ (get (checkpoint, "Checkpoint", "DeadlineTimestamp"), std::to_string (before + 60 * G_USEC_PER_SEC));
  for (const char *seconds : { "0", "86401", "86400" })
    EXPECT_EQ (call (checkpoint, "Checkpoint", "Extend", std::string ("(uint32 ") + seconds + ", @a{sv} {})").error,
               "org.vmswitch1.Error.InvalidArgument")
        << seconds;
}

TEST_F (Checkpoint, RefusesWhatItCannotCover)
{
  auto create = [&] (const std::string &scope, const char *seconds = "60") {
    return call (manager, "Manager", "CreateCheckpoint", "(" + scope + ", uint32 " + seconds + ", @a{sv} {})").error;
  };
  std::string lab_path = "[objectpath '/org/vmswitch1/switch/lab']";

  EXPECT_EQ (create ("@ao []"), "org.vmswitch1.Error.InvalidArgument");
  EXPECT_EQ (create ("[objectpath '/org/vmswitch1/Manager']"), "org.vmswitch1.Error.InvalidArgument");
  EXPECT_EQ (create ("[objectpath '/org/vmswitch1/switch/nobody']"), "org.vmswitch1.Error.NotFound");
  EXPECT_EQ (create (lab_path, "0"), "org.vmswitch1.Error.InvalidArgument");
  EXPECT_EQ (create (lab_path, "86401"), "org.vmswitch1.Error.InvalidArgument");
  EXPECT_EQ (create (lab_path), "");
  EXPECT_EQ (create ("[objectpath '/org/vmswitch1/checkpoint/1']"), "org.vmswitch1.Error.InvalidArgument");
  Reply refused = call (manager, "Manager", "CreateCheckpoint", scope_of_lab);
  EXPECT_EQ (refused.error, "org.vmswitch1.Error.Conflict");
  EXPECT_NE (refused.text.find ("checkpoint 1 of uid 0"), std::string::npos) << refused.text;
  EXPECT_EQ (call (manager, "Manager", "CreateCheckpoint",
                   "([objectpath '/org/vmswitch1/switch/shared'], uint32 60, {'force': <true>})")
                 .error,
             "org.vmswitch1.Error.InvalidArgument");
}

/* --- confirm-within --- */

TEST_F (Checkpoint, IsMadeWithAnyChangeThatAsksForIt)
{
  ASSERT_TRUE (call (lab, "Switch", "Modify", "({'Description': <'risky'>}, " + within (60) + ")").ok ());
  EXPECT_EQ (get (checkpoint, "Checkpoint", "Scope"), "['/org/vmswitch1/switch/lab']");
  EXPECT_EQ (get (checkpoint, "Checkpoint", "ChangedObjects"), "1");
  ASSERT_TRUE (call (checkpoint, "Checkpoint", "Rollback", "(@a{sv} {},)").ok ());
  EXPECT_EQ (description (), "''");

  ASSERT_TRUE (call (web, "SwitchPort", "Delete", "({'force': <true>, 'confirm-within': <uint32 60>},)").ok ());
  EXPECT_FALSE (exists (web));
  ASSERT_TRUE (call ("/org/vmswitch1/checkpoint/2", "Checkpoint", "Rollback", "(@a{sv} {},)").ok ());
  EXPECT_TRUE (exists (web));
}

TEST_F (Checkpoint, IsNotMadeOfWhatChangesNothing)
{
  ASSERT_TRUE (call (lab, "Switch", "Modify", "({'Description': <''>}, " + within (60) + ")").ok ());
  EXPECT_FALSE (exists (checkpoint));
  EXPECT_EQ (call (lab, "Switch", "Modify", "({'Description': <'x'>}, " + within (0) + ")").error,
             "org.vmswitch1.Error.InvalidArgument");
  EXPECT_EQ (description (), "''");
}

/* The annotation decides, for the daemon and for the manual. */
TEST_F (Checkpoint, GoesWithEveryMethodThatChangesSomethingButItsOwn)
{
  for (guint i = 0; i < VSW_N_TABLES; i++)
    for (gsize j = 0; j < vsw_table_get (i)->n_methods; j++)
      {
        const VswMethodRow &row = vsw_table_get (i)->methods[j];
        bool is_own = std::string (vsw_table_get (i)->info->name) == "org.vmswitch1.Checkpoint"
                      || std::string (row.name) == "CreateCheckpoint";

        EXPECT_EQ (static_cast<bool> (vsw_checkpoint_goes_with (vsw_table_get (i)->info->methods[j])),
                   row.run == VSW_RUN_CHANGE && !is_own)
            << row.name;
      }
  EXPECT_EQ (call (lab, "Switch", "GetForwardingTable", "(" + within (60) + ",)").error,
             "org.vmswitch1.Error.InvalidArgument");
}

TEST_F (Checkpoint, OfARequestMeetsNoOther)
{
  ASSERT_TRUE (call (manager, "Manager", "CreateCheckpoint", scope_of_lab).ok ());
  Reply refused = call (lab, "Switch", "CreatePort", "('new', @a{sv} {}, " + within (60) + ")");
  EXPECT_EQ (refused.error, "org.vmswitch1.Error.Conflict");
  EXPECT_FALSE (exists ("/org/vmswitch1/switch/lab/port/new"));
  EXPECT_TRUE (call (lab, "Switch", "CreatePort", "('new', @a{sv} {}, @a{sv} {})").ok ());
  ASSERT_TRUE (call (checkpoint, "Checkpoint", "Rollback", "(@a{sv} {},)").ok ());
  EXPECT_FALSE (exists ("/org/vmswitch1/switch/lab/port/new"));
}

/* --- signals --- */

TEST_F (Checkpoint, IsToldBeforeTheAnswer)
{
  SignalLog log (root);

  ASSERT_TRUE (call (root, lab, "Switch", "Modify", "({'Description': <'risky'>}, " + within (60) + ")").ok ());
  EXPECT_EQ (log.take_sorted (), (std::vector<std::string>{ "added /checkpoint/1 by /: Checkpoint",
                                                            "changed /switch/lab Switch: Description='risky'" }));
  ASSERT_TRUE (call (root, checkpoint, "Checkpoint", "Rollback", "(@a{sv} {},)").ok ());
  EXPECT_EQ (log.take_sorted (), (std::vector<std::string>{ "changed /switch/lab Switch: Description=''",
                                                            "removed /checkpoint/1 by /: Checkpoint" }));
}

/* --- users --- */

TEST_F (Checkpoint, OfOnesOwnNeedsNoAdministrator)
{
  make_hers ("hers");
  EXPECT_EQ (asked (manager, "Manager", "CreateCheckpoint",
                    "([objectpath '/org/vmswitch1/switch/hers'], uint32 60, @a{sv} {})"),
             "manage-own");
  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (asked (checkpoint, "Checkpoint", "Extend", "(uint32 10, @a{sv} {})"), "manage-own");
  EXPECT_EQ (asked (checkpoint, "Checkpoint", "Confirm", "(@a{sv} {},)"), "manage-own");
  EXPECT_EQ (asked (manager, "Manager", "CreateCheckpoint",
                    "([objectpath '/org/vmswitch1/switch/hers', '/org/vmswitch1/switch/lab'], uint32 60, @a{sv} {})"),
             "manage-checkpoints");
  EXPECT_EQ (gate->questions[0].details["switch"], "hers,lab");
}

TEST_F (Checkpoint, OfOthersIsAnAdministratorsMatter)
{
  make_hers ("hers");
  ASSERT_TRUE (call (bob, manager, "Manager", "CreateCheckpoint",
                     "([objectpath '/org/vmswitch1/switch/lab'], uint32 60, @a{sv} {})")
                   .ok ());
  gate->verdict = Verdict::no;
  for (const char *method : { "Confirm", "Rollback" })
    EXPECT_EQ (asked (checkpoint, "Checkpoint", method, "(@a{sv} {},)"), "manage-checkpoints") << method;
  EXPECT_TRUE (exists (checkpoint));
}

TEST_F (Checkpoint, OfAUserBringsNothingBackToASwitchThatIsNotHis)
{
  Reply attached = call (alice, "/org/vmswitch1/switch/shared", "Switch", "Attach",
                         "({'Name': <'hers'>, 'Lifetime': <'runtime'>}, @a{sv} {})");
  ASSERT_TRUE (attached.ok ()) << attached.text;
  EXPECT_EQ (asked (manager, "Manager", "CreateCheckpoint",
                    "([objectpath '/org/vmswitch1/endpoint/hers'], uint32 60, @a{sv} {})"),
             "manage-own");
  ASSERT_TRUE (call ("/org/vmswitch1/endpoint/hers", "EthernetPort", "Delete", "({'force': <true>},)").ok ());
  ASSERT_TRUE (call ("/org/vmswitch1/switch/shared", "Switch", "Modify", "({'Shared': <false>}, @a{sv} {})").ok ());
  expect_log (G_LOG_LEVEL_WARNING, "checkpoint 1 could not bring back port hers: *");
  reply = call (alice, checkpoint, "Checkpoint", "Rollback", "(@a{sv} {},)");
  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (reply.print (), "([\"port hers: a port on switch shared is an administrator's matter now\"],)");
  EXPECT_TRUE (exists ("/org/vmswitch1/endpoint/hers"));
  EXPECT_FALSE (exists ("/org/vmswitch1/switch/shared/port/hers"));
}

TEST_F (Checkpoint, IsLimitedByUserAndInAll)
{
  rules.max_checkpoints_per_user = 1;
  rules.max_checkpoints = 2;
  for (const char *name : { "a", "b", "c", "d" })
    make_hers (name);
  auto create = [&] (GDBusConnection *who, const std::string &name) {
    return call (who, manager, "Manager", "CreateCheckpoint",
                 "([objectpath '/org/vmswitch1/switch/" + name + "'], uint32 60, @a{sv} {})")
        .error;
  };
  EXPECT_EQ (create (alice, "a"), "");
  EXPECT_EQ (create (alice, "b"), "org.vmswitch1.Error.QuotaExceeded");
  EXPECT_EQ (create (root, "b"), "");
  EXPECT_EQ (create (root, "c"), "org.vmswitch1.Error.QuotaExceeded");
}
