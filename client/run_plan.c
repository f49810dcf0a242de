/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/run_plan.h"

#include "client/failure.h"
#include "client/name.h"

#include <unistd.h>

#define MAX_STEM 40 /* of the name of a command; a name of ours may have 63 characters, and numbers follow */

/* Whether an endpoint, or the port that would be made for one, is called so. */
static gboolean
is_taken (const VswTree *tree, const char *name)
{
  for (guint i = 0; i < tree->nodes->len; i++)
    {
      const VswNode *node = tree->nodes->pdata[i];
      g_autofree char *other = NULL;

      if (node->kind != VSW_NODE_ENDPOINT && node->kind != VSW_NODE_PORT)
        continue;
      other = vsw_node_get_string (node, vsw_node_get_main (node), "Name");
      if (g_str_equal (other, name))
        return TRUE;
    }
  return FALSE;
}

/* After the command and its process, which ours becomes. A number may be taken by what a process with that number left behind, or
 * by one of another process namespace. */
static char *
new_nic_name (const VswTree *tree, const char *command, guint number)
{
  g_autofree char *base = g_path_get_basename (command);
  g_autofree char *stem = vsw_name_clean (base);
  g_autofree char *suffix = number > 1 ? g_strdup_printf ("-%u", number) : g_strdup ("");
  char *name = g_strdup_printf ("%.*s-%d%s", MAX_STEM, stem, (int)getpid (), suffix);

  while (is_taken (tree, name))
    {
      g_free (name);
      name = g_strdup_printf ("%.*s-%d-%04x%s", MAX_STEM, stem, (int)getpid (), g_random_int () & 0xffff, suffix);
    }
  return name;
}

/* Whether only printing was asked for: then the service is asked for as little as possible. */
static gboolean
has_command (const VswSession *session)
{
  return session->command != NULL && session->command[0] != NULL;
}

/* What one --nic says becomes a plug. */
static gboolean
add_nic (VswRunPlan *self, VswSession *session, const char *text, GError **error)
{
  const char *switch_name = session->n_arguments > 0 ? session->arguments[0] : NULL;
  g_autoptr (VswNic) nic = vsw_nic_decode (text, error);
  VswPlug *plug;
  VswNode *node;

  if (nic == NULL)
    return FALSE;
  if (nic->switch_name != NULL)
    switch_name = nic->switch_name;
  if (switch_name == NULL)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "without SWITCH each --nic needs switch=SWITCH");
      return FALSE;
    }
  plug = vsw_plug_new (nic->kind, nic->queues);
  plug->nic = g_steal_pointer (&nic);
  g_ptr_array_add (self->plugs, plug);
  if (!has_command (session))
    return TRUE;
  node = vsw_session_find (session, VSW_NODE_SWITCH, switch_name, error);
  if (node == NULL)
    return FALSE;
  plug->switch_path = g_strdup (node->path);
  plug->name = plug->nic->name != NULL ? g_strdup (plug->nic->name)
                                       : new_nic_name (session->tree, session->command[0], self->plugs->len);
  return TRUE;
}

static gboolean
add_endpoint (VswRunPlan *self, VswSession *session, const char *name, GError **error)
{
  VswNode *node = vsw_session_find (session, VSW_NODE_ENDPOINT, name, error);
  VswPlug *plug = node != NULL ? vsw_plug_new_from_endpoint (node, error) : NULL;

  if (plug == NULL)
    return FALSE;
  g_ptr_array_add (self->plugs, plug);
  return TRUE;
}

/* A setting as it will be: the system is not enabled. */
static VswPlug *
new_plug_from_setting (const VswNode *setting)
{
  g_autofree char *kind = vsw_node_get_string (setting, "ResourceAllocationSetting", "ResourceSubType");
  g_autoptr (GVariant) queues = vsw_node_get (setting, "ResourceAllocationSetting", "Queues");
  gboolean known = queues != NULL && g_variant_is_of_type (queues, G_VARIANT_TYPE_UINT32);

  return vsw_plug_new (kind, known ? g_variant_get_uint32 (queues) : 1);
}

