/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "bus/turnstile.h"

namespace
{

class Turnstile : public ::testing::Test
{
protected:
  struct Visit
  {
    Turnstile *test;
    std::string name;
  };

  void
  SetUp () override
  {
    context = g_main_context_new ();
    g_main_context_push_thread_default (context);
    turnstile = vsw_turnstile_new (on_dropped);
  }

  void
  TearDown () override
  {
    g_clear_pointer (&turnstile, vsw_turnstile_free);
    g_main_context_pop_thread_default (context);
    g_main_context_unref (context);
  }

  static void
  on_inside (gpointer data)
  {
    Visit *visit = static_cast<Visit *> (data);
    visit->test->inside.push_back (visit->name);
    delete visit;
  }

  static void
  on_dropped (gpointer data)
  {
    dropped.push_back (static_cast<Visit *> (data)->name);
    delete static_cast<Visit *> (data);
  }

  void
  enter (const std::string &caller, const std::string &name)
  {
    vsw_turnstile_enter (turnstile, caller.c_str (), on_inside, new Visit{ this, name });
  }

  void
  leave_and_wait (gsize n)
  {
    vsw_turnstile_leave (turnstile);
    gint64 deadline = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
    while (inside.size () < n && g_get_monotonic_time () < deadline)
      g_main_context_iteration (context, FALSE);
  }

  GMainContext *context = nullptr;
  VswTurnstile *turnstile = nullptr;
  std::vector<std::string> inside; /* in order */
  static std::vector<std::string> dropped;
};

std::vector<std::string> Turnstile::dropped;

using Names = std::vector<std::string>;

TEST_F (Turnstile, LetsWhoIsAloneInAtOnceEachTime)
{
  for (int i = 0; i < 3; i++)
    {
      enter ("a", "a");
      ASSERT_EQ (inside.size (), (gsize)i + 1);
      vsw_turnstile_leave (turnstile);
    }
}

TEST_F (Turnstile, HoldsOneAtATime)
{
  enter ("a", "a1");
  enter ("a", "a2");
  enter ("b", "b1");
  while (g_main_context_iteration (context, FALSE))
    ;
  EXPECT_EQ (inside, (Names{ "a1" }));
}

TEST_F (Turnstile, TakesCallersInTurnHoweverMuchOneAsks)
{
  for (const char *name : { "a1", "a2", "a3", "a4" })
    enter ("a", name);
  enter ("b", "b1");
  enter ("c", "c1");
  enter ("b", "b2");
  for (gsize n = 2; n <= 7; n++)
    leave_and_wait (n);
  EXPECT_EQ (inside, (Names{ "a1", "a2", "b1", "c1", "a3", "b2", "a4" }));
}

TEST_F (Turnstile, StaysEmptyAsLongAsItWasTakenWhileOthersWait)
{
  enter ("a", "a1");
  enter ("b", "b1");
  g_usleep (30000);
  gint64 left = g_get_monotonic_time ();
  leave_and_wait (2);
  EXPECT_EQ (inside, (Names{ "a1", "b1" }));
  EXPECT_GE (g_get_monotonic_time () - left, 29000);
}

TEST_F (Turnstile, TakesNobodyOutOfTurnDuringThePause)
{
  enter ("a", "a1");
  enter ("b", "b1");
  g_usleep (5000);
  vsw_turnstile_leave (turnstile);
  enter ("c", "c1");
  EXPECT_EQ (inside, (Names{ "a1" }));
  gint64 deadline = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
  while (inside.size () < 2 && g_get_monotonic_time () < deadline)
    g_main_context_iteration (context, FALSE);
  leave_and_wait (3);
  EXPECT_EQ (inside, (Names{ "a1", "b1", "c1" }));
}

TEST_F (Turnstile, DropsWhoWaitsWhenItGoes)
{
  dropped.clear ();
  enter ("a", "a1");
  enter ("a", "a2");
  enter ("b", "b1");
  g_clear_pointer (&turnstile, vsw_turnstile_free);
  EXPECT_EQ (dropped, (Names{ "a2", "b1" }));
}

} // namespace
