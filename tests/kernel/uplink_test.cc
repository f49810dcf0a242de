// SPDX-License-Identifier: GPL-2.0-or-later
/* The host's NIC becomes the uplink of a switch and is the host's own again, while frames flow: in the order of kernel/ip.h, with real frames between the
 * host, a router and what is behind it. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "kernel/ip_fixture.h"

namespace
{

/* Of each stream: between the host and who is directly attached, and who is behind a router. A busy machine makes frames late, and late is not lost. */
constexpr int most_lost = 0;
constexpr int most_lost_behind = 1;
constexpr int interval = 1000; /* microseconds */

/* An echo request every millisecond, until it is stopped; made in the namespace that it is to be in. */
class Pings
{
public:
  Pings (const std::string &what, const std::string &from, const std::string &to, int aim = most_lost)
      : name (what), aim (aim), seen (65536)
  {
    is_ipv6 = to.find (':') != std::string::npos;
    fd = socket (is_ipv6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                 is_ipv6 ? (int)IPPROTO_ICMPV6 : (int)IPPROTO_ICMP);
    EXPECT_GE (fd, 0) << g_strerror (errno);
    address (from, 0);
    address (to, 1);
    EXPECT_EQ (bind (fd, (sockaddr *)&ends[0], size), 0) << from << ": " << g_strerror (errno);
  }

  ~Pings ()
  {
    close (fd);
  }

  void
  start ()
  {
    thread = std::thread ([this] { run (); });
  }

  void
  end ()
  {
    is_over = true;
  }

  /* How many were not answered within half a second after the last one. */
  int
  stop ()
  {
    int lost = 0;

    thread.join ();
    for (unsigned i = 0; i < sent; i++)
      lost += !seen[i];
    printf ("  %-20s %4u sent, %d lost", name.c_str (), sent.load (), lost);
    for (unsigned i = 0; i < sent; i++)
      if (!seen[i])
        printf (" #%u", i);
    printf ("\n");
    return lost;
  }

  const std::string name;
  const int aim; /* so many may be lost */
  std::atomic<unsigned> sent{ 0 };

private:
  void
  address (const std::string &text, int end)
  {
    if (is_ipv6)
      {
        auto *in = (sockaddr_in6 *)&ends[end];
        in->sin6_family = AF_INET6;
        inet_pton (AF_INET6, text.c_str (), &in->sin6_addr);
        size = sizeof *in;
      }
    else
      {
        auto *in = (sockaddr_in *)&ends[end];
        in->sin_family = AF_INET;
        inet_pton (AF_INET, text.c_str (), &in->sin_addr);
        size = sizeof *in;
      }
  }

  void
  send_one ()
  {
    icmphdr message = {};
    unsigned sum = 0;

    message.type = is_ipv6 ? (int)ICMP6_ECHO_REQUEST : (int)ICMP_ECHO;
    message.un.echo.id = htons ((uint16_t)fd);
    message.un.echo.sequence = htons ((uint16_t)sent);
    for (unsigned i = 0; i < sizeof message / 2; i++)
      sum += ((uint16_t *)&message)[i];
    message.checksum = is_ipv6 ? 0 : (uint16_t) ~((sum & 0xffff) + (sum >> 16));
    /* What cannot be sent is lost as well. */
    if (sendto (fd, &message, sizeof message, 0, (sockaddr *)&ends[1], size) < 0)
      printf ("  %s #%u: %s\n", name.c_str (), sent.load (), g_strerror (errno));
    sent++;
  }

  void
  receive_all ()
  {
    uint8_t frame[256];
    icmphdr message;
    ssize_t n;

    while ((n = recv (fd, frame, sizeof frame, 0)) > 0)
      {
        ssize_t skipped = is_ipv6 ? 0 : 4 * (frame[0] & 15);

        if (n < skipped + (ssize_t)sizeof message)
          continue;
        memcpy (&message, frame + skipped, sizeof message);
        if (message.type == (is_ipv6 ? (int)ICMP6_ECHO_REPLY : (int)ICMP_ECHOREPLY)
            && ntohs (message.un.echo.id) == (uint16_t)fd)
          seen[ntohs (message.un.echo.sequence)] = true;
      }
  }

  void
  run ()
  {
    gint64 next = g_get_monotonic_time ();

    while (!is_over && sent < seen.size ())
      {
        send_one ();
        receive_all ();
        next = MAX (next + interval, g_get_monotonic_time ());
        usleep ((useconds_t)MAX (next - g_get_monotonic_time (), 0));
      }
    for (int i = 0; i < 50; i++)
      {
        usleep (10000);
        receive_all ();
      }
  }

  std::vector<bool> seen;
  sockaddr_storage ends[2] = {};
  socklen_t size = 0;
  bool is_ipv6 = false;
  int fd = -1;
  std::atomic<bool> is_over{ false };
  std::thread thread;
};

