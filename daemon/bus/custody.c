/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/custody.h"

#include "bus/custodian.h"
#include "bus/handover.h"
#include "bus/nm.h"
#include "bus/profile.h"
#include "bus/rival.h"

#define DEVICE "#" /* of a name that no link has; what it will be called is not known yet */

/* What NetworkManager tells of what the profile came to. */
typedef enum
{
  FACT_DHCP4,
  FACT_DHCP6,
  FACT_IP6,
} Fact;

#define N_FACTS (FACT_IP6 + 1)

typedef struct
{
  VswRequest *request; /* (unowned) */
  VswNmTalk talk;
  VswRival *rival;          /* (owned) (nullable) */
  VswNmDevice *device;      /* (owned) (nullable) */
  GVariant *settings;       /* (owned) (nullable) of the profile */
  GVariant *facts[N_FACTS]; /* (owned) (nullable) each */
  guint next;               /* Fact to ask for */
  VswNic *loan;             /* (owned) (nullable) */
} Search;

static void
free_search (gpointer data)
{
  Search *search = data;

  vsw_nm_talk_clear (&search->talk);
  g_clear_pointer (&search->rival, vsw_rival_free);
  g_clear_pointer (&search->device, vsw_nm_device_free);
  g_clear_pointer (&search->settings, g_variant_unref);
  for (guint i = 0; i < N_FACTS; i++)
    g_clear_pointer (&search->facts[i], g_variant_unref);
  g_clear_pointer (&search->loan, vsw_value_unref);
  g_free (search);
}

/* With the way out, if there is one. */
static GError *
new_error (const VswRival *rival, const VswCustody *custody)
{
  GError *error = vsw_rival_new_error (rival, custody->name);

  if (vsw_rival_lets_go (rival) && !rival->is_silent && !custody->takes_over)
    {
      g_autofree char *text = g_steal_pointer (&error->message);

      error->message = g_strconcat (text, "; or use option take-over", NULL);
    }

  return error;
}

/* --- it lets go --- */

