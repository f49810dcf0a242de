/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/plug.h"

#include "client/bounds.h"
#include "client/failure.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/**
 * vsw_plug_new:
 * @kind: "synthetic" or "emulated"
 * @queues: how many it will have
 *
 * Returns: (transfer full): a plug without descriptors. Any thread.
 */
VswPlug *
vsw_plug_new (const char *kind, guint queues)
{
  VswPlug *self = g_new0 (VswPlug, 1);

  self->kind = g_strdup (kind);
  self->queues = queues;
  self->fds = g_array_new (FALSE, FALSE, sizeof (int));
  return self;
}

/**
 * vsw_plug_new_from_endpoint:
 * @endpoint: an endpoint
 * @error: %VSW_FAILURE_CONFLICT if it has no descriptors to give
 *
 * Makes a plug of a NIC that exists.
 *
 * Returns: (transfer full) (nullable): a plug that vsw_plug_open_all() can open. Any thread.
 */
VswPlug *
vsw_plug_new_from_endpoint (const VswNode *endpoint, GError **error)
{
  g_autofree char *kind = vsw_node_get_string (endpoint, "EthernetPort", "Kind");
  g_autofree char *backend = vsw_node_get_string (endpoint, "SyntheticEthernetPort", "Backend");
  g_autoptr (GVariant) queues = vsw_node_get (endpoint, "SyntheticEthernetPort", "Queues");
  gboolean known = queues != NULL && g_variant_is_of_type (queues, G_VARIANT_TYPE_UINT32);
  VswPlug *self;

  if (!vsw_node_has (endpoint, "EmulatedEthernetPort") && !g_str_equal (backend, "tap"))
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_CONFLICT, "endpoint %s has no descriptors: its backend is not tap",
                   endpoint->name);
      return NULL;
    }
  self = vsw_plug_new (kind, known ? g_variant_get_uint32 (queues) : 1);
  self->endpoint = g_strdup (endpoint->path);
  return self;
}

/**
 * vsw_plug_free:
 * @self: (transfer full): a plug
 *
 * Closes its descriptors. Any thread.
 */
void
vsw_plug_free (VswPlug *self)
{
  for (guint i = 0; i < self->fds->len; i++)
    close (g_array_index (self->fds, int, i));
  g_array_unref (self->fds);
  g_clear_pointer (&self->nic, vsw_nic_free);
  g_free (self->name);
  g_free (self->switch_path);
  g_free (self->endpoint);
  g_free (self->setting);
  g_free (self->kind);
  g_free (self->mac);
  g_free (self);
}

/* Takes @n of the descriptors that an answer refers to, from *@position on. */
static gboolean
take_fds (VswPlug *self, GVariant *handles, GUnixFDList *fds, guint n, gsize *position, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      gint32 handle = -1;
      int fd;

      if (*position < g_variant_n_children (handles))
        g_variant_get_child (handles, (*position)++, "h", &handle);
      if (fds == NULL || handle < 0 || handle >= g_unix_fd_list_get_length (fds))
        {
          g_set_error (error, VSW_FAILURE, VSW_FAILURE_OTHER,
                       "the service answered with fewer descriptors than queues");
          return FALSE;
        }
      /* A duplicate, closed on exec. */
      fd = g_unix_fd_list_get (fds, handle, error);
      if (fd < 0)
        return FALSE;
      g_array_append_val (self->fds, fd);
    }
  return TRUE;
}

/* What the service chose. */
static gboolean
read_told (VswSession *session, VswPlug *self, GError **error)
{
  g_autoptr (GVariant) mac =
      vsw_session_get_property (session, self->endpoint, "EthernetPort", "MacAddress", "s", error);
  g_autoptr (GVariant) mtu =
      mac != NULL ? vsw_session_get_property (session, self->endpoint, "EthernetPort", "Mtu", "u", error) : NULL;

  if (mtu == NULL)
    return FALSE;
  g_free (self->mac);
  self->mac = g_variant_dup_string (mac, NULL);
  self->mtu = g_variant_get_uint32 (mtu);
  return TRUE;
}

/* (transfer container) (element-type VswPlug): those on the same switch as @first that are not attached, as many as one answer has
 * room for. A NIC that is too large for any is for the service to refuse. */
static GPtrArray *
group_plugs (GPtrArray *plugs, const VswPlug *first)
{
  GPtrArray *group = g_ptr_array_new ();
  guint64 n_fds = 0;

  for (guint i = 0; i < plugs->len; i++)
    {
      const VswPlug *plug = plugs->pdata[i];

      if (plug->endpoint != NULL || !g_str_equal (plug->switch_path, first->switch_path))
        continue;
      n_fds += plug->queues;
      if (group->len > 0 && n_fds > VSW_LIMIT_FDS)
        break;
      g_ptr_array_add (group, plugs->pdata[i]);
    }
  return group;
}

