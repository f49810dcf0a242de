/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A few are deleted one by one, all at once. Many go in chunks by link group, which costs half a millisecond a port instead of 16: each chunk is moved to
 * a group of its own, and nothing else may be in that group. A chunk holds the kernel's lock for less than 60 ms. */
#include "kernel/delete.h"

#include <errno.h>

#include "kernel/encode.h"
#include "kernel/read.h"

#define FEW   4 /* one by one up to so many; VSW_REAPERS at most */
#define CHUNK 50

G_STATIC_ASSERT (CHUNK <= VSW_SOCKET_BATCH);

static GHashTable *
new_set (void)
{
  return g_hash_table_new (NULL, NULL);
}

static gboolean
check_ours (const VswLink *link, GError **error)
{
  g_autofree char *name = NULL;

  if (vsw_link_is_marked (link))
    return TRUE;

  name = vsw_text_escape (link->name);
  g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT, "device %s (index %u) is not ours to delete: its group is %u",
               name, link->index, link->group);
  return FALSE;
}

static GPtrArray *
new_errands (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_errand_unref);
}

/* --- one by one --- */

/* Deletes these, all at the same time. Links that are gone already are no error. */
static gboolean
delete_each (VswSession *session, const guint *indexes, guint n, GError **error)
{
  g_autoptr (GPtrArray) errands = new_errands ();
  g_autoptr (GHashTable) waiting = new_set ();
  gboolean done;

  if (!vsw_witness_begin (session->witness, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      g_hash_table_add (waiting, GUINT_TO_POINTER (indexes[i]));
      g_ptr_array_add (errands, vsw_reaper_send (session->reaper, vsw_encode_delete (indexes[i])));
    }
  done = vsw_witness_wait (session->witness, waiting, errands, n > 1 ? "delete devices" : "delete a device", error);
  vsw_witness_end (session->witness);

  return done;
}

static gboolean
delete_few (VswSession *session, GArray *devices, GError **error)
{
  guint indexes[FEW];
  G_STATIC_ASSERT (FEW <= VSW_REAPERS);
  guint n = 0;

  for (guint i = 0; i < devices->len; i++)
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (VswLink) link = vsw_read_link (session->route, g_array_index (devices, VswDeviceRef, i), &local);

      if (link == NULL && g_error_matches (local, VSW_ERROR, VSW_ERROR_NOT_FOUND))
        continue;
      if (link == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (!check_ours (link, error))
        return FALSE;
      indexes[n++] = link->index;
    }

  return n == 0 || delete_each (session, indexes, n, error);
}

/* --- by group --- */

/* Which of the devices are there, bridges last: a bridge that goes lets go of its ports one by one. */
static GArray *
find_all (VswLinks *links, GArray *devices, GError **error)
{
  g_autoptr (GArray) indexes = g_array_sized_new (FALSE, FALSE, sizeof (guint), devices->len);
  g_autoptr (GArray) bridges = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GHashTable) seen = new_set ();

  for (guint i = 0; i < devices->len; i++)
    {
      const VswDeviceRef *device = &g_array_index (devices, VswDeviceRef, i);
      VswLink *link =
          device->index != 0 ? vsw_links_get (links, device->index) : vsw_links_find_name (links, device->name);

      if (link == NULL || !g_hash_table_add (seen, GUINT_TO_POINTER (link->index)))
        continue;
      if (!check_ours (link, error))
        return NULL;
      g_array_append_val (link->is_bridge ? bridges : indexes, link->index);
    }
  if (bridges->len > 0)
    g_array_append_vals (indexes, bridges->data, bridges->len);

  return g_steal_pointer (&indexes);
}

