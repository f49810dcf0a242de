// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever was asked for and however hostile the host: a plan that has run leaves nothing to do, one that is undone leaves no trace. */
#include <vector>

#include "plan/world.h"
#include "support/arbitrary.h"

namespace
{

constexpr int ROUNDS = 250;

/* Namespaces of a caller are no matter of these plans; placing has tests of its own. */
bool
has_target (GPtrArray *changes)
{
  for (guint i = 0; i < changes->len; i++)
    if (static_cast<VswChange *> (changes->pdata[i])->target != nullptr)
      return true;
  return false;
}

std::string
replace_all (std::string text, const std::string &what, const std::string &with)
{
  for (size_t at = 0; (at = text.find (what, at)) != std::string::npos; at += with.size ())
    text.replace (at, what.size (), with);
  return text;
}

/* The carrier of a bridge and where its spanning tree has got to are none of ours to restore: the kernel reckons them
 * anew when ports come and go. */
std::string
without_moods (const std::string &shape)
{
  return replace_all (replace_all (shape, " carrier", ""), " listening\n", " forwarding\n");
}

bool
undo (World &world, const VswPlan *plan, guint count)
{
  for (guint i = count; i > 0; i--)
    {
      const VswOp *inverse = static_cast<VswOp *> (plan->ops->pdata[i - 1])->inverse;
      g_autoptr (GError) error = nullptr;
      if (inverse == nullptr || vsw_kernel_apply (world.kernel, inverse, &error))
        continue;
      g_autofree char *text = vsw_op_print (inverse);
      ADD_FAILURE () << text << ": " << error->message;
      return false;
    }
  return true;
}

/* Descriptors that were given out for a step that was undone go with it. */
void
close_handouts (VswDelta *delta)
{
  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    if (vsw_delta_get (delta, i)->handout != nullptr)
      vsw_handout_close (vsw_delta_get (delta, i)->handout);
}

/* Guests of taps that stay end at once, so that those may be opened again; of the others some do, and the object follows (recall.c
 * of the engine). */
void
part (World &world, Arbitrary &arbitrary)
{
  std::vector<std::string> ended;
  for (const auto &[id, box] : world.guests)
    {
      VswNic *nic = vsw_model_get_nic (world.model, id.c_str ());
      if (nic == nullptr || vsw_nic_is_kept (nic) || arbitrary.chance (20))
        ended.push_back (id);
    }
  for (const std::string &id : ended)
    {
      world.dismiss (id);
      VswNic *nic = vsw_model_get_nic (world.model, id.c_str ());
      if (nic == nullptr || vsw_nic_is_kept (nic))
        continue;
      EXPECT_EQ (vsw_links_get_device (world.links, nic->device), nullptr) << nic->head.name;
      EXPECT_EQ (world.drift ({ id.c_str () }), "") << nic->head.name;
      world.perform ({ vsw_change_delete (VSW_KIND_NIC, id.c_str (), TRUE) });
    }
}

/* A guest gives its tap away, or makes it stay where it should not or the other way round; then it ends. */
void
tamper (World &world, Arbitrary &arbitrary)
{
  std::vector<std::string> ids;
  for (const auto &[id, box] : world.guests)
    ids.push_back (id);
  if (ids.empty ())
    return;
  std::string id = arbitrary.pick (ids);
  VswNic *nic = vsw_model_get_nic (world.model, id.c_str ());
  VswLink *link = nic != nullptr ? vsw_links_get_device (world.links, nic->device) : nullptr;
  if (link == nullptr)
    return;
  if (arbitrary.chance (30))
    EXPECT_TRUE (vsw_fake_kernel_foreign_own_tap (world.kernel, link->name, 1234));
  else if (arbitrary.chance (50))
    EXPECT_TRUE (vsw_fake_kernel_foreign_group_tap (world.kernel, link->name, 1234));
  else
    EXPECT_TRUE (vsw_fake_kernel_foreign_keep_tap (world.kernel, link->name, !link->tap_is_kept));
  world.follow ();
  EXPECT_TRUE (vsw_facts_tap_is_tampered (nic, vsw_links_get_device (world.links, nic->device)));
  EXPECT_NE (world.drift_of_all (), "");
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_ptr_array_add (list, (gpointer)id.c_str ());
  g_autoptr (VswPlan) plan = vsw_plan_new_for_quarantine (world.model, world.links, list);
  world.run (plan);
  EXPECT_FALSE (vsw_links_get_device (world.links, nic->device)->is_up);
  world.dismiss (id);
}

/* One thing that somebody else does to a device of ours. */
void
meddle (World &world, Arbitrary &arbitrary)
{
  g_autoptr (GPtrArray) links = vsw_links_list (world.links);
  const VswLink *link = static_cast<VswLink *> (links->pdata[arbitrary.number (0, links->len - 1)]);
  if (!vsw_link_is_marked (link))
    return;
  switch (arbitrary.number (0, 6))
    {
    case 0:
      vsw_fake_kernel_foreign_delete (world.kernel, VSW_FAKE_HOME, link->name);
      break;
    case 1:
      vsw_fake_kernel_foreign_set (world.kernel, VSW_FAKE_HOME, link->name, VSW_ATTRIBUTE_UP, !link->is_up);
      break;
    case 2:
      vsw_fake_kernel_foreign_set (world.kernel, VSW_FAKE_HOME, link->name, VSW_ATTRIBUTE_MTU,
                                   arbitrary.number (1280, 9000));
      break;
    case 3:
      vsw_fake_kernel_foreign_set_mac (world.kernel, VSW_FAKE_HOME, link->name, arbitrary.mac ());
      break;
    case 4:
      vsw_fake_kernel_foreign_set_bridge (world.kernel, VSW_FAKE_HOME, link->name, nullptr);
      break;
    case 5:
      vsw_fake_kernel_foreign_set_alias (world.kernel, VSW_FAKE_HOME, link->name, "");
      break;
    case 6:
      vsw_fake_kernel_foreign_rename (world.kernel, VSW_FAKE_HOME, link->name, arbitrary.interface_name ().c_str ());
      break;
    }
  world.follow ();
}

} // namespace

