/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/mac.h"

#include "model/name.h"

#include <string.h>

#define FIRST_OCTET_GROUP 0x01 /* IEEE 802-2014, 8.2.2: the I/G bit */
#define FIRST_OCTET_LOCAL 0x02 /* the U/L bit */
#define FIRST_OCTET_SWITCH_SIDE                                                                                        \
  0xfe /* of near ends: the highest unicast octet, so that a bridge never takes it for its own */

/**
 * vsw_mac_decode:
 * @text: "aa:bb:cc:dd:ee:ff", either case
 * @ret_mac: (out): untouched on failure
 *
 * Reads a MAC address. Whether it may be used is another question (vsw_mac_is_unicast()).
 *
 * Any thread. Errors: INVALID_ARGUMENT.
 */
gboolean
vsw_mac_decode (const char *text, VswMac *ret_mac, GError **error)
{
  VswMac mac;
  gboolean good = strlen (text) == VSW_MAC_TEXT_SIZE - 1;
  for (int i = 0; good && i < 6; i++)
    {
      const char *p = text + 3 * i;
      good = g_ascii_isxdigit (p[0]) && g_ascii_isxdigit (p[1]) && p[2] == (i < 5 ? ':' : '\0');
      if (good)
        mac.octets[i] = g_ascii_xdigit_value (p[0]) << 4 | g_ascii_xdigit_value (p[1]);
    }
  if (!good)
    {
      g_autofree char *escaped = vsw_text_escape (text);
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                   "MAC address '%s' is not six pairs of hexadecimal digits with colons between", escaped);
      return FALSE;
    }
  *ret_mac = mac;
  return TRUE;
}

/**
 * vsw_mac_print:
 * @text: (out): room for the text
 *
 * Prints a MAC address in lower case. Returns @text. Any thread.
 */
const char *
vsw_mac_print (VswMac mac, char text[VSW_MAC_TEXT_SIZE])
{
  const guint8 *o = mac.octets;
  g_snprintf (text, VSW_MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", o[0], o[1], o[2], o[3], o[4], o[5]);
  return text;
}

/**
 * vsw_mac_equal:
 *
 * Whether both are the same address. Any thread.
 */
gboolean
vsw_mac_equal (VswMac a, VswMac b)
{
  return memcmp (a.octets, b.octets, sizeof a.octets) == 0;
}

/**
 * vsw_mac_is_zero:
 *
 * Whether it is 00:00:00:00:00:00, which stands for "none". Any thread.
 */
gboolean
vsw_mac_is_zero (VswMac mac)
{
  return vsw_mac_to_number (mac) == 0;
}

/**
 * vsw_mac_is_unicast:
 *
 * Whether one station can have it: neither a group address (IEEE 802-2014, 8.2.2) nor zero. Any thread.
 */
gboolean
vsw_mac_is_unicast (VswMac mac)
{
  return !(mac.octets[0] & FIRST_OCTET_GROUP) && !vsw_mac_is_zero (mac);
}

/**
 * vsw_mac_to_number:
 *
 * The address as a number below 2^48, first octet highest. Any thread.
 */
guint64
vsw_mac_to_number (VswMac mac)
{
  guint64 number = 0;
  for (int i = 0; i < 6; i++)
    number = number << 8 | mac.octets[i];
  return number;
}

/**
 * vsw_mac_from_number:
 * @number: below 2^48; higher bits are ignored
 *
 * The inverse of vsw_mac_to_number(). Any thread.
 */
VswMac
vsw_mac_from_number (guint64 number)
{
  VswMac mac;
  for (int i = 5; i >= 0; i--, number >>= 8)
    mac.octets[i] = number & 0xff;
  return mac;
}

/**
 * vsw_mac_switch_side:
 * @nic: the address of a far end
 *
 * The address of the near end of a NIC: fe and the last five octets of the NIC's. Any thread.
 */
VswMac
vsw_mac_switch_side (VswMac nic)
{
  nic.octets[0] = FIRST_OCTET_SWITCH_SIDE;
  return nic;
}

/**
 * vsw_mac_from_seed:
 * @seed: any text; the same text gives the same address on every machine
 *
 * Makes a locally administered unicast address from a hash, never one that begins with fe. Any thread.
 */
VswMac
vsw_mac_from_seed (const char *seed)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, (const guchar *)seed, strlen (seed));
  guint8 digest[32];
  gsize length = sizeof digest;
  g_checksum_get_digest (checksum, digest, &length);
  VswMac mac;
  memcpy (mac.octets, digest, sizeof mac.octets);
  mac.octets[0] = (mac.octets[0] & ~FIRST_OCTET_GROUP) | FIRST_OCTET_LOCAL;
  if (mac.octets[0] == FIRST_OCTET_SWITCH_SIDE)
    mac.octets[0] &= ~0x04;
  return mac;
}

/**
 * vsw_mac_range_check:
 *
 * Says whether dynamic addresses can come from there: both ends unicast, in order, the same first octet (so that
 * everything between is unicast too), and that one not fe, which switch-side devices have. Globally unique addresses are
 * allowed, for who owns an OUI.
 *
 * Any thread. Errors: INVALID_ARGUMENT.
 */
gboolean
vsw_mac_range_check (VswMacRange range, GError **error)
{
  char first[VSW_MAC_TEXT_SIZE], last[VSW_MAC_TEXT_SIZE];
  const char *fault = NULL;
  if (!vsw_mac_is_unicast (range.first) || !vsw_mac_is_unicast (range.last))
    fault = "has an end that is no unicast address";
  else if (range.first.octets[0] != range.last.octets[0])
    fault = "spans more than one first octet";
  else if (range.first.octets[0] == FIRST_OCTET_SWITCH_SIDE)
    fault = "begins with fe, which switch-side devices have";
  else if (vsw_mac_to_number (range.first) > vsw_mac_to_number (range.last))
    fault = "ends before it begins";
  if (fault == NULL)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "MAC address range %s-%s %s",
               vsw_mac_print (range.first, first), vsw_mac_print (range.last, last), fault);
  return FALSE;
}

/**
 * vsw_mac_range_size:
 *
 * How many addresses a valid range holds, both ends counted. Any thread.
 */
guint64
vsw_mac_range_size (VswMacRange range)
{
  return vsw_mac_to_number (range.last) - vsw_mac_to_number (range.first) + 1;
}
