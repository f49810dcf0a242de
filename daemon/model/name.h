/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be called what: names of objects, texts, interface names, ids.
 *
 * Everything a caller sends as text passes through here once, in the decoder, and is never cut or repaired.
 * Names of foreign links may hold any bytes; they are escaped here before anybody prints them. */
#pragma once

#include "model/error.h"

G_BEGIN_DECLS

#define VSW_NAME_MAX 63         /* characters */
#define VSW_DESCRIPTION_MAX 256 /* characters (not octets) */
#define VSW_INTERFACE_SIZE 16   /* octets with the closing zero: IFNAMSIZ, linux/if.h */

/* Every device of ours is called so, that udev, NetworkManager and networkd can be told to keep off. */
#define VSW_DEVICE_PREFIX "vsw"

/* check */
gboolean vsw_name_check (const char *name, GError **error);
gboolean vsw_description_check (const char *text, GError **error);
gboolean vsw_interface_check (const char *name, GError **error);

/* make */
char *vsw_id_new (void);
char *vsw_text_escape (const char *bytes);
char *vsw_text_excerpt (const char *bytes);

G_END_DECLS
