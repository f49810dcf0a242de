// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <arpa/inet.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include <map>
#include <sstream>

#include "kernel/linux.h"
#include "kernel/world.h"

namespace
{

/* For the shell: any bytes but the quote. */
std::string
quote (const std::string &text)
{
  return "'" + text + "'";
}

/* Its command line is there a moment after it is executed. */
void
wait_for_command (GPid process)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/cmdline", process);
  gsize size = 0;

  for (int i = 0; i < 1000 && size == 0; i++)
    {
      g_autofree char *text = nullptr;

      g_file_get_contents (path, &text, &size, nullptr);
      g_usleep (1000);
    }
}

class LinuxWorld : public World
{
public:
  ~LinuxWorld () override
  {
    if (listener >= 0)
      close (listener);
    end_client ();
  }

  VswKernel *
  make_kernel () override
  {
    g_autoptr (GError) error = nullptr;
    VswKernel *kernel = vsw_linux_kernel_new (&error);

    if (kernel == nullptr)
      ADD_FAILURE () << error->message;
    return kernel;
  }

  int
  count_small_buffers () const override
  {
    return can_force_buffers () ? 0 : 2;
  }

  void
  add_bridge (const std::string &name) override
  {
    run_command ("ip link add name " + quote (name) + " type bridge");
  }

  void
  add_pair (const std::string &name, const std::string &far) override
  {
    run_command ("ip link add name " + quote (name) + " type veth peer name " + quote (far));
  }

  void
  remove (const std::string &name) override
  {
    run_command ("ip link delete dev " + quote (name));
  }

  void
  set_up (const std::string &name, bool is_up) override
  {
    set (name, is_up ? "up" : "down");
  }

  void
  set_mac (const std::string &name, const std::string &mac) override
  {
    set (name, "address " + mac);
  }

  void
  set_mtu (const std::string &name, unsigned mtu) override
  {
    set (name, "mtu " + std::to_string (mtu));
  }

  void
  set_group (const std::string &name, guint32 group) override
  {
    set (name, "group " + std::to_string (group));
  }

  void
  set_alias (const std::string &name, const std::string &alias) override
  {
    set (name, "alias " + quote (alias));
  }

  void
  rename (const std::string &name, const std::string &new_name) override
  {
    /* Before Linux 6.9 no device that is up. */
    if (try_command ("ip link set dev " + quote (name) + " name " + quote (new_name)) == 0)
      return;
    set (name, "down");
    set (name, "name " + quote (new_name));
    set (new_name, "up");
  }

  void
  set_bridge (const std::string &name, const std::string &bridge) override
  {
    set (name, bridge.empty () ? "nomaster" : "master " + quote (bridge));
  }

  void
  add_address (const std::string &name, const std::string &address) override
  {
    run_command ("ip address add " + address + " dev " + quote (name));
  }

  void
  remove_address (const std::string &name, const std::string &address) override
  {
    run_command ("ip address delete " + address + " dev " + quote (name));
  }

  void
  add_route (const std::string &name, const std::string &to, const std::string &via) override
  {
    run_command ("ip route add " + to + " via " + via + " dev " + quote (name));
  }

  void
  add_rule (const std::string &name, unsigned priority, unsigned table) override
  {
    run_command ("ip rule add iif " + quote (name) + " table " + std::to_string (table) + " priority "
                 + std::to_string (priority));
  }

  void
  add_neighbour (const std::string &name, const std::string &address, const std::string &mac) override
  {
    run_command ("ip neighbour add " + address + " lladdr " + mac + " dev " + quote (name));
  }

  bool
  is_diverted (const std::string &name, const std::string &to) override
  {
    return passes (name + "-far", to + "-far");
  }

  bool
  has_taps (std::string *ret_reason) override
  {
    return can_make_taps (ret_reason);
  }

  guint32
  tap_owner () override
  {
    return can_force_buffers () ? 1000 : 0;
  }

  void
  keep_tap (int fd, const std::string &, bool keeps) override
  {
    ASSERT_EQ (ioctl (fd, TUNSETPERSIST, keeps ? 1UL : 0UL), 0) << g_strerror (errno);
  }

  void
  own_tap (int fd, const std::string &, guint32 owner) override
  {
    ASSERT_EQ (ioctl (fd, TUNSETOWNER, (unsigned long)owner), 0) << g_strerror (errno);
  }

