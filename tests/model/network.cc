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
      << vsw_lifetime_print (value->lifetime) << " " << (value->holder != nullptr ? value->holder : "-") << " of "
      << value->owner;
}

const char *
print_id (const char *id)
{
  return id != nullptr ? id : "-";
}

/* The settings that name a switch or port, by their ids. */
std::string
describe_named (VswModel *model, const char *connection_id)
{
  g_autoptr (GPtrArray) settings = vsw_model_list_settings_on (model, connection_id);
  std::string text = " named";
  for (guint i = 0; i < settings->len; i++)
    text += std::string (" ") + static_cast<VswSetting *> (settings->pdata[i])->head.id;
  return text;
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
      << vsw_facts_has_host_access (model, value) << describe_named (model, value->head.id);
  return out.str ();
}

std::string
describe_nic (VswModel *model, VswNic *value)
{
  std::ostringstream out;
  describe_head (out, &value->head);
  VswPort *port = vsw_model_find_port_of_nic (model, value->head.id);
  out << " " << vsw_nic_kind_print (value->nic_kind) << " " << vsw_backend_print (value->backend) << value->opened
      << " " << print_id (value->setting_id) << " " << value->device << " " << value->peer << " " << value->placed_as
      << " " << text_of (value->mac) << value->static_mac << " " << value->mtu << " " << value->queues << " found "
      << (vsw_model_find_nic (model, value->head.name) == value)
      << (vsw_model_find_device (model, value->device) == &value->head)
      << (value->peer[0] == '\0' || vsw_model_find_device (model, value->peer) == &value->head)
      << (value->setting_id == nullptr || vsw_model_find_nic_of_setting (model, value->setting_id) == value) << " in "
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
  out << " found " << (vsw_model_find_port (model, value->switch_id, value->head.name) == value)
      << describe_named (model, value->head.id);
  return out.str ();
}

std::string
describe_system (VswModel *model, VswSystem *value)
{
  std::ostringstream out;
  describe_head (out, &value->head);
  out << " " << vsw_system_state_print (value->state) << " '" << value->machine << "'" << value->machine_since
      << " found " << (vsw_model_find_system (model, value->head.name) == value) << " settings "
      << g_hash_table_size (vsw_model_get_settings_of (model, value->head.id));
  return out.str ();
}

std::string
describe_setting (VswModel *model, VswSetting *value)
{
  std::ostringstream out;
  describe_head (out, &value->head);
  VswNic *nic = vsw_model_find_nic_of_setting (model, value->head.id);
  out << " " << value->system_id << " " << vsw_nic_kind_print (value->nic_kind) << " "
      << vsw_backend_print (value->backend) << " " << text_of (value->mac) << value->static_mac << " " << value->mtu
      << " " << value->queues << " " << value->automatic << " " << print_id (value->connection_id) << " found "
      << (vsw_model_find_setting (model, value->system_id, value->head.name) == value) << " is "
      << (nic != nullptr ? nic->head.id : "-");
  return out.str ();
}

std::string
describe_checkpoint (VswModel *model, VswCheckpoint *value)
{
  std::ostringstream out;
  describe_head (out, &value->head);
  out << " " << value->deadline << " " << value->settling << value->has_parts << value->privileged << " found "
      << (vsw_model_find_checkpoint (model, value->head.name) == value)
      << (vsw_model_get_checkpoint (model, value->head.id) == value) << " of";
  for (gsize i = 0; i < value->n_scope; i++)
    out << " " << value->scope[i];
  out << " logged";
  for (gsize i = 0; i < value->n_entries; i++)
    out << " " << value->entries[i].id << (value->entries[i].before == nullptr ? " new" : "");
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
  collect (lines, model, vsw_model_get_systems (model), describe_system);
  collect (lines, model, vsw_model_get_settings (model), describe_setting);
  g_autoptr (GPtrArray) checkpoints = vsw_model_list_checkpoints (model);
  for (guint i = 0; i < checkpoints->len; i++)
    lines.insert (describe_checkpoint (model, static_cast<VswCheckpoint *> (checkpoints->pdata[i])));
  std::string text;
  for (const std::string &line : lines)
    text += line + "\n";
  return text;
}
