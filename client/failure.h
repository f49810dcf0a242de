/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a command failed, in the words of scripts: each code is an exit status of vmswitchctl.
 *
 * Owes: one code for each name of an error on the bus, in one table; never a code that the manual does not list. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  VSW_FAILURE_OTHER = 1,       /* nothing below */
  VSW_FAILURE_USAGE = 2,       /* the command line is wrong; nothing was asked */
  VSW_FAILURE_NOT_FOUND = 3,   /* what the command names is not there */
  VSW_FAILURE_REFUSED = 4,     /* polkit, the bus or an ownership rule said no */
  VSW_FAILURE_KERNEL = 5,      /* the kernel said no, or cannot */
  VSW_FAILURE_CONFLICT = 6,    /* exists already, in use, or the wrong moment */
  VSW_FAILURE_INVALID = 7,     /* a value is wrong */
  VSW_FAILURE_UNAVAILABLE = 8, /* no bus, or no service on it */
  VSW_FAILURE_QUOTA = 9,       /* a limit is reached */

  /* of `run` alone, as env(1) has them; not in the list that vsw_failure_print() gives */
  VSW_FAILURE_CANNOT_EXECUTE = 126, /* the command is there */
  VSW_FAILURE_NO_COMMAND = 127,     /* it is not */
} VswFailure;

#define VSW_FAILURE (vsw_failure_quark ())
GQuark vsw_failure_quark (void);

/* One line of the manual for each exit status, 0 included. NULL behind the last. */
const char *vsw_failure_print (int status);

/* bus → domain VSW_FAILURE */
GError *vsw_failure_new_from_bus (const GError *error);

G_END_DECLS
