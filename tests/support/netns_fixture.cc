// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/netns_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <thread>

namespace
{

constexpr int frame_type = 0x88b5; /* the first EtherType for local experiments, IEEE 802 clause 9.2.4 */

[[noreturn]] void
fail (const std::string &what)
{
  throw std::runtime_error (what + ": " + g_strerror (errno));
}

int
open_namespace ()
{
  int fd = open ("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    fail ("/proc/thread-self/ns/net");
  return fd;
}

void
write_text (const char *path, const std::string &text)
{
  std::ofstream (path) << text;
}

/* Once a process, while it has one thread: unshare (CLONE_NEWUSER) is refused otherwise. */
bool
enter_user_namespace (std::string *ret_reason)
{
  uid_t uid = getuid ();
  gid_t gid = getgid ();

  if (unshare (CLONE_NEWUSER | CLONE_NEWNET) != 0)
    {
      *ret_reason = std::string ("no user namespace for an ordinary user: ") + g_strerror (errno);
      return false;
    }
  write_text ("/proc/self/setgroups", "deny");
  write_text ("/proc/self/uid_map", "0 " + std::to_string (uid) + " 1");
  write_text ("/proc/self/gid_map", "0 " + std::to_string (gid) + " 1");
  return true;
}

bool
try_netns (std::string *ret_reason)
{
  bool may = false;

  /* Tried in a thread, so that the caller stays where it is. */
  std::thread ([&] {
    may = unshare (CLONE_NEWNET) == 0;
    if (!may)
      *ret_reason = std::string ("no network namespace: ") + g_strerror (errno);
  }).join ();
  return may;
}

bool
may_everybody_open (const char *path)
{
  struct stat st;

  return stat (path, &st) == 0 && S_ISCHR (st.st_mode) && (st.st_mode & 0666) == 0666;
}

/* The host sees nothing of it but, where there was none, an empty directory. Threads that were started before do not see it either. */
bool
make_own_tun ()
{
  if (mkdir ("/dev/net", 0755) != 0 && errno != EEXIST)
    return false;
  if (unshare (CLONE_NEWNS) != 0 || mount ("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return false;
  return mount ("tun", "/dev/net", "tmpfs", MS_NOEXEC | MS_NOSUID, "mode=755") == 0
         && mknod ("/dev/net/tun", S_IFCHR, makedev (10, 200)) == 0 && chmod ("/dev/net/tun", 0666) == 0;
}

} // namespace

bool
can_make_taps (std::string *ret_reason)
{
  static bool G_GNUC_UNUSED made = may_everybody_open ("/dev/net/tun") || (can_force_buffers () && make_own_tun ());
  int fd = open ("/dev/net/tun", O_RDWR | O_CLOEXEC);

  *ret_reason = fd < 0 ? std::string ("cannot open /dev/net/tun: ") + g_strerror (errno) : "";
  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

bool
can_make_netns (std::string *ret_reason)
{
  static std::string reason;
  static bool may = (geteuid () == 0 || enter_user_namespace (&reason)) && try_netns (&reason);

  *ret_reason = reason;
  return may;
}

bool
can_force_buffers ()
{
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int size = 1 << 20;
  bool may = setsockopt (fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) == 0;

  close (fd);
  return may;
}

Netns
Netns::make ()
{
  Netns made;

  std::thread ([&made] {
    if (unshare (CLONE_NEWNET) == 0)
      made.fd = open_namespace ();
  }).join ();
  if (made.fd < 0)
    fail ("unshare");
  return made;
}

Netns
Netns::current ()
{
  Netns made;

  made.fd = open_namespace ();
  return made;
}

Netns::Netns (Netns &&other) noexcept : fd (other.fd), holder (other.holder)
{
  other.fd = other.holder = -1;
}

Netns::~Netns ()
{
  if (holder > 0)
    {
      kill (holder, SIGKILL);
      waitpid (holder, nullptr, 0);
    }
  if (fd >= 0)
    close (fd);
}

/* The child says by one octet that it is there, then sleeps until it is killed. */
static pid_t
spawn_holder (unsigned uid, int pipe_end)
{
  pid_t child = fork ();

  if (child != 0)
    return child;
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  bool ok =
      setresgid (uid, uid, uid) == 0 && setresuid (uid, uid, uid) == 0 && unshare (CLONE_NEWUSER | CLONE_NEWNET) == 0;
  char verdict = ok ? 'y' : 'n';
  if (write (pipe_end, &verdict, 1) != 1 || !ok)
    _exit (1);
  for (;;)
    pause ();
}

Netns
Netns::make_owned (unsigned uid)
{
  Netns made;
  int ends[2];
  char verdict = 'n';

  if (pipe2 (ends, O_CLOEXEC) != 0)
    fail ("pipe");
  made.holder = spawn_holder (uid, ends[1]);
  close (ends[1]);
  bool answered = read (ends[0], &verdict, 1) == 1;
  close (ends[0]);
  if (answered && verdict == 'y')
    made.fd = open (("/proc/" + std::to_string (made.holder) + "/ns/net").c_str (), O_RDONLY | O_CLOEXEC);
  if (made.fd < 0)
    fail ("a namespace of another user");
  return made;
}

void
Netns::in (const std::function<void ()> &body) const
{
  std::thread ([&] {
    if (setns (fd, CLONE_NEWNET) == 0)
      body ();
    else
      ADD_FAILURE () << "setns: " << g_strerror (errno);
  }).join ();
}

int
Netns::dup () const
{
  return fcntl (fd, F_DUPFD_CLOEXEC, 3);
}

void
NetnsTest::SetUp ()
{
  std::string reason;

  GlibTest::SetUp ();
  if (!can_make_netns (&reason))
    GTEST_SKIP () << reason;
  before = open_namespace ();
  can_make_taps (&reason);
  ASSERT_EQ (unshare (CLONE_NEWNET), 0) << g_strerror (errno);
  run_command ("ip link set lo up");
}

void
NetnsTest::TearDown ()
{
  if (before >= 0)
    {
      EXPECT_EQ (setns (before, CLONE_NEWNET), 0) << g_strerror (errno);
      close (before);
    }
  GlibTest::TearDown ();
}

static int
run_shell (const std::string &command, std::string *ret_output)
{
  FILE *pipe = popen (("{ " + command + "\n} 2>&1 </dev/null").c_str (), "re");
  char chunk[4096];
  size_t n;

  if (pipe == nullptr)
    fail ("popen");
  while ((n = fread (chunk, 1, sizeof chunk, pipe)) > 0)
    ret_output->append (chunk, n);
  int status = pclose (pipe);
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128;
}

std::string
run_command (const std::string &command)
{
  std::string output;
  int status = run_shell (command, &output);

  EXPECT_EQ (status, 0) << command << "\n" << output;
  return output;
}

int
try_command (const std::string &command)
{
  std::string output;

  return run_shell (command, &output);
}

FrameSocket::FrameSocket (const std::string &device)
    : fd (socket (AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)), index (static_cast<int> (if_nametoindex (device.c_str ())))
{
  sockaddr_ll address = {};

  address.sll_family = AF_PACKET;
  address.sll_protocol = htons (frame_type);
  address.sll_ifindex = index;
  if (fd < 0 || index == 0 || bind (fd, reinterpret_cast<sockaddr *> (&address), sizeof address) != 0)
    fail ("frames of " + device);
  packet_mreq all = {};
  all.mr_ifindex = index;
  all.mr_type = PACKET_MR_PROMISC;
  setsockopt (fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all);
}

FrameSocket::~FrameSocket ()
{
  close (fd);
}

bool
FrameSocket::send (const std::string &frame)
{
  return ::send (fd, frame.data (), frame.size (), 0) == static_cast<ssize_t> (frame.size ());
}

bool
FrameSocket::receives (const std::string &frame, int milliseconds)
{
  gint64 deadline = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;

  for (;;)
    {
      gint64 left = (deadline - g_get_monotonic_time ()) / G_TIME_SPAN_MILLISECOND;
      pollfd one = { fd, POLLIN, 0 };
      char got[2048];
      sockaddr_ll from = {};
      socklen_t size = sizeof from;

      if (left < 0 || poll (&one, 1, static_cast<int> (left)) <= 0)
        return false;
      ssize_t n = recvfrom (fd, got, sizeof got, MSG_TRUNC, reinterpret_cast<sockaddr *> (&from), &size);
      if (n >= static_cast<ssize_t> (frame.size ()) && from.sll_pkttype != PACKET_OUTGOING
          && memcmp (got, frame.data (), frame.size ()) == 0)
        return true;
    }
}

static std::string
pack_mac (const std::string &text)
{
  unsigned o[6];

  if (sscanf (text.c_str (), "%2x:%2x:%2x:%2x:%2x:%2x", &o[0], &o[1], &o[2], &o[3], &o[4], &o[5]) != 6)
    throw std::runtime_error ("no address: " + text);
  return { static_cast<char> (o[0]), static_cast<char> (o[1]), static_cast<char> (o[2]),
           static_cast<char> (o[3]), static_cast<char> (o[4]), static_cast<char> (o[5]) };
}

std::string
make_frame (const std::string &to, const std::string &from, const std::string &text)
{
  std::string frame = pack_mac (to) + pack_mac (from) + static_cast<char> (frame_type >> 8)
                      + static_cast<char> (frame_type & 0xff) + text;

  if (frame.size () < 60)
    frame.resize (60);
  return frame;
}
