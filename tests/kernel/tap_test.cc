// SPDX-License-Identifier: GPL-2.0-or-later
/* Taps as only the real kernel shows them: frames, rights, and hosts without any. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "kernel/linux_fixture.h"

namespace
{

constexpr guint all_offloads = VSW_OFFLOAD_CHECKSUM | VSW_OFFLOAD_TSO4 | VSW_OFFLOAD_TSO6 | VSW_OFFLOAD_TSO_ECN;

class TapTest : public LinuxTest
{
protected:
  void
  SetUp () override
  {
    std::string reason;

    LinuxTest::SetUp ();
    if (IsSkipped () || HasFatalFailure ())
      return;
    if (!can_make_taps (&reason))
      GTEST_SKIP () << reason;
    make_switch ();
  }

  /* Open, and not kept. */
  OpPointer
  make_tap (const std::string &name, unsigned number, bool vnet_header, guint queues = 1)
  {
    OpPointer op = make_op (VSW_OP_TAP_ADD, "vswp-" + name);

    op->id = g_strdup (("id-" + name).c_str ());
    op->mac = mac_of (0xfe, number);
    op->mtu = 1500;
    op->queues = queues;
    op->owner = getuid ();
    op->vnet_header = vnet_header;
    op->controller = vsw_device_ref_by_name ("vsw-lab");
    op->up = TRUE;
    op->handout = vsw_handout_new (0);
    return op;
  }

  OpPointer
  make_kept_tap (const std::string &name, unsigned number, guint queues = 1)
  {
    OpPointer op = make_tap (name, number, true, queues);

    g_clear_pointer (&op->handout, vsw_handout_unref);
    op->keeps = TRUE;
    return op;
  }

  OpPointer
  make_for (VswOpKind kind, const std::string &name, const OpPointer &like)
  {
    g_autoptr (VswLinks) links = list ();
    OpPointer op (vsw_op_new (kind, vsw_device_ref_by_link (vsw_links_find_name (links, ("vswp-" + name).c_str ()))),
                  vsw_op_free);

    op->queues = like->queues;
    op->owner = like->owner;
    op->vnet_header = like->vnet_header;
    op->keeps = like->keeps;
    op->handout = kind == VSW_OP_TAP_OPEN ? vsw_handout_new (0) : nullptr;
    return op;
  }

  static std::string
  pack (const OpPointer &tap, const std::string &frame)
  {
    return std::string (tap->handout->vnet_header_size, '\0') + frame;
  }

  static bool
  send (const OpPointer &tap, const std::string &frame)
  {
    std::string bytes = pack (tap, frame);

    return write (tap->handout->fds[0], bytes.data (), bytes.size ()) == (ssize_t)bytes.size ();
  }

  /* Whether exactly this frame comes out, behind its header, which says nothing. */
  static bool
  receives (const OpPointer &tap, const std::string &frame, int milliseconds)
  {
    gint64 deadline = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;
    gsize header = tap->handout->vnet_header_size;

    for (;;)
      {
        gint64 left = (deadline - g_get_monotonic_time ()) / G_TIME_SPAN_MILLISECOND;
        pollfd one = { tap->handout->fds[0], POLLIN, 0 };
        char got[2048];

        if (left < 0 || poll (&one, 1, (int)left) <= 0)
          return false;
        ssize_t n = read (one.fd, got, sizeof got);
        if (n == (ssize_t)(header + frame.size ()) && memcmp (got + header, frame.data (), frame.size ()) == 0)
          return true;
      }
  }

  /* Ports need a moment until they forward. */
  static bool
  passes (const OpPointer &from, const OpPointer &to, const std::string &text)
  {
    std::string frame = make_frame ("ff:ff:ff:ff:ff:ff", "0a:00:00:00:00:7f", text);

    for (int i = 0; i < 25; i++)
      if (send (from, frame) && receives (to, frame, 40))
        return true;
    return false;
  }

  /* What happens when that user attaches himself: 0, or errno. */
  static int
  attach_as (uid_t uid, const std::string &device, int flags)
  {
    pid_t child = fork ();
    int status = 0;

    if (child == 0)
      {
        struct ifreq request = {};
        int fd = setresuid (uid, uid, uid) == 0 ? open ("/dev/net/tun", O_RDWR | O_CLOEXEC) : -1;

        request.ifr_flags = (short)(IFF_TAP | IFF_NO_PI | flags);
        g_strlcpy (request.ifr_name, device.c_str (), sizeof request.ifr_name);
        _exit (fd >= 0 && ioctl (fd, TUNSETIFF, &request) == 0 ? 0 : errno);
      }
    waitpid (child, &status, 0);
    return WIFEXITED (status) ? WEXITSTATUS (status) : -1;
  }
};

