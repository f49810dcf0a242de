/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/facts.h"

/**
 * vsw_facts_get_place:
 *
 * What a setting would have to name for the NIC to be where it is: the switch, if its port is there only while some NIC is. (transfer none)
 * (nullable) an id Main thread.
 */
const char *
vsw_facts_get_place (VswModel *model, const VswNic *value)
{
  const VswPort *port = vsw_model_find_port_of_nic (model, value->head.id);
  if (port == NULL)
    return NULL;
  return port->made_for != NULL ? port->switch_id : port->head.id;
}

/**
 * vsw_facts_list_pending:
 *
 * Names of the properties of a setting that its NIC does not have: they wait until the system is enabled the next time. Empty while there
 * is no NIC. Static strings. (transfer container) (element-type utf8) Main thread.
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
  if (value->automatic && g_strcmp0 (vsw_facts_get_place (model, nic), value->connection_id) != 0)
    g_ptr_array_add (names, (gpointer)"Connection");
  if (nic->backend != value->backend)
    g_ptr_array_add (names, (gpointer)"Backend");
  if (nic->queues != value->queues)
    g_ptr_array_add (names, (gpointer)"Queues");
  return names;
}
