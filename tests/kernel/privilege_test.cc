// SPDX-License-Identifier: GPL-2.0-or-later
/* The whole port as the daemon runs it: an ordinary user with CAP_NET_ADMIN alone, no new privileges, no setns, no unshare, no exec, no socket but
 * AF_UNIX, AF_NETLINK and AF_INET6. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "kernel/op_maker.h"
#include "support/netns_fixture.h"

namespace
{

constexpr uid_t nobody = 65534;

void
demand (bool holds, const std::string &what)
{
  if (!holds)
    throw std::runtime_error (what);
}

/* --- giving up --- */

void
keep_one_capability ()
{
  __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
  __user_cap_data_struct data[2] = {};

  data[0].effective = data[0].permitted = 1u << CAP_NET_ADMIN;
  demand (prctl (PR_SET_KEEPCAPS, 1) == 0, "keepcaps");
  demand (setgroups (0, nullptr) == 0, "setgroups");
  demand (setresgid (nobody, nobody, nobody) == 0, "setresgid");
  demand (setresuid (nobody, nobody, nobody) == 0, "setresuid");
  demand (syscall (SYS_capset, &header, data) == 0, "capset");
  demand (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
}

void
install_filter ()
{
#define REFUSE_CALL(number)                                                                                            \
  BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
  sock_filter filter[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (seccomp_data, nr)),
    REFUSE_CALL (SYS_setns),
    REFUSE_CALL (SYS_unshare),
    REFUSE_CALL (SYS_execve),
    REFUSE_CALL (SYS_execveat),
    REFUSE_CALL (SYS_fork),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 5),
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (seccomp_data, args[0])),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 3, 0),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 2, 0),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 1, 0),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program = { G_N_ELEMENTS (filter), filter };

  demand (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0, "seccomp");
  demand (socket (AF_INET, SOCK_DGRAM, 0) < 0 && errno == EAFNOSUPPORT, "the filter works");
}

/* --- working --- */

class Worker
{
public:
  Worker ()
  {
    kernel = vsw_linux_kernel_new (&error);
    demand (kernel != nullptr, "open");
    demand (vsw_kernel_watch (kernel, nullptr, &error), say ("watch"));
    g_signal_connect_swapped (kernel, "link", G_CALLBACK (+[] (int *n) { ++*n; }), &n_links);
  }
  ~Worker ()
  {
    g_object_unref (kernel);
  }

  void
  apply (const OpPointer &op)
  {
    demand (vsw_kernel_apply (kernel, op.get (), &error), say ("apply " + std::to_string (op->kind)));
  }

  std::string
  say (const std::string &what)
  {
    return what + (error != nullptr ? std::string (": ") + error->message : "");
  }

  VswKernel *kernel = nullptr;
  GError *error = nullptr;
  int n_links = 0;
};

/* What IP has on nic, which has addresses, routes and settings of its own, goes to the other end of a port and comes back; the settings of IPv6 are files. */
void
use_ip (Worker &worker)
{
  g_autoptr (VswLinks) links = vsw_kernel_list (worker.kernel, &worker.error);
  demand (links != nullptr, worker.say ("list"));
  VswLink *nic = vsw_links_find_name (links, "nic");
  demand (nic != nullptr, "nic");
  g_autoptr (VswIpConfig) ip = vsw_kernel_get_ip (worker.kernel, nic->index, &worker.error);
  demand (ip != nullptr, worker.say ("get-ip"));
  demand (g_strv_length ((GStrv)ip->addresses) == 2, "addresses");
  demand (g_strv_contains (ip->items, "setting ipv6 proxy_ndp 1"), "the files of IPv6");

  worker.apply (make_pair ("host", 9, "vsw-lab"));
  worker.apply (make_set ("vswi-host", VSW_ATTRIBUTE_UP, 1));
  auto with_ip = [&] (VswOpKind kind, const std::string &device, const std::string &far) {
    OpPointer op = make_op (kind, device);
    op->far = vsw_device_ref_by_name (far.c_str ());
    op->ip = vsw_ip_config_ref (ip);
    op->mac = mac_of (0x02, 9);
    worker.apply (op);
  };
  with_ip (VSW_OP_IP_PREPARE, "vswi-host", "nic");
  with_ip (VSW_OP_IP_FORGET, "vswi-host", "");
  with_ip (VSW_OP_DIVERT_ADD, "nic", "vswp-host");
  with_ip (VSW_OP_HOST_ADD, "vswp-host", "");
  with_ip (VSW_OP_IP_MOVE, "vswi-host", "nic");
  with_ip (VSW_OP_HOST_DELETE, "vswp-host", "");
  with_ip (VSW_OP_DIVERT_DELETE, "nic", "");
  with_ip (VSW_OP_IP_MOVE, "nic", "vswi-host");
  with_ip (VSW_OP_IP_TAKE, "nic", "");
  with_ip (VSW_OP_IP_GIVE, "nic", "");
  worker.apply (make_delete ({ "vswp-host" }));
}

