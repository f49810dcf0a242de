/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of bridge netfilter are sysctls, and packet sockets a file: the kernel has no other door to them that is open to all. Both are of the
 * network namespace of the thread that looks (net/sysctl_net.c, fs/proc/proc_net.c). */
#include "kernel/survey.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/decode_host.h"
#include "kernel/dhcp.h"
#include "kernel/encode.h"
#include "kernel/filter.h"

#define SYSCTLS        "/proc/sys/net/bridge/bridge-nf-call-"
#define PACKET_SOCKETS "/proc/thread-self/net/packet"
#define MAX_ATTEMPTS   8

static const struct
{
  const char *path;
  VswFrames frames;
} sysctls[] = {
  { SYSCTLS "iptables", VSW_FRAMES_IPV4 },
  { SYSCTLS "ip6tables", VSW_FRAMES_IPV6 },
  { SYSCTLS "arptables", VSW_FRAMES_ARP },
};

/* A link under construction. */
typedef struct
{
  VswLinkSurvey is;
  char *name;           /* (owned) */
  gboolean is_marked;   /* as ours */
  gboolean is_port;     /* of a bridge */
  gboolean is_heard;    /* a program listens there alone, below IP */
  GPtrArray *addresses; /* (owned) (element-type utf8) */
} Draft;

static void
free_draft (gpointer data)
{
  Draft *draft = data;

  g_free (draft->name);
  g_free ((char *)draft->is.client);
  g_ptr_array_unref (draft->addresses);
  g_free (draft);
}

/* --- the host --- */

/* Where there are no such files, the module is not loaded: what bridges say of themselves has no effect then. */
static void
read_sysctls (VswSurvey *survey)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sysctls); i++)
    {
      g_autofree char *text = NULL;

      if (!g_file_get_contents (sysctls[i].path, &text, NULL, NULL))
        continue;
      survey->has_filter = TRUE;
      if (g_ascii_strtoll (text, NULL, 10) != 0)
        survey->filtered |= sysctls[i].frames;
    }
}

/* --- links --- */

static void
keep_link (const struct nlmsghdr *message, gpointer user_data)
{
  GHashTable *drafts = user_data;
  g_autoptr (VswLink) link = vsw_decode_link (message);
  Draft *draft;

  if (link == NULL)
    return;

  draft = g_new0 (Draft, 1);
  draft->is.index = link->index;
  draft->name = g_strdup (link->name);
  draft->is_marked = vsw_link_is_marked (link);
  draft->is_port = link->bridge != 0;
  draft->addresses = g_ptr_array_new_with_free_func (g_free);
  vsw_decode_link_survey (message, &draft->is);
  g_hash_table_replace (drafts, GUINT_TO_POINTER (link->index), draft);
}

/* One that is gone is not worth an error. */
static gboolean
read_links (VswSocket *route, GArray *indexes, GHashTable *drafts, GError **error)
{
  struct nl_msg *messages[VSW_SOCKET_BATCH];
  VswAnswer answers[VSW_SOCKET_BATCH];

  for (guint begin = 0; begin < indexes->len; begin += VSW_SOCKET_BATCH)
    {
      guint n = MIN (indexes->len - begin, VSW_SOCKET_BATCH);

      for (guint i = 0; i < n; i++)
        messages[i] = vsw_encode_get_link ((VswDeviceRef){ .index = g_array_index (indexes, guint, begin + i) });
      gboolean sent = vsw_socket_exchange (route, messages, n, answers, keep_link, drafts, error);
      for (guint i = 0; i < n; i++)
        nlmsg_free (messages[i]);
      if (!sent)
        return FALSE;
    }
  return TRUE;
}

static void
keep_address (const struct nlmsghdr *message, gpointer user_data)
{
  VswHostAddress address;
  Draft *draft;

  if (!vsw_decode_host_address (message, &address))
    return;
  draft = g_hash_table_lookup (user_data, GUINT_TO_POINTER (address.index));
  if (draft == NULL)
    return;

  draft->is.has_lease = draft->is.has_lease || address.is_lease;
  if (address.text[0] != '\0')
    g_ptr_array_add (draft->addresses, g_strdup (address.text));
}

static void
forget_addresses (GHashTable *drafts)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, drafts);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Draft *draft = value;

      g_ptr_array_set_size (draft->addresses, 0);
      draft->is.has_lease = FALSE;
    }
}

