/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/checkup.h"
#include "client/failure.h"
#include "client/name.h"
#include "client/verbs.h"

#define WIDTH  80 /* columns where there is no terminal, and at most */
#define INDENT 2

static void
add_warnings (const VswNode *manager, GPtrArray *findings)
{
  g_autoptr (GVariant) warnings = vsw_node_get (manager, "Manager", "Warnings");
  GVariantIter iter;
  const char *code;
  const char *text;

  if (warnings == NULL || !g_variant_is_of_type (warnings, G_VARIANT_TYPE ("a(ss)")))
    return;
  g_variant_iter_init (&iter, warnings);
  while (g_variant_iter_next (&iter, "(&s&s)", &code, &text))
    vsw_findings_add (findings, code, text);
}

/* One device tells for all: the rule is there, or it is not. */
static void
add_udev (const VswTree *tree, GPtrArray *findings)
{
  for (guint i = 0; i < tree->nodes->len; i++)
    {
      const VswNode *node = tree->nodes->pdata[i];
      g_autoptr (GVariant) index =
          node->kind == VSW_NODE_SWITCH ? vsw_node_get (node, "Switch", "InterfaceIndex") : NULL;
      g_autofree char *device = NULL;

      if (index == NULL || !g_variant_is_of_type (index, G_VARIANT_TYPE_UINT32) || g_variant_get_uint32 (index) == 0)
        continue;
      device = vsw_node_get_string (node, "Switch", "InterfaceName");
      vsw_checkup_udev ("", device, g_variant_get_uint32 (index), findings);
      return;
    }
}

static void
add_unavailable (GPtrArray *findings, const GError *error)
{
  g_autofree char *text =
      g_strdup_printf ("the service does not answer: %s. See what it says, and start it: systemctl status vmswitchd; "
                       "systemctl start vmswitchd. Switches that there are pass frames all the same.",
                       error->message);

  vsw_findings_add (findings, "service-unavailable", text);
}

/* FALSE on an error that tells nothing about the service's health. */
static gboolean
find_all (VswSession *session, GPtrArray *findings, GError **error)
{
  g_autoptr (GError) local = NULL;
  const VswTree *tree = vsw_session_load (session, &local);
  const VswNode *manager = tree != NULL ? vsw_tree_get (session->tree, VSW_BUS_MANAGER) : NULL;

  if (tree == NULL && !g_error_matches (local, VSW_FAILURE, VSW_FAILURE_UNAVAILABLE))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }

  if (tree == NULL)
    add_unavailable (findings, local);
  if (manager != NULL)
    add_warnings (manager, findings);
  if (session->connection != NULL)
    vsw_checkup_polkit (session->connection, findings);
  if (tree != NULL)
    add_udev (tree, findings);
  return TRUE;
}

static void
print_json (VswSession *session, GPtrArray *findings)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < findings->len; i++)
    {
      const VswFinding *finding = findings->pdata[i];

      g_variant_builder_open (&list, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&list, "{sv}", "Code", g_variant_new_string (finding->code));
      g_variant_builder_add (&list, "{sv}", "Text", g_variant_new_string (finding->text));
      g_variant_builder_close (&list);
    }
  vsw_session_print_json (session, g_variant_builder_end (&list));
}

static void
print_text (VswSession *session, GPtrArray *findings)
{
  guint width = session->style.width > 0 ? MIN (session->style.width, WIDTH) : WIDTH;

  if (findings->len == 0 && !session->quiet)
    vsw_session_print (session, "nothing found that harms the switches\n");
  for (guint i = 0; i < findings->len; i++)
    {
      const VswFinding *finding = findings->pdata[i];
      g_autofree char *code = vsw_print_text (finding->code, &session->style);
      g_autofree char *text = vsw_print_text (finding->text, &session->style);
      g_autofree char *lines = vsw_checkup_wrap (text, width, INDENT);

      vsw_session_print (session, "%s%s\n%s", i > 0 ? "\n" : "", code, lines);
    }
}

/**
 * vsw_command_doctor:
 * @session: a session
 * @error: as vsw_session_load() says, but that there is no service is an answer
 *
 * `doctor`: what harms the switches here, with what helps. Something found is exit status 1. Main thread.
 *
 * Returns: whether it was found out.
 */
gboolean
vsw_command_doctor (VswSession *session, GError **error)
{
  g_autoptr (GPtrArray) findings = vsw_findings_new ();

  vsw_session_begin (session, "find out what harms the switches");
  if (!find_all (session, findings, error))
    return FALSE;
  if (session->json)
    print_json (session, findings);
  else
    print_text (session, findings);
  session->status = findings->len > 0 ? VSW_FAILURE_OTHER : 0;
  return TRUE;
}
