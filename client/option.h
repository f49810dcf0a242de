/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: what a verb takes, stated once, in a table that parsing, help, manual and completion follow. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _VswSession VswSession;

typedef enum
{
  VSW_OPTION_FLAG,   /* takes no argument; on the bus: true */
  VSW_OPTION_STRING, /* on the bus: s */
  VSW_OPTION_NUMBER, /* decimal, 32 bits; on the bus: u */
} VswOptionKind;

typedef struct
{
  const char *name; /* without its dashes; NULL ends a list */
  VswOptionKind kind;
  const char *key;      /* of the settings on the bus that it stands for; NULL: none */
  const char *argument; /* as help shows it; NULL for a flag */
  const char *text;
} VswOption;

#define VSW_ARGUMENTS_ANY G_MAXUINT

typedef struct
{
  const char *name;
  const char *noun;      /* word behind the verb; NULL: none */
  const char *arguments; /* as help shows them; "" if none */
  guint min, max;        /* how many, at least and at most */
  const char *text;      /* one line */
  const char *more;      /* further lines of help; NULL: none */
  const VswOption *options;
  gboolean (*run) (VswSession *session, GError **error);
  gboolean has_command; /* what stands behind `--` is the command line of another program */
} VswVerb;

/* What was given: for each option by name all its values, in order. */
GHashTable *vsw_options_new (void);
void vsw_options_add (GHashTable *given, const char *name, const char *value);
const char *vsw_options_get (GHashTable *given, const char *name);
const GPtrArray *vsw_options_get_all (GHashTable *given, const char *name);

GHashTable *vsw_options_decode (const VswOption *options, gboolean only_before, char ***arguments, GError **error);
GVariant *vsw_options_export (GHashTable *given, const VswOption *options, GVariantBuilder *more, GError **error);
gboolean vsw_number_decode (const char *text, guint32 *ret_number, GError **error);

G_END_DECLS
