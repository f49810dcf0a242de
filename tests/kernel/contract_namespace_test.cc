// SPDX-License-Identifier: GPL-2.0-or-later
// The promises of kernel/kernel.h about other network namespaces: what is born there, what is placed there, what goes with them.
#include "kernel/contract_fixture.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

struct NamespaceUnref
{
  void
  operator() (VswNamespace *space) const
  {
    vsw_namespace_unref (space);
  }
};
using Namespace = std::unique_ptr<VswNamespace, NamespaceUnref>;

class Namespaces : public KernelContract
{
protected:
  void
  SetUp () override
  {
    KernelContract::SetUp ();
    if (IsSkipped () || HasFatalFailure ())
      return;
    space = world->make_namespace ();
    target.reset (inspect (space));
    apply (Op::bridge ("vsw-lab"));
    apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_UP, 1));
  }

  void
  TearDown () override
  {
    target.reset ();
    KernelContract::TearDown ();
  }

  Op
  veth_into (const std::string &near, const std::string &far)
  {
    Op made = Op::veth (near, far, "vsw-lab");

    made.op.target = target.get ();
    return made;
  }

  bool
  has_inside (const std::string &name)
  {
    std::vector<std::string> names = world->list_in (space);

    return std::find (names.begin (), names.end (), name) != names.end ();
  }

  int
  refuse_descriptor (int fd)
  {
    g_autoptr (GError) error = nullptr;
    VswNamespace *found = vsw_kernel_inspect (kernel, fd, 0, &error);

    EXPECT_EQ (found, nullptr);
    EXPECT_EQ (error->domain, VSW_ERROR);
    /* It is taken, also on failure; a thread may have to close it. */
    EXPECT_TRUE (wait_until ([fd] { return fcntl (fd, F_GETFD) < 0; })) << "the descriptor is left open";
    return error->code;
  }

  int space = -1;
  Namespace target;
};

/* --- born there --- */

TEST_F (Namespaces, FarEndIsBornInItsNamespace)
{
  apply (veth_into ("vswp-a", "eth0"));

  Link near = get ("vswp-a");
  EXPECT_TRUE (near->peer_elsewhere);
  EXPECT_TRUE (near->is_up);
  EXPECT_TRUE (near->ipv6_quiet);
  EXPECT_EQ (near->group, VSW_GROUP_OURS);
  EXPECT_EQ (near->bridge, get ("vsw-lab")->index);
  EXPECT_EQ (std::string (near->alias), "vmswitch:vswp-a:" + Op ().id);
  EXPECT_FALSE (is_there ("eth0"));
  EXPECT_EQ (world->list_in (space), (std::vector<std::string>{ "eth0", "lo" }));
}

TEST_F (Namespaces, FarEndWhoseNameIsTakenThereIsRefusedWhole)
{
  world->add_pair_in (space, "eth0", "eth1");
  EXPECT_EQ (refuse (veth_into ("vswp-a", "eth0")), VSW_ERROR_EXISTS);
  EXPECT_FALSE (is_there ("vswp-a"));
  apply (veth_into ("vswp-a", "eth2"));
  EXPECT_TRUE (has_inside ("eth2"));
}

TEST_F (Namespaces, FarEndMayBeCalledAsADeviceOfOurs)
{
  world->add_pair ("eth0", "eth1");
  apply (veth_into ("vswp-a", "eth0"));
  EXPECT_TRUE (has_inside ("eth0"));
  EXPECT_FALSE (get ("eth0")->peer_elsewhere);
}

TEST_F (Namespaces, OwnerOfTheFarEndDecidesTheCarrier)
{
  apply (veth_into ("vswp-a", "eth0"));
  EXPECT_FALSE (get ("vswp-a")->has_carrier);
  world->set_up_in (space, "eth0", true);
  EXPECT_TRUE (is_told ("vswp-a", [] (const VswLink *link) { return link->port_state == VSW_PORT_STATE_FORWARDING; }));
  EXPECT_TRUE (is_told ("vswp-a", [] (const VswLink *link) { return link->has_carrier; }));
  world->set_up_in (space, "eth0", false);
  EXPECT_TRUE (is_told ("vswp-a", [] (const VswLink *link) { return !link->has_carrier; }));
}

TEST_F (Namespaces, NearEndGoesWithTheFarEnd)
{
  apply (veth_into ("vswp-a", "eth0"));
  world->remove_in (space, "eth0");
  EXPECT_TRUE (is_told_gone ("vswp-a"));
}

TEST_F (Namespaces, NearEndGoesWithTheNamespace)
{
  apply (veth_into ("vswp-a", "eth0"));
  target.reset ();
  world->kill_namespace (space);
  EXPECT_TRUE (is_told_gone ("vswp-a"));
  EXPECT_TRUE (is_there ("vsw-lab"));
}

TEST_F (Namespaces, DeletingTheNearEndTakesTheFarEndOutOfItsNamespace)
{
  apply (veth_into ("vswp-a", "eth0"));
  apply (Op::remove ({ by_name ("vswp-a") }));
  EXPECT_FALSE (has_inside ("eth0"));
}

/* --- placed there --- */

