/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sources: NetworkManager's D-Bus API (NMDeviceState, NMActivationStateFlags), org.freedesktop.network1(5). */
#include "bus/rival.h"

#include <string.h>

#define PROPERTIES "org.freedesktop.DBus.Properties"

#define NM           "org.freedesktop.NetworkManager"
#define NM_PATH      "/org/freedesktop/NetworkManager"
#define NM_DEVICE    NM ".Device"
#define NM_ACTIVE    NM ".Connection.Active"
#define NM_PREPARE   40u   /* NM_DEVICE_STATE_PREPARE: from here to NM_DEACTIVATING a connection has the device */
#define NM_LAST      110u  /* NM_DEVICE_STATE_DEACTIVATING */
#define NM_EXTERNAL  0x80u /* NM_ACTIVATION_STATE_FLAG_EXTERNAL: it only shows what somebody else has configured */
#define NETWORKD     "org.freedesktop.network1"
#define NETWORKD_OBJ "/org/freedesktop/network1"

typedef struct
{
  GDBusConnection *connection; /* (owned) (nullable) */
  char *nic;                   /* (owned) raw bytes */
  char *text;                  /* (owned) the same for people */
  guint index;
  gint64 deadline;           /* monotonic, microseconds */
  guint waiting;             /* for so many answers */
  VswRival *network_manager; /* (owned) (nullable) */
  VswRival *networkd;        /* (owned) (nullable) */
  VswRival *dhcp_client;     /* (owned) (nullable) */
} Inquiry;

void
vsw_rival_free (VswRival *self)
{
  g_free (self->name);
  g_free (self->cure);
  g_free (self->object);
  g_free (self);
}

static void
free_inquiry (gpointer data)
{
  Inquiry *inquiry = data;

  g_clear_object (&inquiry->connection);
  g_clear_pointer (&inquiry->network_manager, vsw_rival_free);
  g_clear_pointer (&inquiry->networkd, vsw_rival_free);
  g_clear_pointer (&inquiry->dhcp_client, vsw_rival_free);
  g_free (inquiry->nic);
  g_free (inquiry->text);
  g_free (inquiry);
}

static VswRival *
new_rival (VswRivalKind kind, char *name, char *cure)
{
  VswRival *rival = g_new0 (VswRival, 1);

  rival->kind = kind;
  rival->name = name;
  rival->cure = cure;
  return rival;
}

/* --- one after another --- */

