/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for people: escaping, values in words, tables. */
#include "client/print.h"

#include <gtest/gtest.h>

#include <string>

namespace
{

const VswStyle pipe_style = { FALSE, FALSE, 0 };
const VswStyle ascii_style = { FALSE, TRUE, 80 };

std::string
print (const char *property, const char *text)
{
  g_autoptr (GError) error = nullptr;
  g_autoptr (GVariant) value = g_variant_parse (nullptr, text, nullptr, nullptr, &error);
  g_autofree char *words = value != nullptr ? vsw_print_value (property, value, &pipe_style) : nullptr;

  EXPECT_NE (value, nullptr) << error->message;
  return words != nullptr ? words : "";
}

std::string
escape (const char *text, const VswStyle *style)
{
  g_autofree char *escaped = vsw_print_text (text, style);

  return escaped;
}

TEST (Text, HasNoControlCharacters)
{
  EXPECT_EQ (escape ("a\nb\tc\x1b[0m\x7f", &pipe_style), "a\\nb\\tc\\x1b[0m\\x7f");
  EXPECT_EQ (escape ("\xc2\x9b|\xe2\x80\xae|\xf3\xa0\x80\x81", &pipe_style), "\\x9b|\\u202e|\\U000e0001");
}

TEST (Text, StaysAsItIsWhereItCanBeShown)
{
  EXPECT_EQ (escape ("Zürich \\ 100%", &pipe_style), "Zürich \\ 100%");
  EXPECT_EQ (escape ("Zürich \xe2\x82\xac", &ascii_style), "Z\\xfcrich \\u20ac");
}

TEST (Value, IsToldInWords)
{
  EXPECT_EQ (print ("", "true"), "yes");
  EXPECT_EQ (print ("", "false"), "no");
  EXPECT_EQ (print ("", "uint32 5"), "5");
  EXPECT_EQ (print ("", "<'a'>"), "a");
  EXPECT_EQ (print ("", "''"), "");
  EXPECT_EQ (print ("", "@as []"), "none");
  EXPECT_EQ (print ("", "['a', 'b']"), "a, b");
  EXPECT_EQ (print ("", "[('a', 'b'), ('c', 'd')]"), "a b, c d");
  EXPECT_EQ (print ("", "{'MaxPorts': uint32 5, 'B': 6}"), "MaxPorts 5, B 6");
}

TEST (Value, ThatIsAnObjectIsNamed)
{
  EXPECT_EQ (print ("", "objectpath '/'"), "none");
  EXPECT_EQ (print ("", "objectpath '/org/vmswitch1/switch/a_2db'"), "switch a-b");
  EXPECT_EQ (print ("", "[objectpath '/org/vmswitch1/switch/lab/port/web']"), "port lab/web");
}

TEST (Value, HasTheUnitOfItsProperty)
{
  EXPECT_EQ (print ("Speed", "uint64 10000000000"), "10 Gbit/s");
  EXPECT_EQ (print ("Speed", "uint64 2500000000"), "2.5 Gbit/s");
  EXPECT_EQ (print ("Speed", "uint64 999"), "999 bit/s");
  EXPECT_EQ (print ("Speed", "uint64 0"), "unknown");
  EXPECT_EQ (print ("CreatedTimestamp", "uint64 0"), "never");
  EXPECT_EQ (print ("CreatedTimestamp", "uint64 1700000000000000"), "2023-11-14 22:13:20");
  EXPECT_EQ (print ("CreatedTimestamp", "uint64 18446744073709551615"), "unknown");
  EXPECT_EQ (print ("Other", "uint64 7"), "7");
}

class Table : public ::testing::Test
{
protected:
  void
  SetUp () override
  {
    static const char *const headings[] = { "NAME", "STATE", "MAC", nullptr };

    table = vsw_table_new (headings);
  }

  void
  TearDown () override
  {
    vsw_table_free (table);
  }

  void
  add (const char *first, const char *second, const char *third)
  {
    const char *const cells[] = { first, second, third };

    vsw_table_add (table, cells);
  }

  std::string
  text (guint width)
  {
    VswStyle style = { FALSE, FALSE, width };
    g_autofree char *lines = vsw_table_print (table, &style);

    return lines;
  }

  VswTable *table = nullptr;
};

TEST_F (Table, AlignsItsColumnsWithoutTrailingBlanks)
{
  add ("a-long-name", "ok", "02");
  add ("b", nullptr, "03");
  add ("c", "", nullptr);
  EXPECT_EQ (text (0), "NAME         STATE  MAC\na-long-name  ok     02\nb                   03\nc\n");
}

TEST_F (Table, CountsColumnsAndNotOctets)
{
  add ("└─ é", "ok", nullptr);
  add ("日本", "ok", nullptr);      /* wide */
  add ("e\xcc\x81", "ok", nullptr); /* a combining accent has no width */
  EXPECT_EQ (text (0), "NAME  STATE  MAC\n└─ é  ok\n日本  ok\ne\xcc\x81     ok\n");
}

TEST_F (Table, LeavesOutLastColumnsWhereTheTerminalIsNarrow)
{
  add ("a", "forwarding", "02:00:00:00:00:01");
  EXPECT_EQ (text (35), "NAME  STATE       MAC\na     forwarding  02:00:00:00:00:01\n");
  EXPECT_EQ (text (34), "NAME  STATE\na     forwarding\n");
}

TEST_F (Table, KeepsTwoColumnsHoweverNarrow)
{
  EXPECT_EQ (text (1), "NAME  STATE\n");
}

} // namespace
