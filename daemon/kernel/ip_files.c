/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/ip_files.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "kernel/read.h"

#define MAX_VALUE    64 /* octets of the longest, an IPv6 address */
#define MAX_ATTEMPTS 4  /* of finding the files of a device that is being renamed */

/* What travels of IPv6, in the order in which it is set: whether there is IPv6 at all comes first, the secret, which changes the address
 * generation, last. Not: mtu (the link's), mc_forwarding (a routing daemon's), ioam6_* , seg6_* and rpl_* (they say who the node is, not how it is reached), and
 * addr_gen_mode, whose file makes addresses at once. Documentation/networking/ip-sysctl.rst. */
static const char *const names[] = {
  "disable_ipv6",
  "accept_dad",
  "accept_ra",
  "accept_ra_defrtr",
  "accept_ra_from_local",
  "accept_ra_min_hop_limit",
  "accept_ra_min_lft",
  "accept_ra_mtu",
  "accept_ra_pinfo",
  "accept_ra_rt_info_max_plen",
  "accept_ra_rt_info_min_plen",
  "accept_ra_rtr_pref",
  "accept_redirects",
  "accept_source_route",
  "accept_untracked_na",
  "autoconf",
  "dad_transmits",
  "disable_policy",
  "drop_unicast_in_l2_multicast",
  "drop_unsolicited_na",
  "enhanced_dad",
  "force_forwarding",
  "force_mld_version",
  "force_tllao",
  "forwarding",
  "hop_limit",
  "ignore_routes_with_linkdown",
  "keep_addr_on_down",
  "max_addresses",
  "max_desync_factor",
  "mldv1_unsolicited_report_interval",
  "mldv2_unsolicited_report_interval",
  "ndisc_evict_nocarrier",
  "ndisc_notify",
  "ndisc_tclass",
  "optimistic_dad",
  "proxy_ndp",
  "ra_defrtr_metric",
  "ra_honor_pio_life",
  "ra_honor_pio_pflag",
  "regen_max_retry",
  "regen_min_advance",
  "router_probe_interval",
  "router_solicitation_delay",
  "router_solicitation_interval",
  "router_solicitation_max_interval",
  "router_solicitations",
  "suppress_frag_ndisc",
  "temp_prefered_lft",
  "temp_valid_lft",
  "use_oif_addrs_only",
  "use_optimistic",
  "use_tempaddr",
  "stable_secret",
};

static gboolean
is_still_called (VswSession *session, VswIpLink link, const char *name)
{
  g_autoptr (VswLink) now = vsw_read_link (session->route, (VswDeviceRef){ .index = link.index }, NULL);

  return now != NULL && g_str_equal (now->name, name);
}

/* The directory is opened by name and then the name is asked for again: from there on the descriptor is of that device or, once it is renamed, of
 * nothing. A device called "all" or "default" has none (sysctl_dev_name_is_allowed() of net/ipv4/devinet.c). -1: none to be seen. */
