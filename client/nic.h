/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `--nic KEY=VALUE,...` says of a NIC that shall be attached. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *switch_name; /* (nullable) the switch of the whole command */
  char *name;        /* (nullable) after the command */
  char *kind;        /* "synthetic" or what the service shall judge */
  guint queues;
  GVariant *settings; /* a{sv}: what else was given, as Attach takes it */
} VswNic;

VswNic *vsw_nic_decode (const char *text, GError **error);
void vsw_nic_free (VswNic *self);
GVariant *vsw_nic_export (const VswNic *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswNic, vsw_nic_free)

G_END_DECLS
