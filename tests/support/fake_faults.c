/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests do to the fake kernel's calls: make them fail, make them wait. */
#include "support/fake_private.h"

static void
set_fault (VswKernel *kernel, FakeFault *fault, guint *count, guint k, VswError code, gboolean is_lasting)
{
  fake_enter (kernel);
  *fault = (FakeFault){ .at = k, .code = code, .is_lasting = is_lasting };
  *count = 0;
  fake_leave (kernel);
}

void
vsw_fake_kernel_set_fault (VswKernel *kernel, guint k, VswError code)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);

  set_fault (kernel, &self->fault, &self->applied, k, code, FALSE);
}

void
vsw_fake_kernel_set_lasting_fault (VswKernel *kernel, guint k, VswError code)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);

  set_fault (kernel, &self->fault, &self->applied, k, code, TRUE);
}

void
vsw_fake_kernel_set_read_fault (VswKernel *kernel, guint k, VswError code)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);

  set_fault (kernel, &self->read_fault, &self->reads, k, code, FALSE);
}

static guint
read_number (VswKernel *kernel, const guint *number)
{
  guint value;

  fake_enter (kernel);
  value = *number;
  fake_leave (kernel);
  return value;
}

guint
vsw_fake_kernel_get_applied (VswKernel *kernel)
{
  return read_number (kernel, &VSW_FAKE_KERNEL (kernel)->applied);
}

guint
vsw_fake_kernel_get_struck (VswKernel *kernel)
{
  return read_number (kernel, &VSW_FAKE_KERNEL (kernel)->struck);
}

char *
vsw_fake_kernel_take_journal (VswKernel *kernel)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);
  char *text;

  fake_enter (kernel);
  text = self->journal != NULL ? g_string_free (self->journal, FALSE) : g_strdup ("");
  self->journal = g_string_new (NULL);
  fake_leave (kernel);
  return text;
}

void
vsw_fake_kernel_block (VswKernel *kernel)
{
  fake_enter (kernel);
  VSW_FAKE_KERNEL (kernel)->wants_block = TRUE;
  fake_leave (kernel);
}

gboolean
vsw_fake_kernel_wait_blocked (VswKernel *kernel)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);
  gint64 deadline = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;
  gboolean is_blocked = TRUE;

  fake_enter (kernel);
  while (!self->is_blocked && is_blocked)
    is_blocked = g_cond_wait_until (&self->turned, &self->lock, deadline);
  fake_leave (kernel);
  return is_blocked;
}

void
vsw_fake_kernel_release (VswKernel *kernel)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);

  fake_enter (kernel);
  self->wants_block = self->is_blocked = FALSE;
  g_cond_broadcast (&self->turned);
  fake_leave (kernel);
}