/* What a setting is now may differ from what it will be the next time. Containers get those that are no taps. */
static gboolean
is_tap (const VswNode *setting, const VswNode *endpoint)
{
  g_autofree char *backend = endpoint != NULL ? vsw_node_get_string (endpoint, "SyntheticEthernetPort", "Backend")
                                              : vsw_node_get_string (setting, "ResourceAllocationSetting", "Backend");

  return g_str_equal (backend, "tap") || (endpoint != NULL && vsw_node_has (endpoint, "EmulatedEthernetPort"));
}

static gboolean
add_setting (VswRunPlan *self, VswSession *session, const VswNode *setting, GError **error)
{
  g_autofree char *path = vsw_node_get_string (setting, "ResourceAllocationSetting", "EthernetPort");
  VswNode *endpoint = vsw_tree_get (session->tree, path);
  VswPlug *plug;

  if (!is_tap (setting, endpoint))
    return TRUE;
  plug = endpoint != NULL ? vsw_plug_new_from_endpoint (endpoint, error) : new_plug_from_setting (setting);
  if (plug == NULL)
    return FALSE;
  plug->setting = g_strdup (setting->path);
  plug->name = g_strdup (setting->name);
  g_ptr_array_add (self->plugs, plug);
  return TRUE;
}

static gboolean
add_system (VswRunPlan *self, VswSession *session, const char *name, GError **error)
{
  VswNode *node = vsw_session_find (session, VSW_NODE_SYSTEM, name, error);
  g_autofree char *state = node != NULL ? vsw_node_get_string (node, "VirtualSystem", "EnabledState") : NULL;

  if (node == NULL)
    return FALSE;
  self->system = g_strdup (node->path);
  self->state = g_str_equal (state, "enabled") ? NULL : g_steal_pointer (&state);
  for (guint i = 0; i < session->tree->nodes->len; i++)
    {
      const VswNode *setting = session->tree->nodes->pdata[i];
      g_autofree char *owner = NULL;

      if (setting->kind != VSW_NODE_SETTING)
        continue;
      owner = vsw_node_get_string (setting, "ResourceAllocationSetting", "VirtualSystem");
      if (g_str_equal (owner, node->path) && !add_setting (self, session, setting, error))
        return FALSE;
    }
  if (self->plugs->len > 0)
    return TRUE;
  g_set_error (error, VSW_FAILURE, VSW_FAILURE_CONFLICT, "system %s has no NIC of backend tap", node->name);
  return FALSE;
}

static gboolean
add_all (VswRunPlan *self, VswSession *session, GError **error)
{
  const GPtrArray *nics = vsw_options_get_all (session->options, "nic");
  const GPtrArray *endpoints = vsw_options_get_all (session->options, "endpoint");
  const char *system_name = vsw_session_get_option (session, "system");

  if (system_name != NULL)
    return add_system (self, session, system_name, error);
  for (guint i = 0; endpoints != NULL && i < endpoints->len; i++)
    if (!add_endpoint (self, session, endpoints->pdata[i], error))
      return FALSE;
  if (endpoints != NULL)
    return TRUE;
  if (nics == NULL)
    return add_nic (self, session, "", error);
  for (guint i = 0; i < nics->len; i++)
    if (!add_nic (self, session, nics->pdata[i], error))
      return FALSE;
  return TRUE;
}

/**
 * vsw_run_plan_count:
 * @session: a session
 * @ret_n: (out): how many NICs the command line asks for; 0 if only the service knows, for a system
 * @error: %VSW_FAILURE_USAGE
 *
 * Looks at the command line alone. Main thread.
 *
 * Returns: whether it asks for NICs in one way.
 */
gboolean
vsw_run_plan_count (const VswSession *session, guint *ret_n, GError **error)
{
  const GPtrArray *nics = vsw_options_get_all (session->options, "nic");
  const GPtrArray *endpoints = vsw_options_get_all (session->options, "endpoint");
  const GPtrArray *systems = vsw_options_get_all (session->options, "system");
  int ways = (session->n_arguments > 0 || nics != NULL) + (endpoints != NULL) + (systems != NULL);

  if (ways != 1 || (systems != NULL && systems->len > 1))
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE,
                   "run wants one of: a SWITCH (perhaps with --nic), --endpoint, one --system");
      return FALSE;
    }
  *ret_n = systems != NULL ? 0 : endpoints != NULL ? endpoints->len : nics != NULL ? nics->len : 1;
  return TRUE;
}

