/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A new address of IPv6 is acknowledged before the host takes frames for it: its route in the table "local" is made by a work queue, even if nobody is to be
 * asked whether the address is taken (addrconf_dad_start() of net/ipv6/addrconf.c). When the old link lost the address before that, the host took what came for
 * frames to forward, for 3 to 7 ms (measured on 6.18). */
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "kernel/ip_encode.h"
#include "kernel/ip_steps.h"

#define ADDRESS  16
#define PATIENCE (1 * G_TIME_SPAN_SECOND)
#define PAUSE    (G_TIME_SPAN_MILLISECOND / 2)

static void
keep_local (const struct nlmsghdr *message, gpointer user_data)
{
  const struct rtmsg *head = nlmsg_data (message);
  const struct nlattr *destination;

  if (message->nlmsg_type != RTM_NEWROUTE || message->nlmsg_len < NLMSG_LENGTH (sizeof *head)
      || head->rtm_type != RTN_LOCAL)
    return;
  destination = nlmsg_find_attr ((struct nlmsghdr *)message, sizeof *head, RTA_DST);
  if (destination != NULL && nla_len (destination) == ADDRESS)
    g_byte_array_append (user_data, nla_data (destination), ADDRESS);
}

static gboolean
has (const GByteArray *addresses, const guint8 *address)
{
  for (guint i = 0; i + ADDRESS <= addresses->len; i += ADDRESS)
    if (memcmp (addresses->data + i, address, ADDRESS) == 0)
      return TRUE;
  return FALSE;
}

/* Whether each address of IPv6 among the items is the host's at that link. */
static gboolean
are_in_use (const GByteArray *addresses, const VswIpSet *items)
{
  for (guint i = 0; i < items->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (items->items, i);
      const struct nlattr *own = NULL;

      if (item->kind == VSW_IP_ADDRESS && item->body[0] == AF_INET6)
        own = vsw_ip_item_find (item, vsw_ip_item_find (item, IFA_LOCAL) != NULL ? IFA_LOCAL : IFA_ADDRESS);
      if (own != NULL && nla_len (own) == ADDRESS && !has (addresses, nla_data (own)))
        return FALSE;
    }
  return TRUE;
}

void
vsw_ip_wait_for_addresses (const VswIpWork *self, VswSession *session, const VswIpSet *items)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (self->device->is_up)
    {
      g_autoptr (GByteArray) addresses = g_byte_array_new ();
      VswAnswer answer;

      if (!vsw_socket_read (session->route, vsw_ip_encode_list (VSW_IP_ROUTE, AF_INET6, self->link.index, FALSE),
                            keep_local, addresses, &answer, NULL)
          || are_in_use (addresses, items))
        return;
      if (g_get_monotonic_time () > deadline)
        {
          g_debug ("addresses of device %u are not in use yet: some frames will be lost", self->link.index);
          return;
        }
      g_usleep (PAUSE);
    }
}
