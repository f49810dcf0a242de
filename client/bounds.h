/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the service says of itself in its documentation only (introspection/), for whoever has to keep to it beforehand. tests/client/bounds_test.cc
 * compares. */
#pragma once

#define VSW_LIMIT_FDS 14 /* descriptors that it puts into one message: Attach of org.vmswitch1.Switch */