  void
  group_tap (int fd, const std::string &, guint32 group) override
  {
    ASSERT_EQ (ioctl (fd, TUNSETGROUP, (unsigned long)group), 0) << g_strerror (errno);
  }

  bool
  set_tap_type (int fd, const std::string &, guint16 type) override
  {
    return ioctl (fd, TUNSETLINK, (unsigned long)type) == 0;
  }

  void
  set_tap_carrier (int fd, const std::string &, bool has_carrier) override
  {
    int carrier = has_carrier;

    ASSERT_EQ (ioctl (fd, TUNSETCARRIER, &carrier), 0) << g_strerror (errno);
  }

  int
  attach_tap (const std::string &name, bool has_many_queues) override
  {
    struct ifreq request = {};
    int fd = open ("/dev/net/tun", O_RDWR | O_CLOEXEC);

    request.ifr_flags = (short)(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (has_many_queues ? IFF_MULTI_QUEUE : 0));
    g_strlcpy (request.ifr_name, name.c_str (), sizeof request.ifr_name);
    if (fd < 0 || ioctl (fd, TUNSETIFF, &request) == 0)
      return fd;
    close (fd);
    return -1;
  }

  void
  send_from (const std::string &far, const std::string &, VswMac from) override
  {
    char text[VSW_MAC_TEXT_SIZE];
    FrameSocket socket (far);

    EXPECT_TRUE (socket.send (make_frame ("ff:ff:ff:ff:ff:ff", vsw_mac_print (from, text), "learn me")));
  }

  bool
  is_guarded (const std::string &bridge, const std::string &far) override
  {
    return !passes (bridge, far) && !passes (far, bridge);
  }

  bool
  is_open (const std::string &bridge, const std::string &far) override
  {
    return passes (bridge, far) && passes (far, bridge);
  }

  void
  lose_guard () override
  {
    run_command ("nft flush ruleset");
  }

  void
  overrun () override
  {
    run_command ("ip link add name storm0 up type bridge");
    /* Two notifications of more than two KiB each, as the kernel counts, for every line: twice what 64 MiB hold. */
    run_command ("i=0; while [ $i -lt 16000 ]; do echo link set storm0 mtu 1400; echo link set storm0 mtu 1401; "
                 "i=$((i+1)); done | ip -batch -");
  }

  bool
  has_filter (std::string *ret_reason) override
  {
    if (try_command ("test -w /proc/sys/net/bridge/bridge-nf-call-iptables") == 0)
      return true;
    *ret_reason = "bridge netfilter is not there, or not to be set here";
    return false;
  }

  void
  set_filtered (const std::string &bridge, unsigned frames) override
  {
    for (auto [bit, name] : { std::pair (VSW_FRAMES_IPV4, "iptables"), std::pair (VSW_FRAMES_IPV6, "ip6tables"),
                              std::pair (VSW_FRAMES_ARP, "arptables") })
      if (bridge.empty ())
        run_command (std::string ("echo ") + (frames & bit ? "1" : "0") + " > /proc/sys/net/bridge/bridge-nf-call-"
                     + name);
      else
        run_command ("ip link set dev " + quote (bridge) + " type bridge nf_call_" + name
                     + (frames & bit ? " 1" : " 0"));
  }

  void
  add_drop (const std::string &family, const std::string &table, const std::string &chain) override
  {
    run_command ("nft 'add table " + family + " " + table + "; add chain " + family + " " + table + " " + chain
                 + " { type filter hook forward priority 0; policy drop; }'");
    drops.push_back (family + " " + table);
  }

  void
  remove_drops () override
  {
    for (const std::string &table : drops)
      run_command ("nft delete table " + table);
    drops.clear ();
  }

  void
  add_address (const std::string &name, const std::string &address, unsigned seconds) override
  {
    run_command (
        "ip address add " + address + " dev " + quote (name) + " nodad"
        + (seconds > 0 ? " valid_lft " + std::to_string (seconds) + " preferred_lft " + std::to_string (seconds) : ""));
  }

  void
  remove_addresses (const std::string &name) override
  {
    run_command ("ip address flush dev " + quote (name) + " scope global");
  }

  void
  set_advertisements (const std::string &name, bool takes) override
  {
    run_command ("echo " + std::string (takes ? "1" : "0") + " > '/proc/sys/net/ipv6/conf/" + name + "/accept_ra'");
  }

