// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "bus/settings.h"

namespace
{

constexpr guint all_keys = (1u << VSW_N_KEYS) - 1;

/* Of each type a value that is fine for the key, as text. */
const std::map<std::string, std::string> good = {
  { "Name", "'web'" },
  { "Description", "'words'" },
  { "Mtu", "uint32 1400" },
  { "MacAddress", "'02:00:00:00:00:01'" },
  { "AgeingSeconds", "uint32 5" },
  { "MaxLearnedAddresses", "uint32 6" },
  { "SpanningTree", "true" },
  { "MulticastSnooping", "true" },
  { "Shared", "true" },
  { "Lifetime", "'runtime'" },
  { "Queues", "uint32 4" },
  { "Kind", "'synthetic'" },
  { "Backend", "'veth'" },
  { "Port", "'p1'" },
  { "Namespace", "handle 3" },
  { "InterfaceName", "'eth7'" },
  { "InterfaceIndex", "uint32 9" },
  { "force", "true" },
  { "ResourceSubType", "'synthetic'" },
  { "Address", "'02:00:00:00:00:01'" },
  { "Connection", "objectpath '/org/vmswitch1/switch/lab'" },
  { "AutomaticConnection", "true" },
  { "Machine", "'vm-1'" },
  { "machine", "'vm-1'" },
  { "queues", "uint32 4" },
  { "drop-addresses", "true" },
  { "dry-run", "true" },
  { "take-over", "true" },
  { "confirm-within", "uint32 60" },
};

/* The dictionary is kept as long as the settings point into it. */
struct Decoded
{
  GVariant *dictionary;
  VswSettings settings = {};
  GError *error = nullptr;
  bool ok;

  Decoded (const std::string &text, guint keys) : dictionary (g_variant_ref_sink (g_variant_new_parsed (text.c_str ())))
  {
    ok = vsw_settings_decode (dictionary, keys, &settings, &error);
  }
  ~Decoded ()
  {
    g_clear_error (&error);
    g_variant_unref (dictionary);
  }
  std::string
  message () const
  {
    return error != nullptr ? error->message : "";
  }
};

bool
contains (const std::string &text, const std::string &part)
{
  return text.find (part) != std::string::npos;
}

} // namespace

TEST (Settings, AreEmptyByDefault)
{
  Decoded decoded ("@a{sv} {}", all_keys);

  EXPECT_TRUE (decoded.ok);
  EXPECT_EQ (decoded.settings.keys, 0u);
  EXPECT_EQ (vsw_settings_get_given (&decoded.settings), 0u);
}

TEST (Settings, CarryEveryKey)
{
  std::string text;

  for (const auto &[name, value] : good)
    text += (text.empty () ? "{'" : ", '") + name + "': <" + value + ">";
  Decoded decoded (text + "}", all_keys);

  ASSERT_TRUE (decoded.ok) << decoded.message ();
  const VswSettings &settings = decoded.settings;
  EXPECT_EQ (good.size (), static_cast<gsize> (VSW_N_KEYS));
  EXPECT_EQ (settings.keys, all_keys);
  EXPECT_STREQ (settings.name, "web");
  EXPECT_STREQ (settings.description, "words");
  EXPECT_EQ (settings.mtu, 1400u);
  EXPECT_EQ (vsw_mac_to_number (settings.mac), 0x020000000001u);
  EXPECT_EQ (settings.ageing, 5u);
  EXPECT_EQ (settings.max_learned, 6u);
  EXPECT_TRUE (settings.spanning_tree);
  EXPECT_TRUE (settings.multicast_snooping);
  EXPECT_TRUE (settings.shared);
  EXPECT_EQ (settings.lifetime, VSW_LIFETIME_RUNTIME);
  EXPECT_EQ (settings.queues, 4u);
  EXPECT_EQ (settings.kind, VSW_NIC_SYNTHETIC);
  EXPECT_EQ (settings.backend, VSW_BACKEND_VETH);
  EXPECT_STREQ (settings.port, "p1");
  EXPECT_EQ (settings.handle, 3);
  EXPECT_STREQ (settings.interface_name, "eth7");
  EXPECT_EQ (settings.interface_index, 9u);
  EXPECT_TRUE (settings.force);
  EXPECT_STREQ (settings.connection, "/org/vmswitch1/switch/lab");
  EXPECT_TRUE (settings.automatic);
  EXPECT_STREQ (settings.machine, "vm-1");
  EXPECT_TRUE (settings.drop_addresses);
  EXPECT_TRUE (settings.dry_run);
  EXPECT_TRUE (settings.take_over);
  EXPECT_EQ (settings.confirm_within, 60u);
  EXPECT_FALSE (settings.dynamic_mac);
  EXPECT_EQ (vsw_settings_get_given (&settings), ((1u << 15) - 1) & ~VSW_GIVEN_MACHINE_SINCE)
      << "every VswGiven that a caller can give has its key";
}

