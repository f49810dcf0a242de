// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "model/name.h"

namespace
{

using Check = gboolean (*) (const char *, GError **);

/* "" if it is good. */
std::string
refusal (Check check, const std::string &text)
{
  g_autoptr (GError) error = nullptr;
  if (check (text.c_str (), &error))
    return "";
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT));
  return error->message;
}

} // namespace

TEST (Name, TakesWhatTheApiAllows)
{
  for (const char *name : { "a", "0", "lab", "vm1-net0", "A.b_c-d", "9.9", "Z" })
    EXPECT_EQ (refusal (vsw_name_check, name), "") << name;
  EXPECT_EQ (refusal (vsw_name_check, std::string (63, 'x')), "");
}

TEST (Name, RefusesEverythingElse)
{
  for (const char *name : { "", "-a", ".a", "_a", "a b", "a/b", "a\n", "\xc3\xa4", "a\xff", "a:b", "a~b" })
    EXPECT_NE (refusal (vsw_name_check, name), "") << name;
  EXPECT_NE (refusal (vsw_name_check, std::string (64, 'x')).find ("64 characters is too long, limit 63"),
             std::string::npos);
}

TEST (Name, NamesTheWrongValueEscaped)
{
  EXPECT_NE (refusal (vsw_name_check, "a\x1b[2J").find ("'a\\x1b[2J'"), std::string::npos);
}

TEST (Description, CountsCharactersNotOctets)
{
  std::string umlauts;
  for (int i = 0; i < 256; i++)
    umlauts += "\xc3\xa4";
  EXPECT_EQ (refusal (vsw_description_check, umlauts), "");
  EXPECT_NE (refusal (vsw_description_check, umlauts + "x").find ("257 characters is too long, limit 256"),
             std::string::npos);
  EXPECT_EQ (refusal (vsw_description_check, ""), "");
}

TEST (Description, RefusesWhatIsNoPrintableUtf8)
{
  EXPECT_NE (refusal (vsw_description_check, "\xff"), "");
  EXPECT_NE (refusal (vsw_description_check, "a\nb").find ("U+000A"), std::string::npos);
  EXPECT_NE (refusal (vsw_description_check, "a\x1b[31m").find ("U+001B"), std::string::npos);
}

TEST (InterfaceName, TakesWhatTheKernelTakes)
{
  for (const char *name : { "eth0", "e", "123456789012345", "wlan-0.5", "a_b", "@x" })
    EXPECT_EQ (refusal (vsw_interface_check, name), "") << name;
}

TEST (InterfaceName, RefusesWhatTheKernelOrAToolCannotTake)
{
  for (const char *name : { "", "1234567890123456", "a/b", "a:b", "a b", "a\tb", ".", "..", "all", "default", "-x",
                            "eth%d", "\xc3\xa4", "a\x7f" })
    EXPECT_NE (refusal (vsw_interface_check, name), "") << name;
}

TEST (Id, IsALowerCaseUuidAndNewEachTime)
{
  std::set<std::string> seen;
  for (int i = 0; i < 100; i++)
    {
      g_autofree char *id = vsw_id_new ();
      EXPECT_TRUE (g_uuid_string_is_valid (id));
      EXPECT_EQ (std::string (id).find_first_of ("ABCDEF"), std::string::npos);
      EXPECT_TRUE (seen.insert (id).second);
    }
}

TEST (Escaping, LeavesPrintableTextAlone)
{
  for (const char *text : { "eth0", "", "b\xc3\xbcro", "-x", "a b" })
    {
      g_autofree char *escaped = vsw_text_escape (text);
      EXPECT_STREQ (escaped, text);
    }
}

TEST (Escaping, MakesTheRestHarmlessAndUnambiguous)
{
  const std::pair<const char *, const char *> cases[] = {
    { "\x1b[31m", "\\x1b[31m" }, { "a\xff", "a\\xff" },
    { "\xc3", "\\xc3" },         { "\\x41", "\\x5cx41" },
    { "a\nb", "a\\x0ab" },       { "\xe2\x80\xae", "\\xe2\\x80\\xae" }, /* turns the writing round */
  };
  for (const auto &[bytes, text] : cases)
    {
      g_autofree char *escaped = vsw_text_escape (bytes);
      EXPECT_STREQ (escaped, text);
      EXPECT_TRUE (g_utf8_validate (escaped, -1, nullptr));
    }
}

/* As in a reply, which has to be UTF-8. */
TEST (Text, IsCutWhereverThatFallsAndStaysValid)
{
  g_autofree char *whole = vsw_text_excerpt ("short ä");
  EXPECT_STREQ (whole, "short ä");
  for (int shift = 0; shift < 8; shift++)
    {
      std::string text (shift, 'x');
      while (text.size () < 200)
        text += "漢";
      g_autofree char *cut = vsw_text_excerpt (text.c_str ());
      EXPECT_TRUE (g_utf8_validate (cut, -1, nullptr)) << shift;
      EXPECT_TRUE (g_str_has_suffix (cut, "…")) << cut;
      EXPECT_LT (strlen (cut), 100u);
    }
}
