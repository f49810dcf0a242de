/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/divert.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <netlink/attr.h>

#include "kernel/read.h"

#define HANDLE   0xffff0000u /* that an ingress or clsact discipline always has, net/sched/sch_ingress.c */
#define PRIORITY 0x5657u     /* of our filter: "VW" */

static const char cookie[] = "vmswitchd"; /* of our action; 16 octets at most, TC_COOKIE_MAX_SIZE */

/* What is there for what arrives at a device. */
typedef struct
{
  guint index;
  gboolean has_discipline;
  gboolean has_others; /* filters */
  gboolean has_ours;
  guint target; /* of ours */
} Ingress;

/* --- encode --- */

static struct nl_msg *
new_message (int type, int flags, guint index, guint32 handle, guint32 parent, guint32 info)
{
  struct tcmsg head = {
    .tcm_family = AF_UNSPEC, .tcm_ifindex = (int)index, .tcm_handle = handle, .tcm_parent = parent, .tcm_info = info
  };
  struct nl_msg *message = nlmsg_alloc_simple (type, flags);
  int result;

  g_assert (message != NULL);
  result = nlmsg_append (message, &head, sizeof head, NLMSG_ALIGNTO);
  g_assert (result == 0);
  return message;
}

static void
put (struct nl_msg *message, int type, const void *data, gsize size)
{
  int result = nla_put (message, type, (int)size, data);

  g_assert (result == 0);
}

static struct nlattr *
begin (struct nl_msg *message, int type)
{
  struct nlattr *nest = nla_nest_start (message, type);

  g_assert (nest != NULL);
  return nest;
}

static struct nl_msg *
encode_discipline (int type, int flags, guint index)
{
  struct nl_msg *message = new_message (type, flags, index, HANDLE, TC_H_INGRESS, 0);

  put (message, TCA_KIND, "ingress", sizeof "ingress");
  return message;
}

static guint32
filter_info (void)
{
  return PRIORITY << 16 | htons (ETH_P_ALL);
}

static void
put_action (struct nl_msg *message, guint target)
{
  struct tc_mirred redirect = { .action = TC_ACT_STOLEN, .eaction = TCA_EGRESS_REDIR, .ifindex = target };
  struct nlattr *actions = begin (message, TCA_U32_ACT);
  struct nlattr *action = begin (message, 1);
  struct nlattr *options;

  put (message, TCA_ACT_KIND, "mirred", sizeof "mirred");
  put (message, TCA_ACT_COOKIE, cookie, sizeof cookie);
  options = begin (message, TCA_ACT_OPTIONS);
  put (message, TCA_MIRRED_PARMS, &redirect, sizeof redirect);
  nla_nest_end (message, options);
  nla_nest_end (message, action);
  nla_nest_end (message, actions);
}

/* A key whose mask is 0 matches every frame. include/uapi/linux/pkt_cls.h. */
static struct nl_msg *
encode_filter (guint index, guint target)
{
  struct
  {
    struct tc_u32_sel selector;
    struct tc_u32_key key;
  } all = { .selector = { .flags = TC_U32_TERMINAL, .nkeys = 1 } };
  struct nl_msg *message = new_message (RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, index, 0, HANDLE, filter_info ());
  struct nlattr *options;

  put (message, TCA_KIND, "u32", sizeof "u32");
  options = begin (message, TCA_OPTIONS);
  put (message, TCA_U32_SEL, &all, sizeof all);
  put_action (message, target);
  nla_nest_end (message, options);
  return message;
}

static struct nl_msg *
encode_delete_filter (guint index)
{
  struct nl_msg *message = new_message (RTM_DELTFILTER, 0, index, 0, HANDLE, filter_info ());

  put (message, TCA_KIND, "u32", sizeof "u32");
  return message;
}

/* --- decode --- */

static void
look_at_discipline (const struct nlmsghdr *message, gpointer user_data)
{
  Ingress *self = user_data;
  const struct tcmsg *head = nlmsg_data (message);

  if (message->nlmsg_type == RTM_NEWQDISC && message->nlmsg_len >= NLMSG_LENGTH (sizeof *head)
      && head->tcm_ifindex == (int)self->index && head->tcm_handle == HANDLE)
    self->has_discipline = TRUE;
}

static void
look_at_action (Ingress *self, const struct nlattr *action)
{
  const struct nlattr *mark = nla_find (nla_data (action), nla_len (action), TCA_ACT_COOKIE);
  const struct nlattr *options = nla_find (nla_data (action), nla_len (action), TCA_ACT_OPTIONS);
  const struct nlattr *parameters =
      options != NULL ? nla_find (nla_data (options), nla_len (options), TCA_MIRRED_PARMS) : NULL;
  struct tc_mirred redirect = { 0 };

  if (mark == NULL || nla_len (mark) != (int)sizeof cookie || memcmp (nla_data (mark), cookie, sizeof cookie) != 0)
    return;
  self->has_ours = TRUE;
  if (parameters != NULL && nla_len (parameters) >= (int)sizeof redirect)
    {
      memcpy (&redirect, nla_data (parameters), sizeof redirect);
      self->target = redirect.ifindex;
    }
}

