// SPDX-License-Identifier: GPL-2.0-or-later
// The promises of kernel/kernel.h about what IP has on a link.
#include "kernel/contract_fixture.h"

#include <algorithm>

class Ip : public KernelContract
{
protected:
  using Lines = std::vector<std::string>;

  /* eth0, with its other end, and vswi-h, an internal NIC of ours: both up. */
  void
  SetUp () override
  {
    KernelContract::SetUp ();
    if (IsSkipped () || HasFatalFailure ())
      return;
    world->add_pair ("eth0", "eth0-far");
    for (std::string name : { "eth0", "eth0-far" })
      world->set_up (name, true);
    apply (Op::veth ("vswp-h", "vswi-h", ""));
    apply (Op::set (by_name ("vswi-h"), VSW_ATTRIBUTE_IPV6_QUIET, 1));
    apply (Op::set (by_name ("vswi-h"), VSW_ATTRIBUTE_UP, 1));
    for (std::string name : { "eth0", "vswi-h" })
      ASSERT_TRUE (is_told (name, [] (const VswLink *link) { return link->has_carrier; }));
  }

  /* Gives eth0 one of each kind. */
  void
  configure ()
  {
    world->add_address ("eth0", "192.0.2.5/24");
    world->add_address ("eth0", "192.0.2.6/24");
    world->add_route ("eth0", "default", "192.0.2.1");
    world->add_route ("eth0", "198.51.100.0/24", "192.0.2.2");
    world->add_rule ("eth0", 1000, 100);
    world->add_neighbour ("eth0", "192.0.2.9", "02:00:00:00:00:09");
    config = ip ("eth0");
  }

  Op
  with_ip (VswOpKind kind, const std::string &device, const std::string &far = "")
  {
    return Op::with_ip (kind, by_index (get (device)), config, far.empty () ? VswDeviceRef{} : by_index (get (far)));
  }

  std::shared_ptr<VswIpConfig> config;
  const Lines all = { "address 192.0.2.5/24",
                      "address 192.0.2.6/24",
                      "neighbour 192.0.2.9 02:00:00:00:00:09",
                      "route 198.51.100.0/24 via 192.0.2.2 table main",
                      "route default via 192.0.2.1 table main",
                      "rule 1000 iif table 100 ipv4" };
  const Lines prepared = { "address 192.0.2.5/24", "address 192.0.2.6/24", "neighbour 192.0.2.9 02:00:00:00:00:09" };
};

static std::vector<std::string>
addresses_of (const VswIpConfig *config)
{
  std::vector<std::string> lines;

  for (const char *const *address = config->addresses; *address != nullptr; address++)
    lines.push_back (*address);
  return lines;
}

TEST_F (Ip, IsTakenDown)
{
  EXPECT_EQ (items ("eth0"), Lines{});
  EXPECT_FALSE (vsw_ip_config_has_addresses (ip ("eth0").get ()));
  configure ();
  EXPECT_EQ (items ("eth0"), all);
  EXPECT_EQ (addresses_of (config.get ()), (Lines{ "192.0.2.5/24", "192.0.2.6/24" }));
  EXPECT_EQ (items ("vswi-h"), Lines{});
}

TEST_F (Ip, OfNoLinkIsRefused)
{
  g_autoptr (GError) error = nullptr;
  Link gone = get ("vswp-h");

  apply (Op::remove ({ by_index (gone) }));
  EXPECT_EQ (vsw_kernel_get_ip (kernel, gone->index, &error), nullptr);
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_NOT_FOUND)) << (error != nullptr ? error->message : "");
}