/* Several NICs in one call. */
static gboolean
attach_to_switch (VswSession *session, const char *switch_path, GPtrArray *plugs, GError **error)
{
  GVariantBuilder nics;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) endpoints = NULL;
  g_autoptr (GVariant) handles = NULL;
  gsize position = 0;

  g_variant_builder_init (&nics, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < plugs->len; i++)
    {
      const VswPlug *plug = plugs->pdata[i];

      g_variant_builder_add_value (&nics, vsw_nic_export (plug->nic, plug->name));
    }
  answer = vsw_session_change_with_fds (session, switch_path, "Switch", "AttachMany",
                                        g_variant_new ("(aa{sv}a{sv})", &nics, NULL), "(aoaoah)", NULL, &fds, error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(@ao@ao@ah)", NULL, &endpoints, &handles);
  if (g_variant_n_children (endpoints) != plugs->len)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_OTHER, "the service answered with another number of NICs");
      return FALSE;
    }
  for (guint i = 0; i < plugs->len; i++)
    {
      VswPlug *plug = plugs->pdata[i];

      g_variant_get_child (endpoints, i, "o", &plug->endpoint);
      if (!take_fds (plug, handles, fds, plug->queues, &position, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * vsw_plug_attach_all:
 * @session: a session
 * @plugs: with their NICs, names and switches
 * @error: as vsw_session_change() says
 *
 * Attaches NICs: those of one switch together, all or none, unless they have more descriptors than one message. What is attached
 * already when a later call is refused goes with its descriptors. Main thread.
 *
 * Returns: whether all are attached.
 */
gboolean
vsw_plug_attach_all (VswSession *session, GPtrArray *plugs, GError **error)
{
  for (guint i = 0; i < plugs->len; i++)
    {
      const VswPlug *first = plugs->pdata[i];
      g_autoptr (GPtrArray) group = group_plugs (plugs, first);

      if (first->endpoint == NULL && !attach_to_switch (session, first->switch_path, group, error))
        return FALSE;
    }
  for (guint i = 0; i < plugs->len; i++)
    if (!read_told (session, plugs->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
open_plug (VswSession *session, VswPlug *self, GError **error)
{
  const char *interface_name = g_str_equal (self->kind, "emulated") ? "EmulatedEthernetPort" : "SyntheticEthernetPort";
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) handles = NULL;
  g_autoptr (GVariant) answer = vsw_session_change_with_fds (
      session, self->endpoint, interface_name, "Open", g_variant_new ("(a{sv})", NULL), "(aha{sv})", NULL, &fds, error);
  gsize position = 0;

  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(@ah@a{sv})", &handles, NULL);
  self->queues = (guint)g_variant_n_children (handles);
  return take_fds (self, handles, fds, self->queues, &position, error) && read_told (session, self, error);
}

/**
 * vsw_plug_open_all:
 * @session: a session
 * @plugs: with their endpoints
 * @error: as vsw_session_change() says
 *
 * Opens NICs that exist, one after another. Main thread.
 *
 * Returns: whether all are open.
 */
gboolean
vsw_plug_open_all (VswSession *session, GPtrArray *plugs, GError **error)
{
  for (guint i = 0; i < plugs->len; i++)
    if (!open_plug (session, plugs->pdata[i], error))
      return FALSE;
  return TRUE;
}

/**
 * vsw_plug_new_placeholders:
 * @plugs: with their descriptors
 *
 * Returns: (transfer full): what a command is told of them, for vsw_plug_free_placeholders(). Any thread.
 */
VswPlaceholders *
vsw_plug_new_placeholders (GPtrArray *plugs)
{
  VswPlaceholders *all = g_new0 (VswPlaceholders, plugs->len + 1);

  for (guint i = 0; i < plugs->len; i++)
    {
      const VswPlug *plug = plugs->pdata[i];
      GString *fds = g_string_new (NULL);

      for (guint j = 0; j < plug->fds->len; j++)
        g_string_append_printf (fds, "%s%d", j > 0 ? ":" : "", g_array_index (plug->fds, int, j));
      all[i].fds = g_string_free (fds, FALSE);
      all[i].mac = g_strdup (plug->mac);
      all[i].queues = plug->queues;
      all[i].mtu = plug->mtu;
    }
  return all;
}

/**
 * vsw_plug_free_placeholders:
 * @placeholders: (transfer full): from vsw_plug_new_placeholders()
 * @n: how many
 *
 * Forgets them. Any thread.
 */
void
vsw_plug_free_placeholders (VswPlaceholders *placeholders, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_free (placeholders[i].fds);
      g_free (placeholders[i].mac);
    }
  g_free (placeholders);
}

/**
 * vsw_plug_inherit_all:
 * @plugs: with their descriptors
 * @error: %VSW_FAILURE_OTHER
 *
 * Lets descriptors stay open when the process becomes another program (execve(2)). Main thread.
 *
 * Returns: whether they will.
 */
gboolean
vsw_plug_inherit_all (GPtrArray *plugs, GError **error)
{
  for (guint i = 0; i < plugs->len; i++)
    {
      const VswPlug *plug = plugs->pdata[i];

      for (guint j = 0; j < plug->fds->len; j++)
        if (fcntl (g_array_index (plug->fds, int, j), F_SETFD, 0) != 0)
          {
            g_set_error (error, VSW_FAILURE, VSW_FAILURE_OTHER, "cannot pass on a descriptor: %s", g_strerror (errno));
            return FALSE;
          }
    }
  return TRUE;
}