  void
  set_packet_socket (const std::string &name, bool is_there) override
  {
    struct sockaddr_ll address = {};
    struct ifreq request = {};

    if (!is_there)
      {
        close (listener);
        listener = -1;
        return;
      }
    listener = socket (AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons (ETH_P_IP);
    g_strlcpy (request.ifr_name, name.c_str (), sizeof request.ifr_name);
    ASSERT_EQ (ioctl (listener, SIOCGIFINDEX, &request), 0) << g_strerror (errno);
    address.sll_ifindex = request.ifr_ifindex;
    ASSERT_EQ (bind (listener, (struct sockaddr *)&address, sizeof address), 0) << g_strerror (errno);
  }

  unsigned
  set_client (const std::string &name, bool is_there) override
  {
    const char *arguments[] = { "busybox", "udhcpc", "-f", "-i", name.c_str (), "-s", "/bin/true", nullptr };
    g_autoptr (GError) error = nullptr;

    end_client ();
    if (!is_there)
      return 0;
    EXPECT_TRUE (g_spawn_async (nullptr, (char **)arguments, nullptr,
                                (GSpawnFlags)(G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
                                              | G_SPAWN_STDERR_TO_DEV_NULL),
                                nullptr, nullptr, &client, &error))
        << error->message;
    wait_for_command (client);
    return (unsigned)client;
  }

  int
  make_namespace () override
  {
    return keep (Netns::make ());
  }

  int
  make_namespace_of (unsigned uid) override
  {
    /* A namespace of another user's takes the right to become him. */
    return getuid () == 0 && may_become (uid) ? keep (Netns::make_owned (uid)) : -1;
  }

  int
  own_namespace () override
  {
    own.push_back (Netns::current ());
    return own.back ().fd;
  }

  std::vector<std::string>
  list_in (int space) override
  {
    std::vector<std::string> names;
    std::istringstream lines (run_in (space, "ip -o link show | sed 's/^[0-9]*: \\([^:@]*\\).*/\\1/' | sort"));

    for (std::string line; std::getline (lines, line);)
      names.push_back (line);
    return names;
  }

  void
  add_pair_in (int space, const std::string &name, const std::string &far) override
  {
    run_in (space, "ip link add name " + quote (name) + " type veth peer name " + quote (far));
  }

  void
  set_up_in (int space, const std::string &name, bool is_up) override
  {
    run_in (space, "ip link set dev " + quote (name) + (is_up ? " up" : " down"));
  }

  void
  remove_in (int space, const std::string &name) override
  {
    run_in (space, "ip link delete dev " + quote (name));
  }

  void
  kill_namespace (int space) override
  {
    spaces.erase (space);
  }

private:
  static void
  set (const std::string &name, const std::string &what)
  {
    run_command ("ip link set dev " + quote (name) + " " + what);
  }

  static bool
  may_become (unsigned uid)
  {
    return try_command ("setpriv --reuid " + std::to_string (uid) + " --regid " + std::to_string (uid)
                        + " --clear-groups unshare -U -n true")
           == 0;
  }

  int
  keep (Netns space)
  {
    int fd = space.fd;

    spaces.emplace (fd, std::move (space));
    return fd;
  }

  std::string
  run_in (int space, const std::string &command)
  {
    std::string output;

    spaces.at (space).in ([&] { output = run_command (command); });
    return output;
  }

  /* Carriers and port states need a moment after a change: a frame that is to pass gets several tries. */
  static bool
  passes (const std::string &from, const std::string &to)
  {
    static unsigned serial;
    FrameSocket sender (from), receiver (to);
    std::string frame =
        make_frame ("ff:ff:ff:ff:ff:ff", "0a:00:00:00:00:7f", "from " + from + " " + std::to_string (serial++));

    for (int i = 0; i < 5; i++)
      if (sender.send (frame) && receiver.receives (frame, 40))
        return true;
    return false;
  }

  std::map<int, Netns> spaces;
  std::vector<std::string> drops; /* tables */
  void
  end_client ()
  {
    if (client <= 0)
      return;
    kill (client, SIGKILL);
    waitpid (client, nullptr, 0);
    client = 0;
  }

  int listener = -1;
  GPid client = 0;
  std::vector<Netns> own;
};

} // namespace

std::unique_ptr<World>
World::make ()
{
  return std::make_unique<LinuxWorld> ();
}
