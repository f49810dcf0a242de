/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/share.h"

#define ROOT 0

struct _VswShares
{
  GHashTable *counts; /* (owned) uid → how many */
};

VswShares *
vsw_shares_new (void)
{
  VswShares *self = g_new0 (VswShares, 1);

  self->counts = g_hash_table_new (NULL, NULL);
  return self;
}

void
vsw_shares_free (VswShares *self)
{
  g_hash_table_unref (self->counts);
  g_free (self);
}

static guint
get_count (VswShares *self, guint32 uid)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, GUINT_TO_POINTER (uid)));
}

static void
set_count (VswShares *self, guint32 uid, guint count)
{
  if (count > 0)
    g_hash_table_insert (self->counts, GUINT_TO_POINTER (uid), GUINT_TO_POINTER (count));
  else
    g_hash_table_remove (self->counts, GUINT_TO_POINTER (uid));
}

/**
 * vsw_shares_take:
 * @uid: whose call it is
 * @limit: how many he may have
 *
 * Thread: main. Errors: QUOTA_EXCEEDED with what is used and the limit.
 */
gboolean
vsw_shares_take (VswShares *self, guint32 uid, guint limit, GError **error)
{
  guint used = get_count (self, uid);

  if (uid == ROOT)
    return TRUE;
  if (used >= limit)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_QUOTA_EXCEEDED, "uid %u has too many calls under way: %u used, limit %u",
                   uid, used, limit);
      return FALSE;
    }

  set_count (self, uid, used + 1);
  return TRUE;
}

/**
 * vsw_shares_give_back:
 * @uid: as it was taken
 *
 * Thread: main.
 */
void
vsw_shares_give_back (VswShares *self, guint32 uid)
{
  if (uid != ROOT)
    set_count (self, uid, get_count (self, uid) - 1);
}
