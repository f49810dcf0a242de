/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of vmswitchctl: what was asked for, the connection to the service, and where answers are printed.
 *
 * Owes: the connection and the tree are opened when first needed, once. Every error is of domain VSW_FAILURE.
 * Never asks for a password without a terminal, or when --no-ask-password forbids it. */
#pragma once

#include "client/option.h"
#include "client/print.h"
#include "client/tree.h"

#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

struct _VswSession
{
  const VswVerb *verb;
  char **arguments; /* (owned) behind verb and noun */
  guint n_arguments;
  char **command;      /* (owned) (nullable) behind `--`, of a verb that has_command; bytes, not text */
  GHashTable *options; /* (owned) as vsw_options_get() reads it */
  gboolean json;
  gboolean quiet;
  gboolean ask;
  gboolean pipe_ignored; /* what SIGPIPE did when we were started, for the program that may follow us */
  VswStyle style;
  int status;                  /* of the program when all went well: `doctor` answers with it */
  guint32 confirm_within;      /* seconds; 0: a change stays */
  gboolean is_guarding;        /* the change is done, and what is called now is about its checkpoint */
  gint64 guarded_since;        /* microseconds since the epoch: when the change was asked for; 0: it was not */
  char *checkpoint;            /* (owned) (nullable) path of what it made */
  char *deed;                  /* (owned) (nullable) "create switch lab": what an error could not */
  GDBusConnection *connection; /* (owned) (nullable) */
  VswTree *tree;               /* (owned) (nullable) */
};

VswSession *vsw_session_new (const VswVerb *verb, char **arguments, GHashTable *options);
void vsw_session_free (VswSession *self);

const char *vsw_session_get_option (const VswSession *self, const char *name);
const char *vsw_session_get_noun (const VswSession *self);
void vsw_session_begin (VswSession *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* the service */
GDBusConnection *vsw_session_connect (VswSession *self, GError **error);
VswTree *vsw_session_load (VswSession *self, GError **error);
void vsw_session_forget (VswSession *self);
VswNode *vsw_session_find (VswSession *self, VswNodeKind kind, const char *name, GError **error);
GVariant *vsw_session_read (VswSession *self, const char *path, const char *interface_name, const char *method,
                            GVariant *arguments, const char *reply, GError **error);
GVariant *vsw_session_get_property (VswSession *self, const char *path, const char *interface_name,
                                    const char *property, const char *type, GError **error);
GVariant *vsw_session_change_with_fds (VswSession *self, const char *path, const char *interface_name,
                                       const char *method, GVariant *arguments, const char *reply, GUnixFDList *fds,
                                       GUnixFDList **ret_fds, GError **error);
GVariant *vsw_session_change (VswSession *self, const char *path, const char *interface_name, const char *method,
                              GVariant *arguments, const char *reply, GUnixFDList *fds, GError **error);

/* answers */
void vsw_session_print (VswSession *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void vsw_session_print_table (VswSession *self, VswTable *table);
void vsw_session_print_json (VswSession *self, GVariant *value);
void vsw_session_confirm (VswSession *self, GVariant *json, const char *format, ...) G_GNUC_PRINTF (3, 4);
GVariant *vsw_session_new_paths (const char *first_key, const char *first, const char *second_key, const char *second);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswSession, vsw_session_free)

G_END_DECLS
