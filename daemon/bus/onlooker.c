/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/onlooker.h"

#include "bus/nm.h"

#define TIMEOUT 5000                 /* milliseconds for all of it: who takes longer is not waited for */
#define PAUSE   20                   /* milliseconds from one question to the next */
#define UNKNOWN (2 * G_USEC_PER_SEC) /* a device that it does not know by then it does not look at */
#define QUIET                                                                                                          \
  (G_USEC_PER_SEC / 2) /* one that it leaves alone for so long it leaves alone; before, it may wait for udev */

struct _VswOnlooker
{
  VswEngine *engine;           /* (owned) */
  GDBusConnection *connection; /* (owned) (nullable) */
};

/* One device. */
typedef struct
{
  VswNmTalk talk;
  char *nic;         /* (owned) */
  gint64 begin;      /* monotonic, microseconds */
  gint64 left_alone; /* since then it leaves the device alone; 0: it does not */
} Errand;

static void
free_errand (gpointer data)
{
  Errand *errand = data;

  vsw_nm_talk_clear (&errand->talk);
  g_free (errand->nic);
  g_free (errand);
}

/* In between it takes the device in: then it is cleaned. */
static gboolean
has_looked (Errand *errand, const VswNmDevice *device)
{
  gint64 now = g_get_monotonic_time ();

  if (now >= errand->talk.deadline)
    return TRUE;
  if (device == NULL)
    return now - errand->begin >= UNKNOWN;
  if (device->state >= VSW_NM_DISCONNECTED)
    return TRUE;
  if (device->state > VSW_NM_UNMANAGED)
    errand->left_alone = 0;
  else if (errand->left_alone == 0)
    errand->left_alone = now;
  return errand->left_alone != 0 && now - errand->left_alone >= QUIET;
}

static gboolean look (gpointer task);

/* Who is not there, or does not answer, is not waited for. */
static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (VswNmDevice) device = NULL;
  g_autoptr (GSource) timer = NULL;

  if (!vsw_nm_look_finish (result, &device, NULL) || has_looked (g_task_get_task_data (task), device))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  timer = g_timeout_source_new (PAUSE);
  g_task_attach_source (task, timer, look);
}

static gboolean
look (gpointer task)
{
  Errand *errand = g_task_get_task_data (task);

  vsw_nm_look_async (&errand->talk, errand->nic, on_looked, g_object_ref (task));
  return G_SOURCE_REMOVE;
}

static void
begin (VswEngine *engine, const char *device, GTask *task, gpointer user_data)
{
  VswOnlooker *self = user_data;
  g_autoptr (GTask) owned = task;
  Errand *errand;

  if (self->connection == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  errand = g_new0 (Errand, 1);
  vsw_nm_talk_init (&errand->talk, self->connection, TIMEOUT, NULL);
  errand->nic = g_strdup (device);
  errand->begin = g_get_monotonic_time ();
  g_task_set_task_data (task, errand, free_errand);
  look (task);
}

/**
 * vsw_onlooker_new:
 * @engine: who wants to know
 *
 * Thread: main.
 *
 * Returns: (transfer full): the onlooker
 */
VswOnlooker *
vsw_onlooker_new (VswEngine *engine)
{
  VswOnlooker *self = g_new0 (VswOnlooker, 1);

  self->engine = g_object_ref (engine);
  vsw_engine_set_onlookers (engine, begin, self);

  return self;
}

/**
 * vsw_onlooker_free:
 * @self: (transfer full): an onlooker
 *
 * Thread: main.
 */
void
vsw_onlooker_free (VswOnlooker *self)
{
  vsw_engine_set_onlookers (self->engine, NULL, NULL);
  g_clear_object (&self->connection);
  g_object_unref (self->engine);
  g_free (self);
}

/**
 * vsw_onlooker_set_connection:
 * @self: an onlooker
 * @connection: (nullable): the bus that NetworkManager may be on; %NULL: it is gone
 *
 * Thread: main.
 */
void
vsw_onlooker_set_connection (VswOnlooker *self, GDBusConnection *connection)
{
  g_set_object (&self->connection, connection);
}
