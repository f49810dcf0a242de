/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What only a client can see of the health of an installation: whether polkit can be asked, and whether udev keeps others off our devices.
 *
 * Looks, and changes nothing. What cannot be looked at is no finding. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Something that harms, as Manager.Warnings has it. */
typedef struct
{
  char *code; /* (owned) */
  char *text; /* (owned) cause and cure */
} VswFinding;

/* (element-type VswFinding) (transfer full) */
GPtrArray *vsw_findings_new (void);
void vsw_findings_add (GPtrArray *findings, const char *code, const char *text);

void vsw_checkup_polkit (GDBusConnection *connection, GPtrArray *findings);
/* root: where the system's files are, "" but in tests. device: of a switch, as the kernel calls it, and its index. */
void vsw_checkup_udev (const char *root, const char *device, guint32 index, GPtrArray *findings);

/* (transfer full): the text in lines of at most so many columns, each with the indent before it. */
char *vsw_checkup_wrap (const char *text, guint width, guint indent);

G_END_DECLS
