/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A test that owns its main context.
 *
 * It turns asynchronous calls into values, with a timeout that throws (which GTest reports as a failure of this test). A warning or worse in
 * anybody's log, on any thread, that the test did not expect fails it; so does one that it expected and that did not come. */
#pragma once

#include <gio/gio.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

class GlibTest : public ::testing::Test
{
protected:
  static constexpr int patience = 10000; /* milliseconds: longer than any good answer takes under sanitizers */

  void SetUp () override;
  void TearDown () override;

  /* Runs the main context (and the default one) until the condition holds. FALSE: it did not within that time. */
  bool wait_until (const std::function<bool ()> &condition, int milliseconds = patience);
  /* Runs whatever is ready, and what that makes ready. */
  void settle ();
  /* Starts an asynchronous call and waits for its result, which the matching `finish` takes. (transfer full) */
  GAsyncResult *await (const std::function<void (GAsyncReadyCallback, gpointer)> &start, int milliseconds = patience);

  /* One message of this level that matches the pattern ('*' and '?') will be logged before the test ends. */
  void expect_log (GLogLevelFlags level, const std::string &pattern);
  /* Whether a message that matches was logged in this test, at any level, with that VSW_OBJECT if there is one given. */
  bool was_logged (const std::string &pattern, const char *object = nullptr);

  GMainContext *context = nullptr; /* (owned) the thread's default while the test runs */
};