/**
 * vsw_run_plan_new:
 * @session: a session, whose command line vsw_run_plan_count() has seen
 * @error: %VSW_FAILURE_USAGE, %VSW_FAILURE_CONFLICT; as vsw_tree_find() and vsw_session_load() say
 *
 * Finds out which NICs a command line asks for. Nothing is changed. Main thread.
 *
 * Returns: (transfer full) (nullable): the plan.
 */
VswRunPlan *
vsw_run_plan_new (VswSession *session, GError **error)
{
  g_autoptr (VswRunPlan) self = g_new0 (VswRunPlan, 1);

  self->plugs = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_plug_free);
  return add_all (self, session, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * vsw_run_plan_free:
 * @self: (transfer full): a plan
 *
 * Closes what is open. Any thread.
 */
void
vsw_run_plan_free (VswRunPlan *self)
{
  g_ptr_array_unref (self->plugs);
  g_free (self->system);
  g_free (self->state);
  g_free (self);
}

/* Starts the system, and finds what its settings became. */
static gboolean
start_system (VswRunPlan *self, VswSession *session, GError **error)
{
  g_autoptr (GVariant) answer = vsw_session_change (session, self->system, "VirtualSystem", "RequestStateChange",
                                                    g_variant_new ("(sa{sv})", "enabled", NULL), "()", NULL, error);

  if (answer == NULL)
    return FALSE;
  self->started = TRUE;
  vsw_session_forget (session);
  if (vsw_session_load (session, error) == NULL)
    return FALSE;
  for (guint i = 0; i < self->plugs->len; i++)
    {
      VswPlug *plug = self->plugs->pdata[i];
      VswNode *setting = vsw_tree_get (session->tree, plug->setting);
      g_autofree char *path =
          setting != NULL ? vsw_node_get_string (setting, "ResourceAllocationSetting", "EthernetPort") : NULL;

      if (path == NULL || vsw_tree_get (session->tree, path) == NULL)
        {
          g_set_error (error, VSW_FAILURE, VSW_FAILURE_CONFLICT, "the system changed while it was started");
          return FALSE;
        }
      plug->endpoint = g_steal_pointer (&path);
    }
  return TRUE;
}

/* While a system is enabled its taps go one by one, with those who had them open. */
static gboolean
check_endpoints (const VswRunPlan *self, GError **error)
{
  for (guint i = 0; i < self->plugs->len; i++)
    {
      const VswPlug *plug = self->plugs->pdata[i];

      if (plug->endpoint != NULL)
        continue;
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_NOT_FOUND,
                   "NIC %s is gone with whoever had it open; stop the system first", plug->name);
      return FALSE;
    }
  return TRUE;
}

/**
 * vsw_run_plan_obtain:
 * @self: a plan
 * @session: a session
 * @error: as vsw_session_change() says; %VSW_FAILURE_NOT_FOUND if a NIC of an enabled system is gone
 *
 * Attaches the NICs, or opens them, with the system started before. If it fails, vsw_run_plan_undo() is wanted. Main thread.
 *
 * Returns: whether all descriptors are there.
 */
gboolean
vsw_run_plan_obtain (VswRunPlan *self, VswSession *session, GError **error)
{
  const VswPlug *first = self->plugs->pdata[0];

  if (first->nic != NULL)
    return vsw_plug_attach_all (session, self->plugs, error);
  if (self->state != NULL ? !start_system (self, session, error) : !check_endpoints (self, error))
    return FALSE;
  return vsw_plug_open_all (session, self->plugs, error);
}

/**
 * vsw_run_plan_undo:
 * @self: a plan
 * @session: a session
 * @error: (inout): why the command was not run; it tells too if undoing fails
 *
 * Puts a system that was started for the command back into the state that it was in. NICs that were attached go with their
 * descriptors. Main thread.
 */
void
vsw_run_plan_undo (VswRunPlan *self, VswSession *session, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  g_autoptr (GVariant) answer = NULL;

  if (!self->started)
    return;
  self->started = FALSE;
  answer = vsw_session_change (session, self->system, "VirtualSystem", "RequestStateChange",
                               g_variant_new ("(sa{sv})", self->state, NULL), "()", NULL, &wrong);
  if (answer == NULL && error != NULL)
    {
      g_autofree char *before = g_strdup ((*error)->message);

      g_free ((*error)->message);
      (*error)->message = g_strdup_printf ("%s; and its system stays enabled: %s", before, wrong->message);
    }
}
