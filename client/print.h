/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for people: values of the bus in words, tables, and what the terminal can show.
 *
 * Never lets a control character of a foreign string reach a terminal; never decorates what goes into a pipe. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How to print on one stream. */
typedef struct
{
  gboolean lines; /* may draw with line characters (a UTF-8 terminal) */
  gboolean ascii; /* must not print beyond ASCII (a terminal of another charset) */
  guint width;    /* columns of the terminal; 0: no limit */
} VswStyle;

VswStyle vsw_style_get (int fd);

char *vsw_print_text (const char *text, const VswStyle *style);
char *vsw_print_value (const char *property, GVariant *value, const VswStyle *style);
char *vsw_print_seconds (guint64 seconds);

/* A table: rows of cells, columns as wide as their widest cell. A NULL cell is empty. */
typedef struct _VswTable VswTable;

VswTable *vsw_table_new (const char *const *headings);
void vsw_table_add (VswTable *self, const char *const *cells);
char *vsw_table_print (VswTable *self, const VswStyle *style);
void vsw_table_free (VswTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswTable, vsw_table_free)

G_END_DECLS