/* --- frames --- */

TEST_F (TapTest, CarriesFramesWithAndWithoutHeader)
{
  OpPointer plain = make_tap ("plain", 1, false);
  OpPointer other = make_tap ("other", 2, false);
  OpPointer rich = make_tap ("rich", 3, true);
  OpPointer wide = make_tap ("wide", 4, true, 2);

  for (const OpPointer *op : { &plain, &other, &rich, &wide })
    apply (*op);
  EXPECT_TRUE (passes (plain, other, "plain to plain"));
  EXPECT_TRUE (passes (plain, rich, "plain to rich"));
  EXPECT_TRUE (passes (rich, plain, "rich to plain"));
  EXPECT_TRUE (passes (wide, rich, "rich to rich"));
}

TEST_F (TapTest, CarriesFramesOfATapThatIsOpenedLater)
{
  OpPointer made = make_kept_tap ("a", 1);
  OpPointer other = make_tap ("b", 2, false);
  apply (made);
  apply (other);
  OpPointer open = make_for (VSW_OP_TAP_OPEN, "a", made);
  apply (open);
  EXPECT_TRUE (passes (other, open, "in"));
  EXPECT_TRUE (passes (open, other, "out"));
  expect_truth ();
}

TEST_F (TapTest, TakesOverTheWorkOfTheSender)
{
  OpPointer rich = make_tap ("rich", 1, true, 2);
  OpPointer plain = make_tap ("plain", 2, false);
  apply (rich);
  apply (plain);

  EXPECT_EQ (rich->handout->offloads, all_offloads);
  EXPECT_NE (run_command ("ethtool -k vswp-rich").find ("tcp-segmentation-offload: on"), std::string::npos);
  EXPECT_NE (run_command ("ethtool -k vswp-plain").find ("tcp-segmentation-offload: off"), std::string::npos);
}

TEST_F (TapTest, SetsAnewWhatAnotherHolderChanged)
{
  OpPointer made = make_kept_tap ("a", 1);
  apply (made);
  OpPointer first = make_for (VSW_OP_TAP_OPEN, "a", made);
  apply (first);
  int size = 10;
  ASSERT_EQ (ioctl (first->handout->fds[0], TUNSETVNETHDRSZ, &size), 0);
  ASSERT_EQ (ioctl (first->handout->fds[0], TUNSETOFFLOAD, 0UL), 0);
  vsw_handout_close (first->handout);

  OpPointer second = make_for (VSW_OP_TAP_OPEN, "a", made);
  apply (second);
  ASSERT_EQ (ioctl (second->handout->fds[0], TUNGETVNETHDRSZ, &size), 0);
  EXPECT_EQ (size, 12);
  EXPECT_EQ (second->handout->offloads, all_offloads);
  EXPECT_NE (run_command ("ethtool -k vswp-a").find ("tcp-segmentation-offload: on"), std::string::npos);
}

TEST_F (TapTest, HasNoIPv6AddressesOfItsOwn)
{
  OpPointer op = make_tap ("a", 1, true);
  OpPointer small = make_tap ("b", 2, true);
  small->mtu = 1000;
  apply (op);
  apply (small);
  run_command ("sleep 0.3");
  EXPECT_EQ (run_command ("ip -6 -o addr show dev vswp-a; ip -6 -o addr show dev vswp-b"), "");
  expect_truth ();
}

/* --- rights --- */

TEST_F (TapTest, IsOpenedByItsOwnerAndNoOtherUser)
{
  if (!can_force_buffers ())
    GTEST_SKIP () << "becoming other users needs root";
  for (guint queues : { 1u, 2u })
    {
      OpPointer op = make_kept_tap ("a", 1, queues);
      int flags = IFF_VNET_HDR | (queues > 1 ? IFF_MULTI_QUEUE : 0);

      op->owner = 1000;
      apply (op);
      EXPECT_EQ (attach_as (1000, "vswp-a", flags), 0);
      EXPECT_EQ (attach_as (1001, "vswp-a", flags), EPERM);
      apply (make_delete ({ "vswp-a" }));
    }
}

