/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON of every type that the bus can carry. */
#include "client/json.h"

#include <gtest/gtest.h>

#include <string>

namespace
{

std::string
print (const char *text)
{
  g_autoptr (GError) error = nullptr;
  g_autoptr (GVariant) value = g_variant_parse (nullptr, text, nullptr, nullptr, &error);
  g_autofree char *json = value != nullptr ? vsw_json_print (value) : nullptr;

  EXPECT_NE (value, nullptr) << error->message;
  return json != nullptr ? json : "";
}

std::string
print_string (const char *text)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string (text));
  g_autofree char *json = vsw_json_print (value);

  return json;
}

TEST (Json, PrintsNumbersOfAllSizesInFull)
{
  EXPECT_EQ (print ("uint64 18446744073709551615"), "18446744073709551615");
  EXPECT_EQ (print ("int64 -9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ (print ("(byte 255, int16 -1, uint16 65535, int32 -5, uint32 4294967295, handle 3)"),
             "[255,-1,65535,-5,4294967295,3]");
}

TEST (Json, PrintsTruthAndNothingAsJsonWords)
{
  EXPECT_EQ (print ("[true, false]"), "[true,false]");
  EXPECT_EQ (print ("[just 'a', nothing]"), "[\"a\",null]");
}

TEST (Json, PrintsDoublesThatJsonHasAndNullForTheOthers)
{
  EXPECT_EQ (print ("1.5"), "1.5");
  EXPECT_EQ (print ("[-1e300, inf]"), "[-1.0000000000000001e+300,null]");
}

TEST (Json, TurnsDictionariesIntoObjectsInTheirOrder)
{
  EXPECT_EQ (print ("{'b': <1>, 'a': <'x'>}"), "{\"b\":1,\"a\":\"x\"}");
  EXPECT_EQ (print ("{objectpath '/a': {'n': uint64 1}}"), "{\"/a\":{\"n\":1}}");
  EXPECT_EQ (print ("{uint32 7: true}"), "{\"7\":true}");
}

TEST (Json, PrintsEmptyContainers)
{
  EXPECT_EQ (print ("@a{sv} {}"), "{}");
  EXPECT_EQ (print ("@as []"), "[]");
  EXPECT_EQ (print ("()"), "[]");
}

TEST (Json, LooksThroughVariants)
{
  EXPECT_EQ (print ("<<<'deep'>>>"), "\"deep\"");
}

TEST (Json, PrintsTuplesAndArraysAlike)
{
  EXPECT_EQ (print ("[('a', 1), ('b', 2)]"), "[[\"a\",1],[\"b\",2]]");
}

TEST (Json, EscapesWhatJsonMustNotHold)
{
  EXPECT_EQ (print_string ("\"\\\n\t\r\b\x01\x7f"), "\"\\\"\\\\\\n\\t\\u000d\\u0008\\u0001\\u007f\"");
}

TEST (Json, EscapesWhatSteersATerminal)
{
  EXPECT_EQ (print_string ("\xc2\x9b"), "\"\\u009b\"");                /* U+009B, CSI in one character */
  EXPECT_EQ (print_string ("\xe2\x80\xae"), "\"\\u202e\"");            /* U+202E, right to left */
  EXPECT_EQ (print_string ("\xf3\xa0\x80\x81"), "\"\\udb40\\udc01\""); /* U+E0001, beyond the basic plane */
}

TEST (Json, LeavesPrintableTextAsItIs)
{
  EXPECT_EQ (print_string ("Zürich \xf0\x9f\x90\xa7 /"), "\"Zürich \xf0\x9f\x90\xa7 /\"");
}

} // namespace
