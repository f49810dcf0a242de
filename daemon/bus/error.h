/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The error domain in names of the bus: the one place that knows them. */
#pragma once

#include "model/error.h"

G_BEGIN_DECLS

#define VSW_BUS_ERROR_PREFIX "org.vmswitch1.Error."

const char *vsw_error_get_bus_name (VswError code);
/* Name and text of an error reply. ret_text: (transfer full), valid UTF-8 whatever it was made of */
char *vsw_error_print_reply (const GError *error, char **ret_text);

G_END_DECLS
