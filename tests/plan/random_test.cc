// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever was asked for and however hostile the host: a plan that has run leaves nothing to do, one that is undone leaves no trace. */
#include "plan/world.h"
#include "support/arbitrary.h"

namespace
{

constexpr int ROUNDS = 150;

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
  int done = 0;
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
      ASSERT_EQ (world.drift_of_all (), "") << "after " << World::print (plan);
      ASSERT_EQ (world.findings, "");
      EXPECT_EQ (plan->findings->len, 0u);
    }
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
      ASSERT_EQ (without_moods (world.shape ()), without_moods (shape)) << "after " << count << " steps of " << all;
      world.run (plan);
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
        }
      std::string shape = world.shape ();
      for (guint64 n = arbitrary.number (1, 3); n > 0; n--)
        meddle (world, arbitrary);
      /* What stands in another's way is gone after one round. */
      g_autoptr (VswPlan) first = vsw_plan_new_for_drift (world.model, world.links, nullptr);
      world.run (first);
      world.repair ();
    }
}
