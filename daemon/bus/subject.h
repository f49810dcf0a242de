/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a call is about, in the words of the log: the object that it is called on, and what it names or makes.
 *
 * Taken before the change, because afterwards some of it may be gone; printed after it, because names may be given only then. Main
 * thread only. */
#pragma once

#include "bus/view.h"

G_BEGIN_DECLS

typedef struct _VswSubject VswSubject;

/* target: (nullable) the object of the path; changes: (element-type VswChange) what is asked for. */
VswSubject *vsw_subject_new (VswModel *model, const VswView *target, GPtrArray *changes);
void vsw_subject_free (VswSubject *self);

/* (transfer full) (nullable) "switch lab, endpoint eth0 and 3 more" of what has become true; NULL: nothing has. ret_name: (transfer full) of
 * the first. */
char *vsw_subject_print (VswSubject *self, VswDelta *delta, char **ret_name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswSubject, vsw_subject_free)

G_END_DECLS
