/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmswitch-bridge-helper: stands in for QEMU's bridge helper, so that `-netdev bridge,br=SWITCH,helper=...` plugs a guest into
 * a switch of ours. It has no privilege: the service decides, as for any other caller. */
#include "client/bridge_request.h"
#include "client/failure.h"
#include "client/session.h"

#include <locale.h>
#include <stdio.h>
#include <unistd.h>

#define PROGRAM "vmswitch-bridge-helper"
#define HELP                                                                                                           \
  "Usage: " PROGRAM " [--use-vnet] --br=SWITCH --fd=SOCKET\n\n"                                                        \
  "Plugs a guest into a virtual switch: sends the descriptor of a new NIC over a unix socket.\n"                       \
  "It is run by QEMU: -netdev bridge,id=n0,br=SWITCH,helper=.../" PROGRAM "\n\n"                                       \
  "More: " PROGRAM "(8)\n"

/* What NICs are called after: the process that runs us. */
static char *
new_nic_name (void)
{
  int parent = (int)getppid ();
  g_autofree char *path = g_strdup_printf ("/proc/%d/comm", parent);
  g_autofree char *program = NULL;

  if (!g_file_get_contents (path, &program, NULL, NULL))
    return vsw_bridge_request_new_name ("", parent);
  return vsw_bridge_request_new_name (g_strchomp (program), parent);
}

static GVariant *
new_settings (const VswBridgeRequest *request)
{
  g_autofree char *name = new_nic_name ();
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "Name", g_variant_new_string (name));
  /* Only a synthetic one has the header that --use-vnet means. */
  g_variant_builder_add (&builder, "{sv}", "Kind", g_variant_new_string (request->use_vnet ? "synthetic" : "emulated"));
  g_variant_builder_add (&builder, "{sv}", "Backend", g_variant_new_string ("tap"));
  g_variant_builder_add (&builder, "{sv}", "Lifetime", g_variant_new_string ("descriptor"));
  return g_variant_builder_end (&builder);
}

/* Returns: a descriptor that the caller closes, or -1. */
static int
attach (VswSession *session, const VswBridgeRequest *request, GError **error)
{
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) handles = NULL;
  VswNode *node = vsw_session_find (session, VSW_NODE_SWITCH, request->switch_name, error);
  gint32 handle;

  if (node == NULL)
    return -1;
  answer = vsw_session_change_with_fds (session, node->path, "Switch", "Attach",
                                        g_variant_new ("(@a{sv}a{sv})", new_settings (request), NULL), "(ooah)", NULL,
                                        &fds, error);
  if (answer == NULL)
    return -1;
  g_variant_get (answer, "(oo@ah)", NULL, NULL, &handles);
  if (fds == NULL || g_variant_n_children (handles) != 1)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_OTHER, "the service answered without a descriptor");
      return -1;
    }
  g_variant_get_child (handles, 0, "h", &handle);
  return g_unix_fd_list_get (fds, handle, error);
}

static gboolean
serve (const VswBridgeRequest *request, GError **error)
{
  g_auto (GStrv) none = g_new0 (char *, 1);
  g_autoptr (VswSession) session = vsw_session_new (NULL, g_steal_pointer (&none), vsw_options_new ());
  int fd = attach (session, request, error);
  gboolean sent = fd >= 0 && vsw_bridge_request_answer (request, fd, error);

  if (fd >= 0)
    close (fd);
  return sent;
}

int
main (int argc, char **argv)
{
  g_autoptr (VswBridgeRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;
  VswStyle style;

  setlocale (LC_CTYPE, "");
  g_set_prgname (PROGRAM);
  if (argc == 2 && (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h")))
    return fputs (HELP, stdout) >= 0 && fflush (stdout) == 0 ? 0 : 1;
  if (argc == 2 && g_str_equal (argv[1], "--version"))
    return printf (PROGRAM " %s\n", VSW_VERSION) >= 0 && fflush (stdout) == 0 ? 0 : 1;
  request = vsw_bridge_request_decode ((const char *const *)argv, &error);
  if (request != NULL && serve (request, &error))
    return 0;
  style = vsw_style_get (STDERR_FILENO);
  message = vsw_print_text (error->message, &style);
  if (request != NULL)
    fprintf (stderr, PROGRAM ": cannot attach to switch %s: %s\n", request->switch_name, message);
  else
    fprintf (stderr, PROGRAM ": %s\n", message);
  return 1;
}
