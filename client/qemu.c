/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/qemu.h"

/**
 * vsw_qemu_new_options:
 * @kind: "synthetic" or "emulated", as the bus has it
 * @queues: how many it has
 * @number: of the NIC among those of the command, from 1
 *
 * Makes the options for one NIC. `fds` is taken for one queue too (net/tap.c of QEMU 7.2); whether frames have a header it asks the
 * descriptor itself. vhost needs a device that few users may open, so it is off.
 *
 * Returns: (transfer full): `-netdev`, its argument, `-device`, its argument. Any thread.
 */
char **
vsw_qemu_new_options (const char *kind, guint queues, guint number)
{
  g_autofree char *n = number > 1 ? g_strdup_printf ("%u", number) : g_strdup ("");
  g_autoptr (GString) device = g_string_new (NULL);
  char **options = g_new0 (char *, 5);

  if (g_str_equal (kind, "emulated"))
    g_string_printf (device, "e1000,netdev=n%u,mac={mac%s}", number - 1, n);
  else
    g_string_printf (device, "virtio-net-pci,netdev=n%u,mac={mac%s},host_mtu={mtu%s}", number - 1, n, n);
  if (queues > 1)
    g_string_append_printf (device, ",mq=on,vectors={vectors%s}", n);
  options[0] = g_strdup ("-netdev");
  options[1] = g_strdup_printf ("tap,id=n%u,fds={fds%s},vhost=off", number - 1, n);
  options[2] = g_strdup ("-device");
  options[3] = g_string_free (g_steal_pointer (&device), FALSE);
  return options;
}