static gboolean
read_addresses (VswSocket *route, GHashTable *drafts, GError **error)
{
  VswAnswer answer = { .code = EINTR };

  for (guint i = 0; i < MAX_ATTEMPTS && answer.code == EINTR; i++)
    {
      struct ifaddrmsg head = { 0 };
      struct nl_msg *message = nlmsg_alloc_simple (RTM_GETADDR, NLM_F_DUMP);

      g_assert (message != NULL && nlmsg_append (message, &head, sizeof head, NLMSG_ALIGNTO) == 0);
      forget_addresses (drafts);
      if (!vsw_socket_read (route, message, keep_address, drafts, &answer, error))
        return FALSE;
    }
  return vsw_answer_check (&answer, "list the addresses", error);
}

/* A kernel without packet sockets has no such file, and nobody listens. */
static void
read_packet_sockets (GHashTable *drafts)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (PACKET_SOCKETS, &text, NULL, NULL))
    return;
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      gboolean is_for_all = FALSE;
      Draft *draft = g_hash_table_lookup (drafts, GUINT_TO_POINTER (vsw_decode_packet_socket (*line, &is_for_all)));

      if (draft == NULL)
        continue;
      draft->is_heard = TRUE;
      draft->is.has_packet_socket = draft->is.has_packet_socket || !is_for_all;
    }
}

/* It takes a walk through all processes. Bridges of ours and bound NICs are looked at again and again: on the former nobody keeps an address, on the
 * latter it is of interest who does if there is one, or if somebody listens. */
static gboolean
may_have_client (const Draft *draft)
{
  return !draft->is_marked && (!draft->is_port || draft->is_heard || draft->addresses->len > 0);
}

static void
find_clients (GHashTable *drafts)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, drafts);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Draft *draft = value;

      if (may_have_client (draft))
        draft->is.client = vsw_dhcp_find_client (draft->name, draft->is_heard, &draft->is.client_process);
    }
}

/* --- both --- */

static gboolean
read_filter (GHashTable *drafts, VswSurvey *survey, GError **error)
{
  g_autoptr (VswSocket) socket = vsw_socket_open (NETLINK_NETFILTER, error);
  g_autoptr (GHashTable) guarded = socket != NULL ? vsw_filter_read_guarded (socket, error) : NULL;
  guint frames = survey->filtered;
  GHashTableIter iter;
  gpointer value;

  if (guarded == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, drafts);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Draft *draft = value;

      draft->is.is_guarded = g_hash_table_contains (guarded, draft->name);
      draft->is.filtered = survey->has_filter ? draft->is.filtered : 0;
      frames |= draft->is.filtered;
    }

  return frames == 0 || vsw_filter_read (socket, frames, survey, error);
}

/* In the order in which they were asked for. */
static void
add_links (GArray *indexes, GHashTable *drafts, VswSurvey *survey)
{
  for (guint i = 0; i < indexes->len; i++)
    {
      Draft *draft = g_hash_table_lookup (drafts, GUINT_TO_POINTER (g_array_index (indexes, guint, i)));

      if (draft == NULL)
        continue;
      g_ptr_array_add (draft->addresses, NULL);
      draft->is.addresses = (const char *const *)draft->addresses->pdata;
      vsw_survey_add_link (survey, &draft->is);
      g_ptr_array_set_size (draft->addresses, (int)draft->addresses->len - 1);
    }
}

/**
 * vsw_survey_read:
 * @indexes: (element-type guint): of links
 *
 * (transfer full) Worker. Errors: KERNEL.
 */
VswSurvey *
vsw_survey_read (VswSession *session, GArray *indexes, GError **error)
{
  g_autoptr (VswSurvey) survey = vsw_survey_new ();
  g_autoptr (GHashTable) drafts = g_hash_table_new_full (NULL, NULL, NULL, free_draft);

  read_sysctls (survey);
  if (!read_links (session->route, indexes, drafts, error) || !read_addresses (session->route, drafts, error)
      || !read_filter (drafts, survey, error))
    return NULL;
  read_packet_sockets (drafts);
  find_clients (drafts);
  add_links (indexes, drafts, survey);

  return g_steal_pointer (&survey);
}
