// SPDX-License-Identifier: GPL-2.0-or-later
#include "fake_gate.h"

#include <algorithm>

G_BEGIN_DECLS
#define FAKE_TYPE_GATE (fake_gate_get_type ())
G_DECLARE_FINAL_TYPE (FakeGateObject, fake_gate, FAKE, GATE, GObject)
G_END_DECLS

struct _FakeGateObject
{
  GObject parent;

  FakeGate *owner; /* (unowned) */
};

static void implement_gate (VswGateInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeGateObject, fake_gate, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (VSW_TYPE_GATE, implement_gate))

static void
fake_gate_class_init (FakeGateObjectClass *)
{
}

static void
fake_gate_init (FakeGateObject *)
{
}

static void
answer (GTask *task, Verdict verdict)
{
  if (verdict == Verdict::yes)
    g_task_return_boolean (task, TRUE);
  else if (verdict == Verdict::challenge)
    g_task_return_new_error (task, VSW_ERROR, VSW_ERROR_AUTHORIZATION_REQUIRED, "the test would ask");
  else
    g_task_return_new_error (task, VSW_ERROR, VSW_ERROR_ACCESS_DENIED, "the test said no");
  g_object_unref (task);
}

static void
on_cancelled (GCancellable *, gpointer data)
{
  auto *task = static_cast<GTask *> (data);
  FakeGate *gate = FAKE_GATE (g_task_get_source_object (task))->owner;

  gate->cancelled++;
  gate->held.erase (std::remove (gate->held.begin (), gate->held.end (), task), gate->held.end ());
  answer (task, Verdict::no);
}

static void
ask_async (VswGate *self, const VswQuestion *question, GCancellable *cancellable, GAsyncReadyCallback callback,
           gpointer user_data)
{
  FakeGate *gate = FAKE_GATE (self)->owner;
  GTask *task = g_task_new (self, nullptr, callback, user_data);
  Question seen;
  GVariantIter iter;
  const char *name;
  const char *value;

  seen.sender = question->sender;
  seen.action = question->action;
  seen.may_interact = question->may_interact;
  g_variant_iter_init (&iter, question->details);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    seen.details[name] = value;
  gate->questions.push_back (seen);

  if (gate->verdict != Verdict::hold)
    {
      answer (task, seen.action == gate->denied ? Verdict::no : gate->verdict);
      return;
    }
  gate->held.push_back (task);
  g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (on_cancelled), task, GConnectFlags (0));
}

static gboolean
ask_finish (VswGate *, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
implement_gate (VswGateInterface *interface)
{
  interface->ask_async = ask_async;
  interface->ask_finish = ask_finish;
}

FakeGate::FakeGate ()
{
  auto *object = FAKE_GATE (g_object_new (FAKE_TYPE_GATE, nullptr));

  object->owner = this;
  gate = VSW_GATE (object);
}

FakeGate::~FakeGate ()
{
  while (!held.empty ())
    release (Verdict::no);
  g_object_unref (gate);
}

void
FakeGate::release (Verdict with)
{
  GTask *task = held.front ();

  held.erase (held.begin ());
  answer (task, with);
}
