// SPDX-License-Identifier: GPL-2.0-or-later
// What is known of a profile of NetworkManager, and the copy of it for an internal NIC.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "bus/profile.h"

namespace
{

struct Unref
{
  void
  operator() (GVariant *value) const
  {
    g_variant_unref (value);
  }
};

using Variant = std::unique_ptr<GVariant, Unref>;

Variant
parse (const char *type, const std::string &text)
{
  GVariant *value = g_variant_parse (G_VARIANT_TYPE (type), text.c_str (), nullptr, nullptr, nullptr);

  EXPECT_NE (value, nullptr) << text;
  return Variant (value);
}

Variant
profile (const std::string &ipv4, const std::string &ipv6 = "'method': <'disabled'>", const std::string &more = "",
         const std::string &type = "802-3-ethernet")
{
  return parse (
      "a{sa{sv}}",
      "{'connection': {'id': <'Wired 1'>, 'uuid': <'11111111-2222-3333-4444-555555555555'>, 'type': <'" + type
          + "'>, 'interface-name': <'eth0'>, 'zone': <'home'>, 'timestamp': <uint64 1>, 'autoconnect-priority': "
            "<7>}, '802-3-ethernet': {'mac-address': <@ay [0x02]>, 'mtu': <uint32 1400>}, 'ipv4': {"
          + ipv4 + "}, 'ipv6': {" + ipv6 + "}" + more + "}");
}

/* "" it can be let go */
std::string
check (const Variant &settings, bool is_host)
{
  g_autoptr (GError) error = nullptr;

  if (vsw_profile_check (settings.get (), "eth0", is_host, &error))
    return "";
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_CONFLICT));
  return error->message;
}

/* "" nothing is to be noted */
std::string
print_lease (const Variant &settings, const char *dhcp4, const char *dhcp6, const char *ip6)
{
  Variant four = parse ("a{sv}", dhcp4), six = parse ("a{sv}", dhcp6), addresses = parse ("aa{sv}", ip6);
  g_autofree char *text = vsw_profile_print_lease (settings.get (), four.get (), six.get (), addresses.get ());

  return text != nullptr ? text : "";
}

std::string
copy (const Variant &settings, const char *lease)
{
  Variant made (g_variant_ref_sink (
      vsw_profile_new_copy (settings.get (), "22222222-2222-3333-4444-555555555555", lease, "lab", "vswi-lab")));
  g_autofree char *text = g_variant_print (made.get (), TRUE);

  return text;
}

const char manual[] = "'method': <'manual'>";
const char automatic[] = "'method': <'auto'>";

} // namespace

TEST (Profile, NeedsACopyIfSomebodyHasToGoOnWithIt)
{
  for (auto [four, six, is_needed] :
       { std::tuple ("manual", "disabled", false), std::tuple ("disabled", "ignore", false),
         std::tuple ("link-local", "link-local", false), std::tuple ("auto", "disabled", true),
         std::tuple ("shared", "ignore", true), std::tuple ("manual", "auto", true),
         std::tuple ("disabled", "dhcp", true) })
    EXPECT_EQ (
        vsw_profile_needs_copy (
            profile (std::string ("'method': <'") + four + "'>", std::string ("'method': <'") + six + "'>").get ()),
        is_needed)
        << four << " " << six;
  for (auto [names, is_needed] :
       { std::pair ("'dns': <@au []>, 'dns-data': <@as []>, 'dns-search': <@as []>", false),
         std::pair ("'dns': <[uint32 16909060]>", true), std::pair ("'dns-search': <['example.net']>", true) })
    {
      EXPECT_EQ (vsw_profile_needs_copy (profile (std::string (manual) + ", " + names).get ()), is_needed) << names;
      EXPECT_EQ (vsw_profile_needs_copy (profile (manual, std::string (manual) + ", " + names).get ()), is_needed)
          << names;
    }
  EXPECT_FALSE (vsw_profile_needs_copy (parse ("a{sa{sv}}", "{}").get ()));
  EXPECT_FALSE (vsw_profile_needs_copy (parse ("a{sa{sv}}", "{'ipv4': {'method': <7>}}").get ()));
}

TEST (Profile, WithWhichTheNetworkWouldBeLostIsNotTakenOver)
{
  std::string words = check (profile (manual, "", ", '802-1x': {'eap': <['tls']>}"), false);

  EXPECT_NE (words.find ("\"Wired 1\""), std::string::npos) << words;
  EXPECT_NE (words.find ("802.1X"), std::string::npos) << words;
  EXPECT_EQ (check (profile (automatic), true), "");
  words = check (profile (automatic, "", "", "bond"), true);
  EXPECT_NE (words.find ("type bond"), std::string::npos) << words;
  EXPECT_EQ (check (profile (automatic, "", "", "bond"), false), "") << "the host has nothing there that it would lose";
  EXPECT_EQ (check (profile (manual, "", "", "bond"), true), "") << "it stays as it is";
}

