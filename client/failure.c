/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/failure.h"

#include "client/wording.h"

#define OURS   "org.vmswitch1.Error."
#define BUS    "org.freedesktop.DBus.Error."
#define POLKIT "org.freedesktop.PolicyKit1.Error."

static const struct
{
  const char *name;
  VswFailure failure;
} remote_errors[] = {
  { OURS "InvalidArgument", VSW_FAILURE_INVALID },
  { OURS "NotFound", VSW_FAILURE_NOT_FOUND },
  { OURS "Exists", VSW_FAILURE_CONFLICT },
  { OURS "InUse", VSW_FAILURE_CONFLICT },
  { OURS "InvalidState", VSW_FAILURE_CONFLICT },
  { OURS "Conflict", VSW_FAILURE_CONFLICT },
  { OURS "RolledBack", VSW_FAILURE_CONFLICT },
  { OURS "NotSupported", VSW_FAILURE_KERNEL },
  { OURS "NotBridgeable", VSW_FAILURE_KERNEL },
  { OURS "Kernel", VSW_FAILURE_KERNEL },
  { OURS "QuotaExceeded", VSW_FAILURE_QUOTA },
  { OURS "Store", VSW_FAILURE_OTHER },
  { BUS "AccessDenied", VSW_FAILURE_REFUSED },
  { BUS "AuthFailed", VSW_FAILURE_REFUSED },
  { BUS "InteractiveAuthorizationRequired", VSW_FAILURE_REFUSED },
  { POLKIT "NotAuthorized", VSW_FAILURE_REFUSED },
  { BUS "InvalidArgs", VSW_FAILURE_INVALID },
  { BUS "UnknownObject", VSW_FAILURE_NOT_FOUND },
  { BUS "LimitsExceeded", VSW_FAILURE_QUOTA },
  { BUS "ServiceUnknown", VSW_FAILURE_UNAVAILABLE },
  { BUS "NameHasNoOwner", VSW_FAILURE_UNAVAILABLE },
  { BUS "NoServer", VSW_FAILURE_UNAVAILABLE },
  { BUS "NoReply", VSW_FAILURE_UNAVAILABLE },
  { BUS "Timeout", VSW_FAILURE_UNAVAILABLE },
  { BUS "TimedOut", VSW_FAILURE_UNAVAILABLE },
  { BUS "Disconnected", VSW_FAILURE_UNAVAILABLE },
};

G_DEFINE_QUARK (vsw - failure - quark, vsw_failure)

/**
 * vsw_failure_print:
 * @status: an exit status of vmswitchctl
 *
 * Says what an exit status means, in a few words for help and manual.
 *
 * Returns: (transfer none) (nullable): the text, or %NULL behind the last status. Any thread.
 */
const char *
vsw_failure_print (int status)
{
  static const char *const texts[] = {
    [0] = "success",
    [VSW_FAILURE_OTHER] = "another failure",
    [VSW_FAILURE_USAGE] = "wrong command line",
    [VSW_FAILURE_NOT_FOUND] = "not found",
    [VSW_FAILURE_REFUSED] = "refused: no authorization",
    [VSW_FAILURE_KERNEL] = "the kernel said no, or cannot",
    [VSW_FAILURE_CONFLICT] = "exists already, in use, or in the wrong state",
    [VSW_FAILURE_INVALID] = "invalid value",
    [VSW_FAILURE_UNAVAILABLE] = "the service or the bus is not available",
    [VSW_FAILURE_QUOTA] = "a limit is reached",
  };

  return status >= 0 && status < (int)G_N_ELEMENTS (texts) ? texts[status] : NULL;
}

static VswFailure
find_remote (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (remote_errors); i++)
    if (g_str_equal (remote_errors[i].name, name))
      return remote_errors[i].failure;

  /* Whatever the bus says about starting the service means that it is not there. */
  return g_str_has_prefix (name, BUS "Spawn.") ? VSW_FAILURE_UNAVAILABLE : VSW_FAILURE_OTHER;
}

static VswFailure
find_local (const GError *error)
{
  if (error->domain != G_IO_ERROR)
    return VSW_FAILURE_OTHER;

  /* What GIO says when there is no bus socket, when nobody listens, or when the connection breaks under the call.
   * A wider list than that would hide mistakes of ours. */
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
                 || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED)
                 || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
                 || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)
                 || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)
                 || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED)
             ? VSW_FAILURE_UNAVAILABLE
             : VSW_FAILURE_OTHER;
}

/**
 * vsw_failure_new_from_bus:
 * @error: what a call over the bus ended with
 *
 * Translates an error of GIO or of the service. The message loses GDBus's prefix, and speaks of commands instead of methods.
 *
 * Returns: (transfer full): an error of domain %VSW_FAILURE. Any thread.
 */
GError *
vsw_failure_new_from_bus (const GError *error)
{
  g_autoptr (GError) plain = g_error_copy (error);
  g_autofree char *name = g_dbus_error_get_remote_error (error);
  VswFailure failure = name != NULL ? find_remote (name) : find_local (error);
  g_autofree char *message = NULL;

  g_dbus_error_strip_remote_error (plain);
  if (name != NULL && g_str_has_prefix (name, BUS) && failure == VSW_FAILURE_UNAVAILABLE)
    return g_error_new (VSW_FAILURE, (int)failure, "the service org.vmswitch1 is not available: %s", plain->message);
  if (name != NULL && plain->message[0] == '\0')
    return g_error_new (VSW_FAILURE, (int)failure, "%s", name);
  message = vsw_wording_new (plain->message);
  return g_error_new_literal (VSW_FAILURE, (int)failure, message);
}
