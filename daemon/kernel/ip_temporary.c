/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nobody but the kernel makes an address temporary (inet6_rtm_newaddr() of net/ipv6/addrconf.c takes no IFA_F_TEMPORARY): one that moves is an ordinary address from
 * then on, and the kernel makes a new temporary one on the link as soon as that has the address which they come from (manage_tempaddrs()). New connections are to
 * use that. So the old one is deprecated: connections that are bound to it live on, until its lifetime is over, which nobody renews.
 *
 * Every move leaves one over so. The kernel forms no more addresses on a link that has many (max_addresses, 16), so the oldest of more than a few are
 * over soon. */
#include "kernel/ip_temporary.h"

#include <linux/if_addr.h>

#include "kernel/ip_build.h"
#include "kernel/ip_settings.h"

#define MAX_LEFT 4  /* addresses that have been temporary, and stay */
#define SOON     60 /* seconds */
#define MAKER                                                                                                          \
  118 /* IFA_PROTO of them, by which they are known: none of linux/if_addr.h or of /etc/iproute2/rt_addrprotos */

static struct ifa_cacheinfo *
get_lifetimes (VswIpItem *address)
{
  struct nlattr *attribute = vsw_ip_item_find (address, IFA_CACHEINFO);

  return attribute != NULL && nla_len (attribute) >= (int)sizeof (struct ifa_cacheinfo) ? nla_data (attribute) : NULL;
}

static gboolean
is_of_ipv6 (const VswIpItem *item)
{
  return item->kind == VSW_IP_ADDRESS && item->body[0] == AF_INET6;
}

/* Whether the kernel makes new ones. */
static gboolean
are_made (const VswIpSet *wish)
{
  gboolean any = FALSE;

  for (guint i = 0; i < wish->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (wish->items, i);

      any |= is_of_ipv6 (item) && (vsw_ip_item_get_flags (item) & IFA_F_MANAGETEMPADDR) != 0;
    }
  return any && vsw_ip_settings_get_number6 (wish, "use_tempaddr") > 0;
}

/* One that was temporary before an earlier move. */
static gboolean
is_left (const VswIpItem *item)
{
  const struct nlattr *maker = vsw_ip_item_find (item, IFA_PROTO);

  return maker != NULL && nla_len (maker) >= 1 && *(const guint8 *)nla_data (maker) == MAKER
         && get_lifetimes ((VswIpItem *)item) != NULL;
}

/* (transfer full) */
static VswIpItem *
retire (const VswIpItem *address)
{
  const guint8 maker = MAKER;
  GByteArray *body = vsw_ip_begin (address->body, sizeof (struct ifaddrmsg));
  VswIpItem *retired;
  int rest;

  for (struct nlattr *a = vsw_ip_first (address, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    if (nla_type (a) != IFA_PROTO)
      vsw_ip_put_copy (body, a);
  vsw_ip_put (body, IFA_PROTO, &maker, sizeof maker);
  retired = vsw_ip_end (VSW_IP_ADDRESS, body);
  get_lifetimes (retired)->ifa_prefered = 0;
  return retired;
}

static int
compare_lifetimes (gconstpointer a, gconstpointer b)
{
  guint32 left = get_lifetimes (*(VswIpItem *const *)a)->ifa_valid;
  guint32 right = get_lifetimes (*(VswIpItem *const *)b)->ifa_valid;

  return left < right ? 1 : left > right ? -1 : 0;
}

/* The oldest of too many. */
static void
end_soon (GPtrArray *left)
{
  g_ptr_array_sort (left, compare_lifetimes);
  for (guint i = MAX_LEFT; i < left->len; i++)
    {
      struct ifa_cacheinfo *lifetimes = get_lifetimes (g_ptr_array_index (left, i));

      lifetimes->ifa_valid = MIN (lifetimes->ifa_valid, SOON);
    }
}

void
vsw_ip_retire_temporary (VswIpSet *items, const VswIpSet *wish)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new ();

  if (!are_made (wish))
    return;
  for (guint i = 0; i < items->items->len; i++)
    {
      VswIpItem *item = g_ptr_array_index (items->items, i);

      if (!is_of_ipv6 (item) || get_lifetimes (item) == NULL)
        continue;
      if (is_left (item))
        g_ptr_array_add (left, item);
      else if ((vsw_ip_item_get_flags (item) & IFA_F_TEMPORARY) != 0)
        {
          items->items->pdata[i] = retire (item);
          g_free (item);
        }
    }
  end_soon (left);
}
