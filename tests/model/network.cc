// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/network.h"

#include <set>
#include <sstream>

namespace
{

void
describe_head (std::ostream &out, const VswValue *value)
{
  out << vsw_kind_print (value->kind) << " " << value->id << " " << value->name << " '" << value->description << "' "
      << vsw_lifetime_print (value->lifetime) << " " << (value->holder != nullptr ? value->holder : "-");
}

std::string
describe_switch (VswModel *model, VswSwitch *value)
{
  std::ostringstream out;
  describe_head (out, &value->head);
  out << " " << value->device << " " << text_of (value->mac) << " " << value->mtu << " " << value->ageing << " "
      << value->max_learned << value->spanning_tree << value->multicast_snooping << value->shared << " found "
      << (vsw_model_find_switch (model, value->head.name) == value)
      << (vsw_model_find_device (model, value->device) == &value->head) << " ports "
      << g_hash_table_size (vsw_model_get_ports_of (model, value->head.id)) << " host "
      << vsw_facts_has_host_access (model, value);
  return out.str ();
}

std::string
describe_nic (VswModel *model, VswNic *value)
{
  std::ostringstream out;
  describe_head (out, &value->head);
  VswPort *port = vsw_model_find_port_of_nic (model, value->head.id);
  out << " " << vsw_nic_kind_print (value->nic_kind) << " " << value->device << " " << value->peer << " "
      << value->placed_as << " " << text_of (value->mac) << value->static_mac << " " << value->mtu << " "
      << value->queues << " found " << (vsw_model_find_nic (model, value->head.name) == value)
      << (vsw_model_find_device (model, value->device) == &value->head)
      << (vsw_model_find_device (model, value->peer) == &value->head) << " in "
      << (port != nullptr ? port->head.id : "-");
  return out.str ();
}

std::string
describe_port (VswModel *model, VswPort *value)
{
  std::ostringstream out;
  describe_head (out, &value->head);
  out << " " << value->switch_id << " " << (value->nic_id != nullptr ? value->nic_id : "-") << " "
      << (value->made_for != nullptr ? value->made_for : "-") << " " << value->connected;
  for (gsize i = 0; i < value->n_static_addresses; i++)
    out << " " << text_of (value->static_addresses[i]);
  out << " found " << (vsw_model_find_port (model, value->switch_id, value->head.name) == value);
  return out.str ();
}

template <typename Value>
void
collect (std::set<std::string> &lines, VswModel *model, GHashTable *table,
         std::string (*describe_one) (VswModel *, Value *))
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, nullptr, &value))
    lines.insert (describe_one (model, static_cast<Value *> (value)));
}

} // namespace

std::string
describe (VswModel *model)
{
  std::set<std::string> lines;
  collect (lines, model, vsw_model_get_switches (model), describe_switch);
  collect (lines, model, vsw_model_get_nics (model), describe_nic);
  collect (lines, model, vsw_model_get_ports (model), describe_port);
  std::string text;
  for (const std::string &line : lines)
    text += line + "\n";
  return text;
}
