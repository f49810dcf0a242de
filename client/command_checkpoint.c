/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/verbs.h"

#include "client/failure.h"
#include "client/name.h"

#include <string.h>

#define DEFAULT_SECONDS 60

static GVariant *
find_scope (VswSession *session, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  const VswTree *tree = vsw_session_load (session, error);

  if (tree == NULL)
    return NULL;
  for (guint i = 0; i < session->n_arguments; i++)
    {
      const VswNode *node = vsw_tree_find_any (tree, session->arguments[i], error);

      if (node == NULL)
        return NULL;
      g_variant_builder_add (&builder, "o", node->path);
    }
  return g_variant_builder_end (&builder);
}

static gboolean
create (VswSession *session, GError **error)
{
  const char *timeout = vsw_session_get_option (session, "timeout");
  g_autoptr (GVariant) answer = NULL;
  g_autofree char *time = NULL;
  guint32 seconds = DEFAULT_SECONDS;
  const char *path;
  GVariant *scope;

  vsw_session_begin (session, "create a checkpoint");
  if (timeout != NULL && !vsw_number_decode (timeout, &seconds, error))
    {
      g_prefix_error (error, "--timeout: ");
      return FALSE;
    }
  scope = find_scope (session, error);
  if (scope == NULL)
    return FALSE;
  answer = vsw_session_change (session, VSW_BUS_MANAGER, "Manager", "CreateCheckpoint",
                               g_variant_new ("(@aoua{sv})", scope, seconds, NULL), "(o)", NULL, error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(&o)", &path);
  time = vsw_print_seconds (seconds);
  vsw_session_confirm (session, vsw_session_new_paths ("Path", path, NULL, NULL),
                       "created checkpoint %s: what changes now is undone in %s unless it is confirmed",
                       strrchr (path, '/') + 1, time);
  return TRUE;
}

static gboolean
confirm (VswSession *session, const VswNode *node, GError **error)
{
  g_autoptr (GVariant) answer = vsw_session_change (session, node->path, "Checkpoint", "Confirm",
                                                    g_variant_new ("(a{sv})", NULL), "()", NULL, error);

  if (answer == NULL)
    return FALSE;
  vsw_session_confirm (session, vsw_session_new_paths ("Path", node->path, NULL, NULL),
                       "confirmed checkpoint %s: what has changed stays", node->name);
  return TRUE;
}

static GVariant *
export_losses (const VswNode *node, GVariant *lost)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "Path", g_variant_new_object_path (node->path));
  g_variant_builder_add (&builder, "{sv}", "Lost", lost);
  return g_variant_builder_end (&builder);
}

static gboolean
roll_back (VswSession *session, const VswNode *node, GError **error)
{
  g_autoptr (GVariant) answer = vsw_session_change (session, node->path, "Checkpoint", "Rollback",
                                                    g_variant_new ("(a{sv})", NULL), "(as)", NULL, error);
  g_autoptr (GVariant) lost = NULL;
  gsize n;

  if (answer == NULL)
    return FALSE;
  lost = g_variant_get_child_value (answer, 0);
  n = g_variant_n_children (lost);
  vsw_session_confirm (session, export_losses (node, lost), "rolled back checkpoint %s%s", node->name,
                       n > 0 ? ", but could not bring back:" : ": all is as it was");
  for (gsize i = 0; i < n && !session->json; i++)
    {
      const char *loss;
      g_autofree char *line = NULL;

      g_variant_get_child (lost, i, "&s", &loss);
      line = vsw_print_text (loss, &session->style);
      vsw_session_print (session, "  %s\n", line);
    }
  return TRUE;
}

static gboolean
extend (VswSession *session, const VswNode *node, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  g_autofree char *time = NULL;
  guint32 seconds;

  if (!vsw_number_decode (session->arguments[1], &seconds, error))
    return FALSE;
  answer = vsw_session_change (session, node->path, "Checkpoint", "Extend", g_variant_new ("(ua{sv})", seconds, NULL),
                               "()", NULL, error);
  if (answer == NULL)
    return FALSE;
  time = vsw_print_seconds (seconds);
  vsw_session_confirm (session, vsw_session_new_paths ("Path", node->path, NULL, NULL), "extended checkpoint %s by %s",
                       node->name, time);
  return TRUE;
}

static const struct
{
  const char *noun;
  gboolean (*run) (VswSession *session, const VswNode *node, GError **error);
} deeds[] = {
  { "confirm", confirm },
  { "rollback", roll_back },
  { "extend", extend },
};

/**
 * vsw_command_checkpoint:
 * @session: a session
 * @error: as vsw_tree_find(), vsw_tree_find_any() and vsw_session_change() say; %VSW_FAILURE_USAGE
 *
 * `checkpoint create OBJECT…`, `checkpoint confirm|rollback NUMBER`, `checkpoint extend NUMBER SECONDS`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_checkpoint (VswSession *session, GError **error)
{
  const VswNode *node;
  gsize deed = 0;

  if (g_str_equal (session->verb->noun, "create"))
    return create (session, error);
  while (!g_str_equal (deeds[deed].noun, session->verb->noun))
    g_assert (++deed < G_N_ELEMENTS (deeds));
  vsw_session_begin (session, "%s checkpoint %s",
                     g_str_equal (session->verb->noun, "rollback") ? "roll back" : deeds[deed].noun,
                     session->arguments[0]);
  node = vsw_session_find (session, VSW_NODE_CHECKPOINT, session->arguments[0], error);
  return node != NULL && deeds[deed].run (session, node, error);
}
