/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was acknowledged is there, wholly, whatever happens in the middle. */
#include "fixture.h"

#include <filesystem>

#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace
{

constexpr guint N_PARTS = 3;

/* One unit that must never be seen in part: a switch, a NIC, and a port with addresses between them. */
VswDelta *
make_unit (int number)
{
  VswDelta *delta = vsw_delta_new ();
  VswMac addresses[] = { { { 2, 0, 0, 0, 0, 1 } }, { { 2, 0, 0, 0, 0, 2 } } };
  VswSwitch on = plain_switch (number);
  VswNic nic = plain_nic (number);
  VswPort port = plain_port (number, on);

  port.nic_id = nic.head.id;
  port.connected = 1;
  port.static_addresses = addresses;
  port.n_static_addresses = G_N_ELEMENTS (addresses);
  vsw_delta_put (delta, nullptr, keep (port).get (), nullptr);
  vsw_delta_put (delta, nullptr, keep (on).get (), nullptr);
  vsw_delta_put (delta, nullptr, keep (nic).get (), nullptr);
  return delta;
}

/* How many whole units, from number 0 on, the store holds. */
int
count_units (VswStore *store)
{
  World world = load_world (store);
  int count = world.size () / N_PARTS;

  EXPECT_EQ (world.size () % N_PARTS, 0u) << "a unit is there in part";
  for (int number = 0; number < count; number++)
    {
      auto port = world.find (id_of (VSW_KIND_PORT, number));

      EXPECT_EQ (world.count (id_of (VSW_KIND_SWITCH, number)), 1u) << number;
      EXPECT_EQ (world.count (id_of (VSW_KIND_NIC, number)), 1u) << number;
      if (port == world.end ())
        ADD_FAILURE () << "port " << number << " is lost";
      else
        EXPECT_EQ (reinterpret_cast<VswPort *> (port->second.get ())->n_static_addresses, 2u) << number;
    }
  return count;
}

/* Commits one unit after another and says so each time, until it is killed. */
[[noreturn]] void
commit_for_ever (const Place &place, int first, int acknowledgements)
{
  VswStore *store = place.open ();
  g_autoptr (VswDelta) all = store ? vsw_store_load (store, nullptr) : nullptr;

  for (int number = first; all; number++)
    {
      g_autoptr (VswDelta) delta = make_unit (number);

      if (!commit (store, delta) || write (acknowledgements, &number, sizeof number) != sizeof number)
        break;
    }
  _exit (1);
}

TEST (Durability, NothingAcknowledgedIsLostByAKill)
{
  Place place;
  Random random;
  int there = 0;

  for (int round = 0; round < 25; round++)
    {
      int pipe_ends[2], acknowledged = there - 1, status;
      pid_t child;

      ASSERT_EQ (pipe (pipe_ends), 0);
      child = fork ();
      if (child == 0)
        commit_for_ever (place, there, pipe_ends[1]);
      close (pipe_ends[1]);
      ASSERT_EQ (read (pipe_ends[0], &acknowledged, sizeof acknowledged), (ssize_t)sizeof acknowledged);
      g_usleep (random.below (20000));
      kill (child, SIGKILL);
      ASSERT_EQ (waitpid (child, &status, 0), child);
      ASSERT_TRUE (WIFSIGNALED (status)) << "the child ended by itself";
      while (read (pipe_ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged)
        ;
      close (pipe_ends[0]);

      there = count_units (open_store (place).get ());
      EXPECT_GE (there, acknowledged + 1);
      EXPECT_LE (there, acknowledged + 2);
    }
}

void
fill_disk (const Place &place)
{
  g_autoptr (GError) error = nullptr;
  int number = 0;

  ASSERT_EQ (mkdir (place.state.c_str (), 0700), 0);
  ASSERT_EQ (mount ("none", place.state.c_str (), "tmpfs", 0, "size=2m,mode=0700"), 0);
  Store store = open_store (place);
  EXPECT_EQ (count_units (store.get ()), 0);
  write_bytes (place.state + "/ballast", std::string (1 << 20, 'x'));
  for (;;)
    {
      g_autoptr (VswDelta) delta = make_unit (number);

      if (!commit (store.get (), delta, &error))
        break;
      ASSERT_LT (++number, 100000);
    }
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_STORE));
  EXPECT_NE (strstr (error->message, "disk full"), nullptr) << error->message;
  EXPECT_NE (strstr (error->message, place.state.c_str ()), nullptr) << error->message;
  EXPECT_GT (number, 0);
  EXPECT_EQ (count_units (store.get ()), number) << "after the disk was full";

  std::filesystem::remove (place.state + "/ballast");
  g_autoptr (VswDelta) delta = make_unit (number);
  EXPECT_TRUE (commit (store.get (), delta)) << "after there was room again";
  store.reset ();
  store = open_store (place);
  EXPECT_EQ (count_units (store.get ()), number + 1);
}

