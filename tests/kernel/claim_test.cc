/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <gtest/gtest.h>

#include <cstring>
#include <sched.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/claim.h"

namespace
{

class Claim : public ::testing::Test
{
protected:
  static void
  SetUpTestSuite ()
  {
    uid_t uid = getuid ();
    is_alone = unshare (uid == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) == 0;
  }

  void
  SetUp () override
  {
    if (!is_alone)
      GTEST_SKIP () << "no network namespace of our own: not allowed here";
  }

  static bool is_alone;
};

bool Claim::is_alone = false;

TEST_F (Claim, IsGivenOnceAndAgainAfterItWasFreed)
{
  g_autoptr (GError) error = nullptr;
  VswClaim *first = vsw_claim_new (&error);
  ASSERT_NE (first, nullptr) << error->message;

  EXPECT_EQ (vsw_claim_new (&error), nullptr);
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_CONFLICT));
  EXPECT_NE (strstr (error->message, std::to_string (getpid ()).c_str ()), nullptr) << error->message;

  vsw_claim_free (first);
  g_clear_error (&error);
  g_autoptr (VswClaim) second = vsw_claim_new (&error);
  EXPECT_NE (second, nullptr);
}

TEST_F (Claim, IsGivenInEveryNamespaceForItself)
{
  g_autoptr (VswClaim) here = vsw_claim_new (nullptr);
  ASSERT_NE (here, nullptr);
  pid_t child = fork ();
  if (child == 0)
    {
      g_autoptr (VswClaim) there = unshare (CLONE_NEWNET) == 0 ? vsw_claim_new (nullptr) : nullptr;
      _exit (there != nullptr ? 0 : 1);
    }
  int status = 0;
  ASSERT_EQ (waitpid (child, &status, 0), child);
  EXPECT_EQ (status, 0);
}

TEST_F (Claim, CannotBeKeptFromUsByAnOrdinaryUser)
{
  if (getuid () != 0)
    GTEST_SKIP () << "only root can be somebody else";
  int ready[2], done[2];
  ASSERT_EQ (pipe (ready) | pipe (done), 0);
  pid_t child = fork ();
  if (child == 0)
    {
      char byte = 0;
      sockaddr_un address = {};
      address.sun_family = AF_UNIX;
      memcpy (address.sun_path + 1, "org.vmswitch1.network", 21);
      int fd = setuid (65534) == 0 ? socket (AF_UNIX, SOCK_SEQPACKET, 0) : -1;
      int held = bind (fd, (sockaddr *) &address, offsetof (sockaddr_un, sun_path) + 22) == 0 && listen (fd, 8) == 0;
      close (done[1]);
      _exit (write (ready[1], &byte, 1) == 1 && read (done[0], &byte, 1) == 0 && held ? 0 : 1);
    }
  char byte;
  ASSERT_EQ (read (ready[0], &byte, 1), 1);
  g_autoptr (VswClaim) claim = vsw_claim_new (nullptr);
  EXPECT_NE (claim, nullptr);
  close (done[1]);
  int status = 0;
  ASSERT_EQ (waitpid (child, &status, 0), child);
  EXPECT_EQ (status, 0) << "nobody stood in the way: the test proves nothing";
}

} // namespace