/* Someone who runs guests in a container of his own: in there he is root, and so says the kernel to everybody when he does something. */
void
keep_from_user_namespace (int fd, uid_t uid)
{
  pid_t child = fork ();
  int status = 0;

  if (child == 0)
    {
      int map;
      std::string line = "0 " + std::to_string (uid) + " 1";
      bool done = setresgid (uid, uid, uid) == 0 && setresuid (uid, uid, uid) == 0 && prctl (PR_SET_DUMPABLE, 1) == 0
                  && unshare (CLONE_NEWUSER) == 0 && (map = open ("/proc/self/uid_map", O_WRONLY | O_CLOEXEC)) >= 0
                  && write (map, line.data (), line.size ()) == (ssize_t)line.size ()
                  && ioctl (fd, TUNSETPERSIST, 1UL) == 0;
      _exit (done ? 0 : errno);
    }
  waitpid (child, &status, 0);
  ASSERT_EQ (status, 0) << g_strerror (WEXITSTATUS (status));
}

TEST_F (TapTest, BelongsToWhomItBelongsWhateverNamespaceItsHolderIsIn)
{
  if (!can_force_buffers ())
    GTEST_SKIP () << "becoming other users needs root";
  OpPointer op = make_tap ("a", 1, true);
  std::vector<guint32> owners;
  op->owner = 1000;
  apply (op);
  expect_truth ();
  gulong handler = g_signal_connect (
      kernel, "link", G_CALLBACK (+[] (VswKernel *, VswLink *link, gboolean, std::vector<guint32> *told_owners) {
        if (g_str_equal (link->name, "vswp-a"))
          told_owners->push_back (link->tap_owner);
      }),
      &owners);

  keep_from_user_namespace (op->handout->fds[0], 1000);
  EXPECT_TRUE (wait_until ([this] { return (bool)find ("vswp-a")->tap_is_kept; }));
  wait_until ([] { return false; }, 100);
  g_signal_handler_disconnect (kernel, handler);
  EXPECT_FALSE (owners.empty ());
  for (guint32 owner : owners)
    EXPECT_EQ (owner, 1000u);
  expect_truth ();
}

TEST_F (TapTest, IsToldToBeGivenAwayAlsoWithinANamespaceWhereThatIsTheSameNumber)
{
  if (!can_force_buffers ())
    GTEST_SKIP () << "becoming other users needs root";
  OpPointer op = make_tap ("a", 1, true);
  op->owner = 1000;
  apply (op);
  expect_truth ();
  pid_t child = fork ();
  if (child == 0)
    {
      int ends[2];
      char octet;
      /* The map is written by its parent, who is root out here. */
      if (pipe2 (ends, O_CLOEXEC) != 0)
        _exit (1);
      pid_t inner = fork ();
      if (inner == 0)
        {
          if (unshare (CLONE_NEWUSER) != 0 || write (ends[1], "x", 1) != 1)
            _exit (2);
          usleep (100000);
          _exit (ioctl (op->handout->fds[0], TUNSETOWNER, 1000UL) == 0 ? 0 : 3);
        }
      int status = 0;
      int map;
      bool written = read (ends[0], &octet, 1) == 1
                     && (map = open (("/proc/" + std::to_string (inner) + "/uid_map").c_str (), O_WRONLY)) >= 0
                     && write (map, "0 100000 65536", 14) == 14;
      waitpid (inner, &status, 0);
      _exit (written && status == 0 ? 0 : 4);
    }
  int status = 0;
  waitpid (child, &status, 0);
  ASSERT_EQ (status, 0);
  EXPECT_TRUE (wait_until ([this] { return find ("vswp-a")->tap_owner == 101000; })) << find ("vswp-a")->tap_owner;
  expect_truth ();
}

TEST_F (TapTest, HasNoCarrierForAMomentWhenItIsClaimed)
{
  OpPointer made = make_kept_tap ("a", 1);
  int carriers = 0;
  apply (made);
  expect_truth ();
  vsw_kernel_drain (kernel);
  gulong handler = g_signal_connect (kernel, "link", G_CALLBACK (+[] (VswKernel *, VswLink *link, gboolean, int *n) {
                                       *n += g_str_equal (link->name, "vswp-a") && link->has_carrier;
                                     }),
                                     &carriers);
  apply (make_for (VSW_OP_TAP_CLAIM, "a", made));
  wait_until ([] { return false; }, 200);
  g_signal_handler_disconnect (kernel, handler);
  EXPECT_EQ (carriers, 0);
  expect_truth ();
}