TEST (Durability, AFullDiskIsNamedAndLosesNothing)
{
  Place place;

  if (!in_private_mounts (fill_disk, place))
    GTEST_SKIP () << "needs root";
}

void
open_read_only (const Place &place)
{
  ASSERT_EQ (mkdir (place.state.c_str (), 0700), 0);
  ASSERT_EQ (mount ("none", place.state.c_str (), "tmpfs", 0, "size=2m,mode=0700"), 0);
  ASSERT_EQ (mount (nullptr, place.state.c_str (), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
  EXPECT_NE (refuse_store (place).find (place.state), std::string::npos);
}

TEST (Durability, AReadOnlyFileSystemIsRefused)
{
  Place place;

  if (!in_private_mounts (open_read_only, place))
    GTEST_SKIP () << "needs root";
}

/* The disk is read-only for one start and writable for the next. */
void
lose_disk (const Place &place)
{
  g_autoptr (GError) error = nullptr;
  g_autoptr (VswDelta) first = make_unit (0);
  g_autoptr (VswDelta) second = make_unit (1);

  ASSERT_EQ (mkdir (place.state.c_str (), 0700), 0);
  ASSERT_EQ (mount ("none", place.state.c_str (), "tmpfs", 0, "size=2m,mode=0700"), 0);
  Store store = open_store (place);
  ASSERT_TRUE (commit (store.get (), first));
  store.reset ();
  ASSERT_EQ (mount (nullptr, place.state.c_str (), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
  refuse_store (place);
  ASSERT_EQ (mount (nullptr, place.state.c_str (), nullptr, MS_REMOUNT, nullptr), 0);
  store = open_store (place);
  EXPECT_EQ (count_units (store.get ()), 1);
  EXPECT_TRUE (commit (store.get (), second, &error));
}

TEST (Durability, AStoreComesBackWithItsDisk)
{
  Place place;

  if (!in_private_mounts (lose_disk, place))
    GTEST_SKIP () << "needs root";
}

/* As an ordinary user: root may write anywhere. */
TEST (Durability, ADirectoryWithoutWritePermissionIsRefused)
{
  constexpr uid_t nobody = 65534;
  Place place;
  int status;
  pid_t child;

  ASSERT_EQ (mkdir (place.state.c_str (), 0500), 0);
  for (const std::string &path : { place.root, place.state })
    ASSERT_TRUE (geteuid () != 0 || chown (path.c_str (), nobody, nobody) == 0);
  child = fork ();
  if (child == 0)
    {
      if (geteuid () == 0 && setresuid (nobody, nobody, nobody) < 0)
        _exit (2);
      EXPECT_NE (refuse_store (place).find (place.state), std::string::npos);
      fflush (stdout);
      _exit (testing::Test::HasFailure () ? 1 : 0);
    }
  ASSERT_EQ (waitpid (child, &status, 0), child);
  EXPECT_EQ (status, 0);
}

} // namespace
