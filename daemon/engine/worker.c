/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/worker.h"

typedef struct
{
  VswJobFunc run;  /* (nullable) NULL: the thread ends */
  VswJobFunc done; /* (nullable) */
  gpointer data;   /* (unowned) of whoever pushed it */
} Job;

struct _VswWorker
{
  GThread *thread;       /* (owned) */
  GAsyncQueue *jobs;     /* (owned) (element-type Job) */
  GMainContext *context; /* (owned) */
};

static gboolean
finish_job (gpointer user_data)
{
  Job *job = user_data;

  job->done (job->data);
  return G_SOURCE_REMOVE;
}

static gpointer
run_jobs (gpointer user_data)
{
  VswWorker *self = user_data;

  for (;;)
    {
      Job *job = g_async_queue_pop (self->jobs);

      if (job->run == NULL)
        {
          g_free (job);
          return NULL;
        }

      job->run (job->data);
      if (job->done == NULL)
        {
          g_free (job);
          continue;
        }

      g_autoptr (GSource) source = g_idle_source_new ();
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, finish_job, job, g_free);
      g_source_attach (source, self->context);
    }
}

/**
 * vsw_worker_new:
 * @context: where `done` functions run
 *
 * Starts the thread. Thread: main.
 *
 * Returns: (transfer full): the worker
 */
VswWorker *
vsw_worker_new (GMainContext *context)
{
  VswWorker *self = g_new0 (VswWorker, 1);

  self->context = g_main_context_ref (context);
  self->jobs = g_async_queue_new ();
  self->thread = g_thread_new ("worker", run_jobs, self);

  return self;
}

/**
 * vsw_worker_push:
 * @self: the worker
 * @run: what happens on the worker
 * @done: (nullable): what happens on the main context afterwards
 * @data: (unowned): given to both
 *
 * Puts a job at the end of the line. Thread: main.
 */
void
vsw_worker_push (VswWorker *self, VswJobFunc run, VswJobFunc done, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->run = run;
  job->done = done;
  job->data = data;
  g_async_queue_push (self->jobs, job);
}

/**
 * vsw_worker_free:
 * @self: the worker
 *
 * Waits until every job that was pushed has run; their `done` functions still run if the context does. Thread: main.
 */
void
vsw_worker_free (VswWorker *self)
{
  g_async_queue_push (self->jobs, g_new0 (Job, 1));
  g_thread_join (self->thread);
  g_async_queue_unref (self->jobs);
  g_main_context_unref (self->context);
  g_free (self);
}