/* One that certainly manages it goes before one that only may. */
static VswRival *
take_result (Inquiry *inquiry)
{
  VswRival **const order[] = { &inquiry->network_manager, &inquiry->networkd, &inquiry->dhcp_client };

  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    if (*order[i] != NULL && !(*order[i])->is_silent)
      return g_steal_pointer (order[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    if (*order[i] != NULL)
      return g_steal_pointer (order[i]);
  return NULL;
}

/* (transfer full): one has said all that it has to say. */
static void
end_one (GTask *task)
{
  Inquiry *inquiry = g_task_get_task_data (task);

  if (--inquiry->waiting == 0)
    g_task_return_pointer (task, take_result (inquiry), (GDestroyNotify)vsw_rival_free);
  g_object_unref (task);
}

static void
call (GTask *task, const char *name, const char *path, const char *interface, const char *method, GVariant *parameters,
      const char *reply, GAsyncReadyCallback callback)
{
  Inquiry *inquiry = g_task_get_task_data (task);
  gint64 left = (inquiry->deadline - g_get_monotonic_time ()) / 1000;

  g_dbus_connection_call (inquiry->connection, name, path, interface, method, parameters, G_VARIANT_TYPE (reply),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, (int)MAX (left, 1), g_task_get_cancellable (task), callback,
                          task);
}

/* The answer; NULL: there is none. *ret_is_silent: because the time is over. */
static GVariant *
finish_call (GObject *source, GAsyncResult *result, gboolean *ret_is_silent)
{
  g_autoptr (GError) error = NULL;
  GVariant *answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  *ret_is_silent = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  if (answer == NULL)
    g_debug ("another manager does not tell of a NIC: %s", error->message);
  return answer;
}

/* --- NetworkManager --- */

static VswRival *
new_network_manager (const Inquiry *inquiry, const char *connection)
{
  char *name = connection != NULL && connection[0] != '\0'
                   ? g_strdup_printf ("NetworkManager (connection \"%s\")", connection)
                   : g_strdup ("NetworkManager");

  return new_rival (VSW_RIVAL_NETWORK_MANAGER, name,
                    g_strdup_printf ("tell it to leave it alone: nmcli device set %s managed no; for good, with "
                                     "managed=0 for that device in a file of /etc/NetworkManager/conf.d",
                                     inquiry->text));
}

static void
note_silence (Inquiry *inquiry, VswRival **rival)
{
  if (*rival == NULL)
    *rival = rival == &inquiry->network_manager
                 ? new_network_manager (inquiry, NULL)
                 : new_rival (VSW_RIVAL_NETWORKD, g_strdup ("systemd-networkd"),
                              g_strdup ("see what systemctl status systemd-networkd says"));
  (*rival)->is_silent = TRUE;
}

/* What its connection is called. Without an answer it is nameless. */
static void
on_connection (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Inquiry *inquiry = g_task_get_task_data (task);
  gboolean is_silent;
  g_autoptr (GVariant) answer = finish_call (source, result, &is_silent);
  g_autoptr (GVariant) properties = answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
  guint32 flags = 0;
  const char *id = NULL;

  if (properties != NULL)
    {
      g_variant_lookup (properties, "Id", "&s", &id);
      g_variant_lookup (properties, "StateFlags", "u", &flags);
    }
  if ((flags & NM_EXTERNAL) != 0)
    g_clear_pointer (&inquiry->network_manager, vsw_rival_free);
  else if (id != NULL)
    {
      g_autofree char *excerpt = vsw_text_excerpt (id);
      VswRival *named = new_network_manager (inquiry, excerpt);

      named->object = g_steal_pointer (&inquiry->network_manager->object);
      vsw_rival_free (inquiry->network_manager);
      inquiry->network_manager = named;
    }
  end_one (g_steal_pointer (&task));
}

/* Whether these are the properties of our NIC, and NetworkManager is at work on it. */
static gboolean
is_at_work (const Inquiry *inquiry, GVariant *properties)
{
  g_autofree char *interface = NULL;
  const char *escaped = "";
  gboolean is_managed = FALSE;
  guint32 state = 0;

  g_variant_lookup (properties, "Interface", "&s", &escaped);
  g_variant_lookup (properties, "Managed", "b", &is_managed);
  g_variant_lookup (properties, "State", "u", &state);
  interface = g_strcompress (escaped); /* as its documentation says */
  return strcmp (interface, inquiry->nic) == 0 && is_managed && state >= NM_PREPARE && state <= NM_LAST;
}

static void
on_device_properties (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Inquiry *inquiry = g_task_get_task_data (task);
  gboolean is_silent;
  g_autoptr (GVariant) answer = finish_call (source, result, &is_silent);
  g_autoptr (GVariant) properties = answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
  const char *connection = "/";

  if (is_silent)
    note_silence (inquiry, &inquiry->network_manager);
  if (properties == NULL || !is_at_work (inquiry, properties))
    {
      if (!is_silent)
        g_clear_pointer (&inquiry->network_manager, vsw_rival_free);
      end_one (g_steal_pointer (&task));
      return;
    }

  g_variant_lookup (properties, "ActiveConnection", "&o", &connection);
  if (strcmp (connection, "/") != 0)
    call (g_steal_pointer (&task), NM, connection, PROPERTIES, "GetAll", g_variant_new ("(s)", NM_ACTIVE), "(a{sv})",
          on_connection);
  else
    end_one (g_steal_pointer (&task));
}

static void
on_device (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Inquiry *inquiry = g_task_get_task_data (task);
  gboolean is_silent;
  g_autoptr (GVariant) answer = finish_call (source, result, &is_silent);
  const char *object;

  if (is_silent)
    note_silence (inquiry, &inquiry->network_manager);
  if (answer == NULL)
    {
      end_one (g_steal_pointer (&task));
      return;
    }

  g_variant_get (answer, "(&o)", &object);
  inquiry->network_manager = new_network_manager (inquiry, NULL);
  inquiry->network_manager->object = g_strdup (object);
  call (g_steal_pointer (&task), NM, object, PROPERTIES, "GetAll", g_variant_new ("(s)", NM_DEVICE), "(a{sv})",
        on_device_properties);
}

/* --- systemd-networkd --- */

static void
on_link_state (GObject *source, GAsyncResult *result, gpointer user_data)
{
  static const char *const at_work[] = { "configuring", "configured", "failed", NULL };
  g_autoptr (GTask) task = user_data;
  Inquiry *inquiry = g_task_get_task_data (task);
  gboolean is_silent;
  g_autoptr (GVariant) answer = finish_call (source, result, &is_silent);
  g_autoptr (GVariant) value = NULL;

  if (is_silent)
    note_silence (inquiry, &inquiry->networkd);
  if (answer != NULL)
    g_variant_get (answer, "(v)", &value);
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
      && g_strv_contains (at_work, g_variant_get_string (value, NULL)))
    inquiry->networkd =
        new_rival (VSW_RIVAL_NETWORKD, g_strdup ("systemd-networkd"),
                   g_strdup_printf (
                       "say Unmanaged=yes in the [Link] section of its .network file (networkctl status %s names it), "
                       "then run: networkctl reload",
                       inquiry->text));
  end_one (g_steal_pointer (&task));
}

static void
on_link (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Inquiry *inquiry = g_task_get_task_data (task);
  gboolean is_silent;
  g_autoptr (GVariant) answer = finish_call (source, result, &is_silent);
  const char *name = NULL;
  const char *object = NULL;

  if (is_silent)
    note_silence (inquiry, &inquiry->networkd);
  if (answer != NULL)
    g_variant_get (answer, "(&s&o)", &name, &object);
  /* Another name: not the device that we know, or one that has just been renamed. */
  if (answer == NULL || strcmp (name, inquiry->nic) != 0)
    {
      end_one (g_steal_pointer (&task));
      return;
    }

  call (g_steal_pointer (&task), NETWORKD, object, PROPERTIES, "Get",
        g_variant_new ("(ss)", NETWORKD ".Link", "AdministrativeState"), "(v)", on_link_state);
}

/* --- a program that says nothing on any bus --- */

/* The address that the client has put there; more than one may be it. */
static const char *
get_leased (const VswLinkSurvey *link)
{
  const char *found = NULL;

  for (gsize i = 0; link->addresses[i] != NULL; i++)
    if (strchr (link->addresses[i], ':') == NULL)
      {
        if (found != NULL)
          return "ADDRESS";
        found = link->addresses[i];
      }
  return found != NULL ? found : "ADDRESS";
}

/* How to end it so that its address stays. (transfer full) */
static char *
print_command (const VswLinkSurvey *link, const char *nic)
{
  if (link->client == NULL)
    return g_strdup_printf ("for dhclient with: dhclient -x %s; for dhcpcd with: dhcpcd --exit %s; ", nic, nic);
  if (g_str_equal (link->client, "dhclient"))
    return g_strdup_printf ("with: dhclient -x %s; ", nic);
  if (g_str_equal (link->client, "dhcpcd"))
    return g_strdup_printf ("with: dhcpcd --exit %s; ", nic);
  return g_strdup_printf ("with: kill %u; ", link->client_process);
}

/* What a client leaves behind it no longer renews: as long as it is not for ever, somebody has to. (transfer full) */
static char *
print_end_of_client (const VswLinkSurvey *link, const char *nic)
{
  g_autofree char *command = print_command (link, nic);
  g_autofree char *end =
      g_strdup_printf ("end it, %sand take the NIC out of what starts it, such as /etc/network/interfaces", command);

  if (!link->has_lease)
    return g_steal_pointer (&end);
  return g_strdup_printf (
      "%s; then keep its address: ip address change %s dev %s valid_lft forever preferred_lft forever", end,
      get_leased (link), nic);
}

/* (transfer full) (nullable) NULL: there is no sign of one */
static VswRival *
new_dhcp_client (const VswLinkSurvey *link, const char *nic)
{
  if (link->client != NULL)
    return new_rival (VSW_RIVAL_DHCP_CLIENT,
                      g_strdup_printf ("DHCP client %s (process %u)", link->client, link->client_process),
                      print_end_of_client (link, nic));
  if (link->has_lease || link->has_packet_socket)
    return new_rival (VSW_RIVAL_DHCP_CLIENT, g_strdup ("a DHCP client"), print_end_of_client (link, nic));
  return NULL;
}

static void
on_survey (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Inquiry *inquiry = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (VswSurvey) survey = vsw_engine_get_survey_finish (VSW_ENGINE (source), result, &error);
  const VswLinkSurvey *link = survey != NULL ? vsw_survey_find_link (survey, inquiry->index) : NULL;

  if (survey == NULL)
    g_message ("cannot look for a DHCP client on NIC %s: %s", inquiry->text, error->message);
  if (link != NULL)
    inquiry->dhcp_client = new_dhcp_client (link, inquiry->text);
  end_one (g_steal_pointer (&task));
}

/* --- public --- */

/**
 * vsw_rival_find_async:
 * @connection: (nullable): the system bus
 * @engine: which asks the kernel
 * @index: of the NIC
 * @nic: its name now, raw bytes
 * @timeout: milliseconds
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer: vsw_rival_find_finish()
 * @user_data: for @callback
 *
 * Thread: main.
 */
void
vsw_rival_find_async (GDBusConnection *connection, VswEngine *engine, guint index, const char *nic, guint timeout,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (engine, cancellable, callback, user_data);
  Inquiry *inquiry = g_new0 (Inquiry, 1);
  gboolean is_on_bus = connection != NULL && !g_dbus_connection_is_closed (connection);

  g_task_set_source_tag (task, vsw_rival_find_async);
  g_task_set_task_data (task, inquiry, free_inquiry);
  inquiry->connection = connection != NULL ? g_object_ref (connection) : NULL;
  inquiry->nic = g_strdup (nic);
  inquiry->text = vsw_text_escape (nic);
  inquiry->index = index;
  inquiry->deadline = g_get_monotonic_time () + (gint64)timeout * 1000;
  inquiry->waiting = 1;

  /* Names go as text on a bus; what is none has no manager there. */
  if (is_on_bus && g_utf8_validate (nic, -1, NULL))
    {
      inquiry->waiting += 2;
      call (g_object_ref (task), NM, NM_PATH, NM, "GetDeviceByIpIface", g_variant_new ("(s)", nic), "(o)", on_device);
      call (g_object_ref (task), NETWORKD, NETWORKD_OBJ, NETWORKD ".Manager", "GetLinkByIndex",
            g_variant_new ("(i)", (gint32)index), "(so)", on_link);
    }
  vsw_engine_get_survey_async (engine, index, on_survey, task);
}

/**
 * vsw_rival_find_finish:
 * @result: of vsw_rival_find_async()
 * @ret_rival: (out) (transfer full) (nullable): who manages it; %NULL: nobody that we know of
 * @error: return location
 *
 * Errors: G_IO_ERROR_CANCELLED. Thread: main.
 *
 * Returns: whether it was found out
 */
gboolean
vsw_rival_find_finish (GAsyncResult *result, VswRival **ret_rival, GError **error)
{
  g_autoptr (GError) local = NULL;
  VswRival *rival = g_task_propagate_pointer (G_TASK (result), &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  *ret_rival = rival;
  return TRUE;
}

/**
 * vsw_rival_new_error:
 * @self: who manages it
 * @nic: its name, raw bytes
 *
 * Thread: main.
 *
 * Returns: (transfer full): CONFLICT
 */
GError *
vsw_rival_new_error (const VswRival *self, const char *nic)
{
  g_autofree char *text = vsw_text_escape (nic);

  if (self->is_silent)
    return g_error_new (VSW_ERROR, VSW_ERROR_CONFLICT, "NIC %s may be managed by %s, which does not answer; %s", text,
                        self->name, self->cure);
  return g_error_new (VSW_ERROR, VSW_ERROR_CONFLICT, "NIC %s is managed by %s; %s", text, self->name, self->cure);
}

gboolean
vsw_rival_lets_go (const VswRival *self)
{
  return self->kind == VSW_RIVAL_NETWORK_MANAGER && self->object != NULL;
}