TEST_F (Ip, IsTakenAndGiven)
{
  configure ();
  apply (with_ip (VSW_OP_IP_TAKE, "eth0"));
  EXPECT_EQ (items ("eth0"), Lines{});
  EXPECT_TRUE (get ("eth0")->ipv6_quiet);
  apply (with_ip (VSW_OP_IP_TAKE, "eth0"));
  EXPECT_EQ (items ("eth0"), Lines{});

  apply (with_ip (VSW_OP_IP_GIVE, "eth0"));
  EXPECT_EQ (items ("eth0"), all);
  EXPECT_FALSE (get ("eth0")->ipv6_quiet);
  apply (with_ip (VSW_OP_IP_GIVE, "eth0"));
  EXPECT_EQ (items ("eth0"), all);
}

TEST_F (Ip, OfWhichHalfIsThereIsTakenAndGiven)
{
  configure ();
  world->remove_address ("eth0", "192.0.2.6/24");
  apply (with_ip (VSW_OP_IP_TAKE, "eth0"));
  EXPECT_EQ (items ("eth0"), Lines{});
  world->add_address ("eth0", "192.0.2.6/24");
  apply (with_ip (VSW_OP_IP_GIVE, "eth0"));
  EXPECT_EQ (items ("eth0"), all);
}

TEST_F (Ip, IsGivenUnderAnotherName)
{
  configure ();
  apply (with_ip (VSW_OP_IP_TAKE, "eth0"));
  world->rename ("eth0", "lan0");
  apply (with_ip (VSW_OP_IP_GIVE, "lan0"));
  EXPECT_EQ (items ("lan0"), all);
}

TEST_F (Ip, IsNotTakenWhenThereIsMore)
{
  configure ();
  world->add_address ("eth0", "203.0.113.5/24");
  EXPECT_EQ (refuse (with_ip (VSW_OP_IP_TAKE, "eth0")), VSW_ERROR_CONFLICT);
  EXPECT_EQ (refuse (with_ip (VSW_OP_IP_MOVE, "vswi-h", "eth0")), VSW_ERROR_CONFLICT);
  world->remove_address ("eth0", "203.0.113.5/24");
  world->add_route ("eth0", "203.0.113.0/24", "192.0.2.3");
  EXPECT_EQ (refuse (with_ip (VSW_OP_IP_TAKE, "eth0")), VSW_ERROR_CONFLICT);
}

TEST_F (Ip, IsPreparedAndForgotten)
{
  configure ();
  apply (with_ip (VSW_OP_IP_PREPARE, "vswi-h", "eth0"));
  EXPECT_EQ (items ("vswi-h"), prepared);
  EXPECT_EQ (items ("eth0"), all);
  apply (with_ip (VSW_OP_IP_PREPARE, "vswi-h", "eth0"));
  EXPECT_EQ (items ("vswi-h"), prepared);
  apply (with_ip (VSW_OP_IP_FORGET, "vswi-h"));
  EXPECT_EQ (items ("vswi-h"), Lines{});
  EXPECT_EQ (items ("eth0"), all);
  apply (with_ip (VSW_OP_IP_FORGET, "vswi-h"));
  EXPECT_EQ (items ("eth0"), all);
}

TEST_F (Ip, MovesThereAndBack)
{
  configure ();
  apply (with_ip (VSW_OP_IP_PREPARE, "vswi-h", "eth0"));
  apply (with_ip (VSW_OP_IP_MOVE, "vswi-h", "eth0"));
  EXPECT_EQ (items ("vswi-h"), all);
  EXPECT_EQ (items ("eth0"), Lines{});
  EXPECT_TRUE (get ("eth0")->ipv6_quiet);
  EXPECT_FALSE (get ("vswi-h")->ipv6_quiet);
  apply (with_ip (VSW_OP_IP_MOVE, "vswi-h", "eth0"));
  EXPECT_EQ (items ("vswi-h"), all);

  config = ip ("vswi-h");
  apply (with_ip (VSW_OP_IP_PREPARE, "eth0", "vswi-h"));
  apply (with_ip (VSW_OP_IP_MOVE, "eth0", "vswi-h"));
  EXPECT_EQ (items ("eth0"), all);
  EXPECT_EQ (items ("vswi-h"), Lines{});
}

