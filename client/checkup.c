/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/checkup.h"

#include <string.h>

#define BUS      "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
#define POLKIT   "org.freedesktop.PolicyKit1"

static void
free_finding (gpointer data)
{
  VswFinding *finding = data;

  g_free (finding->code);
  g_free (finding->text);
  g_free (finding);
}

/**
 * vsw_findings_new:
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type VswFinding): an empty list
 */
GPtrArray *
vsw_findings_new (void)
{
  return g_ptr_array_new_with_free_func (free_finding);
}

/**
 * vsw_findings_add:
 * @findings: (element-type VswFinding): a list
 * @code: a word for programs
 * @text: cause and cure
 *
 * Any thread.
 */
void
vsw_findings_add (GPtrArray *findings, const char *code, const char *text)
{
  VswFinding *finding = g_new (VswFinding, 1);

  finding->code = g_strdup (code);
  finding->text = g_strdup (text);
  g_ptr_array_add (findings, finding);
}

/* --- polkit --- */

static gboolean
is_listed (GDBusConnection *connection, const char *method, const char *name)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      connection, BUS, BUS_PATH, BUS, method, NULL, G_VARIANT_TYPE ("(as)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_autofree const char **names = NULL;

  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(^a&s)", &names);
  return g_strv_contains (names, name);
}

/**
 * vsw_checkup_polkit:
 * @connection: the system bus
 * @findings: (element-type VswFinding): where it is added
 *
 * `polkit-missing`: nobody has polkit's name, and the bus would start nobody for it. Main thread.
 */
void
vsw_checkup_polkit (GDBusConnection *connection, GPtrArray *findings)
{
  if (is_listed (connection, "ListNames", POLKIT) || is_listed (connection, "ListActivatableNames", POLKIT))
    return;
  vsw_findings_add (
      findings, "polkit-missing",
      "there is no polkit on the system bus, so the service refuses every change by anybody but root. Install "
      "polkit (on Debian: apt install polkitd).");
}

/* --- udev --- */

/* What the rules of udev have said of a device is in its database: /run/udev/data, "n" and the index of a network device, "E:KEY=VALUE" a line
 * (systemd's src/libsystemd/sd-device). There is no such file yet while udev is still at work. */
static gboolean
is_kept_off (const char *database)
{
  g_auto (GStrv) lines = g_strsplit (database, "\n", -1);

  return g_strv_contains ((const char *const *)lines, "E:ID_NET_MANAGED_BY=org.vmswitch1")
         && g_strv_contains ((const char *const *)lines, "E:NM_UNMANAGED=1");
}

/* Whether the device that the service tells of is one that we see: not if we are in another network namespace. */
static gboolean
is_here (const char *root, const char *device, guint32 index)
{
  g_autofree char *path = g_strdup_printf ("%s/sys/class/net/%s/ifindex", root, device);
  g_autofree char *text = NULL;

  return strchr (device, '/') == NULL && g_file_get_contents (path, &text, NULL, NULL)
         && g_ascii_strtoull (text, NULL, 10) == index;
}

/**
 * vsw_checkup_udev:
 * @root: in front of paths; "": the system itself
 * @device: the bridge device of a switch
 * @index: its index
 * @findings: (element-type VswFinding): where it is added
 *
 * `udev-rule-missing`: udev has seen a device of the service, and no rule of ours has. Any thread.
 */
void
vsw_checkup_udev (const char *root, const char *device, guint32 index, GPtrArray *findings)
{
  g_autofree char *path = g_strdup_printf ("%s/run/udev/data/n%u", root, index);
  g_autofree char *database = NULL;
  g_autofree char *text = NULL;

  if (!is_here (root, device, index) || !g_file_get_contents (path, &database, NULL, NULL) || is_kept_off (database))
    return;
  text = g_strdup_printf (
      "udev does not mark device %s as ours, so NetworkManager or systemd-networkd may configure it or take it "
      "off its switch. Install 84-vmswitch.rules in /usr/lib/udev/rules.d, then run: udevadm control "
      "--reload; udevadm trigger --subsystem-match=net.",
      device);
  vsw_findings_add (findings, "udev-rule-missing", text);
}

/* --- text --- */

/**
 * vsw_checkup_wrap:
 * @text: one line, UTF-8
 * @width: columns
 * @indent: columns that are left free at the left
 *
 * Breaks a text between words. A word that is longer than a line has one for itself. Any thread.
 *
 * Returns: (transfer full): lines
 */
char *
vsw_checkup_wrap (const char *text, guint width, guint indent)
{
  GString *out = g_string_new (NULL);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  guint column = 0;

  for (char **word = words; *word != NULL; word++)
    {
      guint size = (guint)g_utf8_strlen (*word, -1);

      if (column > 0 && column + 1 + size <= width)
        {
          g_string_append_c (out, ' ');
          column++;
        }
      else
        {
          g_string_append_printf (out, "%s%*s", column > 0 ? "\n" : "", (int)indent, "");
          column = indent;
        }
      g_string_append (out, *word);
      column += size;
    }
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}
