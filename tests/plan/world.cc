// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/world.h"

std::string
plain (const std::string &plan)
{
  std::string text;
  bool in_index = false;
  for (char c : plan)
    {
      in_index = in_index && g_ascii_isdigit (c);
      if (!in_index)
        text += c;
      in_index = in_index || c == '#';
    }
  return text;
}