TEST_F (Ip, MovesUnprepared)
{
  configure ();
  apply (with_ip (VSW_OP_IP_MOVE, "vswi-h", "eth0"));
  EXPECT_EQ (items ("vswi-h"), all);
  EXPECT_EQ (items ("eth0"), Lines{});
}

/* As after a daemon that died in the middle. */
TEST_F (Ip, MovesTheOtherHalf)
{
  configure ();
  world->add_address ("vswi-h", "192.0.2.5/24");
  world->add_address ("vswi-h", "192.0.2.6/24");
  world->remove_address ("eth0", "192.0.2.6/24");
  apply (with_ip (VSW_OP_IP_MOVE, "vswi-h", "eth0"));
  EXPECT_EQ (items ("vswi-h"), all);
  EXPECT_EQ (items ("eth0"), Lines{});
}

TEST_F (Ip, MovesFromWhatIsNotThere)
{
  configure ();
  VswDeviceRef far = by_index (get ("eth0"));

  world->remove ("eth0");
  apply (Op::with_ip (VSW_OP_IP_MOVE, by_index (get ("vswi-h")), config, far));
  EXPECT_EQ (items ("vswi-h"), all);
}

TEST_F (Ip, DoesNotMoveToWhatIsDown)
{
  configure ();
  apply (Op::set (by_name ("vswi-h"), VSW_ATTRIBUTE_UP, 0));
  EXPECT_EQ (refuse (with_ip (VSW_OP_IP_MOVE, "vswi-h", "eth0")), VSW_ERROR_KERNEL);
  EXPECT_EQ (items ("eth0"), all);
}

TEST_F (Ip, IsGivenToWhatIsDownAsFarAsItCanBe)
{
  configure ();
  apply (with_ip (VSW_OP_IP_TAKE, "eth0"));
  world->set_up ("eth0", false);
  Op give = with_ip (VSW_OP_IP_GIVE, "eth0");
  g_autoptr (GPtrArray) losses = g_ptr_array_new_with_free_func (g_free);
  give.op.losses = losses;
#ifdef VSW_CONTRACT_LINUX
  for (int i = 0; i < 2; i++)
    expect_log (G_LOG_LEVEL_WARNING, "eth0 does not get back all that it had: route *");
#endif
  apply (give);
  EXPECT_EQ (losses->len, 2u) << "nobody believes that the routes are back";
  Lines rest = all;
  rest.erase (std::remove_if (rest.begin (), rest.end (), [] (const std::string &item) { return item[1] == 'o'; }),
              rest.end ());
  EXPECT_EQ (items ("eth0"), rest);
}

TEST_F (Ip, ThatCannotBeReadIsRefused)
{
  configure ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("nonsense", 8);
  const char *const none[] = { nullptr };

  config = { vsw_ip_config_new (bytes, none, none), vsw_ip_config_unref };
  for (VswOpKind kind : { VSW_OP_IP_PREPARE, VSW_OP_IP_FORGET, VSW_OP_IP_MOVE, VSW_OP_IP_TAKE, VSW_OP_IP_GIVE })
    EXPECT_EQ (refuse (with_ip (kind, "vswi-h", "eth0")), VSW_ERROR_INVALID_ARGUMENT) << kind;
}

TEST_F (Ip, OfNoDeviceIsRefusedOrForgotten)
{
  configure ();
  VswDeviceRef gone = by_index (get ("vswi-h"));

  apply (Op::remove ({ by_name ("vswp-h") }));
  for (VswOpKind kind : { VSW_OP_IP_PREPARE, VSW_OP_IP_MOVE, VSW_OP_IP_TAKE, VSW_OP_IP_GIVE })
    EXPECT_EQ (refuse (Op::with_ip (kind, gone, config, by_index (get ("eth0")))), VSW_ERROR_NOT_FOUND) << kind;
  apply (Op::with_ip (VSW_OP_IP_FORGET, gone, config));
  EXPECT_EQ (items ("eth0"), all);
}
