/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/uplinks.h"

#include "bus/alarm.h"
#include "bus/rival.h"
#include "model/links.h"

#define CODE     "uplink-managed"
#define INTERVAL 30000 /* milliseconds between two looks when nothing happens */
#define QUIET    500   /* milliseconds from a change to the look at it, and between two looks at least */
#define ROUNDS   3     /* so often is IP moved in ROUNDS_TIME: two that undo each other would do so for ever */
#define ROUNDS_TIME (60 * G_USEC_PER_SEC)

struct _VswUplinks
{
  VswEngine *engine;           /* (owned) */
  GDBusConnection *connection; /* (owned) (nullable) */
  GCancellable *life;          /* (owned) cancelled when we go */
  gulong changed;
  VswAlarm *alarm;     /* (owned) the next look */
  guint interval;      /* milliseconds */
  GHashTable *watched; /* (owned) index → (owned) Uplink */
};

/* One link that is an uplink. */
typedef struct
{
  char *home;          /* (owned) name of the switch */
  char *nic;           /* (owned) raw bytes */
  gboolean is_asked;   /* an answer is to come */
  gboolean is_present; /* seen in this look */
  gint64 began;        /* monotonic, microseconds */
  guint rounds;        /* since then IP that it was given has been moved so often */
} Uplink;

/* One question about one of them. */
typedef struct
{
  VswUplinks *self;   /* (unowned) good while `life` is not cancelled */
  GCancellable *life; /* (owned) */
  guint index;
  char *text; /* (owned) (nullable) what is to be said whatever else is found */
} Errand;

static void
free_uplink (gpointer data)
{
  Uplink *uplink = data;

  g_free (uplink->home);
  g_free (uplink->nic);
  g_free (uplink);
}

static void
free_errand (Errand *errand)
{
  g_object_unref (errand->life);
  g_free (errand->text);
  g_free (errand);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Errand, free_errand)

/* NULL: it is an uplink no more, or we are gone. */
static Uplink *
find_uplink (const Errand *errand)
{
  if (g_cancellable_is_cancelled (errand->life))
    return NULL;
  return g_hash_table_lookup (errand->self->watched, GUINT_TO_POINTER (errand->index));
}

static void
say (VswUplinks *self, guint index, const char *text)
{
  g_autofree char *subject = g_strdup_printf ("%u", index);

  vsw_engine_set_condition (self->engine, CODE, subject, text);
}

/* --- what the host has on one --- */

/* The NIC, if the host has its addresses on an internal one. (transfer none) (nullable) */
static const VswNic *
find_hosting (VswUplinks *self, guint index)
{
  const char *device = vsw_links_get_bound (vsw_engine_get_links (self->engine), index);
  const VswValue *value =
      device != NULL ? vsw_model_find_device (vsw_engine_get_model (self->engine), device) : NULL;
  const VswNic *nic = value != NULL && value->kind == VSW_KIND_NIC ? (const VswNic *)value : NULL;

  return nic != NULL && nic->uplink != NULL && nic->uplink->host_id != NULL ? nic : NULL;
}

static gboolean
begin_round (Uplink *uplink)
{
  gint64 now = g_get_monotonic_time ();

  if (now - uplink->began > ROUNDS_TIME)
    {
      uplink->began = now;
      uplink->rounds = 0;
    }
  return ++uplink->rounds <= ROUNDS;
}

static void
on_adopted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *nic = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (VswDelta) delta = vsw_engine_apply_finish (VSW_ENGINE (source), result, &error);

  if (delta == NULL)
    g_warning ("what the host has got on %s stays there: %s", nic, error->message);
}

/* Who gave them to it (at boot, with ifup, or when a lease came) does not know where the host has its addresses. FALSE: they are to stay. */
static gboolean
adopt (VswUplinks *self, guint index, Uplink *uplink)
{
  const VswNic *nic = find_hosting (self, index);
  g_autoptr (GPtrArray) changes = NULL;

  if (nic == NULL || !begin_round (uplink))
    return FALSE;

  g_message ("the host has got addresses on %s, which is an uplink: they go where it has the others", nic->head.name);
  changes = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);
  g_ptr_array_add (changes, vsw_change_adopt (nic->head.id));
  vsw_engine_apply_async (self->engine, g_steal_pointer (&changes), self->life, on_adopted,
                          g_strdup (nic->head.name));
  return TRUE;
}