TEST_F (Namespaces, FarEndIsPlaced)
{
  apply (Op::veth ("vswp-a", "vswg-a", "vsw-lab"));
  Link near = get ("vswp-a");
  apply (Op::add_address (by_index (near), mac_of ("0a:00:00:00:00:01")));
  events.clear ();
  apply (Op::place (by_index (get ("vswg-a")), target.get (), "eth0"));

  EXPECT_NE (std::find (events.begin (), events.end (), "vswg-a gone"), events.end ());
  EXPECT_TRUE (has_inside ("eth0"));
  EXPECT_FALSE (has_inside ("vswg-a"));
  Link after = get ("vswp-a");
  EXPECT_EQ (after->index, near->index);
  EXPECT_TRUE (after->peer_elsewhere);
  EXPECT_EQ (after->bridge, near->bridge);
  EXPECT_EQ (addresses ("vsw-lab").size (), 1u);
  world->set_up_in (space, "eth0", true);
  EXPECT_TRUE (is_told ("vswp-a", [] (const VswLink *link) { return link->has_carrier; }));
}

TEST_F (Namespaces, FarEndWhoseNameIsTakenThereStaysAtHome)
{
  world->add_pair_in (space, "eth0", "eth1");
  apply (Op::veth ("vswp-a", "vswg-a", "vsw-lab"));
  EXPECT_EQ (refuse (Op::place (by_index (get ("vswg-a")), target.get (), "eth0")), VSW_ERROR_EXISTS);
  EXPECT_FALSE (has_inside ("vswg-a"));
  apply (Op::place (by_index (get ("vswg-a")), target.get (), "eth2"));
  EXPECT_TRUE (has_inside ("eth2"));
}

TEST_F (Namespaces, OnlyAFarEndOfOursIsPlaced)
{
  world->add_pair ("their0", "their1");
  apply (Op::veth ("vswp-a", "vswg-a", "vsw-lab"));
  Link gone = get ("vswg-a");
  apply (Op::remove ({ by_name ("vswp-a") }));

  EXPECT_EQ (refuse (Op::place (by_index (get ("their0")), target.get (), "eth0")), VSW_ERROR_CONFLICT);
  EXPECT_EQ (refuse (Op::place (by_index (get ("vsw-lab")), target.get (), "eth0")), VSW_ERROR_CONFLICT);
  EXPECT_EQ (refuse (Op::place (by_index (gone), target.get (), "eth0")), VSW_ERROR_NOT_FOUND);
  EXPECT_EQ (world->list_in (space), (std::vector<std::string>{ "lo" }));
}

/* --- inspected --- */

TEST_F (Namespaces, NamespaceOfTheHostsRootIsSeenAsSuch)
{
  struct stat status;

  ASSERT_EQ (fstat (space, &status), 0);
  EXPECT_EQ (target->inode, status.st_ino);
  EXPECT_TRUE (target->is_initial);
  EXPECT_FALSE (target->is_own);
  EXPECT_EQ (target->owner, 0u);
  EXPECT_GE (target->fd, 0);
}

TEST_F (Namespaces, NamespaceOfAUserIsSeenAsHis)
{
  int theirs = world->make_namespace_of (1000);

  if (theirs < 0)
    GTEST_SKIP () << "this user cannot make a namespace for another";
  Namespace as_owner (inspect (theirs, 1000)), as_other (inspect (theirs, 1001));
  EXPECT_EQ (as_owner->owner, 1000u);
  EXPECT_EQ (as_other->owner, 1000u);
  EXPECT_FALSE (as_owner->is_initial);
}

TEST_F (Namespaces, FarEndIsBornInTheNamespaceOfAUser)
{
  int theirs = world->make_namespace_of (1000);

  if (theirs < 0)
    GTEST_SKIP () << "this user cannot make a namespace for another";
  target.reset (inspect (theirs, 1000));
  apply (veth_into ("vswp-a", "eth0"));
  EXPECT_TRUE (get ("vswp-a")->peer_elsewhere);
}

TEST_F (Namespaces, WhatIsNoNamespaceIsRefused)
{
  int ends[2];

  ASSERT_EQ (pipe2 (ends, O_CLOEXEC), 0);
  EXPECT_EQ (refuse_descriptor (open ("/etc/passwd", O_RDONLY | O_CLOEXEC)), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse_descriptor (open ("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse_descriptor (ends[0]), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse_descriptor (ends[1]), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse_descriptor (socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse_descriptor (open ("/proc/self/ns/user", O_RDONLY | O_CLOEXEC)), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse_descriptor (open ("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC)), VSW_ERROR_INVALID_ARGUMENT);
}

TEST_F (Namespaces, DescriptorThatOnlyNamesIsRefused)
{
  std::string path = "/proc/self/fd/" + std::to_string (space);

  EXPECT_EQ (refuse_descriptor (open (path.c_str (), O_PATH | O_CLOEXEC)), VSW_ERROR_INVALID_ARGUMENT);
}

TEST_F (Namespaces, OwnNamespaceIsRefused)
{
  EXPECT_EQ (refuse_descriptor (fcntl (world->own_namespace (), F_DUPFD_CLOEXEC, 3)), VSW_ERROR_INVALID_ARGUMENT);
}
