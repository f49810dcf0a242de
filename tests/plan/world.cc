// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/world.h"

#include <regex>

std::string
plain (const std::string &plan)
{
  return std::regex_replace (plan, std::regex ("#[0-9]+"), "#");
}