static int
open_directory (VswSession *session, VswIpLink link)
{
  for (guint i = 0; i < MAX_ATTEMPTS; i++)
    {
      g_autoptr (VswLink) now = vsw_read_link (session->route, (VswDeviceRef){ .index = link.index }, NULL);
      g_autofree char *path = NULL;
      int fd;

      if (now == NULL || g_str_equal (now->name, "all") || g_str_equal (now->name, "default")
          || strchr (now->name, '/') != NULL || g_str_equal (now->name, ".") || g_str_equal (now->name, ".."))
        return -1;
      path = g_strconcat ("/proc/sys/net/ipv6/conf/", now->name, NULL);
      fd = open (path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (fd >= 0 && is_still_called (session, link, now->name))
        return fd;
      if (fd >= 0)
        close (fd);
      else if (is_still_called (session, link, now->name))
        return -1;
    }
  return -1;
}

/* Without the end of the line. FALSE: not there, not to be read, or nothing in it. */
static gboolean
read_value (int directory, const char *name, char value[MAX_VALUE])
{
  int fd = openat (directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  gssize size;

  if (fd < 0)
    return FALSE;
  size = TEMP_FAILURE_RETRY (read (fd, value, MAX_VALUE - 1));
  close (fd);
  if (size <= 0)
    return FALSE;
  value[size] = '\0';
  g_strchomp (value);
  return value[0] != '\0';
}

static void
add_values (int directory, VswIpSet *set)
{
  char value[MAX_VALUE];

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (read_value (directory, names[i], value))
      {
        g_autofree char *text = g_strconcat (names[i], " ", value, NULL);

        vsw_ip_set_add (set, vsw_ip_item_new (VSW_IP_SETTING6, text, strlen (text)));
      }
}

void
vsw_ip_files_read (VswSession *session, VswIpLink link, VswIpSet *set)
{
  int directory = open_directory (session, link);

  if (directory < 0)
    return;
  add_values (directory, set);
  close (directory);
}

void
vsw_ip_files_read_defaults (VswIpSet *set)
{
  int directory = open ("/proc/sys/net/ipv6/conf/default", O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (directory < 0)
    return;
  add_values (directory, set);
  close (directory);
}

gboolean
vsw_ip_files_read_number (const char *family, const char *whose, const char *name, guint32 *ret_value)
{
  g_autofree char *path = g_strdup_printf ("/proc/sys/net/%s/conf/%s", family, whose);
  int directory = open (path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  char value[MAX_VALUE];
  gboolean ok;

  if (directory < 0)
    return FALSE;
  ok = read_value (directory, name, value);
  close (directory);
  if (ok)
    *ret_value = (guint32)g_ascii_strtoll (value, NULL, 10);
  return ok;
}

/* --- writing --- */

/* The name is one of ours, whatever the bytes say. (nullable) */
static const char *
split (const VswIpItem *item, char value[MAX_VALUE])
{
  g_autofree char *text = g_strndup ((const char *)item->body, item->size);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gsize size = strlen (names[i]);

      if (strncmp (text, names[i], size) == 0 && text[size] == ' ')
        return g_strlcpy (value, text + size + 1, MAX_VALUE) < MAX_VALUE ? names[i] : NULL;
    }
  return NULL;
}

static gboolean
write_value (int directory, VswIpLink link, const char *name, const char *value, GError **error)
{
  g_autofree char *escaped = vsw_text_escape (link.name);
  g_autofree char *step = g_strdup_printf ("set %s of %s in IPv6", name, escaped);
  int fd = openat (directory, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
  int code = errno;
  gssize written;

  if (fd >= 0)
    {
      written = TEMP_FAILURE_RETRY (write (fd, value, strlen (value)));
      code = errno;
      close (fd);
      if (written >= 0)
        return TRUE;
    }
  vsw_errno_set_error (code, step, NULL, error);
  return FALSE;
}

gboolean
vsw_ip_files_write (VswSession *session, VswIpLink link, const VswIpSet *wish, const VswIpSet *now, GError **error)
{
  int directory = -1;
  gboolean ok = TRUE;

  for (guint i = 0; i < wish->items->len && ok; i++)
    {
      const VswIpItem *item = g_ptr_array_index (wish->items, i);
      char value[MAX_VALUE];
      const char *name;

      if (item->kind != VSW_IP_SETTING6 || vsw_ip_set_find (now, item) != NULL)
        continue;
      name = split (item, value);
      if (name == NULL)
        continue;
      if (directory < 0)
        directory = open_directory (session, link);
      if (directory < 0)
        break; /* a link without IPv6, or none in this kernel: nothing to set */
      if (faccessat (directory, name, F_OK, 0) == 0)
        ok = write_value (directory, link, name, value, error);
    }
  if (directory >= 0)
    close (directory);
  return ok;
}