TEST_F (TapTest, IsReadWhoeverMadeIt)
{
  run_command ("ip tuntap add dev t0 mode tap user 0; ip tuntap add dev t1 mode tap multi_queue vnet_hdr; "
               "ip tuntap add dev t2 mode tun");
  g_autoptr (VswLinks) links = list ();
  VswLink *owned = vsw_links_find_name (links, "t0");
  VswLink *wide = vsw_links_find_name (links, "t1");
  VswLink *tunnel = vsw_links_find_name (links, "t2");

  EXPECT_TRUE (owned->is_tap && wide->is_tap);
  EXPECT_FALSE (tunnel->is_tap);
  EXPECT_TRUE (owned->tap_is_kept);
  EXPECT_EQ (owned->tap_owner, 0u);
  EXPECT_EQ (wide->tap_owner, VSW_TAP_OWNER_NONE);
  EXPECT_EQ (wide->tap_queues, 0u);
}

/* --- failing --- */

TEST_F (TapTest, LeavesNothingWhenDescriptorsAreShort)
{
  OpPointer kept = make_kept_tap ("k", 9, 8);
  apply (kept);
  OpPointer made = make_tap ("a", 1, true, 8);
  OpPointer open = make_for (VSW_OP_TAP_OPEN, "k", kept);
  int next = fcntl (0, F_DUPFD_CLOEXEC, 0);
  struct rlimit before, few;

  close (next);
  ASSERT_EQ (getrlimit (RLIMIT_NOFILE, &before), 0);
  few = before;
  few.rlim_cur = (rlim_t)next + 5;
  ASSERT_EQ (setrlimit (RLIMIT_NOFILE, &few), 0);
  g_autoptr (GError) no_tap = nullptr;
  g_autoptr (GError) no_open = nullptr;
  EXPECT_FALSE (vsw_kernel_apply (kernel, made.get (), &no_tap));
  EXPECT_FALSE (vsw_kernel_apply (kernel, open.get (), &no_open));
  ASSERT_EQ (setrlimit (RLIMIT_NOFILE, &before), 0);

  for (const GError *error : { no_tap, no_open })
    {
      EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_KERNEL)) << error->message;
      EXPECT_NE (strstr (error->message, g_strerror (EMFILE)), nullptr) << error->message;
    }
  EXPECT_EQ (made->handout->n_fds + open->handout->n_fds, 0u);
  expect_truth ();
  EXPECT_EQ (find ("vswp-a"), nullptr);
  EXPECT_EQ (find ("vswp-k")->tap_queues, 0u);
  apply (make_for (VSW_OP_TAP_OPEN, "k", kept));
}

TEST_F (TapTest, SaysWhyAHostHasNoTaps)
{
  if (!can_force_buffers ())
    GTEST_SKIP () << "hiding a device file needs root";
  OpPointer op = make_tap ("a", 1, true);
  g_autoptr (GError) error = nullptr;
  g_auto (GStrv) names = nullptr;
  bool done = true;

  /* A thread may have a mount namespace of its own. */
  std::thread ([&] {
    ASSERT_EQ (unshare (CLONE_NEWNS), 0) << g_strerror (errno);
    ASSERT_EQ (mount ("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0) << g_strerror (errno);
    ASSERT_EQ (mount ("nothing", "/dev/net", "tmpfs", 0, nullptr), 0) << g_strerror (errno);
    done = vsw_kernel_apply (kernel, op.get (), &error);
    names = vsw_kernel_probe (kernel, nullptr);
  }).join ();

  ASSERT_FALSE (done);
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED)) << error->message;
  EXPECT_NE (strstr (error->message, "/dev/net/tun: No such file or directory"), nullptr) << error->message;
  ASSERT_NE (names, nullptr);
  EXPECT_TRUE (g_strv_contains (names, "veth"));
  EXPECT_FALSE (g_strv_contains (names, "tap") || g_strv_contains (names, "tap-queues"));
  expect_truth ();
}

TEST_F (TapTest, TriesTapsWithoutLeavingAnyBehind)
{
  g_autoptr (GError) error = nullptr;
  g_auto (GStrv) names = vsw_kernel_probe (kernel, &error);

  ASSERT_NE (names, nullptr) << error->message;
  EXPECT_TRUE (g_strv_contains (names, "tap"));
  EXPECT_TRUE (g_strv_contains (names, "tap-queues"));
  EXPECT_EQ (run_command ("ip -o link show type tun"), "");
  expect_truth ();
}

TEST_F (TapTest, IsDeletedAmongManyOthers)
{
  std::vector<std::string> devices;

  for (int i = 0; i < 12; i++)
    {
      std::string name = std::to_string (i);

      if (i % 3 == 0)
        apply (make_kept_tap (name, i + 1));
      else
        apply (make_pair (name, i + 1, "vsw-lab"));
      devices.push_back ("vswp-" + name);
    }
  apply (make_delete (devices));
  expect_truth ();
  EXPECT_EQ (told.size (), 1u) << "the bridge";
}

} // namespace
