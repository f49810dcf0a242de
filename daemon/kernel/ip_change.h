/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests one after the other, each with the one that undoes it: what fails in the middle is put back from the end. Worker. */
#pragma once

#include "kernel/ip_set.h"
#include "kernel/session.h"

G_BEGIN_DECLS

typedef struct _VswIpUndo VswIpUndo;

typedef struct
{
  VswSession *session;
  VswIpLink link;   /* whose settings are kept */
  VswIpSet *before; /* (owned) (nullable) its settings; NULL: nobody has touched them */
  GPtrArray *undo;  /* (owned) (element-type VswIpUndo) in the order of what they undo */
  GArray *quieted;  /* (owned) (element-type VswIpNumber) index of a link, and its address generation before */
  int refusal;      /* errno of the last request that was refused; 0: the kernel has not heard it */
} VswIpChange;

VswIpChange *vsw_ip_change_new (VswSession *session);
/* Keeps what was done. */
void vsw_ip_change_free (VswIpChange *self);
/* Puts back what was done, as far as it can. */
void vsw_ip_change_revert (VswIpChange *self);

/* Whether what was refused last depends on more than its link: a gateway that nobody reaches by now, another link or next hop that is not there. A kernel that
 * did not hear, or has no memory, has not said that. */
gboolean vsw_ip_change_leads_nowhere (const VswIpChange *self);
/* Whether nobody could make it anew where it is, if somebody took it away: asked, and nothing done. */
gboolean vsw_ip_change_is_dead (VswIpChange *self, const VswIpItem *item, VswIpLink link);

/* Makes it on that link; it may be there already. flags: beside NLM_F_CREATE */
gboolean vsw_ip_change_add (VswIpChange *self, const VswIpItem *item, VswIpLink link, int flags, GError **error);
/* at_once: in use at once, though another link has it as well. is_first: of its network of IPv6: the route there does not outlive it when this is undone */
gboolean vsw_ip_change_add_address (VswIpChange *self, const VswIpItem *address, VswIpLink link, gboolean at_once,
                                    gboolean is_first, GError **error);
/* Unmakes it; it may be gone already. */
gboolean vsw_ip_change_delete (VswIpChange *self, const VswIpItem *item, VswIpLink link, GError **error);
/* A route that stands before its equals: so does the one that undoes it. */
gboolean vsw_ip_change_delete_first (VswIpChange *self, const VswIpItem *route, VswIpLink link, GError **error);
/* A route that goes with its address, and stood before its equals: there it is to be again when that is put back, behind which it comes. */
void vsw_ip_change_keep_first (VswIpChange *self, const VswIpItem *route, VswIpLink link);
/* One that is there becomes another. */
gboolean vsw_ip_change_replace (VswIpChange *self, const VswIpItem *old, VswIpLink old_link, const VswIpItem *item,
                                VswIpLink link, GError **error);
/* The address as it is to stay: its last lifetimes, and the flags of `wished` ((nullable) its own). */
gboolean vsw_ip_change_settle (VswIpChange *self, const VswIpItem *address, const VswIpItem *wished, VswIpLink link,
                               GError **error);
/* An address that is there lives as long as this one says. */
gboolean vsw_ip_change_renew (VswIpChange *self, const VswIpItem *address, VswIpLink link, GError **error);
/* Keeps the settings of that link for the way back. */
gboolean vsw_ip_change_keep_settings (VswIpChange *self, VswIpLink link, GError **error);
/* Frames are taken though answers to them leave by another link. */
gboolean vsw_ip_change_loosen (VswIpChange *self, VswIpLink link, const VswIpSet *now, GError **error);
gboolean vsw_ip_change_quiet (VswIpChange *self, VswIpLink link, const VswIpSet *now, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswIpChange, vsw_ip_change_free)

G_END_DECLS