/* One connection, over which one side sends numbers that the other counts. */
class Stream
{
public:
  /* ends: listening, and connecting */
  Stream (int listener, int client) : server (accept (listener, nullptr, nullptr)), client (client)
  {
    close (listener);
    EXPECT_GE (server, 0) << g_strerror (errno);
    reader = std::thread ([this] {
      uint32_t number;

      while (recv (this->server, &number, sizeof number, MSG_WAITALL) == (ssize_t)sizeof number && number == read + 1)
        read = number;
    });
    writer = std::thread ([this] {
      while (!is_over)
        {
          uint32_t number = written + 1;

          if (send (this->client, &number, sizeof number, MSG_NOSIGNAL) != (ssize_t)sizeof number)
            break;
          written = number;
          usleep (interval);
        }
      shutdown (this->client, SHUT_WR);
    });
  }

  /* Whether all that was written arrived. */
  void
  stop ()
  {
    is_over = true;
    writer.join ();
    reader.join ();
    EXPECT_GT (written, 0u);
    EXPECT_EQ (read, written);
    close (server);
    close (client);
  }

private:
  int server, client;
  std::atomic<uint32_t> read{ 0 }, written{ 0 };
  std::atomic<bool> is_over{ false };
  std::thread reader, writer;
};

class UplinkTest : public IpLinuxTest
{
protected:
  void
  SetUp () override
  {
    LinuxTest::SetUp ();
    if (IsSkipped () || HasFatalFailure ())
      return;
    router = std::make_unique<Netns> (Netns::make ());
    run_command ("ip link add eth0 address 02:00:00:00:00:05 type veth peer name lan0");
    give_away ("lan0");
    router->in ([] {
      run_command ("ip link set lo up; ip link set lan0 up; ip address add 192.0.2.1/24 dev lan0");
      run_command ("ip address add 2001:db8::1/64 dev lan0 nodad; ip address add 198.51.100.1/32 dev lo");
      run_command ("sysctl -qw net.ipv4.conf.all.forwarding=1");
    });
    run_command (
        "ip link set eth0 up; ip address add 192.0.2.5/24 dev eth0; ip address add 2001:db8::5/64 dev eth0 nodad");
    run_command ("ip route add default via 192.0.2.1; ip -6 route add default via 2001:db8::1");
    apply (make_bridge ("vsw-lab"));
    apply (make_set ("vsw-lab", VSW_ATTRIBUTE_UP, 1));
    run_command ("ping -c 1 -W 10 -q 192.0.2.1 && ping -c 1 -W 10 -q 2001:db8::1");
  }

  void
  give_away (const std::string &name)
  {
    run_command ("ip link set " + name + " netns /proc/" + std::to_string (getpid ()) + "/fd/"
                 + std::to_string (router->fd));
  }

  /* Until so many more have been sent of each: a tenth of a second, on a busy machine longer. */
  static void
  let_flow (const std::vector<std::unique_ptr<Pings> > &pings)
  {
    for (auto &ping : pings)
      for (unsigned begin = ping->sent, waited = 0; ping->sent < begin + 60 && waited < 10000; waited++)
        usleep (1000);
    usleep (50000);
  }

  /* Frames of all kinds flow while it is done. Each stream is held to its own aim, or at least that many are to be lost. */
  template <typename Body>
  void
  check_lost (Body body, int least = 0)
  {
    std::vector<std::unique_ptr<Pings> > pings;
    int listener = listen_here (), client = -1;

    router->in ([&] {
      pings.push_back (std::make_unique<Pings> ("router to host", "192.0.2.1", "192.0.2.5"));
      pings.push_back (std::make_unique<Pings> ("router to host, IPv6", "2001:db8::1", "2001:db8::5"));
      pings.push_back (std::make_unique<Pings> ("remote to host", "198.51.100.1", "192.0.2.5", most_lost_behind));
      client = connect_to_host ();
    });
    pings.push_back (std::make_unique<Pings> ("host to router", "192.0.2.5", "192.0.2.1"));
    pings.push_back (std::make_unique<Pings> ("host to router, IPv6", "2001:db8::5", "2001:db8::1"));
    pings.push_back (std::make_unique<Pings> ("host to remote", "192.0.2.5", "198.51.100.1", most_lost_behind));
    Stream stream (listener, client);
    for (auto &ping : pings)
      ping->start ();
    let_flow (pings);
    body ();
    let_flow (pings);
    for (auto &ping : pings)
      ping->end ();
    for (auto &ping : pings)
      {
        int lost = ping->stop ();

        EXPECT_GT (ping->sent, 100u) << ping->name;
        if (least > 0)
          EXPECT_GE (lost, least) << ping->name;
        else
          EXPECT_LE (lost, ping->aim) << ping->name;
      }
    stream.stop ();
  }

