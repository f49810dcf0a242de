// SPDX-License-Identifier: GPL-2.0-or-later
// Descriptors that callers send along.
#include "service_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace
{

const char lab[] = "/org/vmswitch1/switch/lab";
const char vm[] = "/org/vmswitch1/endpoint/vm";

class Namespaces : public ServiceTest
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
    alice = connect_as (alice_uid);
    hers = vsw_fake_kernel_make_namespace (kernel, alice_uid);
    bobs = vsw_fake_kernel_make_namespace (kernel, bob_uid);
    roots = vsw_fake_kernel_make_namespace (kernel, 0);
    own = vsw_fake_kernel_open_own_namespace (kernel);
  }

  void
  TearDown () override
  {
    if (bus == nullptr)
      return;
    for (int fd : { hers, bobs, roots, own })
      close (fd);
    ServiceTest::TearDown ();
  }

  Reply
  attach (GDBusConnection *from, const std::string &entry, const std::vector<int> &fds)
  {
    Extra extra;

    extra.fds = fds;
    gate->questions.clear ();
    return call (from, lab, "Switch", "Attach", "({'Name': <'vm'>, " + entry + "}, @a{sv} {})", extra);
  }

  std::string
  list_actions ()
  {
    std::string text;

    for (const Question &question : gate->questions)
      text += (text.empty () ? "" : " ") + question.action;
    return text;
  }

  std::string
  list_in (int space)
  {
    g_auto (GStrv) names = vsw_fake_kernel_list_namespace (kernel, space);
    g_autofree char *text = g_strjoinv (" ", names);

    return text;
  }

  GDBusConnection *alice = nullptr;
  int hers = -1;
  int bobs = -1;
  int roots = -1;
  int own = -1;
};

guint
count_descriptors ()
{
  guint n = 0;
  DIR *directory = opendir ("/proc/self/fd");

  while (readdir (directory) != nullptr)
    n++;
  closedir (directory);
  return n;
}

} // namespace

TEST_F (Namespaces, AreWhereANicIsBorn)
{
  EXPECT_TRUE (attach (alice, "'Namespace': <handle 0>", { hers }).ok ());
  EXPECT_EQ (list_actions (), "org.vmswitch1.attach");
  EXPECT_NE (list_in (hers).find ("eth0"), std::string::npos);
  EXPECT_EQ (get (vm, "SyntheticEthernetPort", "Placed"), "true");
  EXPECT_EQ (get (vm, "EthernetPort", "InterfaceName"), "'eth0'");
}

TEST_F (Namespaces, TakeTheNameThatIsAskedFor)
{
  EXPECT_TRUE (attach (alice, "'Namespace': <handle 1>, 'InterfaceName': <'lan0'>", { bobs, hers }).ok ());
  EXPECT_NE (list_in (hers).find ("lan0"), std::string::npos) << "the index counts";
  EXPECT_EQ (get (vm, "EthernetPort", "InterfaceName"), "'lan0'");
}

TEST_F (Namespaces, OfTheHostsRootNeedAnActionOfTheirOwn)
{
  EXPECT_TRUE (attach (alice, "'Namespace': <handle 0>", { roots }).ok ());
  EXPECT_EQ (list_actions (), "org.vmswitch1.attach org.vmswitch1.attach-foreign-namespace");
}

TEST_F (Namespaces, OfTheHostsRootOpenNoSwitchAndNobodyElsesNic)
{
  Extra extra;

  gate->denied = "org.vmswitch1.attach";
  EXPECT_EQ (attach (alice, "'Namespace': <handle 0>", { roots }).error, "org.freedesktop.DBus.Error.AccessDenied");
  EXPECT_EQ (list_actions (), "org.vmswitch1.attach") << "nothing else is asked after a no";
  EXPECT_FALSE (exists (vm));

  ASSERT_TRUE (attach (root, "'Description': <'x'>", {}).ok ());
  gate->questions.clear ();
  extra.fds = { roots };
  Reply reply = call (alice, vm, "SyntheticEthernetPort", "MoveToNamespace", "(handle 0, 'wan0', @a{sv} {})", extra);
  EXPECT_EQ (reply.error, "org.freedesktop.DBus.Error.AccessDenied");
  EXPECT_EQ (list_actions (), "org.vmswitch1.attach");
  EXPECT_EQ (get (vm, "SyntheticEthernetPort", "Placed"), "false");
}

