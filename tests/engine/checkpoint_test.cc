/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is not confirmed in time is undone: by the running engine, by the next one, and whatever fails on the way. No test waits for a
 * deadline: time passes when the test says so. */
#include "engine/engine_fixture.h"

namespace
{

constexpr gint64 SECOND = G_USEC_PER_SEC;

class Checkpoint : public EngineFixture
{
public:
  /* `lab` with port `web` and internal NIC `host` on it, and an empty switch `other`. */
  void
  SetUp () override
  {
    EngineFixture::SetUp ();
    make_lab ();
    ASSERT_EQ (apply ({ new_switch ("other") }), "");
  }

  static VswCheckpoint
  fields_of (const std::string &name, const std::vector<const char *> &scope)
  {
    VswCheckpoint fields = {};
    fields.head = head (VSW_KIND_CHECKPOINT, name, VSW_LIFETIME_PERSISTENT, nullptr);
    fields.head.name = "0";
    fields.privileged = TRUE;
    fields.scope = scope.data ();
    fields.n_scope = scope.size ();
    return fields;
  }

  VswChange *
  new_checkpoint (const std::string &name, const std::string &object, int seconds = 10)
  {
    std::string object_id = id (object);
    std::vector<const char *> scope = { object_id.c_str () };
    VswCheckpoint fields = fields_of (name, scope);
    g_autoptr (VswCheckpoint) draft = vsw_checkpoint_new (&fields);
    VswChange *change = vsw_change_create (draft, 0, nullptr, nullptr);
    vsw_change_set_duration (change, seconds * SECOND);
    return change;
  }

  VswChange *
  confirm_within (const std::string &name, int seconds)
  {
    VswCheckpoint fields = fields_of (name, {});
    g_autoptr (VswCheckpoint) draft = vsw_checkpoint_new (&fields);
    return vsw_change_confirm_within (draft, seconds * SECOND);
  }

  VswChange *
  confirm (const std::string &name)
  {
    return vsw_change_delete (VSW_KIND_CHECKPOINT, id (name).c_str (), FALSE);
  }

  VswChange *
  describe (const std::string &name, const char *text)
  {
    VswSwitch fields = {};
    fields.head = head (VSW_KIND_SWITCH, name, VSW_LIFETIME_PERSISTENT, nullptr);
    fields.head.description = text;
    g_autoptr (VswSwitch) draft = vsw_switch_new (&fields);
    return vsw_change_modify (draft, VSW_GIVEN_DESCRIPTION);
  }

  VswChange *
  span (const std::string &name)
  {
    VswSwitch fields = {};
    fields.head = head (VSW_KIND_SWITCH, name, VSW_LIFETIME_PERSISTENT, nullptr);
    fields.spanning_tree = TRUE;
    g_autoptr (VswSwitch) draft = vsw_switch_new (&fields);
    return vsw_change_modify (draft, VSW_GIVEN_SPANNING_TREE);
  }

  /* Everything about `lab` is another: its values, what is on it, and where its port is. */
  void
  turn_the_lab_over ()
  {
    ASSERT_EQ (apply ({ describe ("lab", "turned over"), span ("lab") }), "");
    ASSERT_EQ (apply ({ vsw_change_move (id ("web").c_str (), id ("other").c_str ()) }), "");
    ASSERT_EQ (apply ({ new_port ("lab", "new"), new_nic ("guest", VSW_NIC_SYNTHETIC), connect ("new", "guest") }), "");
    ASSERT_EQ (apply ({ vsw_change_delete (VSW_KIND_NIC, id ("host").c_str (), TRUE) }), "");
  }

  const VswCheckpoint *
  get (const std::string &name)
  {
    return vsw_model_get_checkpoint (vsw_engine_get_model (engine), id (name).c_str ());
  }

  void
  pass (gint64 microseconds)
  {
    vsw_engine_pass_time (engine, microseconds);
  }

  void
  wait_for_end (const std::string &name)
  {
    wait ([&] { return get (name) == nullptr; }, "the end of a checkpoint");
    settle ();
  }

