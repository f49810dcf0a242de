// SPDX-License-Identifier: GPL-2.0-or-later
/* What one user may have. Root may have what the host may. */
#include <vector>

#include "model/network.h"

namespace
{

constexpr guint32 USER = 1000, OTHER = 1001;

struct Kind
{
  const char *words; /* of the refusal */
  guint32 VswRules::*limit;
  std::function<VswChange *(const std::string &name, guint32 owner)> make;
};

const std::vector<Kind> kinds = {
  { "switches", &VswRules::max_switches_per_user,
    [] (const std::string &name, guint32 owner) {
      return Network::add_switch (name, 0, [=] (VswSwitch &s) { s.head.owner = owner; });
    } },
  { "ports", &VswRules::max_ports_per_user,
    [] (const std::string &name, guint32 owner) {
      return Network::add_port ("lab", name, 0, [=] (VswPort &p) { p.head.owner = owner; });
    } },
  { "endpoints", &VswRules::max_endpoints_per_user,
    [] (const std::string &name, guint32 owner) {
      return Network::add_nic (name, VSW_NIC_SYNTHETIC, 0, [=] (VswNic &n) { n.head.owner = owner; });
    } },
  { "systems", &VswRules::max_systems_per_user,
    [] (const std::string &name, guint32 owner) {
      return Network::add_system (name, 0, [=] (VswSystem &s) { s.head.owner = owner; });
    } },
};

std::string
refusal (const Kind &kind, guint limit)
{
  std::string number = std::to_string (limit);
  return "uid 1000 has too many " + std::string (kind.words) + ": " + number + " used, limit " + number;
}

} // namespace

TEST (Quota, LimitsEachKindOfEachUserByItself)
{
  for (const Kind &kind : kinds)
    {
      Network net;
      net.rules.*kind.limit = 2;
      net.must ({ Network::add_switch ("lab") });
      net.must ({ kind.make ("a", USER), kind.make ("b", USER) });
      expect_refused (VSW_ERROR_QUOTA_EXCEEDED, refusal (kind, 2), net.ask ({ kind.make ("c", USER) }));
      net.must ({ kind.make ("d", OTHER), kind.make ("e", OTHER) });
      for (const Kind &another : kinds)
        if (another.limit != kind.limit)
          net.must ({ another.make ("x", USER) });
    }
}

TEST (Quota, OfNothingRefusesTheFirst)
{
  for (const Kind &kind : kinds)
    {
      Network net;
      net.rules.*kind.limit = 0;
      net.must ({ Network::add_switch ("lab") });
      expect_refused (VSW_ERROR_QUOTA_EXCEEDED, refusal (kind, 0), net.ask ({ kind.make ("a", USER) }));
    }
}

TEST (Quota, DoesNotHoldForRoot)
{
  for (const Kind &kind : kinds)
    {
      Network net;
      net.rules.*kind.limit = 1;
      net.must ({ Network::add_switch ("lab") });
      net.must ({ kind.make ("a", 0), kind.make ("b", 0), kind.make ("c", 0) });
    }
}

TEST (Quota, IsFreeAgainWhenSomethingGoes)
{
  Network net;
  net.rules.max_endpoints_per_user = 1;
  net.must ({ kinds[2].make ("a", USER) });
  EXPECT_FALSE (net.ask ({ kinds[2].make ("b", USER) }).good);
  net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-a", FALSE), kinds[2].make ("b", USER) });
  EXPECT_EQ (vsw_model_count_owned (net.model, VSW_KIND_NIC, USER), 1u);
}

/* A refused request, and one that was undone, count for nothing. */
TEST (Quota, CountsOnlyWhatIsThere)
{
  Network net;
  net.rules.max_endpoints_per_user = 2;
  EXPECT_FALSE (net.ask ({ kinds[2].make ("a", USER), kinds[2].make ("b", USER), kinds[2].make ("c", USER) }).good);
  EXPECT_EQ (vsw_model_count_owned (net.model, VSW_KIND_NIC, USER), 0u);
  auto delta = net.must ({ kinds[2].make ("a", USER), kinds[2].make ("b", USER) });
  vsw_model_revert (net.model, delta.get ());
  EXPECT_EQ (vsw_model_count_owned (net.model, VSW_KIND_NIC, USER), 0u);
  vsw_model_apply (net.model, delta.get ());
  EXPECT_EQ (vsw_model_count_owned (net.model, VSW_KIND_NIC, USER), 2u);
}

