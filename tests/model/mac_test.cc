// SPDX-License-Identifier: GPL-2.0-or-later
#include <set>

#include "model/network.h"

TEST (Mac, IsReadAndPrinted)
{
  EXPECT_EQ (text_of (mac_of ("52:76:73:0a:Bc:FF")), "52:76:73:0a:bc:ff");
  EXPECT_EQ (vsw_mac_to_number (mac_of ("00:00:00:00:01:02")), 0x102u);
  EXPECT_EQ (text_of (vsw_mac_from_number (0xffeeddccbbaa)), "ff:ee:dd:cc:bb:aa");
}

TEST (Mac, RefusesEveryOtherText)
{
  for (const char *text :
       { "", "52:76:73:0a:bc", "52:76:73:0a:bc:f", "52:76:73:0a:bc:fff", "52-76-73-0a-bc-ff", "5276730abcff",
         "52:76:73:0a:bc:fg", " 2:76:73:0a:bc:ff", "52:76:73:0a:bc:ff ", "+2:76:73:0a:bc:ff" })
    {
      VswMac mac = mac_of ("01:02:03:04:05:06");
      g_autoptr (GError) error = nullptr;
      EXPECT_FALSE (vsw_mac_decode (text, &mac, &error)) << text;
      EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT));
      EXPECT_EQ (text_of (mac), "01:02:03:04:05:06");
    }
}

TEST (Mac, KnowsWhatOneStationMayHave)
{
  EXPECT_TRUE (vsw_mac_is_unicast (mac_of ("02:00:00:00:00:01")));
  EXPECT_TRUE (vsw_mac_is_unicast (mac_of ("00:00:00:00:00:01")));
  EXPECT_FALSE (vsw_mac_is_unicast (mac_of ("00:00:00:00:00:00")));
  EXPECT_FALSE (vsw_mac_is_unicast (mac_of ("01:00:5e:00:00:01")));
  EXPECT_FALSE (vsw_mac_is_unicast (mac_of ("ff:ff:ff:ff:ff:ff")));
  EXPECT_TRUE (vsw_mac_is_zero (mac_of ("00:00:00:00:00:00")));
  EXPECT_TRUE (vsw_mac_equal (mac_of ("02:00:00:00:00:01"), mac_of ("02:00:00:00:00:01")));
  EXPECT_FALSE (vsw_mac_equal (mac_of ("02:00:00:00:00:01"), mac_of ("02:00:00:00:00:02")));
}

TEST (Mac, OfTheSwitchSideBeginsWithFe)
{
  EXPECT_EQ (text_of (vsw_mac_switch_side (mac_of ("52:76:73:0a:bc:ff"))), "fe:76:73:0a:bc:ff");
}

TEST (Mac, FromASeedIsLocalUnicastStableAndNeverOfTheSwitchSide)
{
  std::set<std::string> seen;
  for (int i = 0; i < 2000; i++)
    {
      std::string seed = "seed-" + std::to_string (i);
      VswMac mac = vsw_mac_from_seed (seed.c_str ());
      EXPECT_TRUE (vsw_mac_is_unicast (mac));
      EXPECT_TRUE (mac.octets[0] & 2);
      EXPECT_NE (mac.octets[0], 0xfe);
      EXPECT_TRUE (vsw_mac_equal (mac, vsw_mac_from_seed (seed.c_str ())));
      seen.insert (text_of (mac));
    }
  EXPECT_EQ (seen.size (), 2000u);
}

namespace
{

std::string
range_refusal (const char *first, const char *last)
{
  g_autoptr (GError) error = nullptr;
  if (vsw_mac_range_check (VswMacRange{ mac_of (first), mac_of (last) }, &error))
    return "";
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT));
  return error->message;
}

} // namespace

TEST (MacRange, HoldsOnlyAddressesThatAStationMayHave)
{
  EXPECT_EQ (range_refusal ("52:76:73:00:00:00", "52:76:73:ff:ff:ff"), "");
  EXPECT_EQ (range_refusal ("52:76:73:00:00:00", "52:76:73:00:00:00"), "");
  EXPECT_NE (range_refusal ("52:76:73:00:00:01", "52:76:73:00:00:00").find ("ends before it begins"),
             std::string::npos);
  EXPECT_NE (range_refusal ("53:76:73:00:00:00", "53:76:73:00:00:01").find ("no unicast"), std::string::npos);
  EXPECT_NE (range_refusal ("52:00:00:00:00:00", "54:00:00:00:00:00").find ("first octet"), std::string::npos);
  EXPECT_NE (range_refusal ("fe:00:00:00:00:00", "fe:00:00:00:00:01").find ("fe"), std::string::npos);
  EXPECT_NE (range_refusal ("00:00:00:00:00:00", "00:00:00:00:00:01").find ("no unicast"), std::string::npos);
}

TEST (MacRange, CountsBothEnds)
{
  EXPECT_EQ (vsw_mac_range_size (vsw_rules_get_default ()->mac_range), 1u << 24);
  EXPECT_EQ (vsw_mac_range_size (VswMacRange{ mac_of ("02:00:00:00:00:07"), mac_of ("02:00:00:00:00:07") }), 1u);
}