  std::string
  warning (const char *code)
  {
    GPtrArray *warnings = vsw_engine_get_warnings (engine);
    for (guint i = 0; i < warnings->len; i++)
      if (g_str_equal (static_cast<VswWarning *> (warnings->pdata[i])->code, code))
        return static_cast<VswWarning *> (warnings->pdata[i])->text;
    return "";
  }
};

/* --- the end of the time --- */

TEST_F (Checkpoint, UndoesWhatNobodyConfirmed)
{
  const std::string kernel_before = kernel_shape (), model_before = model_state ();
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  turn_the_lab_over ();
  EXPECT_NE (kernel_shape (), kernel_before);
  pass (9 * SECOND);
  settle ();
  ASSERT_NE (get ("c"), nullptr) << "before its time";
  pass (SECOND);
  wait_for_end ("c");
  EXPECT_EQ (model_state (), model_before);
  EXPECT_EQ (kernel_shape (), kernel_before);
  EXPECT_EQ (warning ("rollback-incomplete"), "");
}

TEST_F (Checkpoint, LeavesWhatIsConfirmedAndNeverActsLater)
{
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  turn_the_lab_over ();
  const std::string kernel_after = kernel_shape (), model_after = model_state ();
  ASSERT_EQ (apply ({ confirm ("c") }), "");
  pass (1000 * SECOND);
  settle ();
  EXPECT_EQ (model_state (), model_after);
  EXPECT_EQ (kernel_shape (), kernel_after);
  EXPECT_NE (apply ({ confirm ("c") }), "");
  EXPECT_EQ (last_code, VSW_ERROR_NOT_FOUND);
}

TEST_F (Checkpoint, LeavesWhatIsOutsideItsScope)
{
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  ASSERT_EQ (apply ({ describe ("lab", "inside") }), "");
  ASSERT_EQ (apply ({ describe ("other", "outside"), new_switch ("third") }), "");
  pass (10 * SECOND);
  wait_for_end ("c");
  VswModel *model = vsw_engine_get_model (engine);
  EXPECT_STREQ (vsw_model_find_switch (model, "lab")->head.description, "");
  EXPECT_STREQ (vsw_model_find_switch (model, "other")->head.description, "outside");
  EXPECT_NE (vsw_model_find_switch (model, "third"), nullptr);
}

TEST_F (Checkpoint, OfARequestUndoesJustThatRequest)
{
  const std::string kernel_before = kernel_shape ();
  ASSERT_EQ (apply ({ describe ("lab", "risky"), new_port ("lab", "new"), confirm_within ("c", 5) }), "");
  ASSERT_NE (get ("c"), nullptr);
  EXPECT_EQ (get ("c")->n_entries, 2u);
  ASSERT_EQ (apply ({ new_port ("lab", "later") }), "");
  pass (5 * SECOND);
  wait_for_end ("c");
  VswModel *model = vsw_engine_get_model (engine);
  EXPECT_STREQ (vsw_model_find_switch (model, "lab")->head.description, "");
  EXPECT_EQ (vsw_model_get_port (model, id ("new").c_str ()), nullptr);
  EXPECT_NE (vsw_model_get_port (model, id ("later").c_str ()), nullptr) << "it was none of the request";
}

/* --- against the queue --- */

TEST_F (Checkpoint, WhoseDeadlineComesFirstIsNotConfirmed)
{
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  ASSERT_EQ (apply ({ describe ("lab", "risky") }), "");
  vsw_fake_kernel_block (kernel);
  send ({ new_switch ("busy") });
  ASSERT_TRUE (vsw_fake_kernel_wait_blocked (kernel));
  int before = answered;
  pass (10 * SECOND);
  send ({ confirm ("c") });
  vsw_fake_kernel_release (kernel);
  wait ([&] { return answered == before + 2; }, "both answers");
  EXPECT_EQ (last_code, VSW_ERROR_NOT_FOUND) << last_error;
  EXPECT_STREQ (vsw_model_find_switch (vsw_engine_get_model (engine), "lab")->head.description, "");
}

TEST_F (Checkpoint, ThatIsConfirmedFirstIsNotUndone)
{
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  ASSERT_EQ (apply ({ describe ("lab", "kept") }), "");
  vsw_fake_kernel_block (kernel);
  send ({ new_switch ("busy") });
  ASSERT_TRUE (vsw_fake_kernel_wait_blocked (kernel));
  int before = answered;
  send ({ confirm ("c") });
  pass (10 * SECOND);
  vsw_fake_kernel_release (kernel);
  wait ([&] { return answered == before + 2; }, "both answers");
  settle ();
  EXPECT_EQ (last_error, "");
  EXPECT_STREQ (vsw_model_find_switch (vsw_engine_get_model (engine), "lab")->head.description, "kept");
  EXPECT_EQ (warning ("rollback-failed"), "");
}

TEST_F (Checkpoint, RefusesAnotherOneOfTheSameObject)
{
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  EXPECT_NE (apply ({ new_checkpoint ("d", "host") }), "") << "it is plugged into a port of lab";
  EXPECT_EQ (last_code, VSW_ERROR_CONFLICT);
  EXPECT_NE (last_error.find ("checkpoint 1 of uid 0"), std::string::npos) << last_error;
  EXPECT_NE (apply ({ describe ("lab", "x"), confirm_within ("e", 5) }), "");
  EXPECT_EQ (last_code, VSW_ERROR_CONFLICT);
  EXPECT_EQ (apply ({ new_checkpoint ("f", "other") }), "");
  EXPECT_NE (apply ({ vsw_change_move (id ("web").c_str (), id ("other").c_str ()) }), "") << "from one to another";
  EXPECT_EQ (last_code, VSW_ERROR_CONFLICT);
}

TEST_F (Checkpoint, IsExtendedByWhatIsAskedFor)
{
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  ASSERT_EQ (apply ({ vsw_change_extend (id ("c").c_str (), 5 * SECOND, FALSE) }), "");
  pass (14 * SECOND);
  settle ();
  EXPECT_NE (get ("c"), nullptr);
  pass (SECOND);
  wait_for_end ("c");
}

/* --- while ports settle --- */

TEST_F (Checkpoint, StandsStillWhileTheSpanningTreeListens)
{
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  ASSERT_EQ (apply ({ span ("lab"), new_port ("lab", "new"), new_nic ("second"), connect ("new", "second") }), "");
  settle ();
  ASSERT_STREQ (vsw_facts_port_state (vsw_engine_get_model (engine), vsw_engine_get_links (engine),
                                      vsw_model_get_port (vsw_engine_get_model (engine), id ("new").c_str ())),
                "listening");
  gint64 deadline = get ("c")->deadline;
  pass (15 * SECOND);
  settle ();
  ASSERT_NE (get ("c"), nullptr) << "nobody could reach anything yet";
  EXPECT_GE (get ("c")->settling, 15 * SECOND);
  EXPECT_EQ (get ("c")->deadline, deadline + get ("c")->settling);

  vsw_fake_kernel_pass_forward_delay (kernel);
  vsw_fake_kernel_pass_forward_delay (kernel);
  settle ();
  gint64 settled = get ("c")->settling;
  EXPECT_LT (settled, 16 * SECOND);
  pass (9 * SECOND);
  settle ();
  ASSERT_NE (get ("c"), nullptr);
  EXPECT_EQ (get ("c")->settling, settled) << "now the clock runs";
  pass (SECOND);
  wait_for_end ("c");
}

TEST_F (Checkpoint, StandsStillForAMinuteAtMost)
{
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  ASSERT_EQ (apply ({ span ("lab"), new_port ("lab", "new"), new_nic ("second"), connect ("new", "second") }), "");
  settle ();
  for (int i = 0; i < 6 && get ("c") != nullptr; i++)
    {
      pass (10 * SECOND);
      settle ();
    }
  ASSERT_NE (get ("c"), nullptr);
  pass (10 * SECOND);
  wait_for_end ("c");
  EXPECT_EQ (nic ("second"), nullptr);
}

/* --- over a restart --- */

TEST_F (Checkpoint, WhoseDeadlinePassedWhileNobodyWasHereIsUndoneAtTheStart)
{
  const std::string kernel_before = kernel_shape (), model_before = model_state ();
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  turn_the_lab_over ();
  let_the_deadline_pass_while_down ();
  start ();
  EXPECT_EQ (get ("c"), nullptr);
  EXPECT_EQ (model_state (), model_before) << "before anybody can ask";
  EXPECT_EQ (kernel_shape (), kernel_before);
  restart ();
  EXPECT_EQ (model_state (), model_before);
}

TEST_F (Checkpoint, OutlivesTheDaemonWithItsLogAndItsDeadline)
{
  const std::string kernel_before = kernel_shape (), model_before = model_state ();
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab", 1000) }), "");
  turn_the_lab_over ();
  restart ();
  ASSERT_NE (get ("c"), nullptr);
  pass (1000 * SECOND);
  wait_for_end ("c");
  EXPECT_EQ (model_state (), model_before);
  EXPECT_EQ (kernel_shape (), kernel_before);
}

TEST_F (Checkpoint, IsNotKeptLongerByAClockThatWasSetBack)
{
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  gint64 later = g_get_real_time () + 3600 * SECOND;
  change_times_while_down (later, later + 10 * SECOND);
  start ();
  pass (10 * SECOND);
  wait_for_end ("c");
}

TEST_F (Checkpoint, OverAReboot)
{
  ASSERT_EQ (apply ({ new_nic ("brief", VSW_NIC_SYNTHETIC, nullptr, VSW_LIFETIME_RUNTIME), new_port ("lab", "seat"),
                      connect ("seat", "brief") }),
             "");
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  ASSERT_EQ (apply ({ vsw_change_delete (VSW_KIND_SWITCH, id ("lab").c_str (), TRUE) }), "");
  ASSERT_EQ (apply ({ vsw_change_delete (VSW_KIND_NIC, id ("brief").c_str (), TRUE) }), "");
  let_the_deadline_pass_while_down ();
  remove_folder (folder + "/run");
  start ();
  VswModel *model = vsw_engine_get_model (engine);
  ASSERT_NE (vsw_model_find_switch (model, "lab"), nullptr);
  EXPECT_NE (nic ("host"), nullptr);
  EXPECT_EQ (nic ("brief"), nullptr) << "it would not have outlived the reboot";
  const VswPort *seat = vsw_model_get_port (model, id ("seat").c_str ());
  ASSERT_NE (seat, nullptr);
  EXPECT_EQ (seat->nic_id, nullptr);
  EXPECT_EQ (warning ("rollback-incomplete"), "") << "nothing is lost that was not lost anyway";
}

/* --- what fails on the way --- */

TEST_F (Checkpoint, GoesBackThoughTheKernelRefusesAnyStepOfIt)
{
  const std::string kernel_before = kernel_shape (), model_before = model_state ();
  guint k = 1;
  for (;; k++)
    {
      ASSERT_LT (k, 90u);
      ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
      turn_the_lab_over ();
      guint struck = vsw_fake_kernel_get_struck (kernel);
      vsw_fake_kernel_set_fault (kernel, k, VSW_ERROR_KERNEL);
      pass (10 * SECOND);
      wait_for_end ("c");
      vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
      ASSERT_EQ (model_state (), model_before) << "step " << k;
      ASSERT_EQ (kernel_shape (), kernel_before) << "step " << k;
      restart ();
      ASSERT_EQ (model_state (), model_before) << "step " << k;
      if (vsw_fake_kernel_get_struck (kernel) == struck)
        break;
    }
  EXPECT_GT (k, 3u) << "no step was hit: the test proves nothing";
}

TEST_F (Checkpoint, ThatTheStoreRefusesIsTriedAgain)
{
  const std::string model_before = model_state ();
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  turn_the_lab_over ();
  const std::string kernel_after = kernel_shape ();
  for (guint k = 1; k <= 2; k++)
    {
      vsw_store_set_fault (store, k);
      pass (10 * SECOND);
      wait ([&] { return warning ("rollback-failed") != ""; }, "the warning");
      settle ();
      vsw_store_set_fault (store, 0);
      ASSERT_NE (get ("c"), nullptr);
      EXPECT_EQ (kernel_shape (), kernel_after);
      EXPECT_NE (warning ("rollback-failed").find ("injected fault"), std::string::npos) << warning ("rollback-failed");
    }
  pass (10 * SECOND);
  wait_for_end ("c");
  EXPECT_EQ (warning ("rollback-failed"), "");
  EXPECT_EQ (model_state (), model_before);
}

TEST_F (Checkpoint, SaysWhatItCannotBringBack)
{
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  ASSERT_EQ (apply ({ vsw_change_delete (VSW_KIND_NIC, id ("host").c_str (), TRUE) }), "");
  VswNic fields = {};
  fields.head = head (VSW_KIND_NIC, "host", VSW_LIFETIME_PERSISTENT, nullptr);
  fields.head.id = "id-usurper";
  fields.queues = 1;
  g_autoptr (VswNic) usurper = vsw_nic_new (&fields);
  ASSERT_EQ (apply ({ vsw_change_create (usurper, 0, nullptr, nullptr) }), "");
  pass (10 * SECOND);
  wait_for_end ("c");
  EXPECT_STREQ (nic ("host")->head.id, "id-usurper");
  EXPECT_EQ (vsw_model_get_port (vsw_engine_get_model (engine), id ("web").c_str ())->nic_id, nullptr);
  EXPECT_NE (warning ("rollback-incomplete").find ("endpoint host: there is another of that name now"),
             std::string::npos)
      << warning ("rollback-incomplete");

  /* a port that is gone is not missed; the endpoint never comes back */
  EXPECT_NE (warning ("rollback-incomplete").find ("port web: it is empty"), std::string::npos);
  ASSERT_EQ (apply ({ vsw_change_delete (VSW_KIND_PORT, id ("web").c_str (), TRUE) }), "");
  EXPECT_EQ (warning ("rollback-incomplete").find ("port web"), std::string::npos);
  ASSERT_EQ (apply ({ vsw_change_delete (VSW_KIND_NIC, "id-usurper", TRUE) }), "");
  EXPECT_NE (warning ("rollback-incomplete").find ("endpoint host"), std::string::npos);
}

/* --- what goes by itself --- */

TEST_F (Checkpoint, DoesNotMournAGuestThatHasEnded)
{
  g_autoptr (VswHandout) handout = vsw_handout_new (0);
  ASSERT_EQ (apply ({ new_tap ("vm", handout), new_port ("lab", "seat"), connect ("seat", "vm") }), "");
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  g_clear_pointer (&handout, vsw_handout_unref);
  wait ([&] { return nic ("vm") == nullptr; }, "the end of the tap");
  pass (10 * SECOND);
  wait_for_end ("c");
  EXPECT_EQ (nic ("vm"), nullptr);
  EXPECT_EQ (warning ("rollback-incomplete"), "");
}

TEST_F (Checkpoint, DoesNotBringBackWhatACallerWouldHaveTakenAlong)
{
  const char *holder = "0123456789abcdef0123456789abcdef :1.7";
  ASSERT_EQ (apply ({ new_nic ("his", VSW_NIC_SYNTHETIC, nullptr, VSW_LIFETIME_CALLER, holder),
                      new_port ("lab", "seat"), connect ("seat", "his") }),
             "");
  ASSERT_EQ (apply ({ new_checkpoint ("c", "lab") }), "");
  ASSERT_EQ (apply ({ vsw_change_delete (VSW_KIND_NIC, id ("his").c_str (), TRUE) }), "");
  vsw_engine_release (engine, holder);
  settle ();
  pass (10 * SECOND);
  wait_for_end ("c");
  EXPECT_EQ (nic ("his"), nullptr);
}

} // namespace