static void
on_let_go (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  VswHandoverOutcome outcome;
  GError *error = NULL;

  if (vsw_handover_finish (result, &outcome, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_lent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Search *search = g_task_get_task_data (task);
  GError *error = NULL;

  if (vsw_engine_loan_finish (VSW_ENGINE (source), result, &error))
    vsw_handover_async (search->talk.connection,
                        &(VswHandover){ .wish = VSW_HANDOVER_TAKE, .nic = search->request->custody.name },
                        VSW_HANDOVER_TIMEOUT, g_task_get_cancellable (task), on_let_go, g_object_ref (task));
  else
    g_task_return_error (task, error);
}

/* The change that binds the NIC. */
static const VswChange *
get_change (const VswRequest *request)
{
  return g_ptr_array_index (request->changes, 0);
}

static void
lend (GTask *task)
{
  Search *search = g_task_get_task_data (task);
  const VswScene *scene = search->request->scene;
  const VswLink *link = vsw_links_get (vsw_engine_get_links (scene->engine), search->request->custody.index);
  const char *profile = search->device != NULL && !search->device->is_external ? search->device->profile : NULL;
  g_autofree char *lease = search->settings != NULL
                               ? vsw_profile_print_lease (search->settings, search->facts[FACT_DHCP4],
                                                          search->facts[FACT_DHCP6], search->facts[FACT_IP6])
                               : NULL;

  if (link == NULL)
    {
      g_task_return_new_error (task, VSW_ERROR, VSW_ERROR_NOT_FOUND,
                               "there is no external Ethernet port with the index %u", search->request->custody.index);
      return;
    }

  g_autoptr (VswUplink) uplink = vsw_uplink_new_of_link (link, NULL, NULL);
  g_autoptr (VswUplink) lent = vsw_uplink_with_loan (uplink, profile, lease);
  search->loan = vsw_nic_new_external (get_change (search->request)->draft, lent, DEVICE);
  vsw_custodian_hold (scene->custodian, search->loan);
  vsw_engine_lend_async (scene->engine, search->loan, on_lent, g_object_ref (task));
}

/* --- what it would do --- */

/* In the words of vsw_op_print(). The copy begins when the host is over there, by bus/custodian.c. */
static void
say_steps (Search *search)
{
  VswRequest *request = search->request;
  const VswChange *change = get_change (request);
  const VswSwitch *home = vsw_model_get_switch (vsw_engine_get_model (request->scene->engine), change->other_id);
  g_autofree char *nic = vsw_text_escape (request->custody.name);

  g_ptr_array_add (request->early_steps, g_strdup_printf ("release %s by %s", nic, search->rival->name));
  if (change->kind != VSW_CHANGE_SETUP || home == NULL || search->settings == NULL
      || !vsw_profile_needs_copy (search->settings))
    return;

  g_autofree char *copy = vsw_profile_print_copy_id (search->settings, home->head.name);
  g_autofree char *excerpt = vsw_text_excerpt (copy);
  g_ptr_array_add (request->late_steps, g_strdup_printf ("activate \"%s\" by NetworkManager on internal NIC %s",
                                                         excerpt, change->host->name));
}

/* TRUE: nothing is to be done. */
static gboolean
end_dry_run (GTask *task)
{
  Search *search = g_task_get_task_data (task);

  if (!search->request->is_dry)
    return FALSE;

  say_steps (search);
  g_task_return_boolean (task, TRUE);
  return TRUE;
}

/* --- what it has there --- */

static void ask_next (GTask *task);

/* What it does not tell is made as for any other host. */
static void
on_fact (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Search *search = g_task_get_task_data (task);
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  const GVariantType *type = G_VARIANT_TYPE (search->next == FACT_IP6 ? "aa{sv}" : "a{sv}");
  g_autoptr (GVariant) value = NULL;

  if (answer != NULL)
    g_variant_get (answer, "(v)", &value);
  if (value != NULL && g_variant_is_of_type (value, type))
    search->facts[search->next] = g_steal_pointer (&value);
  search->next++;
  ask_next (task);
}

static void
ask_next (GTask *task)
{
  Search *search = g_task_get_task_data (task);
  const char *const paths[] = { search->device->dhcp4, search->device->dhcp6, search->device->ip6 };
  static const char *const interfaces[] = { VSW_NM ".DHCP4Config", VSW_NM ".DHCP6Config", VSW_NM ".IP6Config" };

  while (search->next < N_FACTS && paths[search->next] == NULL)
    search->next++;
  if (search->next < N_FACTS)
    vsw_nm_call (&search->talk, paths[search->next], VSW_NM_PROPERTIES, "Get",
                 g_variant_new ("(ss)", interfaces[search->next], search->next == FACT_IP6 ? "AddressData" : "Options"),
                 "(v)", on_fact, g_object_ref (task));
  else
    lend (task);
}

/* Before anything happens: what nobody could go on with is not begun. */
static void
on_profile (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Search *search = g_task_get_task_data (task);
  const VswCustody *custody = &search->request->custody;
  g_autofree char *path = NULL;
  g_autofree char *nic = vsw_text_escape (custody->name);
  GError *error = NULL;

  if (!vsw_nm_find_profile_finish (result, &path, &search->settings, &error))
    g_task_return_error (task, error);
  else if (search->settings == NULL)
    g_task_return_new_error (
        task, VSW_ERROR, VSW_ERROR_CONFLICT,
        "%s does not say what it has on NIC %s, which may be somebody's own: nobody could go on with it",
        search->rival->name, nic);
  else if (!vsw_profile_check (search->settings, custody->name, get_change (search->request)->kind == VSW_CHANGE_SETUP,
                               &error))
    g_task_return_error (task, error);
  else if (!end_dry_run (task))
    ask_next (task);
}

static void
on_device (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Search *search = g_task_get_task_data (task);
  GError *error = NULL;

  if (!vsw_nm_look_finish (result, &search->device, &error))
    g_task_return_error (task, error);
  else if (search->device != NULL && search->device->profile != NULL && !search->device->is_external)
    vsw_nm_find_profile_async (&search->talk, search->device->profile, on_profile, g_object_ref (task));
  else if (!end_dry_run (task))
    lend (task);
}

/* --- who has it --- */

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Search *search = g_task_get_task_data (task);
  const VswCustody *custody = &search->request->custody;
  GError *error = NULL;

  if (!vsw_rival_find_finish (result, &search->rival, &error))
    g_task_return_error (task, error);
  else if (search->rival == NULL)
    g_task_return_boolean (task, TRUE);
  else if (!custody->takes_over || search->rival->is_silent || !vsw_rival_lets_go (search->rival))
    g_task_return_error (task, new_error (search->rival, custody));
  else
    vsw_nm_look_async (&search->talk, custody->name, on_device, g_object_ref (task));
}

/**
 * vsw_custody_async:
 * @request: what wants a NIC of the host
 * @connection: the bus
 * @cancellable: (nullable): nobody waits any more
 * @callback: called with the answer: vsw_custody_finish()
 * @user_data: for @callback
 *
 * Finds out whether the NIC can be had, and has it let go unless the request is a dry one. Thread: main.
 */
void
vsw_custody_async (VswRequest *request, GDBusConnection *connection, GCancellable *cancellable,
                   GAsyncReadyCallback callback, gpointer user_data)
{
  VswEngine *engine = request->scene->engine;
  GTask *task = g_task_new (engine, cancellable, callback, user_data);
  Search *search = g_new0 (Search, 1);

  g_task_set_source_tag (task, vsw_custody_async);
  search->request = request;
  vsw_nm_talk_init (&search->talk, connection, VSW_RIVAL_TIMEOUT + VSW_HANDOVER_TIMEOUT, cancellable);
  g_task_set_task_data (task, search, free_search);
  vsw_rival_find_async (connection, engine, request->custody.index, request->custody.name, VSW_RIVAL_TIMEOUT,
                        cancellable, on_found, task);
}

/**
 * vsw_custody_finish:
 * @result: of vsw_custody_async()
 * @ret_loan: (out) (nullable): what was let go, as it is noted
 * @error: return location
 *
 * Errors: CONFLICT, NOT_FOUND, STORE, G_IO_ERROR_CANCELLED. Thread: main.
 *
 * Returns: whether the NIC can be had
 */
gboolean
vsw_custody_finish (GAsyncResult *result, VswNic **ret_loan, GError **error)
{
  Search *search = g_task_get_task_data (G_TASK (result));

  if (g_task_propagate_boolean (G_TASK (result), error))
    {
      *ret_loan = g_steal_pointer (&search->loan);
      return TRUE;
    }

  /* Also if it has let go, and nobody waits for that any more. */
  if (search->loan != NULL)
    vsw_custodian_release (search->request->scene->custodian, search->loan->head.id);
  return FALSE;
}
