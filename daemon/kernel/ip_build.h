/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that make items of messages have in common: walking through attributes, and writing them. Private to ip_item.c, ip_told.c and ip_route.c. */
#pragma once

#include "kernel/ip_item.h"

G_BEGIN_DECLS

static inline gboolean
vsw_ip_kind_has_attributes (VswIpKind kind)
{
  return kind >= VSW_IP_ADDRESS && kind <= VSW_IP_RULE;
}

/* for (struct nlattr *a = vsw_ip_first (…); nla_ok (a, rest); a = nla_next (a, &rest)) */
static inline struct nlattr *
vsw_ip_first (const VswIpItem *item, int *ret_rest)
{
  gsize head = NLMSG_ALIGN (vsw_ip_item_get_head_size (item->kind));

  *ret_rest = vsw_ip_kind_has_attributes (item->kind) && item->size > head ? (int)(item->size - head) : 0;
  return (struct nlattr *)(item->body + head);
}

static inline void
vsw_ip_put (GByteArray *body, int type, gconstpointer data, gsize size)
{
  static const guint8 padding[NLA_ALIGNTO] = { 0 };
  struct nlattr head = { .nla_len = (guint16)(NLA_HDRLEN + size), .nla_type = (guint16)type };

  g_byte_array_append (body, (const guint8 *)&head, sizeof head);
  g_byte_array_append (body, (const guint8 *)data, (guint)size);
  g_byte_array_append (body, padding, (guint)(NLA_ALIGN (size) - size));
}

static inline void
vsw_ip_put_copy (GByteArray *body, const struct nlattr *attribute)
{
  vsw_ip_put (body, attribute->nla_type, nla_data (attribute), (gsize)nla_len (attribute));
}

static inline GByteArray *
vsw_ip_begin (gconstpointer head, gsize size)
{
  static const guint8 padding[NLMSG_ALIGNTO] = { 0 };
  GByteArray *body = g_byte_array_new ();

  g_byte_array_append (body, (const guint8 *)head, (guint)size);
  g_byte_array_append (body, padding, (guint)(NLMSG_ALIGN (size) - size));
  return body;
}

static inline VswIpItem *
vsw_ip_end (VswIpKind kind, GByteArray *body)
{
  VswIpItem *item = vsw_ip_item_new (kind, body->data, body->len);

  g_byte_array_unref (body);
  return item;
}

/* The message as an item, to look for attributes in. (transfer full) (nullable) */
static inline VswIpItem *
vsw_ip_wrap (VswIpKind kind, const struct nlmsghdr *message)
{
  if (message->nlmsg_len < NLMSG_LENGTH (vsw_ip_item_get_head_size (kind)))
    return NULL;
  return vsw_ip_item_new (kind, NLMSG_DATA (message), message->nlmsg_len - NLMSG_HDRLEN);
}

G_END_DECLS