  static sockaddr_in
  host_address ()
  {
    sockaddr_in in = {};

    in.sin_family = AF_INET;
    in.sin_port = htons (7777);
    inet_pton (AF_INET, "192.0.2.5", &in.sin_addr);
    return in;
  }

  static int
  listen_here ()
  {
    sockaddr_in in = host_address ();
    int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

    setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    EXPECT_EQ (bind (fd, (sockaddr *)&in, sizeof in), 0) << g_strerror (errno);
    EXPECT_EQ (listen (fd, 1), 0) << g_strerror (errno);
    return fd;
  }

  static int
  connect_to_host ()
  {
    sockaddr_in in = host_address ();
    int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    EXPECT_EQ (connect (fd, (sockaddr *)&in, sizeof in), 0) << g_strerror (errno);
    return fd;
  }

  OpPointer
  host (VswOpKind kind)
  {
    OpPointer op = make_op (kind, "vswp-host");

    op->mac = mac_of (0x02, 0x05);
    return op;
  }

  OpPointer
  join (const std::string &bridge)
  {
    OpPointer op = make_set ("eth0", VSW_ATTRIBUTE_CONTROLLER, 0);

    op->controller = vsw_device_ref_by_name (bridge.c_str ());
    return op;
  }

  void
  set_up (const VswIpConfig *ip)
  {
    OpPointer pair = make_pair ("host", 0x05, "vsw-lab");

    pair->far_mac = mac_of (0x02, 0x05);
    apply (pair);
    apply (make_set ("vswi-host", VSW_ATTRIBUTE_IPV6_QUIET, 1));
    apply (make_set ("vswi-host", VSW_ATTRIBUTE_UP, 1));
    apply (make_ip (VSW_OP_IP_PREPARE, "vswi-host", ip, "eth0"));
    apply (make_ip (VSW_OP_DIVERT_ADD, "vswp-host", nullptr, "eth0"));
    apply (make_ip (VSW_OP_DIVERT_ADD, "eth0", nullptr, "vswp-host"));
    apply (join ("vsw-lab"));
    apply (host (VSW_OP_HOST_ADD));
    apply (make_ip (VSW_OP_IP_MOVE, "vswi-host", ip, "eth0"));
    apply (make_op (VSW_OP_DIVERT_DELETE, "eth0"));
    apply (make_op (VSW_OP_DIVERT_DELETE, "vswp-host"));
  }

  void
  tear_down (const VswIpConfig *ip)
  {
    apply (make_ip (VSW_OP_IP_PREPARE, "eth0", ip, "vswi-host"));
    apply (make_ip (VSW_OP_DIVERT_ADD, "vswp-host", nullptr, "eth0"));
    apply (make_ip (VSW_OP_DIVERT_ADD, "eth0", nullptr, "vswp-host"));
    apply (join (""));
    apply (make_op (VSW_OP_DIVERT_DELETE, "eth0"));
    apply (make_ip (VSW_OP_IP_MOVE, "eth0", ip, "vswi-host"));
    apply (make_op (VSW_OP_DIVERT_DELETE, "vswp-host"));
    apply (host (VSW_OP_HOST_DELETE));
    apply (make_delete ({ "vswp-host" }));
  }

  void
  play ()
  {
    std::string before = run_command (show);
    g_autoptr (VswIpConfig) ip = get ("eth0");

    printf ("set up:\n");
    check_lost ([&] { set_up (ip); });
    EXPECT_EQ (run_command ("ip address show eth0 | grep inet || true"), "");
    printf ("as it stands:\n");
    check_lost ([] { usleep (300000); });

    g_autoptr (VswIpConfig) moved = get ("vswi-host");
    printf ("tear down:\n");
    check_lost ([&] { tear_down (moved); });
    EXPECT_EQ (run_command (show), before);
  }

  static constexpr const char *show =
      "{ ip -d address show eth0; ip route show table all; ip -6 route show table all; } | grep -v vsw-lab";
  std::unique_ptr<Netns> router;
};

/* That what the others measure with measures. */
TEST_F (UplinkTest, LosesWhatIsDivertedToNobody)
{
  run_command ("ip link add nowhere type veth peer name end; ip link set nowhere up; ip link set end up");
  check_lost (
      [&] {
        /* thrice: on a busy machine nobody may send just then */
        for (int i = 0; i < 3; i++)
          {
            apply (make_ip (VSW_OP_DIVERT_ADD, "eth0", nullptr, "nowhere"));
            usleep (5000);
            apply (make_op (VSW_OP_DIVERT_DELETE, "eth0"));
            usleep (20000);
          }
      },
      3);
}

TEST_F (UplinkTest, LosesNoFrames)
{
  play ();
}

/* Where addresses are checked against the way back, both links must be let through while there are two. */
TEST_F (UplinkTest, LosesNoFramesWhereSourcesAreChecked)
{
  run_command (
      "sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.default.rp_filter=1 net.ipv4.conf.eth0.rp_filter=1");
  play ();
}

} // namespace
