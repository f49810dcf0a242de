/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A 48-bit MAC address, and the range that dynamic ones come from. Plain values, passed by value. */
#pragma once

#include "model/error.h"

G_BEGIN_DECLS

#define VSW_MAC_TEXT_SIZE 18 /* "aa:bb:cc:dd:ee:ff" and the closing zero */

typedef struct
{
  guint8 octets[6];
} VswMac;

typedef struct
{
  VswMac first; /* inclusive */
  VswMac last;  /* inclusive, same first three octets or more apart; first <= last */
} VswMacRange;

/* text */
gboolean vsw_mac_decode (const char *text, VswMac *ret_mac, GError **error);
const char *vsw_mac_print (VswMac mac, char text[VSW_MAC_TEXT_SIZE]);

/* questions */
gboolean vsw_mac_equal (VswMac a, VswMac b);
gboolean vsw_mac_is_zero (VswMac mac);
gboolean vsw_mac_is_unicast (VswMac mac);
guint64 vsw_mac_to_number (VswMac mac);
VswMac vsw_mac_from_number (guint64 number);

/* derived */
VswMac vsw_mac_switch_side (VswMac nic);
VswMac vsw_mac_from_seed (const char *seed);

/* ranges */
gboolean vsw_mac_range_check (VswMacRange range, GError **error);
guint64 vsw_mac_range_size (VswMacRange range);

G_END_DECLS