static char *
print_addresses (VswUplinks *self, guint index, const Uplink *uplink, const VswLinkSurvey *link)
{
  g_autofree char *nic = vsw_text_escape (uplink->nic);
  g_autofree char *list = g_strjoinv (", ", (GStrv)link->addresses);

  if (find_hosting (self, index) != NULL)
    return g_strdup_printf ("the host gets addresses on %s again and again, which is the uplink of switch %s and so gets "
                            "no frames for it (%s). Tell whoever configures it that it is none of the host's, and take "
                            "them off: ip address flush dev %s.",
                            nic, uplink->home, list, nic);
  return g_strdup_printf (
      "the host has addresses on %s, which is the uplink of switch %s and so gets no frames for it (%s). Give "
      "them to a NIC that the host has on the switch (vmswitchctl connect-internal %s), and take them "
      "off this one: ip address flush dev %s.",
      nic, uplink->home, list, uplink->home, nic);
}

/* --- answers --- */

static void
on_survey (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Errand) errand = user_data;
  g_autoptr (VswSurvey) survey = vsw_engine_get_survey_finish (VSW_ENGINE (source), result, NULL);
  const VswLinkSurvey *link = survey != NULL ? vsw_survey_find_link (survey, errand->index) : NULL;
  Uplink *uplink = find_uplink (errand);
  g_autofree char *text = g_steal_pointer (&errand->text);

  if (uplink == NULL)
    return;
  uplink->is_asked = FALSE;
  if (link == NULL)
    return;
  if (link->addresses[0] != NULL && !adopt (errand->self, errand->index, uplink) && text == NULL)
    text = print_addresses (errand->self, errand->index, uplink, link);
  say (errand->self, errand->index, text);
}

static char *
print_rival (const Uplink *uplink, const VswRival *rival)
{
  g_autofree char *nic = vsw_text_escape (uplink->nic);

  return g_strdup_printf ("uplink %s of switch %s is managed by %s too, which may take it off the switch or configure IP "
                          "on it; %s.",
                          nic, uplink->home, rival->name, rival->cure);
}

/* A DHCP client does not mind where its address goes; the others would put it back. */
static gboolean
may_be_adopted (const VswRival *rival)
{
  return rival == NULL || (rival->kind == VSW_RIVAL_DHCP_CLIENT && !rival->is_silent);
}

static void
on_rival (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Errand) errand = user_data;
  g_autoptr (VswRival) rival = NULL;
  gboolean is_known = vsw_rival_find_finish (result, &rival, NULL);
  Uplink *uplink = find_uplink (errand);
  g_autofree char *text = NULL;

  if (uplink == NULL)
    return;
  text = rival != NULL && !rival->is_silent ? print_rival (uplink, rival) : NULL;
  if (is_known && may_be_adopted (rival))
    {
      guint index = errand->index;

      errand->text = g_steal_pointer (&text);
      vsw_engine_get_survey_async (VSW_ENGINE (source), index, on_survey, g_steal_pointer (&errand));
      return;
    }

  uplink->is_asked = FALSE;
  /* Who says nothing says nothing new. */
  if (!is_known || rival->is_silent)
    return;
  say (errand->self, errand->index, text);
}

static void
ask (VswUplinks *self, guint index, Uplink *uplink)
{
  Errand *errand;

  if (uplink->is_asked)
    return;

  uplink->is_asked = TRUE;
  errand = g_new0 (Errand, 1);
  errand->self = self;
  errand->life = g_object_ref (self->life);
  errand->index = index;
  vsw_rival_find_async (self->connection, self->engine, index, uplink->nic, VSW_RIVAL_TIMEOUT, self->life, on_rival,
                        errand);
}

/* --- whom to ask about --- */

static void
note_uplink (VswUplinks *self, const VswSwitch *home, const VswLink *link)
{
  Uplink *uplink = g_hash_table_lookup (self->watched, GUINT_TO_POINTER (link->index));

  if (uplink == NULL)
    {
      uplink = g_new0 (Uplink, 1);
      g_hash_table_insert (self->watched, GUINT_TO_POINTER (link->index), uplink);
    }
  g_free (uplink->home);
  g_free (uplink->nic);
  uplink->home = g_strdup (home->head.name);
  uplink->nic = g_strdup (link->name);
  uplink->is_present = TRUE;
  ask (self, link->index, uplink);
}

