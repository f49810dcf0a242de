// SPDX-License-Identifier: GPL-2.0-or-later
/* What is deleted and what is not, and how soon that is answered. */
#include "kernel/linux_fixture.h"

namespace
{

class DeleteTest : public LinuxTest
{
};

TEST_F (DeleteTest, DeletesHundredsFasterThanOneByOneAndNothingElse)
{
  constexpr int n = 300;
  std::vector<std::string> devices;

  make_switch ();
  run_command ("ip link add bystander group 1987278641 type bridge; ip link add stranger type bridge");
  for (int i = 0; i < n; i++)
    {
      std::string name = std::to_string (i);

      apply (make_pair (name, i + 1, "vsw-lab"));
      devices.push_back ("vswp-" + name);
    }
  devices.push_back ("vsw-lab");
  devices.push_back ("absent");
  vsw_kernel_drain (kernel);

  gint64 start = g_get_monotonic_time ();
  apply (make_delete (devices));
  gint64 took = g_get_monotonic_time () - start;
  vsw_kernel_drain (kernel);
  EXPECT_EQ (told.size (), 2u);
  EXPECT_NE (find ("bystander"), nullptr);
  EXPECT_NE (find ("stranger"), nullptr);
  /* One by one each costs 16 ms of the kernel's. */
  EXPECT_LT (took, n * 8000);
}

TEST_F (DeleteTest, AnswersADeleteBeforeTheKernelDoes)
{
  make_switch ();
  gint64 best = G_MAXINT64;
  for (int i = 0; i < 8; i++)
    {
      apply (make_pair ("a", 1, "vsw-lab"));
      gint64 start = g_get_monotonic_time ();
      apply (make_delete ({ "vswp-a" }));
      best = MIN (best, g_get_monotonic_time () - start);
      vsw_kernel_drain (kernel);
      EXPECT_EQ (find ("vswp-a"), nullptr);
      EXPECT_EQ (find ("vswi-a"), nullptr);
    }
  EXPECT_LT (best, 8000);
}

TEST_F (DeleteTest, DeletesNothingThatIsNotOurs)
{
  run_command ("ip link add vswp-x type bridge");
  refuse (make_delete ({ "vswp-x" }), VSW_ERROR_CONFLICT);
  refuse (make_delete ({ "vswp-x", "a", "b", "c", "d", "e", "f" }), VSW_ERROR_CONFLICT);
  refuse (make_delete ({ "lo" }), VSW_ERROR_CONFLICT);
  apply (make_delete ({ "gone", "too" }));
  apply (make_delete ({}));
  run_command ("ip link show vswp-x");
}

TEST_F (DeleteTest, DeletesNoStrangerThatIsInTheDoomedGroup)
{
  std::vector<std::string> devices;

  run_command ("ip link add squatter group 1987278642 type bridge");
  make_switch ();
  for (int i = 0; i < 10; i++)
    {
      apply (make_pair (std::to_string (i), i + 1, "vsw-lab"));
      devices.push_back ("vswp-" + std::to_string (i));
    }
  apply (make_delete (devices));
  vsw_kernel_drain (kernel);
  EXPECT_EQ (told.size (), 2u);
  run_command ("ip link show squatter");
}

TEST_F (DeleteTest, DeletesLinksOfOursThatSomebodyRenamed)
{
  make_switch ();
  apply (make_pair ("a", 1, "vsw-lab"));
  vsw_kernel_drain (kernel);
  OpPointer op = make_op (VSW_OP_DELETE, "");
  VswDeviceRef ref = vsw_device_ref_by_link (find ("vswp-a"));
  g_array_append_val (op->devices, ref);
  run_command ("ip link set vswp-a name other; ip link add vswp-a type bridge");
  apply (op);
  vsw_kernel_drain (kernel);
  EXPECT_EQ (find ("other"), nullptr);
  EXPECT_NE (find ("vswp-a"), nullptr);
}

} // namespace
