// SPDX-License-Identifier: GPL-2.0-or-later
// The tables and the XML say the same.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "bus/error.h"
#include "bus/gate.h"
#include "bus/table.h"

namespace
{

const char *
get_annotation (GDBusAnnotationInfo **annotations, const char *name)
{
  return g_dbus_annotation_info_lookup (annotations, name);
}

} // namespace

TEST (Table, HasARowForEachPropertyInOrder)
{
  for (guint i = 0; i < VSW_N_TABLES; i++)
    {
      const VswTable *table = vsw_table_get (i);
      GDBusPropertyInfo **properties = table->info->properties;
      gsize n = 0;

      for (; properties != nullptr && properties[n] != nullptr; n++)
        {
          ASSERT_LT (n, table->n_properties) << table->info->name << "." << properties[n]->name << " has no row";
          EXPECT_STREQ (table->properties[n].name, properties[n]->name) << table->info->name;
          EXPECT_NE (table->properties[n].get, nullptr);
          EXPECT_EQ (properties[n]->flags, G_DBUS_PROPERTY_INFO_FLAGS_READABLE)
              << properties[n]->name << " is writable";
        }
      EXPECT_EQ (table->n_properties, n) << table->info->name << " has rows that are not in the XML";
      EXPECT_LE (n, static_cast<gsize> (VSW_TABLE_MAX_PROPERTIES));
    }
}

TEST (Table, EmitsAsTheXmlSays)
{
  static const char *const words[] = { "true", "const", "invalidates", "false" };

  for (guint i = 0; i < VSW_N_TABLES; i++)
    {
      const VswTable *table = vsw_table_get (i);

      for (gsize j = 0; j < table->n_properties; j++)
        {
          const VswPropertyRow &row = table->properties[j];
          const char *emits = get_annotation (table->info->properties[j]->annotations,
                                              "org.freedesktop.DBus.Property.EmitsChangedSignal");

          EXPECT_STREQ (words[row.emits], emits != nullptr ? emits : "true") << table->info->name << "." << row.name;
          EXPECT_EQ (row.get_version != nullptr, row.emits == VSW_EMITS_INVALIDATES) << row.name;
        }
    }
}

TEST (Table, HasARowForEachMethodInOrder)
{
  static const std::set<std::string> with_descriptors = { "Attach", "AttachMany", "MoveToNamespace" };

  for (guint i = 0; i < VSW_N_TABLES; i++)
    {
      const VswTable *table = vsw_table_get (i);
      GDBusMethodInfo **methods = table->info->methods;
      gsize n = 0;

      for (; methods != nullptr && methods[n] != nullptr; n++)
        {
          bool returns_values = methods[n]->out_args != nullptr && methods[n]->out_args[0] != nullptr;
          bool takes_descriptors = with_descriptors.count (methods[n]->name) == 1;

          ASSERT_LT (n, table->n_methods) << table->info->name << "." << methods[n]->name << " has no row";
          EXPECT_STREQ (table->methods[n].name, methods[n]->name) << table->info->name;
          EXPECT_NE (table->methods[n].decode, nullptr);
          EXPECT_EQ (table->methods[n].reply != nullptr, returns_values) << methods[n]->name;
          EXPECT_EQ (static_cast<bool> (table->methods[n].takes_descriptors), takes_descriptors) << methods[n]->name;
        }
      EXPECT_EQ (table->n_methods, n) << table->info->name << " has rows that are not in the XML";
    }
}

TEST (Table, HasAnActionForEachMethod)
{
  static const std::set<std::string> actions = { "open",
                                                 "org.vmswitch1.manage-switches",
                                                 "org.vmswitch1.manage-ports",
                                                 "org.vmswitch1.connect-internal",
                                                 "org.vmswitch1.bind-external",
                                                 "org.vmswitch1.attach",
                                                 "org.vmswitch1.manage-systems",
                                                 "org.vmswitch1.manage-checkpoints",
                                                 "org.vmswitch1.open-foreign-endpoint",
                                                 "org.vmswitch1.attach-shared",
                                                 "org.vmswitch1.manage-own" };

  for (guint i = 0; i < VSW_N_TABLES; i++)
    for (gsize j = 0; j < vsw_table_get (i)->n_methods; j++)
      {
        const GDBusMethodInfo *method = vsw_table_get (i)->info->methods[j];
        const char *action = get_annotation (method->annotations, VSW_GATE_ACTION);
        bool changes = vsw_table_get (i)->methods[j].run == VSW_RUN_CHANGE;

        ASSERT_NE (action, nullptr) << method->name;
        EXPECT_EQ (actions.count (action), 1u) << action;
        EXPECT_EQ (std::string (action) == "open", !changes) << method->name << ": only reading is open";
        for (const char *other : { VSW_GATE_ACTION_OWNER, VSW_GATE_ACTION_SHARED })
          if (get_annotation (method->annotations, other) != nullptr)
            {
              EXPECT_EQ (actions.count (get_annotation (method->annotations, other)), 1u) << method->name;
            }
      }
}

TEST (Table, EndsEveryMethodWithOptions)
{
  for (guint i = 0; i < VSW_N_TABLES; i++)
    for (gsize j = 0; j < vsw_table_get (i)->n_methods; j++)
      {
        const GDBusMethodInfo *method = vsw_table_get (i)->info->methods[j];
        gsize n = 0;

        while (method->in_args[n] != nullptr)
          n++;
        ASSERT_GT (n, 0u) << method->name;
        EXPECT_STREQ (method->in_args[n - 1]->name, "options") << method->name;
        EXPECT_STREQ (method->in_args[n - 1]->signature, "a{sv}") << method->name;
      }
}

TEST (Error, HasANameOnTheBusForEachCode)
{
  std::set<std::string> names;

  for (int code = 0; code < VSW_N_ERRORS; code++)
    {
      const char *name = vsw_error_get_bus_name (static_cast<VswError> (code));

      ASSERT_NE (name, nullptr) << code;
      EXPECT_TRUE (g_dbus_is_interface_name (name)) << name;
      names.insert (name);
    }
  EXPECT_EQ (names.size (), static_cast<gsize> (VSW_N_ERRORS));
  EXPECT_STREQ (vsw_error_get_bus_name (VSW_ERROR_IN_USE), "org.vmswitch1.Error.InUse");
  EXPECT_STREQ (vsw_error_get_bus_name (VSW_ERROR_ACCESS_DENIED), "org.freedesktop.DBus.Error.AccessDenied");
  EXPECT_STREQ (vsw_error_get_bus_name (VSW_ERROR_AUTHORIZATION_REQUIRED),
                "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired");
}

TEST (Error, IsAlwaysGoodText)
{
  g_autoptr (GError) error = g_error_new_literal (VSW_ERROR, VSW_ERROR_KERNEL, "cut \xc3");
  g_autofree char *text = nullptr;
  g_autofree char *name = vsw_error_print_reply (error, &text);

  EXPECT_STREQ (name, "org.vmswitch1.Error.Kernel");
  EXPECT_TRUE (g_utf8_validate (text, -1, nullptr));
}
