/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A NIC whose descriptors go to another program: attached for it, or opened.
 *
 * Owes: descriptors that are closed with the plug; each is closed on exec until vsw_plug_inherit(). */
#pragma once

#include "client/nic.h"
#include "client/placeholder.h"
#include "client/session.h"

G_BEGIN_DECLS

typedef struct
{
  VswNic *nic;       /* (owned) (nullable) of what is to be attached */
  char *name;        /* (nullable) of what is to be attached, or of the setting */
  char *switch_path; /* that it is attached to */
  char *endpoint;    /* (nullable) object path, once it is there */
  char *setting;     /* (nullable) object path, if it is part of a system */
  char *kind;
  guint queues;
  GArray *fds; /* (element-type int) */
  char *mac;
  guint mtu;
} VswPlug;

VswPlug *vsw_plug_new (const char *kind, guint queues);
VswPlug *vsw_plug_new_from_endpoint (const VswNode *endpoint, GError **error);
void vsw_plug_free (VswPlug *self);

/* plugs: (element-type VswPlug) */
gboolean vsw_plug_attach_all (VswSession *session, GPtrArray *plugs, GError **error);
gboolean vsw_plug_open_all (VswSession *session, GPtrArray *plugs, GError **error);
VswPlaceholders *vsw_plug_new_placeholders (GPtrArray *plugs);
void vsw_plug_free_placeholders (VswPlaceholders *placeholders, guint n);
gboolean vsw_plug_inherit_all (GPtrArray *plugs, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswPlug, vsw_plug_free)

G_END_DECLS
