/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/error.h"

#include <gio/gio.h>

static const char *const names[] = {
  [VSW_ERROR_INVALID_ARGUMENT] = VSW_BUS_ERROR_PREFIX "InvalidArgument",
  [VSW_ERROR_NOT_FOUND] = VSW_BUS_ERROR_PREFIX "NotFound",
  [VSW_ERROR_EXISTS] = VSW_BUS_ERROR_PREFIX "Exists",
  [VSW_ERROR_IN_USE] = VSW_BUS_ERROR_PREFIX "InUse",
  [VSW_ERROR_INVALID_STATE] = VSW_BUS_ERROR_PREFIX "InvalidState",
  [VSW_ERROR_NOT_SUPPORTED] = VSW_BUS_ERROR_PREFIX "NotSupported",
  [VSW_ERROR_NOT_BRIDGEABLE] = VSW_BUS_ERROR_PREFIX "NotBridgeable",
  [VSW_ERROR_QUOTA_EXCEEDED] = VSW_BUS_ERROR_PREFIX "QuotaExceeded",
  [VSW_ERROR_CONFLICT] = VSW_BUS_ERROR_PREFIX "Conflict",
  [VSW_ERROR_KERNEL] = VSW_BUS_ERROR_PREFIX "Kernel",
  [VSW_ERROR_STORE] = VSW_BUS_ERROR_PREFIX "Store",
  [VSW_ERROR_ROLLED_BACK] = VSW_BUS_ERROR_PREFIX "RolledBack",
  [VSW_ERROR_ACCESS_DENIED] = "org.freedesktop.DBus.Error.AccessDenied",
  [VSW_ERROR_AUTHORIZATION_REQUIRED] = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
};

G_STATIC_ASSERT (G_N_ELEMENTS (names) == VSW_N_ERRORS);

/**
 * vsw_error_get_bus_name:
 * @code: a code of the one domain
 *
 * Thread: any.
 *
 * Returns: its name on the bus
 */
const char *
vsw_error_get_bus_name (VswError code)
{
  return names[code];
}

/**
 * vsw_error_print_reply:
 * @error: why a call failed
 * @ret_text: (out) (transfer full): what to tell the caller
 *
 * Thread: any.
 *
 * Returns: (transfer full): the name of the error reply
 */
char *
vsw_error_print_reply (const GError *error, char **ret_text)
{
  *ret_text = g_utf8_make_valid (error->message, -1);

  if (error->domain == VSW_ERROR)
    return g_strdup (vsw_error_get_bus_name (error->code));

  return g_dbus_error_encode_gerror (error);
}