static void
look_at_filter (const struct nlmsghdr *message, gpointer user_data)
{
  Ingress *self = user_data;
  const struct tcmsg *head = nlmsg_data (message);
  const struct nlattr *options, *actions;
  struct nlattr *action;
  int rest;

  if (message->nlmsg_type != RTM_NEWTFILTER || message->nlmsg_len < NLMSG_LENGTH (sizeof *head))
    return;
  if (TC_H_MAJ (head->tcm_info) >> 16 != PRIORITY)
    {
      self->has_others = TRUE;
      return;
    }
  options = nlmsg_find_attr ((struct nlmsghdr *)message, sizeof *head, TCA_OPTIONS);
  actions = options != NULL ? nla_find (nla_data (options), nla_len (options), TCA_U32_ACT) : NULL;
  if (actions == NULL)
    return; /* the table that the filter hangs in */
  nla_for_each_nested (action, actions, rest) look_at_action (self, action);
}

static gboolean
look (VswSession *session, guint index, Ingress *ret_ingress, GError **error)
{
  VswAnswer answer;

  *ret_ingress = (Ingress){ .index = index };
  if (!vsw_socket_read (session->route, new_message (RTM_GETQDISC, NLM_F_DUMP, index, 0, 0, 0), look_at_discipline,
                        ret_ingress, &answer, error)
      || !vsw_answer_check (&answer, "list queueing disciplines", error))
    return FALSE;
  if (!ret_ingress->has_discipline)
    return TRUE;
  return vsw_socket_read (session->route, new_message (RTM_GETTFILTER, NLM_F_DUMP, index, 0, HANDLE, 0), look_at_filter,
                          ret_ingress, &answer, error)
         && vsw_answer_check (&answer, "list filters", error);
}

/* --- the operations --- */

/* Sends them at once: nothing can stop the daemon between two of them. Returns the first refusal. */
static gboolean
send_all (VswSession *session, struct nl_msg **messages, guint n, VswAnswer *ret_answer, GError **error)
{
  VswAnswer answers[2];
  gboolean sent = vsw_socket_exchange (session->route, messages, n, answers, NULL, NULL, error);

  g_assert (n <= G_N_ELEMENTS (answers));
  for (guint i = 0; i < n; i++)
    nlmsg_free (messages[i]);
  *ret_answer = (VswAnswer){ 0 };
  for (guint i = 0; sent && i < n && ret_answer->code == 0; i++)
    *ret_answer = answers[i];
  return sent;
}

static gboolean
remove_ours (VswSession *session, const Ingress *ingress, const char *step, GError **error)
{
  VswAnswer answer;
  struct nl_msg *message =
      ingress->has_others ? encode_delete_filter (ingress->index) : encode_discipline (RTM_DELQDISC, 0, ingress->index);

  return vsw_socket_request (session->route, message, &answer, error)
         && (answer.code == ENOENT || answer.code == ENODEV || answer.code == EINVAL
             || vsw_answer_check (&answer, step, error));
}

static gboolean
start (VswSession *session, guint index, guint target, const Ingress *ingress, const char *step, GError **error)
{
  struct nl_msg *messages[] = { ingress->has_ours ? encode_delete_filter (index)
                                                  : encode_discipline (RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, index),
                                encode_filter (index, target) };
  Ingress half;
  VswAnswer answer;

  if (!send_all (session, messages, G_N_ELEMENTS (messages), &answer, error))
    return FALSE;
  if (answer.code == 0)
    return TRUE;
  if (look (session, index, &half, NULL) && half.has_discipline && !half.has_others && !half.has_ours
      && !ingress->has_discipline)
    remove_ours (session, &half, step, NULL);
  if (answer.code == ENOENT || answer.code == EOPNOTSUPP)
    {
      g_debug ("%s: this kernel cannot (%s); some frames will be lost", step, answer.text);
      return TRUE;
    }
  return vsw_answer_check (&answer, step, error);
}

/**
 * vsw_divert_add:
 *
 * VSW_OP_DIVERT_ADD. Worker. Errors: NOT_FOUND, KERNEL. tc-mirred(8), tc-u32(8).
 */
gboolean
vsw_divert_add (VswSession *session, const VswOp *op, GError **error)
{
  g_autofree char *name = vsw_device_print (op->device);
  g_autofree char *step = g_strdup_printf ("divert what arrives at %s", name);
  g_autoptr (VswLink) link = vsw_read_link (session->route, op->device, error);
  g_autoptr (VswLink) far = link != NULL ? vsw_read_link (session->route, op->far, error) : NULL;
  Ingress ingress;

  if (far == NULL || !look (session, link->index, &ingress, error))
    return FALSE;
  if (ingress.has_ours && ingress.target == far->index)
    return TRUE;
  if (ingress.has_discipline && !ingress.has_ours)
    {
      g_debug ("%s: another hand has a queueing discipline there; some frames will be lost", step);
      return TRUE;
    }

  return start (session, link->index, far->index, &ingress, step, error);
}

/**
 * vsw_divert_delete:
 *
 * VSW_OP_DIVERT_DELETE. What others have added to our discipline stays, and so does that. A device that is gone diverts nothing. Worker. Errors: KERNEL.
 */
gboolean
vsw_divert_delete (VswSession *session, const VswOp *op, GError **error)
{
  g_autofree char *name = vsw_device_print (op->device);
  g_autofree char *step = g_strdup_printf ("end the diversion of %s", name);
  g_autoptr (GError) local = NULL;
  g_autoptr (VswLink) link = vsw_read_link (session->route, op->device, &local);
  Ingress ingress;

  if (link == NULL && g_error_matches (local, VSW_ERROR, VSW_ERROR_NOT_FOUND))
    return TRUE;
  if (link == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return look (session, link->index, &ingress, error)
         && (!ingress.has_ours || remove_ours (session, &ingress, step, error));
}
