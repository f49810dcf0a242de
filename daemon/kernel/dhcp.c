/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sources: proc(5); set_perms of sudo (plugins/sudoers/set_perms.c); networking/udhcp/dhcpc.c of busybox, client/dhclient.c of ISC DHCP, src/dhcpcd.c and src/privsep.c of dhcpcd. */
#include "kernel/dhcp.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_SYSTEM_ID 999  /* of users and groups that are no persons: SYS_UID_MAX, SYS_GID_MAX of login.defs(5) */
#define MAX_TITLE     4096 /* octets of a command line that are looked at */

/* Below a process: each network namespace has an inode of its own there. To ask for ns/net takes the right to trace it. */
#define NAMESPACE "net/dev"

/* --- which NIC --- */

static gboolean
is_among (const char *const *words, const char *nic)
{
  return *words != NULL && g_strv_contains (words, nic);
}

/* Of options written as one word, "-fqi" or "-fieth0": where that of the NIC ends; NULL: it is not among them. */
static const char *
find_option (const char *word)
{
  if (word[0] != '-' || word[1] == '-')
    return NULL;
  word++;
  word += strspn (word, "CnqRfbSBvo"); /* those that take no value */
  return *word == 'i' ? word + 1 : NULL;
}

/* (nullable) NULL: it is said, and is missing */
static const char *
get_udhcpc_nic (const char *const *words)
{
  for (; *words != NULL; words++)
    {
      const char *value = find_option (*words);

      if (value != NULL && *value != '\0')
        return value;
      if (value != NULL || g_str_equal (*words, "--interface"))
        return words[1];
      if (g_str_has_prefix (*words, "--interface="))
        return strchr (*words, '=') + 1;
    }
  return "eth0"; /* its default */
}

static gboolean
is_of_udhcpc (const char *const *words, const char *nic, gboolean is_heard)
{
  return g_strcmp0 (get_udhcpc_nic (words), nic) == 0;
}

/* NICs come last, if any are named. dhcpcd says it in its title. */
static gboolean
is_for_all (const char *const *words)
{
  const char *last = NULL;

  if (words[0] != NULL && (g_str_equal (words[0], "[manager]") || g_str_equal (words[0], "[master]")))
    return TRUE;
  for (; *words != NULL; words++)
    last = *words;
  return last == NULL || last[0] == '-' || strchr (last, '/') != NULL;
}

/* Without a NIC it runs for all that it has not been told to leave: for those that somebody listens on. */
static gboolean
is_of_others (const char *const *words, const char *nic, gboolean is_heard)
{
  return is_among (words, nic) || (is_heard && is_for_all (words));
}

static const struct
{
  const char *name;
  gboolean (*serves) (const char *const *words, const char *nic, gboolean is_heard); /* words: what follows its name */
} programs[] = {
  { "udhcpc", is_of_udhcpc },
  { "dhclient", is_of_others },
  { "dhcpcd", is_of_others },
};

gboolean
vsw_dhcp_is_client (const char *comm, const char *const *arguments, const char *nic, gboolean is_heard)
{
  g_auto (GStrv) title = NULL;
  g_autofree char *name = NULL;

  if (arguments[0] == NULL)
    return FALSE;
  if (g_str_equal (comm, "busybox"))
    {
      if (g_str_has_suffix (arguments[0], "busybox"))
        arguments++;
      if (arguments[0] == NULL)
        return FALSE;
    }
  name = g_path_get_basename (arguments[0]);
  /* dhcpcd tells what it does in place of its command line: "dhcpcd: eth0 [ip4]" */
  if (strchr (name, ':') != NULL)
    {
      title = g_strsplit (arguments[0], " ", -1);
      *strchr (name, ':') = '\0';
    }

  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    if (g_str_equal (name, programs[i].name) && (g_str_equal (comm, name) || g_str_equal (comm, "busybox")))
      return programs[i].serves (title != NULL ? (const char *const *)title + 1 : arguments + 1, nic, is_heard);
  return FALSE;
}

