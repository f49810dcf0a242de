// SPDX-License-Identifier: GPL-2.0-or-later
/* What a caller may hand over, and what he may not. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>

#include "kernel/namespace.h"
#include "support/netns_fixture.h"

namespace
{

constexpr guint32 alice = 1000, bob = 1001;

class NamespaceTest : public NetnsTest
{
protected:
  void
  SetUp () override
  {
    g_autoptr (GError) error = nullptr;

    NetnsTest::SetUp ();
    if (IsSkipped ())
      return;
    home = vsw_namespace_open_home (&error);
    ASSERT_GE (home, 0) << error->message;
  }

  void
  TearDown () override
  {
    if (home >= 0)
      close (home);
    NetnsTest::TearDown ();
  }

  /* Why it is refused; "" if it is not. Takes the descriptor. */
  std::string
  refuse (int fd, guint32 caller = alice)
  {
    g_autoptr (GError) error = nullptr;
    g_autoptr (VswNamespace) space = vsw_namespace_classify (fd, home, caller, &error);

    if (space != nullptr)
      return "";
    EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT)) << error->message;
    return error->message;
  }

  bool
  is_closed (int fd)
  {
    return wait_until ([fd] { return fcntl (fd, F_GETFD) < 0; });
  }

  int home = -1;
};

TEST_F (NamespaceTest, TakesOneThatTheHostOwns)
{
  g_autoptr (GError) error = nullptr;
  Netns other = Netns::make ();
  struct stat status;
  ASSERT_EQ (fstat (other.fd, &status), 0);
  g_autoptr (VswNamespace) space = vsw_namespace_classify (other.dup (), home, alice, &error);

  ASSERT_NE (space, nullptr) << error->message;
  EXPECT_EQ (space->owner, 0u);
  EXPECT_TRUE (space->is_initial);
  EXPECT_FALSE (space->is_own);
  EXPECT_EQ (space->inode, status.st_ino);
}

