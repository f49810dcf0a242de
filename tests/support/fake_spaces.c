/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other namespaces, notifications that get lost, and the guard, as tests move them. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "support/fake_private.h"
#include "support/fake_rules.h"

FakeSpace *
fake_named_space (FakeState *state, int fd)
{
  FakeSpace *space = fake_space_find (state, fd);

  if (space == NULL)
    g_error ("the test names a namespace that is not there: descriptor %d", fd);
  return space;
}

/* --- namespaces --- */

static int
copy_fd (int fd)
{
  int copy = fcntl (fd, F_DUPFD_CLOEXEC, 3);

  g_assert (copy >= 0);
  return copy;
}

int
vsw_fake_kernel_make_namespace (VswKernel *kernel, guint32 owner)
{
  FakeState *state = fake_enter (kernel);
  int fd = copy_fd (fake_space_new (state, owner, NULL)->fd);

  fake_leave (kernel);
  return fd;
}

int
vsw_fake_kernel_make_nested_namespace (VswKernel *kernel, guint32 owner, int parent)
{
  FakeState *state = fake_enter (kernel);
  int fd = copy_fd (fake_space_new (state, owner, fake_named_space (state, parent))->fd);

  fake_leave (kernel);
  return fd;
}

int
vsw_fake_kernel_open_own_namespace (VswKernel *kernel)
{
  FakeState *state = fake_enter (kernel);
  int fd = copy_fd (state->home->fd);

  fake_leave (kernel);
  return fd;
}

void
vsw_fake_kernel_kill_namespace (VswKernel *kernel, int fd)
{
  FakeState *state = fake_enter (kernel);
  FakeSpace *space = fake_named_space (state, fd);

  g_assert (space != state->home);
  while (g_hash_table_size (space->links) > 0)
    {
      g_autoptr (GPtrArray) links = fake_space_list (space);

      fake_destroy (state, g_ptr_array_index (links, 0));
    }
  space->is_dead = TRUE;
  fake_leave (kernel);
}

static int
compare_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

GStrv
vsw_fake_kernel_list_namespace (VswKernel *kernel, int fd)
{
  FakeState *state = fake_enter (kernel);
  g_autoptr (GPtrArray) links = fake_space_list (fake_named_space (state, fd));
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < links->len; i++)
    g_ptr_array_add (names, g_strdup (((FakeLink *)g_ptr_array_index (links, i))->is.name));
  g_ptr_array_sort (names, compare_text);
  g_ptr_array_add (names, NULL);
  fake_leave (kernel);
  return (GStrv)g_ptr_array_free (names, FALSE);
}

/* --- notifications and the guard --- */

void
vsw_fake_kernel_set_deaf (VswKernel *kernel, gboolean deaf)
{
  FakeState *state = fake_enter (kernel);

  fake_flush (state);
  state->is_deaf = deaf;
  if (!deaf)
    {
      fake_tell (state, FAKE_NEWS_OVERRUN, NULL, 0, 0);
      /* What was lost may have been about the guard. */
      fake_tell (state, FAKE_NEWS_GUARD_LOST, NULL, 0, 0);
    }
  fake_leave (kernel);
}

void
vsw_fake_kernel_lose_guard (VswKernel *kernel)
{
  FakeState *state = fake_enter (kernel);

  g_hash_table_remove_all (state->guards);
  fake_tell (state, FAKE_NEWS_GUARD_LOST, NULL, 0, 0);
  fake_leave (kernel);
}

gboolean
vsw_fake_kernel_is_guarded (VswKernel *kernel, const char *bridge)
{
  FakeState *state = fake_enter (kernel);
  gboolean is_guarded = g_hash_table_contains (state->guards, bridge);

  fake_leave (kernel);
  return is_guarded;
}

GStrv
vsw_fake_kernel_list_guarded (VswKernel *kernel)
{
  FakeState *state = fake_enter (kernel);
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (state->guards), (GCompareFunc)strcmp);
  GPtrArray *names = g_ptr_array_new ();

  for (GList *l = keys; l != NULL; l = l->next)
    g_ptr_array_add (names, g_strdup (l->data));
  g_ptr_array_add (names, NULL);
  fake_leave (kernel);
  return (GStrv)g_ptr_array_free (names, FALSE);
}

void
vsw_fake_kernel_set_capabilities (VswKernel *kernel, const char *const *capabilities)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);

  fake_enter (kernel);
  g_strfreev (self->capabilities);
  self->capabilities = g_strdupv ((GStrv)capabilities);
  fake_leave (kernel);
}

void
vsw_fake_kernel_set_without_max_learned (VswKernel *kernel)
{
  fake_enter (kernel)->knows_max_learned = FALSE;
  fake_leave (kernel);
}

void
vsw_fake_kernel_set_without_taps (VswKernel *kernel)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);
  GStrvBuilder *builder = g_strv_builder_new ();

  fake_enter (kernel)->knows_taps = FALSE;
  for (char **name = self->capabilities; *name != NULL; name++)
    if (strncmp (*name, "tap", 3) != 0)
      g_strv_builder_add (builder, *name);
  g_strfreev (self->capabilities);
  self->capabilities = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  fake_leave (kernel);
}
