/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When to look around, and what then stands in the warnings.
 *
 * Conditions come without a notification (a sysctl, a rule of a firewall), so they are looked for every INTERVAL while there are
 * switches, and a moment after links have changed; on the worker, one look at a time. What another part of the program has found, the bus
 * about uplinks, stands there too until it takes it back. Nothing is ever changed. */
#include "engine/condition.h"
#include "engine/state.h"

#define INTERVAL 30000 /* milliseconds between two looks when nothing happens */
#define QUIET    200   /* milliseconds from a change to the look at it */
#define PAUSE    1000  /* milliseconds between two looks at least */

/* What is said about one condition. */
typedef struct
{
  char *text;         /* (owned) as it stands in `warnings` */
  gboolean is_others; /* another part of the program has found it */
  guint look;         /* of ours: the last that found it */
} Saying;

typedef struct
{
  VswEngine *engine; /* (owned) */
  GArray *indexes;   /* (owned) */
  VswSurvey *survey; /* (owned) (nullable) */
  GError *error;     /* (owned) (nullable) */
} Look;

struct _VswHealth
{
  GHashTable *sayings; /* (owned) "code subject" → Saying */
  GSource *source;     /* (owned) (nullable) the next look */
  gint64 due;          /* monotonic, microseconds: when that is */
  gint64 looked;       /* when the last one began */
  guint looks;         /* so far */
  guint interval;      /* milliseconds */
  gboolean is_looking;
  gboolean is_suspected; /* something has changed while we looked */
  gboolean is_blind;     /* the last look failed: said once */
};

static void
free_saying (gpointer data)
{
  Saying *saying = data;

  g_free (saying->text);
  g_free (saying);
}

static void
clear_source (VswHealth *self)
{
  if (self->source == NULL)
    return;

  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

void
vsw_engine_init_health (VswEngine *engine)
{
  engine->health = g_new0 (VswHealth, 1);
  engine->health->interval = INTERVAL;
  engine->health->sayings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_saying);
}

void
vsw_engine_clear_health (VswEngine *engine)
{
  clear_source (engine->health);
  g_hash_table_unref (engine->health->sayings);
  g_clear_pointer (&engine->health, g_free);
}

void
vsw_engine_stop_health (VswEngine *engine)
{
  clear_source (engine->health);
}

gboolean
vsw_engine_is_looking (VswEngine *engine)
{
  return engine->health->is_looking;
}

/* --- what is said --- */

static Saying *
say (VswEngine *engine, const char *code, const char *subject, const char *text)
{
  g_autofree char *key = g_strdup_printf ("%s %s", code, subject);
  Saying *saying = g_hash_table_lookup (engine->health->sayings, key);

  if (saying == NULL)
    {
      saying = g_new0 (Saying, 1);
      g_hash_table_insert (engine->health->sayings, g_steal_pointer (&key), saying);
    }
  if (g_strcmp0 (saying->text, text) != 0)
    vsw_log (G_LOG_LEVEL_WARNING, VSW_EVENT_CONDITION, NULL, "%s", text);
  vsw_engine_set_warning (engine, &saying->text, code, text);

  return saying;
}

static void
take_back_old (VswEngine *engine)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, engine->health->sayings);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Saying *saying = value;

      if (saying->is_others || saying->look == engine->health->looks)
        continue;
      vsw_engine_set_warning (engine, &saying->text, NULL, NULL);
      g_hash_table_iter_remove (&iter);
    }
}

/* A look that failed tells nothing new about what only a survey can tell. */
static void
say_what_is (VswEngine *engine, const VswSurvey *survey)
{
  g_autoptr (GPtrArray) found = vsw_condition_find_all (engine->model, engine->links, survey);

  for (guint i = 0; i < found->len; i++)
    {
      const VswCondition *condition = g_ptr_array_index (found, i);

      say (engine, condition->code, condition->subject, condition->text)->look = engine->health->looks;
    }
  if (survey != NULL)
    take_back_old (engine);
}

/**
 * vsw_engine_set_condition:
 * @self: the engine
 * @code: as in Manager.Warnings
 * @subject: whom it is about
 * @text: (nullable): cause and cure; %NULL: it is no longer so
 *
 * Another part of the program tells of a standing condition. Thread: main.
 */
void
vsw_engine_set_condition (VswEngine *self, const char *code, const char *subject, const char *text)
{
  g_autofree char *key = g_strdup_printf ("%s %s", code, subject);
  Saying *saying = g_hash_table_lookup (self->health->sayings, key);

  if (text != NULL)
    {
      say (self, code, subject, text)->is_others = TRUE;
      return;
    }
  if (saying == NULL)
    return;
  vsw_engine_set_warning (self, &saying->text, NULL, NULL);
  g_hash_table_remove (self->health->sayings, key);
}

/**
 * vsw_engine_set_interval:
 * @self: the engine
 * @milliseconds: from one look around to the next while nothing happens
 *
 * Counts from the next look on. Thread: main.
 */
void
vsw_engine_set_interval (VswEngine *self, guint milliseconds)
{
  self->health->interval = milliseconds;
}

/* --- looking --- */

static void
free_look (Look *look)
{
  g_array_unref (look->indexes);
  g_clear_pointer (&look->survey, vsw_survey_unref);
  g_clear_error (&look->error);
  g_object_unref (look->engine);
  g_free (look);
}

