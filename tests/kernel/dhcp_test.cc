// SPDX-License-Identifier: GPL-2.0-or-later
// Which command lines are DHCP clients of a NIC, and whose processes count.
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "kernel/dhcp.h"
#include "support/netns_fixture.h"

namespace
{

bool
is_client (const char *comm, std::vector<const char *> arguments, const char *nic = "ext0", bool is_heard = false)
{
  arguments.push_back (nullptr);
  return vsw_dhcp_is_client (comm, arguments.data (), nic, is_heard);
}

} // namespace

TEST (DhcpClient, UdhcpcSaysForWhichNicItRuns)
{
  EXPECT_TRUE (is_client ("udhcpc", { "udhcpc", "-i", "ext0" }));
  EXPECT_TRUE (is_client ("udhcpc", { "/sbin/udhcpc", "-b", "-p", "/run/udhcpc.ext0.pid", "-i", "ext0" }));
  EXPECT_TRUE (is_client ("udhcpc", { "udhcpc", "-fqi", "ext0" }));
  EXPECT_TRUE (is_client ("udhcpc", { "udhcpc", "-fiext0" }));
  EXPECT_TRUE (is_client ("udhcpc", { "udhcpc", "--interface=ext0" }));
  EXPECT_TRUE (is_client ("udhcpc", { "udhcpc", "-f", "--interface", "ext0" }));
  EXPECT_TRUE (is_client ("busybox", { "busybox", "udhcpc", "-i", "ext0" }));
  EXPECT_TRUE (is_client ("busybox", { "/bin/busybox", "udhcpc", "-i", "ext0" }));
  EXPECT_TRUE (is_client ("busybox", { "udhcpc", "-i", "ext0" }));
  EXPECT_FALSE (is_client ("udhcpc", { "udhcpc", "-i", "ext1" }));
  EXPECT_FALSE (is_client ("udhcpc", { "udhcpc", "-s", "ext0", "-i", "ext1" })) << "its script";
  EXPECT_FALSE (is_client ("udhcpc", { "udhcpc", "-pi", "ext0" })) << "a file called i";
  EXPECT_FALSE (is_client ("udhcpc", { "udhcpc", "-i" }));
}

TEST (DhcpClient, UdhcpcRunsForEth0UnlessItSaysElse)
{
  EXPECT_TRUE (is_client ("udhcpc", { "udhcpc", "-f" }, "eth0"));
  EXPECT_TRUE (is_client ("udhcpc", { "udhcpc" }, "eth0"));
  EXPECT_FALSE (is_client ("udhcpc", { "udhcpc", "-i", "ext0" }, "eth0"));
  EXPECT_FALSE (is_client ("udhcpc", { "udhcpc" }, "ext0"));
}

TEST (DhcpClient, OthersNameTheNicAnywhere)
{
  EXPECT_TRUE (is_client ("dhclient", { "/sbin/dhclient", "-4", "-v", "-pf", "/run/dhclient.ext0.pid", "ext0" }));
  EXPECT_FALSE (is_client ("dhclient", { "/sbin/dhclient", "ext1" }));
  EXPECT_FALSE (is_client ("dhclient", { "/sbin/dhclient" }));
  EXPECT_TRUE (is_client ("dhcpcd", { "dhcpcd", "-b", "ext0" }));
  EXPECT_TRUE (is_client ("dhcpcd", { "dhcpcd: ext0 [ip4] [ip6]" }));
  EXPECT_TRUE (is_client ("dhcpcd", { "dhcpcd: [BPF ARP] ext0 192.0.2.5" }));
  EXPECT_FALSE (is_client ("dhcpcd", { "dhcpcd: ext01 [ip4]" }));
  EXPECT_FALSE (is_client ("dhcpcd", { "dhcpcd: [manager] [ip4] [ip6]" }));
}

TEST (DhcpClient, ThatNamesNoneRunsForThoseThatSomebodyListensOn)
{
  EXPECT_TRUE (is_client ("dhclient", { "/sbin/dhclient" }, "ext0", true));
  EXPECT_TRUE (is_client ("dhclient", { "/sbin/dhclient", "-4", "-pf", "/run/dhclient.pid" }, "ext0", true));
  EXPECT_TRUE (is_client ("dhclient", { "/sbin/dhclient", "-d" }, "ext0", true));
  EXPECT_FALSE (is_client ("dhclient", { "/sbin/dhclient", "-d", "ext1" }, "ext0", true));
  EXPECT_TRUE (is_client ("dhcpcd", { "dhcpcd: [manager] [ip4] [ip6]" }, "ext0", true));
  EXPECT_TRUE (is_client ("dhcpcd", { "dhcpcd: [master] [ip4]" }, "ext0", true));
  EXPECT_FALSE (is_client ("dhcpcd", { "dhcpcd: ext1 [ip4]" }, "ext0", true));
  EXPECT_FALSE (is_client ("udhcpc", { "udhcpc" }, "ext0", true));
}

