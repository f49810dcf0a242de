/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is opened and what is refused; a refusal leaves everything as it lies there. */
#include "fixture.h"

#include <filesystem>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace
{

mode_t
mode_of (const std::string &path)
{
  struct stat facts = {};

  EXPECT_EQ (lstat (path.c_str (), &facts), 0) << path;
  return facts.st_mode & 07777;
}

void
expect_mentions (const std::string &message, const std::string &part)
{
  EXPECT_NE (message.find (part), std::string::npos) << message;
}

/* --- directories --- */

TEST (Open, MakesTheDirectoriesAndShowsThemToNobody)
{
  Place place;
  Store store = open_store (place);

  EXPECT_EQ (mode_of (place.state), 0700u);
  EXPECT_EQ (mode_of (place.database ()), 0600u);
  EXPECT_EQ (mode_of (place.state + "/lock"), 0600u);
}

TEST (Open, KeepsItsLogToItselfWhateverTheUmask)
{
  Place place;
  mode_t old = umask (0);
  Store store = open_store (place);
  Value on = keep (plain_switch (1));

  add (store.get (), { &on });
  umask (old);
  EXPECT_EQ (mode_of (place.database ()), 0600u);
  EXPECT_EQ (mode_of (place.database () + "-wal"), 0600u);
}

TEST (Open, RefusesADirectoryWhoseParentIsMissing)
{
  Place place;

  place.state = place.root + "/none/state";
  expect_mentions (refuse_store (place), place.state);
}

TEST (Open, RefusesALinkToADirectory)
{
  Place place;

  std::filesystem::create_directory (place.root + "/real");
  std::filesystem::permissions (place.root + "/real", std::filesystem::perms::owner_all);
  std::filesystem::create_directory_symlink ("real", place.state);
  expect_mentions (refuse_store (place), "symbolic link");
  place.state += "/";
  expect_mentions (refuse_store (place), "symbolic link");
  EXPECT_TRUE (std::filesystem::is_empty (place.root + "/real"));
}

TEST (Open, RefusesAFileInPlaceOfADirectory)
{
  Place place;

  write_bytes (place.state, "x");
  expect_mentions (refuse_store (place), place.state);
  EXPECT_EQ (read_bytes (place.state), "x");
}

TEST (Open, RefusesADirectoryThatOthersMayWriteTo)
{
  for (mode_t mode : { 0770, 0702, 0777, 01777 })
    {
      Place place;

      ASSERT_EQ (mkdir (place.state.c_str (), 0700), 0);
      ASSERT_EQ (chmod (place.state.c_str (), mode), 0);
      expect_mentions (refuse_store (place), place.state);
      EXPECT_TRUE (std::filesystem::is_empty (place.state));
    }
}

TEST (Open, RefusesADirectoryOfAnotherUser)
{
  Place place;

  if (geteuid () != 0)
    {
      place.state = "/";
      expect_mentions (refuse_store (place), "uid 0");
      return;
    }
  ASSERT_EQ (mkdir (place.state.c_str (), 0700), 0);
  ASSERT_EQ (chown (place.state.c_str (), 65534, 65534), 0);
  expect_mentions (refuse_store (place), "uid 65534");
  EXPECT_TRUE (std::filesystem::is_empty (place.state));
}

TEST (Open, RefusesARuntimeDirectoryThatOthersMayWriteTo)
{
  Place place;

  ASSERT_EQ (mkdir (place.runtime.c_str (), 0700), 0);
  ASSERT_EQ (chmod (place.runtime.c_str (), 0777), 0);
  expect_mentions (refuse_store (place), place.runtime);
}

TEST (Open, WorksBelowALinkFurtherUp)
{
  Place place;

  std::filesystem::create_directory (place.root + "/real");
  std::filesystem::create_directory_symlink ("real", place.root + "/link");
  place.state = place.root + "/link/state";
  expect_holds (open_store (place).get (), {});
}

/* --- one daemon a state --- */

TEST (Open, RefusesASecondDaemonAndNamesTheFirst)
{
  Place place;
  Store store = open_store (place);
  std::string message = refuse_store (place, VSW_ERROR_CONFLICT);

  expect_mentions (message, place.state);
  expect_mentions (message, "pid " + std::to_string (getpid ()));
  store.reset ();
  EXPECT_NE (open_store (place), nullptr);
}

TEST (Open, IsFreeAgainAfterTheHolderWasKilled)
{
  Place place;
  int ready[2];
  char byte;
  pid_t child;

  ASSERT_EQ (pipe (ready), 0);
  child = fork ();
  if (child == 0)
    {
      VswStore *store = place.open ();

      if (store && write (ready[1], "x", 1) == 1)
        pause ();
      _exit (1);
    }
  ASSERT_EQ (read (ready[0], &byte, 1), 1);
  expect_mentions (refuse_store (place, VSW_ERROR_CONFLICT), "pid " + std::to_string (child));
  kill (child, SIGKILL);
  ASSERT_EQ (waitpid (child, nullptr, 0), child);
  EXPECT_NE (open_store (place), nullptr);
  close (ready[0]);
  close (ready[1]);
}

/* --- what lies in the place of a file --- */

class InPlaceOf : public testing::TestWithParam<const char *>
{
};

TEST_P (InPlaceOf, ADirectoryIsRefused)
{
  Place place;
  bool in_runtime = g_str_equal (GetParam (), "session");
  std::string path = (in_runtime ? place.runtime : place.state) + "/" + GetParam ();

  open_store (place).reset ();
  std::filesystem::remove (path);
  std::filesystem::create_directory (path);
  expect_mentions (refuse_store (place), GetParam ());
  EXPECT_TRUE (std::filesystem::is_directory (path));
}

TEST_P (InPlaceOf, ALinkIsRefusedAndItsTargetUntouched)
{
  Place place;
  bool in_runtime = g_str_equal (GetParam (), "session");
  std::string path = (in_runtime ? place.runtime : place.state) + "/" + GetParam ();
  std::string target = place.root + "/target";

  open_store (place).reset ();
  if (std::filesystem::exists (path))
    std::filesystem::rename (path, target);
  else
    write_bytes (target, "x");
  std::string bytes = read_bytes (target);
  std::filesystem::create_symlink (target, path);
  expect_mentions (refuse_store (place), "symbolic link");
  EXPECT_EQ (read_bytes (target), bytes);
}

TEST_P (InPlaceOf, APipeIsRefusedWithoutWaitingForIt)
{
  Place place;
  bool in_runtime = g_str_equal (GetParam (), "session");
  std::string path = (in_runtime ? place.runtime : place.state) + "/" + GetParam ();

  open_store (place).reset ();
  std::filesystem::remove (path);
  ASSERT_EQ (mkfifo (path.c_str (), 0600), 0);
  expect_mentions (refuse_store (place), GetParam ());
}

INSTANTIATE_TEST_SUITE_P (Files, InPlaceOf, testing::Values ("store.db", "store.db-wal", "lock", "session"));

TEST (Open, RefusesALogWithoutItsStore)
{
  Place place;

  open_store (place).reset ();
  std::filesystem::remove (place.database ());
  write_bytes (place.database () + "-wal", "x");
  expect_mentions (refuse_store (place), place.database ());
  EXPECT_FALSE (std::filesystem::exists (place.database ()));
}

TEST (Open, BeginsAnewAfterAFirstStartThatWasCutOff)
{
  Place place;

  open_store (place).reset ();
  std::filesystem::rename (place.database (), place.database () + ".new");
  write_bytes (place.database () + ".new", read_bytes (place.database () + ".new").substr (0, 5000));
  write_bytes (place.database () + ".new-journal", "x");
  expect_holds (open_store (place).get (), {});
  EXPECT_FALSE (std::filesystem::exists (place.database () + ".new"));
  EXPECT_FALSE (std::filesystem::exists (place.database () + ".new-journal"));
}

} // namespace