TEST_F (Namespaces, OfTheHostsRootAreNotOpenedByWhatTheCallNeedsOtherwise)
{
  gate->denied = "org.vmswitch1.attach-foreign-namespace";
  EXPECT_EQ (attach (alice, "'Namespace': <handle 0>", { roots }).error, "org.freedesktop.DBus.Error.AccessDenied");
  EXPECT_EQ (list_actions (), "org.vmswitch1.attach org.vmswitch1.attach-foreign-namespace");
  EXPECT_FALSE (exists (vm));
}

TEST_F (Namespaces, OfOthersAreRefused)
{
  Reply reply = attach (alice, "'Namespace': <handle 0>", { bobs });

  EXPECT_EQ (reply.error, "org.freedesktop.DBus.Error.AccessDenied");
  EXPECT_EQ (list_actions (), "") << "nobody is asked";
  EXPECT_NE (reply.text.find (std::to_string (bob_uid)), std::string::npos) << reply.text;
  EXPECT_FALSE (exists (vm));
}

TEST_F (Namespaces, OfAnybodyAreRootsToUse)
{
  EXPECT_TRUE (attach (root, "'Namespace': <handle 0>", { bobs }).ok ());
  EXPECT_EQ (list_actions (), "");
}

TEST_F (Namespaces, OfTheHostItselfIsNoTarget)
{
  for (GDBusConnection *who : { alice, root })
    {
      Reply reply = attach (who, "'Namespace': <handle 0>", { own });
      EXPECT_EQ (reply.print (), "!Error.InvalidArgument") << reply.text;
    }
  EXPECT_FALSE (exists (vm));
}

TEST_F (Namespaces, AreNotOtherKindsOfDescriptors)
{
  int file = open ("/dev/null", O_RDWR | O_CLOEXEC);
  int pipes[2];

  ASSERT_EQ (pipe2 (pipes, O_CLOEXEC), 0);
  for (int fd : { file, pipes[0] })
    EXPECT_EQ (attach (alice, "'Namespace': <handle 0>", { fd }).print (), "!Error.InvalidArgument");
  for (int fd : { file, pipes[0], pipes[1] })
    close (fd);
}

TEST_F (Namespaces, AreNamedByAnIndexThatIsThere)
{
  for (const char *handle : { "-1", "1", "2", "2147483647", "-2147483648" })
    {
      Reply reply = attach (alice, std::string ("'Namespace': <handle ") + handle + ">", { hers });
      EXPECT_EQ (reply.print (), "!Error.InvalidArgument") << handle;
      EXPECT_NE (reply.text.find (std::string ("descriptor ") + handle), std::string::npos) << reply.text;
    }
  Reply reply = attach (alice, "'Namespace': <handle 0>", {});
  EXPECT_EQ (reply.print (), "!Error.InvalidArgument") << "no list at all";
  EXPECT_FALSE (exists (vm));

  Extra extra;
  ASSERT_TRUE (attach (root, "'Description': <'x'>", {}).ok ());
  for (const char *handle : { "-1", "1", "2147483647" })
    {
      extra.fds = { hers };
      reply = call (root, vm, "SyntheticEthernetPort", "MoveToNamespace",
                    std::string ("(handle ") + handle + ", 'eth0', @a{sv} {})", extra);
      EXPECT_EQ (reply.print (), "!Error.InvalidArgument") << handle;
    }
  EXPECT_EQ (call (vm, "SyntheticEthernetPort", "MoveToNamespace", "(handle 0, 'eth0', @a{sv} {})").print (),
             "!Error.InvalidArgument");
  EXPECT_EQ (get (vm, "SyntheticEthernetPort", "Placed"), "false");
}