static gboolean
has_switches (VswEngine *engine)
{
  return g_hash_table_size (vsw_model_get_switches (engine->model)) > 0;
}

static void
note_sight (VswEngine *engine, const GError *error)
{
  VswHealth *self = engine->health;

  if (error != NULL && !self->is_blind)
    g_message ("cannot look for what harms the switches: %s", error->message);
  self->is_blind = error != NULL;
}

static void plan_look (VswEngine *engine, gint64 delay);

static void
run_look (gpointer data)
{
  Look *look = data;

  look->survey = vsw_kernel_get_survey (look->engine->kernel, look->indexes, &look->error);
}

static void
finish_look (gpointer data)
{
  Look *look = data;
  VswEngine *engine = look->engine;
  VswHealth *self = engine->health;
  gboolean is_suspected = self->is_suspected;

  self->is_looking = FALSE;
  self->is_suspected = FALSE;
  if (!engine->is_stopped)
    {
      note_sight (engine, look->error);
      say_what_is (engine, look->survey);
      if (has_switches (engine))
        plan_look (engine, is_suspected ? PAUSE : self->interval);
    }
  free_look (look);
}

static Look *
begin_look (VswEngine *engine)
{
  Look *look = g_new0 (Look, 1);

  engine->health->looked = g_get_monotonic_time ();
  engine->health->looks++;
  look->engine = g_object_ref (engine);
  look->indexes = vsw_condition_list_links (engine->model, engine->links);

  return look;
}

static gboolean
look_now (gpointer user_data)
{
  VswEngine *engine = user_data;

  g_clear_pointer (&engine->health->source, g_source_unref);
  if (engine->is_stopped)
    return G_SOURCE_REMOVE;

  engine->health->is_looking = TRUE;
  vsw_worker_push (engine->worker, run_look, finish_look, begin_look (engine));

  return G_SOURCE_REMOVE;
}

/* delay: milliseconds. One that is planned for sooner stays. */
static void
plan_look (VswEngine *engine, gint64 delay)
{
  VswHealth *self = engine->health;
  gint64 due = g_get_monotonic_time () + delay * 1000;

  if (self->source != NULL && self->due <= due)
    return;

  clear_source (self);
  self->due = due;
  self->source = g_timeout_source_new ((guint)delay);
  g_source_set_callback (self->source, look_now, engine, NULL);
  g_source_attach (self->source, engine->context);
}

/* Something has changed. Without switches there is nothing to harm; what is said goes all the same. */
void
vsw_engine_suspect_health (VswEngine *engine)
{
  VswHealth *self = engine->health;
  gint64 since = (g_get_monotonic_time () - self->looked) / 1000;

  if (engine->is_stopped || (!has_switches (engine) && g_hash_table_size (self->sayings) == 0))
    return;
  if (self->is_looking)
    self->is_suspected = TRUE;
  else
    plan_look (engine, self->looks > 0 && since < PAUSE ? MAX (PAUSE - since, QUIET) : QUIET);
}

/* At once and blocking, so that the first who asks is told. */
void
vsw_engine_start_health (VswEngine *engine)
{
  Look *look;

  if (!has_switches (engine))
    return;

  look = begin_look (engine);
  run_look (look);
  note_sight (engine, look->error);
  say_what_is (engine, look->survey);
  free_look (look);
  plan_look (engine, engine->health->interval);
}

/* --- one link, for somebody else --- */

typedef struct
{
  GTask *task;     /* (owned) */
  GArray *indexes; /* (owned) */
  VswSurvey *survey;
  GError *error;
} Question;

static void
run_question (gpointer data)
{
  Question *question = data;
  VswEngine *engine = g_task_get_source_object (question->task);

  question->survey = vsw_kernel_get_survey (engine->kernel, question->indexes, &question->error);
}

static void
finish_question (gpointer data)
{
  Question *question = data;

  if (question->survey != NULL)
    g_task_return_pointer (question->task, question->survey, (GDestroyNotify)vsw_survey_unref);
  else
    g_task_return_error (question->task, question->error);
  g_object_unref (question->task);
  g_array_unref (question->indexes);
  g_free (question);
}

/**
 * vsw_engine_get_survey_async:
 * @self: the engine
 * @index: of a link, of whatever kind
 * @callback: called with the answer: vsw_engine_get_survey_finish()
 * @user_data: for @callback
 *
 * Asks the kernel what the host does on a link. Thread: main.
 */
void
vsw_engine_get_survey_async (VswEngine *self, guint index, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Question *question;

  if (self->is_stopped)
    {
      g_task_return_new_error (task, VSW_ERROR, VSW_ERROR_INVALID_STATE, "the service is stopping");
      g_object_unref (task);
      return;
    }

  question = g_new0 (Question, 1);
  question->task = task;
  question->indexes = g_array_new (FALSE, FALSE, sizeof (guint));
  g_array_append_val (question->indexes, index);
  vsw_worker_push (self->worker, run_question, finish_question, question);
}

/**
 * vsw_engine_get_survey_finish:
 * @self: the engine
 * @result: of vsw_engine_get_survey_async()
 * @error: return location
 *
 * Errors: KERNEL, INVALID_STATE. Thread: main.
 *
 * Returns: (transfer full): the survey; a link that is gone is not in it
 */
VswSurvey *
vsw_engine_get_survey_finish (VswEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
