/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host went over to a switch, or back, and nobody confirmed it: whatever fails on the way back, it comes to its end, and at no end is the host without
 * its address. */
#include "engine/uplink_fixture.h"

namespace
{

constexpr gint64 SECOND = G_USEC_PER_SEC;

/* What is undone: TRUE: a teardown, else a setup. */
class UplinkRollback : public UplinkFixture, public ::testing::WithParamInterface<bool>
{
protected:
  void
  SetUp () override
  {
    UplinkFixture::SetUp ();
    set_ip ("eth0", { "address 192.0.2.5/24", "route default via 192.0.2.1" });
    std::string failure = GetParam () ? apply ({ setup ("lab", "eth0") }) : "";
    ASSERT_EQ (failure, "");
    settle ();
    model_before = model_state ();
    kernel_before = kernel_shape ();
  }

  /* What will have to be undone. */
  void
  go ()
  {
    ASSERT_EQ (apply ({ GetParam () ? teardown ("lab") : setup ("lab", "eth0"), confirm_within (10) }), "");
    settle ();
    ASSERT_NE (kernel_shape (), kernel_before);
    model_after = model_state ();
    kernel_after = kernel_shape ();
  }

  bool
  waits ()
  {
    return vsw_model_get_checkpoint (vsw_engine_get_model (engine), id ("checkpoint").c_str ()) != nullptr;
  }

  void
  wait_for_end ()
  {
    wait ([&] { return !waits (); }, "the end of the checkpoint");
    settle ();
  }

  void
  expect_before (guint k)
  {
    EXPECT_EQ (model_state (), model_before) << "step " << k;
    EXPECT_EQ (kernel_shape (), kernel_before) << "step " << k;
    EXPECT_EQ (drift (), "") << "step " << k;
  }

  bool
  has_address (const char *name)
  {
    return link (name) != nullptr && list_ip (name).find ("192.0.2.5/24") != std::string::npos;
  }

  std::string model_before, kernel_before, model_after, kernel_after;
};

std::string
print_case (const ::testing::TestParamInfo<bool> &info)
{
  return info.param ? "Teardown" : "Setup";
}

} // namespace

INSTANTIATE_TEST_SUITE_P (Of, UplinkRollback, ::testing::Bool (), print_case);

TEST_P (UplinkRollback, ComesToItsEndThoughTheKernelRefusesAnyStepOfIt)
{
  guint k = 1;
  for (;; k++)
    {
      ASSERT_LT (k, 60u);
      go ();
      guint struck = vsw_fake_kernel_get_struck (kernel);
      vsw_fake_kernel_set_fault (kernel, k, VSW_ERROR_KERNEL);
      vsw_engine_pass_time (engine, 10 * SECOND);
      wait_for_end ();
      vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
      expect_before (k);
      if (HasFailure () || vsw_fake_kernel_get_struck (kernel) == struck)
        break;
    }
  EXPECT_GT (k, 8u) << "hardly a step was hit: the test proves nothing";
}

TEST_P (UplinkRollback, ComesToItsEndThoughTheKernelCannotBeRead)
{
  for (guint k = 1; k < 6 && !HasFailure (); k++)
    {
      go ();
      vsw_fake_kernel_set_read_fault (kernel, k, VSW_ERROR_KERNEL);
      vsw_engine_pass_time (engine, 10 * SECOND);
      for (int i = 0; i < 5 && waits (); i++)
        {
          settle ();
          vsw_engine_pass_time (engine, 10 * SECOND);
        }
      wait_for_end ();
      vsw_fake_kernel_set_read_fault (kernel, 0, VSW_ERROR_KERNEL);
      expect_before (k);
    }
}

/* The daemon dies after step k of what somebody asks for: nothing is undone, nothing is committed. */
TEST_P (UplinkRollback, ThatIsCutOffIsDoneWhollyOrNotAtAllByTheNextStart)
{
  guint k = 1;
  for (;; k++)
    {
      ASSERT_LT (k, 60u);
      go ();
      g_autoptr (GPtrArray) losses = g_ptr_array_new_with_free_func (g_free);
      guint struck = vsw_fake_kernel_get_struck (kernel);
      vsw_fake_kernel_set_lasting_fault (kernel, k, VSW_ERROR_KERNEL);
      std::string failure = apply ({ vsw_change_rollback (id ("checkpoint").c_str (), losses) });
      settle ();
      vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
      if (vsw_fake_kernel_get_struck (kernel) == struck)
        {
          EXPECT_EQ (failure, "");
          break;
        }
      restart ();
      settle ();
      if (waits ())
        {
          EXPECT_EQ (model_state (), model_after) << "cut off at step " << k;
          EXPECT_EQ (kernel_shape (), kernel_after) << "cut off at step " << k;
          EXPECT_TRUE (has_address (GetParam () ? "eth0" : "vswi-lab-host")) << "cut off at step " << k;
          vsw_engine_pass_time (engine, 10 * SECOND);
          wait_for_end ();
        }
      expect_before (k);
      if (HasFailure ())
        break;
    }
  EXPECT_GT (k, 8u) << "hardly a step was hit: the test proves nothing";
}

TEST_P (UplinkRollback, AtAStartComesToItsEndThoughTheKernelRefusesAnyStepOfIt)
{
  guint k = 1;
  for (;; k++)
    {
      ASSERT_LT (k, 60u);
      go ();
      let_the_deadline_pass_while_down ();
      guint struck = vsw_fake_kernel_get_struck (kernel);
      vsw_fake_kernel_set_fault (kernel, k, VSW_ERROR_KERNEL);
      start ();
      bool is_over = vsw_fake_kernel_get_struck (kernel) == struck;
      vsw_engine_pass_time (engine, 10 * SECOND);
      wait_for_end ();
      vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
      expect_before (k);
      if (HasFailure () || is_over)
        break;
    }
  EXPECT_GT (k, 8u) << "hardly a step was hit: the test proves nothing";
}

/* What a start that was cut off has made so far is nobody's, and must not stand in the way of the next: the host's device would be called otherwise. */
TEST_P (UplinkRollback, AtAStartDoesNotStumbleOverAnEarlierOne)
{
  for (guint k = 2; k < 5 && !HasFailure (); k++)
    {
      g_autoptr (GError) error = nullptr;

      go ();
      let_the_deadline_pass_while_down ();
      vsw_fake_kernel_set_lasting_fault (kernel, k, VSW_ERROR_KERNEL);
      try_start (&error);
      vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
      restart ();
      wait_for_end ();
      expect_before (k);
    }
}