TEST_F (NamespaceTest, RefusesOurOwn)
{
  int fd = open ("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

  EXPECT_NE (refuse (fd).find ("the host's own"), std::string::npos);
  EXPECT_TRUE (is_closed (fd));
}

TEST_F (NamespaceTest, RefusesWhatIsNoNetworkNamespace)
{
  Netns other = Netns::make ();
  int ends[2];
  ASSERT_EQ (pipe2 (ends, O_CLOEXEC), 0);
  std::string link = "/proc/self/fd/" + std::to_string (other.fd);
  const std::pair<const char *, int> cases[] = {
    { "O_PATH", open (link.c_str (), O_PATH | O_CLOEXEC) },
    { "something else", ends[0] },
    { "something else", ends[1] },
    { "something else", eventfd (0, EFD_CLOEXEC) },
    { "something else", open ("/", O_RDONLY | O_CLOEXEC) },
    { "something else", open ("/proc/self/status", O_RDONLY | O_CLOEXEC) },
    { "something else", (int)syscall (SYS_pidfd_open, getpid (), 0) },
    { "something else", socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) },
    { "another type", open ("/proc/self/ns/user", O_RDONLY | O_CLOEXEC) },
    { "another type", open ("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC) },
  };

  for (const auto &[reason, fd] : cases)
    {
      ASSERT_GE (fd, 0) << reason;
      std::string said = refuse (fd);
      EXPECT_NE (said.find (reason), std::string::npos) << "'" << said << "', not '" << reason << "'";
      EXPECT_TRUE (is_closed (fd)) << reason;
    }
  EXPECT_NE (refuse (-1).find ("not open"), std::string::npos);
  EXPECT_NE (refuse (100000).find ("not open"), std::string::npos);
}

TEST_F (NamespaceTest, TakesOneThatIsKeptUnderAName)
{
  g_autoptr (GError) error = nullptr;
  Netns other = Netns::make ();
  g_autofree char *directory = g_dir_make_tmp ("vsw-XXXXXX", nullptr);
  std::string path = std::string (directory) + "/guest";

  if (geteuid () != 0)
    GTEST_SKIP () << "mounting needs root";
  int fd = -1;
  std::thread ([&] {
    std::string source = "/proc/self/fd/" + std::to_string (other.fd);

    close (open (path.c_str (), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    ASSERT_EQ (unshare (CLONE_NEWNS), 0);
    ASSERT_EQ (mount (nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    ASSERT_EQ (mount (source.c_str (), path.c_str (), nullptr, MS_BIND, nullptr), 0) << g_strerror (errno);
    fd = open (path.c_str (), O_RDONLY | O_CLOEXEC);
  }).join ();
  g_autoptr (VswNamespace) space = vsw_namespace_classify (fd, home, alice, &error);
  EXPECT_NE (space, nullptr) << error->message;
  unlink (path.c_str ());
  rmdir (directory);
}

TEST_F (NamespaceTest, IsNotFooledByAFileThatIsCalledLikeANamespace)
{
  g_autofree char *directory = g_dir_make_tmp ("vsw-XXXXXX", nullptr);
  std::string path = std::string (directory) + "/net:[4026531840]";
  int fd = open (path.c_str (), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  ASSERT_GE (fd, 0);
  EXPECT_NE (refuse (fd).find ("something else"), std::string::npos);
  unlink (path.c_str ());
  rmdir (directory);
}

class OwnedNamespaceTest : public NamespaceTest
{
protected:
  void
  SetUp () override
  {
    NamespaceTest::SetUp ();
    if (!IsSkipped () && geteuid () != 0)
      GTEST_SKIP () << "namespaces of other users need root";
    if (!IsSkipped () && !is_initial_user_namespace ())
      GTEST_SKIP () << "namespaces of other users need more than one uid";
  }

private:
  static bool
  is_initial_user_namespace ()
  {
    std::ifstream map ("/proc/self/uid_map");
    unsigned long first = 1, outside = 1, count = 0;

    map >> first >> outside >> count;
    return first == 0 && count > bob;
  }
};

TEST_F (OwnedNamespaceTest, SaysWhichUserOwnsIt)
{
  g_autoptr (GError) error = nullptr;
  Netns hers = Netns::make_owned (alice);
  g_autoptr (VswNamespace) asked_by_her = vsw_namespace_classify (hers.dup (), home, alice, &error);
  g_autoptr (VswNamespace) asked_by_him = vsw_namespace_classify (hers.dup (), home, bob, &error);

  ASSERT_NE (asked_by_her, nullptr) << error->message;
  ASSERT_NE (asked_by_him, nullptr) << error->message;
  EXPECT_EQ (asked_by_her->owner, alice);
  EXPECT_EQ (asked_by_him->owner, alice);
  EXPECT_FALSE (asked_by_her->is_initial);
}

/* A process of alice's in a user namespace of hers, in which it maps a further uid and makes a namespace as that one: a rootless container
 * within a rootless container. Returns its network namespace. */
int
make_nested (guint32 uid, pid_t *ret_pid)
{
  int to_child[2], to_parent[2];
  char octet = 0;

  EXPECT_EQ (pipe2 (to_child, O_CLOEXEC), 0);
  EXPECT_EQ (pipe2 (to_parent, O_CLOEXEC), 0);
  pid_t pid = fork ();
  if (pid == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      if (setresgid (uid, uid, uid) != 0 || setresuid (uid, uid, uid) != 0 || unshare (CLONE_NEWUSER) != 0
          || write (to_parent[1], "1", 1) != 1 || read (to_child[0], &octet, 1) != 1)
        _exit (1);
      /* Now root in there, with 5000 mapped for its own users. */
      if (setresuid (5, 5, 5) != 0 || unshare (CLONE_NEWUSER | CLONE_NEWNET) != 0 || write (to_parent[1], "2", 1) != 1)
        _exit (2);
      for (;;)
        pause ();
    }
  close (to_parent[1]);
  EXPECT_EQ (read (to_parent[0], &octet, 1), 1);
  std::string path = "/proc/" + std::to_string (pid);
  std::ofstream (path + "/uid_map") << "0 " << uid << " 1\n5 5000 1\n";
  std::ofstream (path + "/gid_map") << "0 " << uid << " 1\n";
  EXPECT_EQ (write (to_child[1], "1", 1), 1);
  EXPECT_EQ (read (to_parent[0], &octet, 1), 1);
  for (int fd : { to_child[0], to_child[1], to_parent[0] })
    close (fd);
  *ret_pid = pid;
  return open ((path + "/ns/net").c_str (), O_RDONLY | O_CLOEXEC);
}

TEST_F (OwnedNamespaceTest, CountsWhatIsNestedBelowTheCallersAsHis)
{
  g_autoptr (GError) error = nullptr;
  pid_t pid = 0;
  int nested = make_nested (alice, &pid);
  ASSERT_GE (nested, 0);
  g_autoptr (VswNamespace) hers = vsw_namespace_classify (fcntl (nested, F_DUPFD_CLOEXEC, 3), home, alice, &error);
  g_autoptr (VswNamespace) his = vsw_namespace_classify (fcntl (nested, F_DUPFD_CLOEXEC, 3), home, bob, &error);

  ASSERT_NE (hers, nullptr) << error->message;
  ASSERT_NE (his, nullptr) << error->message;
  EXPECT_EQ (hers->owner, alice);
  EXPECT_EQ (his->owner, 5000u);
  EXPECT_FALSE (his->is_initial);
  kill (pid, SIGKILL);
  waitpid (pid, nullptr, 0);
  close (nested);
}

/* The initial user namespace is above everybody's; that it is owned by root makes nothing root's. */
TEST_F (OwnedNamespaceTest, TakesNobodysNamespaceForRoots)
{
  g_autoptr (GError) error = nullptr;
  Netns hers = Netns::make_owned (alice);
  g_autoptr (VswNamespace) asked_by_root = vsw_namespace_classify (hers.dup (), home, 0, &error);

  ASSERT_NE (asked_by_root, nullptr) << error->message;
  EXPECT_EQ (asked_by_root->owner, alice);
}

} // namespace
