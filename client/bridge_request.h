/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What QEMU asks of the program that `-netdev bridge,helper=...` names, and how it is answered: a command line, and one
 * descriptor over a unix socket (qemu-bridge-helper.c and net/tap.c of QEMU). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *switch_name;
  int socket;
  gboolean use_vnet; /* frames shall have a header */
} VswBridgeRequest;

VswBridgeRequest *vsw_bridge_request_decode (const char *const *words, GError **error);
void vsw_bridge_request_free (VswBridgeRequest *self);
char *vsw_bridge_request_new_name (const char *program, int process);
gboolean vsw_bridge_request_answer (const VswBridgeRequest *self, int fd, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswBridgeRequest, vsw_bridge_request_free)

G_END_DECLS
