// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/glib_fixture.h"

#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace
{

struct Expectation
{
  GLogLevelFlags level;
  std::string pattern;
};

/* GLib takes one writer a process, for good; so what the running test expects lives as long. */
struct LogKeeper
{
  std::mutex lock;
  std::vector<Expectation> expected;
  std::vector<std::pair<std::string, std::string>> messages; /* and of which object */
};

LogKeeper &
keeper ()
{
  static LogKeeper one;
  return one;
}

bool
matches (const std::string &pattern, const std::string &message)
{
  return g_pattern_match_simple (pattern.c_str (), message.c_str ());
}

std::string
get_field (const char *key, const GLogField *fields, gsize n_fields)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, key))
      return fields[i].length < 0 ? std::string (static_cast<const char *> (fields[i].value))
                                  : std::string (static_cast<const char *> (fields[i].value), fields[i].length);
  return std::string ();
}

bool
take_expectation (LogKeeper &log, GLogLevelFlags level, const std::string &message)
{
  for (auto one = log.expected.begin (); one != log.expected.end (); ++one)
    if ((level & G_LOG_LEVEL_MASK) == one->level && matches (one->pattern, message))
      {
        log.expected.erase (one);
        return true;
      }
  return false;
}

GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer)
{
  LogKeeper &log = keeper ();
  std::string message = get_field ("MESSAGE", fields, n_fields);
  bool is_expected;

  {
    std::lock_guard<std::mutex> hold (log.lock);
    log.messages.emplace_back (message, get_field ("VSW_OBJECT", fields, n_fields));
    is_expected = take_expectation (log, level, message);
  }
  if (!is_expected && (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) != 0)
    {
      g_log_writer_standard_streams (level, fields, n_fields, nullptr);
      ADD_FAILURE () << "logged unexpectedly: " << message;
    }
  return G_LOG_WRITER_HANDLED;
}

gboolean
keep_waking (gpointer)
{
  return G_SOURCE_CONTINUE;
}

} // namespace

void
GlibTest::SetUp ()
{
  static std::once_flag once;
  std::call_once (once, [] { g_log_set_writer_func (write_log, nullptr, nullptr); });
  {
    std::lock_guard<std::mutex> hold (keeper ().lock);
    keeper ().expected.clear ();
    keeper ().messages.clear ();
  }
  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
}

void
GlibTest::TearDown ()
{
  settle ();
  g_main_context_pop_thread_default (context);
  g_clear_pointer (&context, g_main_context_unref);

  std::lock_guard<std::mutex> hold (keeper ().lock);
  for (const Expectation &one : keeper ().expected)
    ADD_FAILURE () << "was not logged: " << one.pattern;
  keeper ().expected.clear ();
}

bool
GlibTest::wait_until (const std::function<bool ()> &condition, int milliseconds)
{
  gint64 deadline = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;
  /* Conditions may change on other threads, and sources may sit in the default context: look again at least that often. */
  GSource *tick = g_timeout_source_new (2);
  bool holds;

  g_source_set_callback (tick, keep_waking, nullptr, nullptr);
  g_source_attach (tick, context);
  while (!(holds = condition ()) && g_get_monotonic_time () < deadline)
    {
      g_main_context_iteration (nullptr, FALSE);
      g_main_context_iteration (context, TRUE);
    }
  g_source_destroy (tick);
  g_source_unref (tick);
  return holds;
}

void
GlibTest::settle ()
{
  while (g_main_context_iteration (context, FALSE) || g_main_context_iteration (nullptr, FALSE))
    ;
}

GAsyncResult *
GlibTest::await (const std::function<void (GAsyncReadyCallback, gpointer)> &start, int milliseconds)
{
  using Slot = std::shared_ptr<GAsyncResult *>;
  Slot slot = std::make_shared<GAsyncResult *> (nullptr);

  /* The callback holds the slot by itself: it may come long after this wait was given up. */
  start (
      [] (GObject *, GAsyncResult *result, gpointer data) {
        std::unique_ptr<Slot> own (static_cast<Slot *> (data));
        **own = G_ASYNC_RESULT (g_object_ref (result));
      },
      new Slot (slot));
  if (!wait_until ([&slot] { return *slot != nullptr; }, milliseconds))
    throw std::runtime_error ("no answer within " + std::to_string (milliseconds) + " ms");
  return *slot;
}

void
GlibTest::expect_log (GLogLevelFlags level, const std::string &pattern)
{
  std::lock_guard<std::mutex> hold (keeper ().lock);
  keeper ().expected.push_back ({ level, pattern });
}

bool
GlibTest::was_logged (const std::string &pattern, const char *object)
{
  std::lock_guard<std::mutex> hold (keeper ().lock);
  for (const auto &[message, about] : keeper ().messages)
    if (matches (pattern, message) && (object == nullptr || about == object))
      return true;
  return false;
}
