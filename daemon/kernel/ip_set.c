/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/ip_set.h"

#include "model/error.h"

#define VERSION         1
#define BYTE_ORDER_MARK 0x01020304u /* native: the store does not travel, and does not go wrong silently if it does */
#define MAX_SIZE        (16 * 1024 * 1024)

typedef struct
{
  guint8 version;
  guint8 reserved[3];
  guint32 order;
  gint64 taken;
} Head;

typedef struct
{
  guint32 kind;
  guint32 size;
} RecordHead;

VswIpSet *
vsw_ip_set_new (void)
{
  VswIpSet *self = g_new0 (VswIpSet, 1);

  self->items = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
vsw_ip_set_free (VswIpSet *self)
{
  g_ptr_array_unref (self->items);
  g_free (self);
}

void
vsw_ip_set_add (VswIpSet *self, VswIpItem *item)
{
  g_ptr_array_add (self->items, item);
}

VswIpItem *
vsw_ip_set_find (const VswIpSet *self, const VswIpItem *item)
{
  for (guint i = 0; i < self->items->len; i++)
    if (vsw_ip_item_equal (g_ptr_array_index (self->items, i), item))
      return g_ptr_array_index (self->items, i);
  return NULL;
}

void
vsw_ip_set_age (VswIpSet *self, gint64 now)
{
  guint64 seconds = now > self->taken ? (guint64)(now - self->taken) : 0; /* clocks are set back, lifetimes are not */
  GPtrArray *before = self->items;

  self->items = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < before->len; i++)
    {
      VswIpItem *aged = vsw_ip_item_age (g_ptr_array_index (before, i), seconds);

      if (aged != NULL)
        vsw_ip_set_add (self, aged);
    }
  g_ptr_array_unref (before);
  self->taken = now;
}

GBytes *
vsw_ip_set_encode (const VswIpSet *self)
{
  static const guint8 padding[NLMSG_ALIGNTO];
  Head head = { .version = VERSION, .order = BYTE_ORDER_MARK, .taken = self->taken };
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *)&head, sizeof head);
  for (guint i = 0; i < self->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (self->items, i);
      RecordHead record = { item->kind, item->size };

      g_byte_array_append (bytes, (const guint8 *)&record, sizeof record);
      g_byte_array_append (bytes, item->body, item->size);
      g_byte_array_append (bytes, padding, NLMSG_ALIGN (item->size) - item->size);
    }
  return g_byte_array_free_to_bytes (bytes);
}

static gboolean
decode_records (VswIpSet *self, const guint8 *data, gsize size)
{
  gsize at = 0;

  while (at < size)
    {
      g_autofree VswIpItem *item = NULL;
      RecordHead record;

      if (size - at < sizeof record)
        return FALSE;
      memcpy (&record, data + at, sizeof record);
      at += sizeof record;
      if (record.kind == 0 || record.kind >= VSW_IP_N_KINDS || record.size > size - at
          || NLMSG_ALIGN (record.size) > size - at)
        return FALSE;
      item = vsw_ip_item_new (record.kind, data + at, record.size);
      if (!vsw_ip_item_is_whole (item))
        return FALSE;
      vsw_ip_set_add (self, g_steal_pointer (&item));
      at += NLMSG_ALIGN (record.size);
    }
  return TRUE;
}

/**
 * vsw_ip_set_decode:
 *
 * What vsw_ip_set_encode() wrote, of this version and on a machine like this. Any thread. Errors: INVALID_ARGUMENT.
 */
VswIpSet *
vsw_ip_set_decode (GBytes *bytes, GError **error)
{
  g_autoptr (VswIpSet) self = vsw_ip_set_new ();
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  Head head = { 0 };

  if (size >= sizeof head && size <= MAX_SIZE)
    memcpy (&head, data, sizeof head);
  if (head.version == VERSION && head.order == BYTE_ORDER_MARK)
    {
      self->taken = head.taken;
      if (decode_records (self, data + sizeof head, size - sizeof head))
        return g_steal_pointer (&self);
    }

  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
               "what IP had on a link cannot be read: %" G_GSIZE_FORMAT " octets of version %u", size, head.version);
  return NULL;
}