/* --- whose --- */

/* key: of a line of IDs, of which the first are the real and the effective one */
static gboolean
has_system_ids (const char *status, const char *key)
{
  const char *line = strstr (status, key);
  guint real = 0, effective = 0;

  return line != NULL && sscanf (line + strlen (key), "%u %u", &real, &effective) == 2 && real <= MAX_SYSTEM_ID
         && effective <= MAX_SYSTEM_ID;
}

/* The groups too: while sudo waits for a password it is root by its real user as well, and only its real group is still the caller's. */
gboolean
vsw_dhcp_is_of_system (const char *status)
{
  return has_system_ids (status, "\nUid:\t") && has_system_ids (status, "\nGid:\t");
}

/* --- processes --- */

/* Most processes are dismissed by it. */
static gboolean
may_be_client (const char *comm)
{
  if (g_str_equal (comm, "busybox"))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    if (g_str_equal (comm, programs[i].name))
      return TRUE;
  return FALSE;
}

/* (transfer full) (nullable) */
static char *
read_file (const char *process, const char *name, gsize *ret_size)
{
  g_autofree char *path = g_build_filename ("/proc", process, name, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, ret_size, NULL) ? text : NULL;
}

/* (nullable) 0: not known */
static ino_t
get_namespace (const char *process)
{
  g_autofree char *path = g_build_filename ("/proc", process, NAMESPACE, NULL);
  struct stat status;

  return stat (path, &status) == 0 ? status.st_ino : 0;
}

static gboolean
is_of_system (const char *process)
{
  gsize size = 0;
  g_autofree char *status = read_file (process, "status", &size);

  return status != NULL && vsw_dhcp_is_of_system (status);
}

/* (transfer full) (element-type utf8) */
static GPtrArray *
read_arguments (const char *process)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func (g_free);
  gsize size = 0;
  g_autofree char *text = read_file (process, "cmdline", &size);

  size = MIN (size, MAX_TITLE);
  for (gsize i = 0; i < size; i += strnlen (text + i, size - i) + 1)
    g_ptr_array_add (arguments, g_strndup (text + i, size - i));
  g_ptr_array_add (arguments, NULL);
  return arguments;
}

/* Its name, if it is one. (transfer full) (nullable) */
static char *
check_process (const char *process, const char *nic, gboolean is_heard, ino_t home)
{
  gsize size = 0;
  g_autofree char *comm = read_file (process, "comm", &size);
  g_autoptr (GPtrArray) arguments = NULL;

  if (comm == NULL)
    return NULL;
  g_strchomp (comm);
  if (!may_be_client (comm) || !is_of_system (process) || get_namespace (process) != home)
    return NULL;
  arguments = read_arguments (process);
  if (!vsw_dhcp_is_client (comm, (const char *const *)arguments->pdata, nic, is_heard))
    return NULL;
  return g_strdup (g_str_equal (comm, "busybox") ? "udhcpc" : comm);
}

/**
 * vsw_dhcp_find_client:
 * @nic: its name now, raw bytes
 * @is_heard: whether somebody listens there, below IP
 * @ret_process: (out): its process; untouched if there is none
 *
 * One of them, if there are several: who ends it will hear of the next.
 */
char *
vsw_dhcp_find_client (const char *nic, gboolean is_heard, guint *ret_process)
{
  g_autoptr (GDir) processes = g_dir_open ("/proc", 0, NULL);
  ino_t home = get_namespace ("thread-self");
  const char *process;

  if (processes == NULL || home == 0)
    return NULL;
  while ((process = g_dir_read_name (processes)) != NULL)
    {
      char *name = g_ascii_isdigit (process[0]) ? check_process (process, nic, is_heard, home) : NULL;

      if (name != NULL)
        {
          *ret_process = (guint)g_ascii_strtoull (process, NULL, 10);
          return name;
        }
    }
  return NULL;
}
