/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one error domain.
 *
 * Each code means one thing a caller can act on, and is one name on the bus (bus/error.c).
 * A message is one clause, lower case, with the value that was wrong and the limit it broke.
 * Programming errors are asserts, never a GError. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  VSW_ERROR_INVALID_ARGUMENT,       /* a value of the caller is wrong: named, with its limit */
  VSW_ERROR_NOT_FOUND,              /* an object that the caller names is not there */
  VSW_ERROR_EXISTS,                 /* the name or the address is taken */
  VSW_ERROR_IN_USE,                 /* others depend on it; they are named */
  VSW_ERROR_INVALID_STATE,          /* right object, wrong moment */
  VSW_ERROR_NOT_SUPPORTED,          /* this kernel or build cannot; the feature is named */
  VSW_ERROR_NOT_BRIDGEABLE,         /* this NIC can never be a port; the reason is named */
  VSW_ERROR_QUOTA_EXCEEDED,         /* a limit of ours: used and limit are named */
  VSW_ERROR_CONFLICT,               /* a device or manager that is not ours is in the way; named */
  VSW_ERROR_KERNEL,                 /* the kernel said no: step, errno and extended-ack text */
  VSW_ERROR_STORE,                  /* the state directory said no */
  VSW_ERROR_ROLLED_BACK,            /* a checkpoint undid it */
  VSW_ERROR_ACCESS_DENIED,          /* polkit, or an ownership rule, said no */
  VSW_ERROR_AUTHORIZATION_REQUIRED, /* polkit would ask, the caller forbade questions */
} VswError;

#define VSW_N_ERRORS (VSW_ERROR_AUTHORIZATION_REQUIRED + 1)

#define VSW_ERROR (vsw_error_quark ())
GQuark vsw_error_quark (void);

G_END_DECLS