TEST (DhcpClient, IsNoOtherProgram)
{
  EXPECT_FALSE (is_client ("su", { "udhcpc", "-i", "ext0" })) << "it may call itself anything";
  EXPECT_FALSE (is_client ("udhcpc", { "dhclient", "ext0" }));
  EXPECT_FALSE (is_client ("busybox", { "busybox" }));
  EXPECT_FALSE (is_client ("busybox", { "busybox", "sleep", "ext0" }));
  EXPECT_FALSE (is_client ("busybox", { "sh", "udhcpc", "-i", "ext0" }));
  EXPECT_FALSE (is_client ("dhclient", {}));
  EXPECT_FALSE (is_client ("dhclient", { "" }));
  EXPECT_FALSE (is_client ("dhcpcd", { ":" }));
  EXPECT_FALSE (is_client ("bash", { "vi", "udhcpc", "ext0" }));
}

TEST (DhcpClient, IsOfTheSystemByItsRealAndEffectiveUserAndGroup)
{
  auto is_of_system = [] (const std::string &uid, const std::string &gid) {
    std::string status = "Name:\tdhclient\nTgid:\t7\nNgid:\t0\nUid:\t" + uid + "\nGid:\t" + gid + "\nGroups:\t1000 \n";
    return !!vsw_dhcp_is_of_system (status.c_str ());
  };

  EXPECT_TRUE (is_of_system ("0\t0\t0\t0", "0\t0\t0\t0"));
  EXPECT_TRUE (is_of_system ("999\t999\t999\t999", "999\t999\t999\t999"));
  EXPECT_FALSE (is_of_system ("1000\t1000\t1000\t1000", "0\t0\t0\t0"));
  EXPECT_FALSE (is_of_system ("1000\t0\t0\t0", "0\t0\t0\t0")) << "as su";
  EXPECT_FALSE (is_of_system ("0\t1000\t0\t1000", "0\t0\t0\t0"));
  EXPECT_FALSE (is_of_system ("0\t0\t0\t0", "1000\t0\t0\t0")) << "as sudo";
  EXPECT_FALSE (is_of_system ("0", "0\t0\t0\t0"));
  EXPECT_FALSE (is_of_system ("", ""));
  EXPECT_FALSE (vsw_dhcp_is_of_system (""));
}

namespace
{

/* What passes for udhcpc here is a shell of that name, which stops: it needs no NIC to be there. */
class DhcpProcess : public NetnsTest
{
protected:
  void
  SetUp () override
  {
    NetnsTest::SetUp ();
    if (IsSkipped ())
      return;
    if (getuid () != 0)
      GTEST_SKIP () << "cannot run programs as other users";
    ASSERT_NE (mkdtemp (folder), nullptr);
    program = std::string (folder) + "/udhcpc";
    run_command ("chmod 755 " + std::string (folder) + " && cp /bin/sh " + program);
  }

  void
  TearDown () override
  {
    if (!program.empty ())
      run_command ("rm -r " + std::string (folder));
    NetnsTest::TearDown ();
  }

  /* It runs for that NIC, as that user (options of setpriv). What is found for ext0: its name, or "". -p: the shell stays who it is. */
  std::string
  find (const std::string &nic, const std::string &user, const std::string &wrapper = "")
  {
    std::string command =
        "exec " + wrapper + " setpriv " + user + " --clear-groups " + program + " -p -c 'kill -STOP $$; :' -i " + nic;
    pid_t pid = fork ();

    if (pid == 0)
      {
        execl ("/bin/sh", "sh", "-c", command.c_str (), nullptr);
        _exit (1);
      }
    int status = 0;
    EXPECT_EQ (waitpid (pid, &status, WUNTRACED), pid);
    EXPECT_TRUE (WIFSTOPPED (status)) << command;

    guint process = 0;
    g_autofree char *found = vsw_dhcp_find_client ("ext0", FALSE, &process);

    kill (pid, SIGKILL);
    waitpid (pid, nullptr, 0);
    if (found == nullptr)
      return "";
    EXPECT_EQ ((pid_t)process, pid);
    return found;
  }

private:
  char folder[32] = "/tmp/vswitch-dhcp-XXXXXX";
  std::string program;
};

} // namespace

TEST_F (DhcpProcess, CountsOnlyOfTheSystemAndHere)
{
  EXPECT_EQ (find ("ext0", "--reuid 0 --regid 0"), "udhcpc");
  EXPECT_EQ (find ("ext1", "--reuid 0 --regid 0"), "") << "another NIC";
  EXPECT_EQ (find ("ext0", "--reuid 0 --regid 0", "unshare --net"), "") << "another one's NIC of that name";
  EXPECT_EQ (find ("ext0", "--reuid 1000 --regid 1000"), "") << "anybody's";
}

TEST_F (DhcpProcess, DoesNotCountWithRightsOnLoan)
{
  EXPECT_EQ (find ("ext0", "--ruid 1000 --euid 0 --regid 0"), "") << "as su";
  EXPECT_EQ (find ("ext0", "--reuid 0 --rgid 1000 --egid 0"), "") << "as sudo that waits for a password";
}