/* Moves a chunk to the doomed group and tells which of it are still there. */
static gboolean
doom (VswSession *session, const guint *indexes, guint n, GHashTable *waiting, GError **error)
{
  struct nl_msg *messages[CHUNK];
  VswAnswer answers[CHUNK];
  gboolean sent;

  for (guint i = 0; i < n; i++)
    messages[i] = vsw_encode_set ((VswDeviceRef){ .index = indexes[i] }, VSW_ATTRIBUTE_GROUP, VSW_GROUP_DOOMED);
  for (guint i = 0; i < n; i++)
    g_hash_table_add (waiting, GUINT_TO_POINTER (indexes[i]));

  sent = vsw_socket_exchange (session->route, messages, n, answers, NULL, NULL, error);
  for (guint i = 0; i < n; i++)
    nlmsg_free (messages[i]);

  for (guint i = 0; sent && i < n; i++)
    if (answers[i].code == ENODEV)
      g_hash_table_remove (waiting, GUINT_TO_POINTER (indexes[i]));
    else
      sent = vsw_answer_check (&answers[i], "move a device to the group of those to be deleted", error);

  return sent;
}

static gboolean
delete_chunk (VswSession *session, const guint *indexes, guint n, GError **error)
{
  g_autoptr (GHashTable) waiting = new_set ();
  g_autoptr (GPtrArray) errands = new_errands ();
  guint stranger;

  if (!doom (session, indexes, n, waiting, error))
    return FALSE;
  /* The witness has heard every link that came into the group; whoever is neither expected nor gone is not ours to delete. */
  if (!vsw_witness_look (session->witness, waiting, &stranger))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT, "device with index %u came into link group %u, which is ours",
                   stranger, VSW_GROUP_DOOMED);
      return FALSE;
    }
  if (g_hash_table_size (waiting) == 0)
    return TRUE;

  g_ptr_array_add (errands, vsw_reaper_send (session->reaper, vsw_encode_delete_group (VSW_GROUP_DOOMED)));
  return vsw_witness_wait (session->witness, waiting, errands, "delete a group of devices", error);
}

static gboolean
delete_by_group (VswSession *session, GArray *indexes, GError **error)
{
  gboolean done = TRUE;

  if (!vsw_witness_begin (session->witness, error))
    return FALSE;
  for (guint i = 0; done && i < indexes->len; i += CHUNK)
    done = delete_chunk (session, &g_array_index (indexes, guint, i), MIN (CHUNK, indexes->len - i), error);
  vsw_witness_end (session->witness);

  return done;
}

/* Somebody is in the doomed group who is not among these: left from a crash, or foreign. Then no group is deleted. */
static gboolean
is_group_free (VswLinks *links, GArray *indexes)
{
  g_autoptr (GPtrArray) list = vsw_links_list (links);
  g_autoptr (GHashTable) expected = new_set ();

  for (guint i = 0; i < indexes->len; i++)
    g_hash_table_add (expected, GUINT_TO_POINTER (g_array_index (indexes, guint, i)));
  for (guint i = 0; i < list->len; i++)
    {
      const VswLink *link = g_ptr_array_index (list, i);

      if (link->group == VSW_GROUP_DOOMED && !g_hash_table_contains (expected, GUINT_TO_POINTER (link->index)))
        return FALSE;
    }

  return TRUE;
}

static gboolean
delete_many (VswSession *session, GArray *devices, GError **error)
{
  g_autoptr (VswLinks) links = vsw_read_links (session->route, error);
  g_autoptr (GArray) indexes = links != NULL ? find_all (links, devices, error) : NULL;

  if (indexes == NULL)
    return FALSE;
  if (is_group_free (links, indexes))
    return delete_by_group (session, indexes, error);

  for (guint i = 0; i < indexes->len; i += FEW)
    if (!delete_each (session, &g_array_index (indexes, guint, i), MIN (FEW, indexes->len - i), error))
      return FALSE;
  return TRUE;
}

/**
 * vsw_delete_devices:
 * @devices: (element-type VswDeviceRef)
 *
 * VSW_OP_DELETE. When it fails some may be gone. Worker. Errors: CONFLICT (not ours), KERNEL.
 */
gboolean
vsw_delete_devices (VswSession *session, GArray *devices, GError **error)
{
  session->last_bridge = (VswDeviceRef){ 0 };

  return devices->len <= FEW ? delete_few (session, devices, error) : delete_many (session, devices, error);
}