TEST (AnyPlan, ThatHasRunLeavesNothingToDo)
{
  Arbitrary arbitrary;
  World world;
  int done = 0, opened = 0;
  for (int round = 0; round < ROUNDS && !testing::Test::HasFailure (); round++)
    {
      g_autoptr (GPtrArray) changes = arbitrary.changes (world.model, 5);
      if (has_target (changes))
        continue;
      Answer answer = world.ask (changes);
      if (!answer.good)
        continue;
      done++;
      g_autoptr (VswPlan) plan = vsw_plan_new (world.model, world.links, answer.delta.get ());
      world.run (plan);
      world.welcome (answer.delta.get ());
      ASSERT_EQ (world.drift_of_all (), "") << "after " << World::print (plan);
      ASSERT_EQ (world.findings, "");
      EXPECT_EQ (plan->findings->len, 0u);
      opened += World::print (plan).find ("tap-open") != std::string::npos;
      part (world, arbitrary);
    }
  EXPECT_GT (opened, 0);
  EXPECT_GT (done, ROUNDS / 10);
}

TEST (AnyPlan, ThatIsUndoneAtAnyStepLeavesNoTrace)
{
  Arbitrary arbitrary;
  World world;
  guint undone = 0;
  for (int round = 0; round < ROUNDS && !testing::Test::HasFailure (); round++)
    {
      g_autoptr (GPtrArray) changes = arbitrary.changes (world.model, 5);
      if (has_target (changes))
        continue;
      Answer answer = world.ask (changes);
      if (!answer.good)
        continue;
      g_autoptr (VswPlan) plan = vsw_plan_new (world.model, world.links, answer.delta.get ());
      guint count = arbitrary.number (0, plan->ops->len);
      world.follow ();
      std::string all = World::print (plan);
      g_autoptr (GPtrArray) first = g_ptr_array_new ();
      for (guint i = 0; i < count; i++)
        g_ptr_array_add (first, plan->ops->pdata[i]);
      g_autoptr (VswLinks) before = vsw_links_copy (world.links);
      std::string shape = world.shape ();
      ASSERT_TRUE (world.run (first));
      ASSERT_TRUE (undo (world, plan, count));
      undone += count;
      close_handouts (answer.delta.get ());
      ASSERT_EQ (without_moods (world.shape ()), without_moods (shape)) << "after " << count << " steps of " << all;
      world.run (plan);
      world.welcome (answer.delta.get ());
      part (world, arbitrary);
    }
  EXPECT_GT (undone, 10u);
}

TEST (AnyDrift, IsRepaired)
{
  Arbitrary arbitrary;
  World world;
  for (int round = 0; round < ROUNDS && !testing::Test::HasFailure (); round++)
    {
      g_autoptr (GPtrArray) changes = arbitrary.changes (world.model, 5);
      if (has_target (changes))
        continue;
      Answer answer = world.ask (changes);
      if (answer.good)
        {
          g_autoptr (VswPlan) plan = vsw_plan_new (world.model, world.links, answer.delta.get ());
          world.run (plan);
          world.welcome (answer.delta.get ());
        }
      if (arbitrary.chance (30))
        tamper (world, arbitrary);
      part (world, arbitrary);
      for (guint64 n = arbitrary.number (1, 3); n > 0; n--)
        meddle (world, arbitrary);
      /* What stands in another's way is gone after one round. */
      g_autoptr (VswPlan) first = vsw_plan_new_for_drift (world.model, world.links, nullptr);
      world.run (first);
      world.repair ();
    }
}
