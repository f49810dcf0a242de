// SPDX-License-Identifier: GPL-2.0-or-later
// The client keeps to the limits of the service.
#include <gtest/gtest.h>

#include "bus/descriptors.h"
#include "client/bounds.h"

TEST (Bounds, AreThoseOfTheService)
{
  EXPECT_EQ (VSW_LIMIT_FDS, VSW_DESCRIPTORS_MAX);
}