TEST (Settings, RefuseUnknownKeysByName)
{
  for (guint key = 0; key < VSW_N_KEYS; key++)
    {
      const char *name = vsw_key_print (static_cast<VswKey> (key));
      Decoded decoded ("{'" + std::string (name) + "': <" + good.at (name) + ">}", all_keys & ~VSW_KEY_BIT (key));

      EXPECT_FALSE (decoded.ok) << name;
      EXPECT_TRUE (g_error_matches (decoded.error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT)) << name;
      EXPECT_TRUE (contains (decoded.message (), name)) << decoded.message ();
    }
  Decoded decoded ("{'mtu': <uint32 1400>}", all_keys);
  EXPECT_TRUE (contains (decoded.message (), "'mtu'")) << decoded.message ();
}

TEST (Settings, RefuseEveryOtherType)
{
  static const char *const values[] = { "true",     "byte 1",         "int16 1",       "uint16 1",   "1",
                                        "uint32 1", "handle 0",       "int64 1",       "uint64 1",   "1.5",
                                        "'x'",      "objectpath '/'", "signature 'u'", "<uint32 1>", "['x']",
                                        "(1, 2)",   "@a{sv} {}" };

  for (guint key = 0; key < VSW_N_KEYS; key++)
    for (const char *value : values)
      {
        const char *name = vsw_key_print (static_cast<VswKey> (key));
        const GVariantType *type = vsw_key_get_type (static_cast<VswKey> (key));
        g_autoptr (GVariant) sample = g_variant_ref_sink (g_variant_new_parsed (value));

        if (g_variant_is_of_type (sample, type))
          continue;
        Decoded decoded ("{'" + std::string (name) + "': <" + value + ">}", all_keys);
        EXPECT_FALSE (decoded.ok) << name << " " << value;
        EXPECT_TRUE (g_error_matches (decoded.error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT)) << name;
        EXPECT_TRUE (contains (decoded.message (), std::string ("'") + name + "'")) << decoded.message ();
        EXPECT_TRUE (contains (decoded.message (), std::string ("not '") + g_variant_type_peek_string (type)[0] + "'"))
            << decoded.message ();
      }
}

TEST (Settings, RefuseAKeyGivenTwice)
{
  g_autoptr (GError) error = nullptr;
  GVariantBuilder builder;
  VswSettings settings;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "Mtu", g_variant_new_uint32 (1400));
  g_variant_builder_add (&builder, "{sv}", "Mtu", g_variant_new_uint32 (1400));
  g_autoptr (GVariant) dictionary = g_variant_ref_sink (g_variant_builder_end (&builder));

  EXPECT_FALSE (vsw_settings_decode (dictionary, all_keys, &settings, &error));
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT));
  EXPECT_TRUE (contains (error->message, "'Mtu' is given twice")) << error->message;
}

TEST (Settings, RefuseBadTextByKey)
{
  static const std::map<std::string, std::string> bad = {
    { "Name", "'-x'" },       { "Port", "''" },          { "MacAddress", "'02:00:00:00:00'" },
    { "Lifetime", "'ever'" }, { "InterfaceName", "''" }, { "Description", "'a\\nb'" },
    { "Kind", "''" },         { "Backend", "''" },
  };

  for (const auto &[name, value] : bad)
    {
      Decoded decoded ("{'" + name + "': <" + value + ">}", all_keys);

      EXPECT_FALSE (decoded.ok) << name;
      EXPECT_TRUE (g_error_matches (decoded.error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT)) << name;
      EXPECT_TRUE (contains (decoded.message (), "key '" + name + "'")) << decoded.message ();
    }
}

TEST (Settings, TouchNothingWhenTheyAreWrong)
{
  g_autoptr (GVariant) dictionary =
      g_variant_ref_sink (g_variant_new_parsed ("{'Mtu': <uint32 1400>, 'Wrong': <true>}"));
  VswSettings settings = {};

  settings.mtu = 7;
  EXPECT_FALSE (vsw_settings_decode (dictionary, all_keys, &settings, nullptr));
  EXPECT_EQ (settings.mtu, 7u);
  EXPECT_EQ (settings.keys, 0u);
}

TEST (Settings, SurviveTenThousandKeys)
{
  GVariantBuilder builder;
  VswSettings settings;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (int i = 0; i < 10000; i++)
    g_variant_builder_add (&builder, "{sv}", ("k" + std::to_string (i)).c_str (), g_variant_new_boolean (TRUE));
  g_autoptr (GVariant) dictionary = g_variant_ref_sink (g_variant_builder_end (&builder));

  EXPECT_FALSE (vsw_settings_decode (dictionary, all_keys, &settings, nullptr));
}