TEST (Profile, OfALeaseIsNotedWhatTheNetworkKnowsTheHostBy)
{
  EXPECT_EQ (print_lease (profile (manual), "{'dhcp_client_identifier': <'01:02'>}", "{}", "[]"), "");
  EXPECT_EQ (print_lease (profile (automatic), "{}", "{}", "[]"), "");
  EXPECT_EQ (print_lease (profile (automatic), "{'dhcp_client_identifier': <'01:02'>}", "{}", "[]"),
             "{'ipv4': {'dhcp-client-id': <'01:02'>}}");

  std::string six = print_lease (profile (manual, automatic), "{}",
                                 "{'iaid': <'01:02:03:04'>, 'dhcp6_client_id': <'00:04:01'>}", "[]");
  EXPECT_NE (six.find ("'dhcp-iaid': <'16909060'>"), std::string::npos) << six;
  EXPECT_NE (six.find ("'dhcp-duid': <'00:04:01'>"), std::string::npos) << six;
  EXPECT_EQ (print_lease (profile (manual, automatic), "{}", "{'iaid': <'x'>}", "[]"), "");
}

TEST (Profile, TheHalfOfAnAddressThatTheHostMadeIsKept)
{
  const std::string made = "{'address': <'2001:db8::1:2:3:4'>, 'prefix': <uint32 64>}";
  std::string lease = print_lease (profile (manual, automatic), "{}", "{}", ("[" + made + "]").c_str ());

  EXPECT_NE (lease.find ("'token': <'::1:2:3:4'>"), std::string::npos) << lease;
  EXPECT_NE (lease.find ("'addr-gen-mode': <0>"), std::string::npos) << lease;
  EXPECT_EQ (
      print_lease (
          profile (manual, std::string (automatic)
                               + ", 'address-data': <[{'address': <'2001:db8::1:2:3:4'>, 'prefix': <uint32 64>}]>"),
          "{}", "{}", ("[" + made + "]").c_str ()),
      "")
      << "a person has said it";
  for (const char *other :
       { "{'address': <'fe80::1'>, 'prefix': <uint32 64>}", "{'address': <'2001:db8::1'>, 'prefix': <uint32 128>}",
         "{'address': <'words'>, 'prefix': <uint32 64>}", "{'prefix': <uint32 64>}" })
    EXPECT_EQ (print_lease (profile (manual, automatic), "{}", "{}", (std::string ("[") + other + "]").c_str ()), "")
        << other;
}

TEST (Profile, ItsCopySaysTheSameOfIpAndNothingOfTheNic)
{
  std::string text = copy (profile ("'method': <'auto'>, 'route-metric': <int64 7>, 'dhcp-client-id': <'stable'>"),
                           "{'ipv4': {'dhcp-client-id': <'01:02'>}}");

  for (const char *has :
       { "'id': <'Wired 1 (switch lab)'>", "'uuid': <'22222222-2222-3333-4444-555555555555'>",
         "'interface-name': <'vswi-lab'>", "'autoconnect': <false>", "'zone': <'home'>", "'route-metric': <int64 7>",
         "'dhcp-client-id': <'01:02'>", "'permissions': <['user:", "'ipv6': {'method': <'disabled'>}" })
    EXPECT_NE (text.find (has), std::string::npos) << has << " in " << text;
  for (const char *has : { "timestamp", "mac-address", "mtu", "eth0", "stable", "autoconnect-priority" })
    EXPECT_EQ (text.find (has), std::string::npos) << has << " in " << text;
  EXPECT_NE (copy (profile (automatic), "not a lease").find ("'method': <'auto'>"), std::string::npos)
      << "what is not understood is left out";
}

TEST (Profile, ItsCopyIsKnownByTheProfileAndTheNic)
{
  g_autofree char *one = vsw_profile_get_copy_uuid ("11111111-2222-3333-4444-555555555555", "a");
  g_autofree char *again = vsw_profile_get_copy_uuid ("11111111-2222-3333-4444-555555555555", "a");
  g_autofree char *other = vsw_profile_get_copy_uuid ("11111111-2222-3333-4444-555555555555", "b");

  EXPECT_STREQ (one, again);
  EXPECT_STRNE (one, other);
  EXPECT_TRUE (g_uuid_string_is_valid (one)) << one;
}
