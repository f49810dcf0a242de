/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: what the table says is what is taken. */
#include "client/failure.h"
#include "client/help.h"
#include "client/netns.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace
{

const VswOption options[] = {
  { "mtu", VSW_OPTION_NUMBER, "Mtu", "OCTETS", "" },    { "mac", VSW_OPTION_STRING, "MacAddress", "MAC", "" },
  { "shared", VSW_OPTION_FLAG, "Shared", nullptr, "" }, { "netns", VSW_OPTION_STRING, nullptr, "NETNS", "" },
  { "help", VSW_OPTION_FLAG, nullptr, nullptr, "" },    { nullptr, VSW_OPTION_FLAG, nullptr, nullptr, nullptr },
};

/* The settings that a command line makes, as text, and the words that are left; or the error. */
std::string
decode (std::vector<const char *> words, gboolean only_before = FALSE)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GError) error = nullptr;

  g_strv_builder_add (builder, "program");
  for (const char *word : words)
    g_strv_builder_add (builder, word);
  g_auto (GStrv) left = g_strv_builder_end (builder);
  g_autoptr (GHashTable) given = vsw_options_decode (options, only_before, &left, &error);
  GVariant *settings = given != nullptr ? vsw_options_export (given, options, nullptr, &error) : nullptr;

  if (settings == nullptr)
    return std::to_string (error->code) + " " + error->message;
  g_autoptr (GVariant) sunk = g_variant_ref_sink (settings);
  g_autofree char *text = g_variant_print (sunk, FALSE);
  g_autofree char *rest = g_strjoinv (" ", left + 1);
  return std::string (text) + " | " + rest;
}

TEST (Options, BecomeSettingsInTheOrderOfTheTable)
{
  EXPECT_EQ (decode ({ "a", "--shared", "--mac=x", "b", "--mtu", "9000", "--netns", "n" }),
             "{'Mtu': <uint32 9000>, 'MacAddress': <'x'>, 'Shared': <true>} | a b");
  EXPECT_EQ (decode ({ "a" }), "{} | a");
}

TEST (Options, GivenTwiceTakeTheLast)
{
  EXPECT_EQ (decode ({ "--mtu", "1", "--mtu", "2" }), "{'Mtu': <uint32 2>} | ");
}

TEST (Options, ThatMayBeRepeatedKeepAllInOrder)
{
  g_autoptr (GHashTable) given = vsw_options_new ();

  EXPECT_EQ (vsw_options_get (given, "nic"), nullptr);
  EXPECT_EQ (vsw_options_get_all (given, "nic"), nullptr);
  vsw_options_add (given, "nic", "a");
  vsw_options_add (given, "nic", "b");
  EXPECT_STREQ (vsw_options_get (given, "nic"), "b");
  const GPtrArray *all = vsw_options_get_all (given, "nic");
  ASSERT_EQ (all->len, 2u);
  EXPECT_STREQ ((const char *)all->pdata[0], "a");
  EXPECT_STREQ ((const char *)all->pdata[1], "b");
}

TEST (Options, EndAtTwoDashes)
{
  EXPECT_EQ (decode ({ "--shared", "--", "--mtu" }), "{'Shared': <true>} | --mtu");
}

TEST (Options, MayBeTakenOnlyBeforeTheFirstWord)
{
  EXPECT_EQ (decode ({ "--shared", "create", "--unknown" }, TRUE), "{'Shared': <true>} | create --unknown");
}

TEST (Options, ThatAreWrongAreUsageErrors)
{
  EXPECT_EQ (decode ({ "--nonsense" }).substr (0, 2), "2 ");
  EXPECT_EQ (decode ({ "--mtu" }).substr (0, 2), "2 ");
  EXPECT_EQ (decode ({ "--shared=1" }).substr (0, 2), "2 ");
  for (const char *number : { "", "x", "-1", "1.5", "0x10", "4294967296", " 1", "1 " })
    EXPECT_EQ (decode ({ "--mtu", number }),
               std::string ("2 --mtu: \"") + number + "\" is not a number from 0 to 4294967295");
}

TEST (Options, TakeTheWholeRangeOfANumber)
{
  EXPECT_EQ (decode ({ "--mtu", "4294967295" }), "{'Mtu': <uint32 4294967295>} | ");
  EXPECT_EQ (decode ({ "--mtu", "0" }), "{'Mtu': <uint32 0>} | ");
}

TEST (Verbs, AreCompleteAndUnique)
{
  std::set<std::string> seen;

  for (const VswVerb *verb = vsw_verbs; verb->name != nullptr; verb++)
    {
      EXPECT_TRUE (seen.insert (std::string (verb->name) + " " + (verb->noun != nullptr ? verb->noun : "")).second);
      EXPECT_NE (verb->run, nullptr);
      EXPECT_NE (verb->options, nullptr);
      EXPECT_LE (verb->min, verb->max);
      EXPECT_STRNE (verb->text, "");
      EXPECT_EQ (verb->arguments[0] == '\0', verb->max == 0) << verb->name;
    }
}

TEST (Verbs, HaveNoOptionOfTheWholeProgram)
{
  for (const VswVerb *verb = vsw_verbs; verb->name != nullptr; verb++)
    for (const VswOption *option = verb->options; option->name != nullptr; option++)
      for (const VswOption *general = vsw_global_options; general->name != nullptr; general++)
        EXPECT_STRNE (option->name, general->name) << verb->name;
}

TEST (Verbs, HaveOptionsWithAnArgumentExactlyIfTheyAreNoFlags)
{
  for (const VswVerb *verb = vsw_verbs; verb->name != nullptr; verb++)
    for (const VswOption *option = verb->options; option->name != nullptr; option++)
      EXPECT_EQ (option->argument == nullptr, option->kind == VSW_OPTION_FLAG) << option->name;
}

TEST (Failure, OfTheBusKeepsItsMessageWithoutThePrefix)
{
  g_autoptr (GError) remote = g_dbus_error_new_for_dbus_error ("org.vmswitch1.Error.Exists", "a switch \"lab\" exists");
  g_autoptr (GError) error = vsw_failure_new_from_bus (remote);

  EXPECT_TRUE (g_error_matches (error, VSW_FAILURE, VSW_FAILURE_CONFLICT));
  EXPECT_STREQ (error->message, "a switch \"lab\" exists");
}

TEST (Failure, WithoutAMessageIsNamed)
{
  g_autoptr (GError) remote = g_dbus_error_new_for_dbus_error ("org.vmswitch1.Error.Exists", "");
  g_autoptr (GError) error = vsw_failure_new_from_bus (remote);

  EXPECT_STREQ (error->message, "org.vmswitch1.Error.Exists");
}

TEST (Failure, OfTheConnectionIsAnAbsentService)
{
  g_autoptr (GError) closed = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "closed");
  g_autoptr (GError) error = vsw_failure_new_from_bus (closed);

  EXPECT_TRUE (g_error_matches (error, VSW_FAILURE, VSW_FAILURE_UNAVAILABLE));
}

std::string
word_of (const char *netns)
{
  g_autofree char *word = vsw_netns_print (netns);

  return word;
}

TEST (Netns, MakesAWordThatANameCanHold)
{
  EXPECT_EQ (word_of ("web"), "web");
  EXPECT_EQ (word_of ("1234"), "pid1234");
  EXPECT_EQ (word_of ("/run/netns/my guest"), "my-guest");
  EXPECT_EQ (word_of ("/run/netns/.hidden"), "nhidden");
  EXPECT_EQ (word_of ("Zürich"), "Z--rich");
}

} // namespace