TEST_F (Namespaces, AreRefusedWhereNobodyAskedForOne)
{
  Extra extra;

  extra.fds = { hers };
  Reply reply = call (root, lab, "Switch", "Modify", "({'Description': <'x'>}, @a{sv} {})", extra);
  EXPECT_EQ (reply.print (), "!Error.InvalidArgument");
  EXPECT_EQ (get (lab, "Switch", "Description"), "''");
}

TEST_F (Namespaces, AreSharedByAHundredNics)
{
  std::string entries;
  Extra extra;

  for (int i = 0; i < 100; i++)
    entries += (i == 0 ? "{'Name': <'n" : ", {'Name': <'n") + std::to_string (i) + "'>, 'Namespace': <handle 0>, "
               + "'InterfaceName': <'eth" + std::to_string (i) + "'>}";
  extra.fds = { hers };
  Reply reply = call (alice, lab, "Switch", "AttachMany", "([" + entries + "], @a{sv} {})", extra);

  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (gate->questions.size (), 1u);
  EXPECT_NE (list_in (hers).find ("eth99"), std::string::npos);
}

TEST_F (Namespaces, MixedNeedWhatTheStrictestNeeds)
{
  Extra extra;

  extra.fds = { hers, roots };
  Reply reply =
      call (alice, lab, "Switch", "AttachMany",
            "([{'Name': <'a'>, 'Namespace': <handle 0>}, {'Name': <'b'>, 'Namespace': <handle 1>}], @a{sv} {})", extra);
  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (list_actions (), "org.vmswitch1.attach org.vmswitch1.attach-foreign-namespace");

  extra.fds = { roots, bobs };
  reply =
      call (alice, lab, "Switch", "AttachMany",
            "([{'Name': <'c'>, 'Namespace': <handle 0>}, {'Name': <'d'>, 'Namespace': <handle 1>}], @a{sv} {})", extra);
  EXPECT_EQ (reply.error, "org.freedesktop.DBus.Error.AccessDenied");
  EXPECT_FALSE (exists ("/org/vmswitch1/endpoint/c"));
}

TEST_F (Namespaces, TakeANicThatIsThereAlready)
{
  Extra extra;
  extra.fds = { hers };

  ASSERT_TRUE (attach (alice, "'Description': <'x'>", {}).ok ());
  gate->questions.clear ();
  SignalLog log (root);
  Reply reply = call (alice, vm, "SyntheticEthernetPort", "MoveToNamespace", "(handle 0, 'wan0', @a{sv} {})", extra);

  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (list_actions (), "org.vmswitch1.manage-own") << "it is hers";
  EXPECT_NE (list_in (hers).find ("wan0"), std::string::npos);
  EXPECT_EQ (get (vm, "SyntheticEthernetPort", "Placed"), "true");
  EXPECT_EQ (get (vm, "EthernetPort", "InterfaceName"), "'wan0'");
  EXPECT_EQ (get (vm, "EthernetPort", "InterfaceIndex"), "0");
  EXPECT_EQ (get (vm, "LanEndpoint", "Connected"), "true");

  reply = call (alice, vm, "SyntheticEthernetPort", "MoveToNamespace", "(handle 0, 'wan1', @a{sv} {})", extra);
  EXPECT_EQ (reply.print (), "!Error.InvalidState");
  reply = call (alice, vm, "EthernetPort", "Modify", "({'MacAddress': <'02:00:00:00:00:01'>}, @a{sv} {})");
  EXPECT_EQ (reply.print (), "!Error.InvalidState");
}

TEST_F (Namespaces, LeaveNoDescriptorBehind)
{
  gate->verdict = Verdict::no;
  attach (alice, "'Namespace': <handle 0>", { hers });
  settle ();
  guint before = count_descriptors ();

  for (int i = 0; i < 50; i++)
    {
      EXPECT_FALSE (attach (alice, "'Namespace': <handle 0>", { hers }).ok ());
      EXPECT_FALSE (attach (alice, "'Namespace': <handle 7>", { hers }).ok ());
      EXPECT_FALSE (attach (alice, "'Namespace': <handle 0>", { bobs }).ok ());
    }
  EXPECT_TRUE (wait_until ([&] { return count_descriptors () <= before; }));
}