void
use_everything (int target)
{
  Worker worker;

  g_auto (GStrv) names = vsw_kernel_probe (worker.kernel, &worker.error);
  demand (names != nullptr, worker.say ("probe"));
  for (const char *name :
       { "bridge", "veth", "netdev-guard", "namespace-query", "ipv6-address-generation", "tap", "tap-queues" })
    demand (g_strv_contains (names, name), name);
  worker.apply (make_bridge ("vsw-lab"));
  worker.apply (make_op (VSW_OP_GUARD_ADD, "vsw-lab"));
  worker.apply (make_set ("vsw-lab", VSW_ATTRIBUTE_UP, 1));
  worker.apply (make_set ("vsw-lab", VSW_ATTRIBUTE_AGEING, 60));

  g_autoptr (VswNamespace) space =
      vsw_kernel_inspect (worker.kernel, fcntl (target, F_DUPFD_CLOEXEC, 3), 1000, &worker.error);
  demand (space != nullptr, worker.say ("inspect"));
  demand (space->owner == 0 && space->is_initial, "inspect sees the owner");
  demand (vsw_kernel_inspect (worker.kernel, open ("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), 1000, nullptr)
              == nullptr,
          "own");

  worker.apply (make_pair ("a", 1, "vsw-lab"));
  OpPointer born = make_pair ("b", 2, "vsw-lab");
  born->target = vsw_namespace_ref (space);
  born->far = vsw_device_ref_by_name ("eth0");
  worker.apply (born);
  OpPointer place = make_op (VSW_OP_PLACE, "vswi-a");
  place->target = vsw_namespace_ref (space);
  place->far = vsw_device_ref_by_name ("eth0");
  demand (!vsw_kernel_apply (worker.kernel, place.get (), &worker.error), "the name is taken");
  demand (g_error_matches (worker.error, VSW_ERROR, VSW_ERROR_EXISTS), worker.say ("place"));
  g_clear_error (&worker.error);
  place->far = vsw_device_ref_by_name ("eth1");
  worker.apply (place);

  OpPointer tap = make_op (VSW_OP_TAP_ADD, "vswp-t");
  tap->id = g_strdup ("id-t");
  tap->mac = mac_of (0xfe, 3);
  tap->mtu = 1500;
  tap->queues = 2;
  tap->owner = 1000;
  tap->vnet_header = tap->keeps = tap->up = TRUE;
  tap->controller = vsw_device_ref_by_name ("vsw-lab");
  worker.apply (tap);
  g_autoptr (VswLinks) with_tap = vsw_kernel_list (worker.kernel, &worker.error);
  VswLink *link = vsw_links_find_name (with_tap, "vswp-t");
  demand (link != nullptr && link->tap_owner == 1000 && link->tap_is_kept, worker.say ("tap"));
  tap->device = vsw_device_ref_by_link (link);
  tap->kind = VSW_OP_TAP_OPEN;
  tap->handout = vsw_handout_new (0);
  worker.apply (tap);
  tap->kind = VSW_OP_TAP_RELEASE;
  worker.apply (tap);
  tap->kind = VSW_OP_TAP_CLOSE;
  worker.apply (tap);

  OpPointer address = make_op (VSW_OP_ADDRESS_ADD, "vswp-a");
  address->mac = mac_of (0x02, 77);
  worker.apply (address);

  use_ip (worker);

  g_autoptr (VswLinks) links = vsw_kernel_list (worker.kernel, &worker.error);
  demand (links != nullptr, worker.say ("list"));
  VswLink *bridge = vsw_links_find_name (links, "vsw-lab");
  g_autoptr (VswLink) described =
      vsw_kernel_describe (worker.kernel, vsw_links_find_name (links, "vswp-a"), &worker.error);
  demand (described != nullptr && g_str_equal (described->driver, "veth"), worker.say ("describe"));
  g_autoptr (GArray) entries = vsw_kernel_get_forwarding (worker.kernel, bridge->index, &worker.error);
  demand (entries != nullptr && entries->len >= 3, worker.say ("forwarding"));
  g_autoptr (GArray) counters = vsw_kernel_get_counters (worker.kernel, &worker.error);
  demand (counters != nullptr && counters->len >= 4, worker.say ("counters"));

  worker.apply (make_delete ({ "vswp-a", "vswp-b", "vsw-lab" }));
  worker.apply (make_op (VSW_OP_GUARD_DELETE, "vsw-lab"));
  vsw_kernel_drain (worker.kernel);
  demand (worker.n_links > 0, "signals");
}

class PrivilegeTest : public NetnsTest
{
};

TEST_F (PrivilegeTest, NeedsNothingButOneCapability)
{
  if (geteuid () != 0)
    GTEST_SKIP () << "giving up root needs root";
  std::string reason;
  ASSERT_TRUE (can_make_taps (&reason)) << reason;
  Netns target = Netns::make ();
  int ends[2];
  ASSERT_EQ (pipe2 (ends, O_CLOEXEC), 0);

  run_command ("ip link add nic type veth peer name wire && ip link set wire up && ip link set nic up");
  run_command ("ip address add 192.0.2.5/24 dev nic && ip address add 2001:db8::5/64 dev nic nodad");
  run_command ("ip route add default via 192.0.2.1 && ip -6 route add default via 2001:db8::1");
  run_command ("echo 1 > /proc/sys/net/ipv6/conf/nic/proxy_ndp && echo 0 > /proc/sys/net/ipv6/conf/nic/accept_ra");

  pid_t child = fork ();
  if (child == 0)
    {
      std::string verdict = "fine";

      try
        {
          keep_one_capability ();
          install_filter ();
          use_everything (target.fd);
        }
      catch (const std::exception &error)
        {
          verdict = error.what ();
        }
      _exit (write (ends[1], verdict.data (), verdict.size ()) < 0);
    }
  close (ends[1]);
  char verdict[512] = "";
  ASSERT_GE (read (ends[0], verdict, sizeof verdict - 1), 0);
  close (ends[0]);
  int status = 0;
  waitpid (child, &status, 0);
  EXPECT_STREQ (verdict, "fine");
  EXPECT_EQ (status, 0);
}

} // namespace
