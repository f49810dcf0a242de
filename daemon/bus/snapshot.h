/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One object of the bus as it was: path, interfaces, and the properties whose changes are told. */
#pragma once

#include "bus/table.h"

G_BEGIN_DECLS

typedef struct
{
  VswViewKind kind;
  char *path;          /* (owned) */
  char *manager;       /* (owned) (nullable) the object manager beside the root's that tells of it: the switch of a port */
  guint interfaces;    /* bit of each table that it has */
  GVariant **values;   /* (owned) of the interfaces that it has, in the order of the tables; NULL: never told */
  gsize n_values;
} VswSnapshot;

VswSnapshot *vsw_snapshot_new (const VswView *view);
void vsw_snapshot_free (VswSnapshot *self);

/* The interfaces that an object has: bit of each table. */
guint vsw_snapshot_list_interfaces (const VswView *view);
/* What to compare of a property: its value, or what stands for that. NULL: nothing. (transfer full) */
GVariant *vsw_snapshot_read (const VswPropertyRow *row, const VswView *view);
char *vsw_snapshot_get_manager (const VswView *view);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswSnapshot, vsw_snapshot_free)

G_END_DECLS
