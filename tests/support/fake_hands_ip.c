/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Foreign hands on what IP has, as tests move them. */
#include "support/fake_ip.h"
#include "support/fake_private.h"

static FakeLink *
get_link (FakeState *state, const char *name)
{
  FakeLink *link = fake_link_find (state->home, name);

  if (link == NULL)
    g_error ("the test names a device that is not there: %s", name);
  return link;
}

void
vsw_fake_kernel_foreign_add_ip (VswKernel *kernel, const char *name, const char *item)
{
  FakeState *state = fake_enter (kernel);

  fake_ip_add (state, get_link (state, name), item);
  fake_leave (kernel);
}

gboolean
vsw_fake_kernel_foreign_remove_ip (VswKernel *kernel, const char *name, const char *item)
{
  FakeState *state = fake_enter (kernel);
  gboolean ok = fake_ip_remove (get_link (state, name), item);

  fake_leave (kernel);
  return ok;
}

void
vsw_fake_kernel_foreign_set_ip (VswKernel *kernel, const char *name, const char *const *items)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *link = get_link (state, name);

  g_ptr_array_set_size (link->ip, 0);
  for (guint i = 0; items[i] != NULL; i++)
    fake_ip_add (state, link, items[i]);
  fake_leave (kernel);
}

GStrv
vsw_fake_kernel_list_ip (VswKernel *kernel, const char *name)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *link = get_link (state, name);
  g_autoptr (GStrvBuilder) items = g_strv_builder_new ();

  for (guint i = 0; i < link->ip->len; i++)
    g_strv_builder_add (items, g_ptr_array_index (link->ip, i));
  fake_leave (kernel);
  return g_strv_builder_end (items);
}