TEST (Quota, AMoveNeedsNoRoomOfItsOwner)
{
  Network net;
  net.rules.max_ports_per_user = 1;
  net.must ({ Network::add_switch ("lab"), Network::add_switch ("dmz"), kinds[1].make ("a", USER) });
  net.must ({ vsw_change_move ("p-lab-a", "s-dmz") });
}

TEST (Quota, OfEndpointsAndPortsHoldsForWhatSystemsBecome)
{
  Network net;
  auto lead = [&] { return net.ask ({ Network::lead ("web", VSW_SYSTEM_ENABLED) }); };
  net.must ({ Network::add_switch ("lan"), Network::add_system ("web", 0, [] (VswSystem &s) { s.head.owner = USER; }),
              Network::add_connected ("web", "a", "s-lan"), Network::add_connected ("web", "b", "s-lan") });
  std::string before = describe (net.model);
  net.rules.max_endpoints_per_user = 1;
  expect_refused (VSW_ERROR_QUOTA_EXCEEDED, "setting b: uid 1000 would have too many endpoints: 0 used, 2 wanted, limit 1", lead ());
  net.rules.max_endpoints_per_user = 2;
  net.rules.max_ports_per_user = 1;
  expect_refused (VSW_ERROR_QUOTA_EXCEEDED, "setting b: uid 1000 would have too many ports: 0 used, 2 wanted, limit 1", lead ());
  EXPECT_EQ (describe (net.model), before);
  net.rules.max_ports_per_user = 2;
  EXPECT_TRUE (lead ().good);
  net.must ({ Network::lead ("web", VSW_SYSTEM_SAVED) });
  EXPECT_EQ (vsw_model_count_owned (net.model, VSW_KIND_NIC, USER), 0u);
  EXPECT_EQ (vsw_model_count_owned (net.model, VSW_KIND_PORT, USER), 0u);
}

TEST (Quota, OfTheHostHoldsForRootToo)
{
  Network net;
  net.rules.max_switches = net.rules.max_endpoints = net.rules.max_systems = net.rules.max_ports = 1;
  net.must ({ Network::add_switch ("lab"), Network::add_nic ("a"), Network::add_system ("a"),
              Network::add_port ("lab", "a") });
  for (const Kind &kind : kinds)
    EXPECT_EQ (net.ask ({ kind.make ("b", 0) }).code, VSW_ERROR_QUOTA_EXCEEDED) << kind.words;
}

TEST (Quota, TellsWhatIsUsedApartFromTheCallAndWhatThatWants)
{
  Network net;
  auto nic = [] (const std::string &name) { return kinds[2].make (name, USER); };
  auto port = [] (const std::string &name) { return kinds[1].make (name, USER); };
  net.must ({ Network::add_switch ("lab"), nic ("old"), port ("old") });
  net.rules.max_endpoints_per_user = 3;
  expect_refused (VSW_ERROR_QUOTA_EXCEEDED, "uid 1000 would have too many endpoints: 1 used, 4 wanted, limit 3",
                  net.ask ({ nic ("a"), nic ("b"), nic ("c"), nic ("d") }));
  net.rules.max_endpoints = 3;
  expect_refused (VSW_ERROR_QUOTA_EXCEEDED, "too many endpoints: 1 used, 4 wanted, limit 3",
                  net.ask ({ nic ("a"), nic ("b"), nic ("c"), nic ("d") }));
  net.rules.max_ports = 2;
  expect_refused (VSW_ERROR_QUOTA_EXCEEDED, "switch lab has not enough room: 1 ports used, 2 wanted, limit 2",
                  net.ask ({ port ("a"), port ("b") }));
  expect_refused (VSW_ERROR_QUOTA_EXCEEDED, "uid 1000 has too many endpoints: 3 used, limit 3",
                  (net.must ({ nic ("a"), nic ("b") }), net.rules.max_endpoints = 9, net.ask ({ nic ("c") })));
}

TEST (Quota, OfOneNameTwiceInACallIsNoneOfAnother)
{
  Network net;
  net.must ({ Network::add_switch ("lab") });
  expect_refused (VSW_ERROR_EXISTS, "this call names an endpoint a twice",
                  net.ask ({ kinds[2].make ("a", USER), Network::add_nic ("a", VSW_NIC_SYNTHETIC, 0, [] (VswNic &n) { n.head.id = "n-other"; }) }));
  expect_refused (VSW_ERROR_EXISTS, "this call names a port a of switch lab twice",
                  net.ask ({ kinds[1].make ("a", USER), Network::add_port ("lab", "a", 0, [] (VswPort &p) { p.head.id = "p-other"; }) }));
}
