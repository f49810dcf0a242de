/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/facts.h"

/**
 * vsw_facts_list_pending:
 *
 * Names of the properties of a setting that its NIC was made without: they wait until the system is enabled the next time. Empty while
 * there is no NIC. Static strings. (transfer container) (element-type utf8) Main thread.
 */
GPtrArray *
vsw_facts_list_pending (VswModel *model, const VswSetting *value)
{
  GPtrArray *names = g_ptr_array_new ();
  const VswNic *nic = vsw_model_find_nic_of_setting (model, value->head.id);
  if (nic == NULL)
    return names;
  if (!vsw_mac_equal (nic->mac, value->mac))
    g_ptr_array_add (names, (gpointer)"Address");
  if (nic->backend != value->backend)
    g_ptr_array_add (names, (gpointer)"Backend");
  if (nic->queues != value->queues)
    g_ptr_array_add (names, (gpointer)"Queues");
  return names;
}
