/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a router says is taken where the kernel finds the router's default route, which it knows by RTF_ADDRCONF | RTF_DEFAULT (rt6_get_dflt_router() of
 * net/ipv6/route.c), or can make it; an equal one of any other kind is in the way of all that the router says, lifetimes of addresses included
 * (ndisc_router_discovery() of net/ipv6/ndisc.c). Netlink neither tells nor takes these flags. /proc/net/ipv6_route tells them and SIOCADDRT takes
 * them, with CAP_NET_ADMIN.
 *
 * So one that moves is again the kernel's own: when the router withdraws it goes. Two things cannot be said, that it is of RTPROT_RA and its hop limit. Therefore
 * its metric is one higher than that of the kernel's: where they differ the kernel puts its own in the place of it as soon as the router speaks (since 5.12; before,
 * it goes on with this one). */
#include "kernel/ip_router.h"

#include <errno.h>
#include <linux/ipv6_route.h>
#include <linux/route.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/ip_build.h"

#define ROUTES       "/proc/thread-self/net/ipv6_route"
#define LEARNED      (RTF_ADDRCONF | RTF_DEFAULT)
#define CLOCK_TICKS  100  /* USER_HZ a second */
#define PREF_SHIFT   27   /* RTF_PREF() of linux/ipv6_route.h */
#define USUAL_METRIC 1024 /* IP6_RT_PRIO_USER */

/* --- reading --- */

/* Whether the kernel may have it from a router. One that was made here is of RTPROT_BOOT. */
static gboolean
may_be (const VswIpItem *route)
{
  const struct rtmsg *head = (const struct rtmsg *)route->body;
  const struct nlattr *gateway = vsw_ip_item_find (route, RTA_GATEWAY);

  return route->kind == VSW_IP_ROUTE && head->rtm_family == AF_INET6 && head->rtm_dst_len == 0 && head->rtm_src_len == 0
         && head->rtm_table == RT_TABLE_MAIN && (head->rtm_protocol == RTPROT_RA || head->rtm_protocol == RTPROT_BOOT)
         && gateway != NULL && nla_len (gateway) == sizeof (struct in6_addr);
}

static void
print_gateway (const VswIpItem *route, char text[2 * sizeof (struct in6_addr) + 1])
{
  const guint8 *octets = nla_data (vsw_ip_item_find (route, RTA_GATEWAY));

  for (gsize i = 0; i < sizeof (struct in6_addr); i++)
    g_snprintf (text + 2 * i, 3, "%02x", octets[i]);
}

typedef struct
{
  char gateway[33];
  guint metric;
} Learned;

/* A default route of that link that the kernel has from a router. rt6_info_seq_show() of net/ipv6/route.c. */
static gboolean
parse (const char *line, VswIpLink link, Learned *ret_learned)
{
  guint length, source, flags;
  char name[IFNAMSIZ];

  return sscanf (line, "%*32s %x %*32s %x %32s %x %*x %*x %x %15s", &length, &source, ret_learned->gateway,
                 &ret_learned->metric, &flags, name)
             == 6
         && length == 0 && source == 0 && (flags & LEARNED) == LEARNED && g_str_equal (name, link.name);
}

/* (transfer full) (element-type Learned) */
static GArray *
list_learned (VswIpLink link)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Learned));
  FILE *file = fopen (ROUTES, "re");
  char line[256];
  Learned learned;

  while (file != NULL && fgets (line, sizeof line, file) != NULL)
    if (parse (line, link, &learned))
      g_array_append_val (all, learned);
  if (file != NULL)
    fclose (file);
  return all;
}

void
vsw_ip_router_mark (GPtrArray *items, guint first, VswIpLink link)
{
  g_autoptr (GArray) all = NULL;

  for (guint i = first; i < items->len; i++)
    {
      VswIpItem *route = g_ptr_array_index (items, i);
      char gateway[33];

      if (!may_be (route))
        continue;
      if (all == NULL)
        all = list_learned (link);
      print_gateway (route, gateway);
      for (guint j = 0; j < all->len; j++)
        if (g_str_equal (g_array_index (all, Learned, j).gateway, gateway)
            && g_array_index (all, Learned, j).metric == vsw_ip_item_get_u32 (route, RTA_PRIORITY))
          ((struct rtmsg *)route->body)->rtm_flags |= VSW_IP_FROM_ROUTER;
    }
}

static gboolean
has_learned (const VswIpItem *route, VswIpLink link)
{
  g_autoptr (GArray) all = list_learned (link);
  char gateway[33];

  print_gateway (route, gateway);
  for (guint i = 0; i < all->len; i++)
    if (g_str_equal (g_array_index (all, Learned, i).gateway, gateway))
      return TRUE;
  return FALSE;
}

/* --- making --- */

/**
 * vsw_ip_router_aim:
 * @metric: of the routes that the kernel makes on that link, -1: not known
 *
 * What can be said of it, with a metric that the kernel changes. Any thread.
 */
VswIpItem *
vsw_ip_router_aim (const VswIpItem *route, gint64 metric)
{
  const struct rtmsg *head = (const struct rtmsg *)route->body;
  GByteArray *body = vsw_ip_begin (head, sizeof *head);
  guint32 own = vsw_ip_item_get_u32 (route, RTA_PRIORITY);
  int rest;

  if (own == (metric > 0 ? metric : USUAL_METRIC))
    own++;
  ((struct rtmsg *)body->data)->rtm_protocol = RTPROT_BOOT;
  for (struct nlattr *a = vsw_ip_first (route, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    if (nla_type (a) == RTA_PRIORITY)
      vsw_ip_put (body, RTA_PRIORITY, &own, sizeof own);
    else if (nla_type (a) != RTA_METRICS)
      vsw_ip_put_copy (body, a);
  return vsw_ip_end (VSW_IP_ROUTE, body);
}

static guint32
get_preference (const VswIpItem *route)
{
  const struct nlattr *preference = vsw_ip_item_find (route, RTA_PREF);

  return preference != NULL && nla_len (preference) >= 1 ? *(const guint8 *)nla_data (preference) : 0;
}

/**
 * vsw_ip_router_add:
 * @route: as vsw_ip_router_aim() made it
 *
 * Worker. Errors of SIOCADDRT. ipv6_route_ioctl() of net/ipv6/route.c.
 */
int
vsw_ip_router_add (const VswIpItem *route, VswIpLink link)
{
  struct in6_rtmsg request = { .rtmsg_metric = vsw_ip_item_get_u32 (route, RTA_PRIORITY),
                               .rtmsg_ifindex = (int)link.index,
                               .rtmsg_flags = RTF_UP | RTF_GATEWAY | LEARNED | get_preference (route) << PREF_SHIFT };
  const struct nlattr *expires = vsw_ip_item_find (route, RTA_EXPIRES);
  int fd, code;

  if (!may_be (route))
    return EINVAL; /* what was read from the store is not what it says that it is */
  if (has_learned (route, link))
    return EEXIST;
  memcpy (&request.rtmsg_gateway, nla_data (vsw_ip_item_find (route, RTA_GATEWAY)), sizeof request.rtmsg_gateway);
  if (expires != NULL)
    {
      request.rtmsg_flags |= RTF_EXPIRES;
      request.rtmsg_info = (unsigned long)vsw_ip_item_get_u32 (route, RTA_EXPIRES) * CLOCK_TICKS;
    }
  fd = socket (AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return errno;
  code = ioctl (fd, SIOCADDRT, &request) == 0 ? 0 : errno;
  close (fd);
  return code;
}