static void
note_uplinks_of (VswUplinks *self, const VswSwitch *home)
{
  VswLinks *links = vsw_engine_get_links (self->engine);
  const VswRules *rules = vsw_model_get_rules (vsw_engine_get_model (self->engine));
  VswLink *bridge = vsw_links_get_device (links, home->device);
  GHashTable *ports = bridge != NULL ? vsw_links_get_foreign_ports (links, bridge->index) : NULL;
  GHashTableIter iter;
  gpointer link;

  if (ports == NULL)
    return;
  g_hash_table_iter_init (&iter, ports);
  while (g_hash_table_iter_next (&iter, NULL, &link))
    if (vsw_rules_is_external (rules, link))
      note_uplink (self, home, link);
}

static void
forget_absent (VswUplinks *self)
{
  GHashTableIter iter;
  gpointer index;
  gpointer value;

  g_hash_table_iter_init (&iter, self->watched);
  while (g_hash_table_iter_next (&iter, &index, &value))
    {
      Uplink *uplink = value;

      if (!uplink->is_present)
        {
          say (self, GPOINTER_TO_UINT (index), NULL);
          g_hash_table_iter_remove (&iter);
        }
      else
        uplink->is_present = FALSE;
    }
}

static void
look (gpointer user_data)
{
  VswUplinks *self = user_data;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, vsw_model_get_switches (vsw_engine_get_model (self->engine)));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    note_uplinks_of (self, value);
  forget_absent (self);
  if (g_hash_table_size (self->watched) > 0)
    vsw_alarm_set (self->alarm, vsw_alarm_later (self->interval));
}

/* What we have said ourselves is no reason to look. */
static void
on_changed (VswEngine *engine, GPtrArray *touched, VswUplinks *self)
{
  for (guint i = 0; i < touched->len; i++)
    if (!g_str_equal (g_ptr_array_index (touched, i), VSW_ENGINE_MANAGER_KEY))
      {
        vsw_alarm_set (self->alarm, vsw_alarm_later (QUIET));
        return;
      }
}

/* --- public --- */

/**
 * vsw_uplinks_new:
 * @engine: whose switches have uplinks
 *
 * Thread: main.
 *
 * Returns: (transfer full): the watch, which begins at once
 */
VswUplinks *
vsw_uplinks_new (VswEngine *engine)
{
  VswUplinks *self = g_new0 (VswUplinks, 1);

  self->engine = g_object_ref (engine);
  self->alarm = vsw_alarm_new (look, self);
  self->life = g_cancellable_new ();
  self->interval = INTERVAL;
  self->watched = g_hash_table_new_full (NULL, NULL, NULL, free_uplink);
  self->changed = g_signal_connect (engine, "changed", G_CALLBACK (on_changed), self);
  vsw_alarm_set (self->alarm, vsw_alarm_later (QUIET));

  return self;
}

/**
 * vsw_uplinks_free:
 * @self: (transfer full): a watch
 *
 * Takes back what it has said. Thread: main.
 */
void
vsw_uplinks_free (VswUplinks *self)
{
  forget_absent (self); /* none is present but during a look */
  g_cancellable_cancel (self->life);
  g_object_unref (self->life);
  vsw_alarm_free (self->alarm);
  g_signal_handler_disconnect (self->engine, self->changed);
  g_clear_object (&self->connection);
  g_hash_table_unref (self->watched);
  g_object_unref (self->engine);
  g_free (self);
}

/**
 * vsw_uplinks_set_connection:
 * @self: a watch
 * @connection: (nullable): the bus that other managers may be on; %NULL: it is gone
 *
 * Thread: main.
 */
void
vsw_uplinks_set_connection (VswUplinks *self, GDBusConnection *connection)
{
  g_set_object (&self->connection, connection);
  if (connection != NULL)
    vsw_alarm_set (self->alarm, vsw_alarm_later (QUIET));
}

/**
 * vsw_uplinks_set_interval:
 * @self: a watch
 * @milliseconds: from one look to the next while nothing happens
 *
 * Counts from the next look on. Thread: main.
 */
void
vsw_uplinks_set_interval (VswUplinks *self, guint milliseconds)
{
  self->interval = milliseconds;
}
