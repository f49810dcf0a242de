/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A network and the fake kernel under it: requests are planned, the plans are run, and what the kernel then reports is what the next plan sees. */
#pragma once

#include <map>

#include "model/network.h"
#include "plan/plan.h"
#include "support/fake_kernel.h"

class World : public Network
{
public:
  VswKernel *kernel;

  World () : kernel (vsw_fake_kernel_new ())
  {
    look ();
  }
  ~World ()
  {
    for (const auto &[id, box] : guests)
      vsw_handout_close (box.get ());
    g_object_unref (kernel);
  }

  /* --- guests: who got the descriptors of a tap, by the id of its NIC --- */

  std::map<std::string, Handout> guests;

  /* What this delta has handed out has come to them. */
  void
  welcome (VswDelta *delta)
  {
    for (guint i = 0; i < vsw_delta_get_size (delta); i++)
      {
        const VswPair *pair = vsw_delta_get (delta, i);
        if (pair->handout == nullptr)
          continue;
        EXPECT_GT (pair->handout->n_fds, 0u) << pair->after->name;
        EXPECT_STRNE (pair->handout->device, "") << pair->after->name;
        guests[pair->after->id] = Handout (vsw_handout_ref (pair->handout));
      }
  }

  /* One of them ends. */
  void
  dismiss (const std::string &id)
  {
    vsw_handout_close (guests.at (id).get ());
    guests.erase (id);
    follow ();
  }

  /* Lists the links again and binds them as a start does. */
  void
  look ()
  {
    g_autoptr (GError) error = nullptr;
    VswLinks *listed = vsw_kernel_list (kernel, &error);
    ASSERT_NE (listed, nullptr) << error->message;
    vsw_links_free (links);
    links = listed;
    g_autoptr (GPtrArray) list = vsw_links_list (links);
    for (guint i = 0; i < list->len; i++)
      {
        VswLink *link = static_cast<VswLink *> (list->pdata[i]);
        char device[VSW_INTERFACE_SIZE];
        if (vsw_link_get_claim (link, device) != nullptr)
          vsw_links_bind (links, device, link->index);
      }
  }

  /* Lists again as the monitor would have followed: bindings are by index and survive whatever was done to the link. */
  void
  follow ()
  {
    g_autoptr (VswLinks) old = vsw_links_copy (links);
    look ();
    g_autoptr (GPtrArray) list = vsw_links_list (old);
    for (guint i = 0; i < list->len; i++)
      {
        guint index = static_cast<VswLink *> (list->pdata[i])->index;
        const char *device = vsw_links_get_bound (old, index);
        if (device != nullptr && vsw_links_get (links, index) != nullptr)
          vsw_links_bind (links, device, index);
      }
  }

  static std::string
  print (const VswPlan *plan)
  {
    g_autofree char *text = vsw_plan_print (plan);
    return text;
  }

  bool
  run (GPtrArray *ops)
  {
    for (guint i = 0; i < ops->len; i++)
      {
        g_autoptr (GError) error = nullptr;
        const VswOp *op = static_cast<VswOp *> (ops->pdata[i]);
        g_autofree char *text = vsw_op_print (op);
        EXPECT_TRUE (vsw_kernel_apply (kernel, op, &error)) << text << ": " << (error != nullptr ? error->message : "");
        if (error != nullptr)
          return false;
      }
    return true;
  }

  void
  run (const VswPlan *plan)
  {
    if (run (plan->ops))
      run (plan->final);
    follow ();
  }

  /* Resolves (it must be allowed), plans, runs; the model keeps the change. Returns the plan. */
  std::string
  perform (std::initializer_list<VswChange *> changes)
  {
    auto delta = must (changes);
    g_autoptr (VswPlan) plan = vsw_plan_new (model, links, delta.get ());
    run (plan);
    welcome (delta.get ());
    return print (plan);
  }

  /* What a repair would do, not done. */
  std::string
  drift (std::initializer_list<const char *> ids)
  {
    g_autoptr (GPtrArray) list = g_ptr_array_new ();
    for (const char *id : ids)
      g_ptr_array_add (list, (gpointer)id);
    g_autoptr (VswPlan) plan = vsw_plan_new_for_drift (model, links, list);
    remember (plan);
    return print (plan);
  }

  std::string
  quarantine (std::initializer_list<const char *> ids)
  {
    g_autoptr (GPtrArray) list = g_ptr_array_new ();
    for (const char *id : ids)
      g_ptr_array_add (list, (gpointer)id);
    g_autoptr (VswPlan) plan = vsw_plan_new_for_quarantine (model, links, list);
    run (plan);
    return print (plan);
  }

  std::string
  drift_of_all ()
  {
    g_autoptr (VswPlan) plan = vsw_plan_new_for_drift (model, links, nullptr);
    remember (plan);
    return print (plan);
  }

  /* Repairs everything; afterwards nothing must be left to do. */
  void
  repair ()
  {
    g_autoptr (VswPlan) plan = vsw_plan_new_for_drift (model, links, nullptr);
    run (plan);
    EXPECT_EQ (drift_of_all (), "");
    EXPECT_EQ (findings, "");
  }

  std::string
  shape ()
  {
    g_autofree char *text = vsw_fake_kernel_print_shape (kernel);
    return text;
  }

  guint
  index_of (const char *name)
  {
    VswLink *link = vsw_links_find_name (links, name);
    return link != nullptr ? link->index : 0;
  }

  /* of the last drift plan, a line each */
  std::string findings;

private:
  void
  remember (const VswPlan *plan)
  {
    findings.clear ();
    for (guint i = 0; i < plan->findings->len; i++)
      findings += std::string (static_cast<const char *> (plan->findings->pdata[i])) + "\n";
  }
};

/* "#" in the place of "#12", so that a plan reads the same on every run. */
std::string plain (const std::string &plan);
