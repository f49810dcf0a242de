// SPDX-License-Identifier: GPL-2.0-or-later
#include <unistd.h>

#include <algorithm>

#include "kernel/world.h"
#include "support/fake_kernel.h"

namespace
{

class FakeWorld : public World
{
public:
  ~FakeWorld () override
  {
    for (int fd : spaces)
      close (fd);
    g_clear_object (&kernel);
  }

  VswKernel *
  make_kernel () override
  {
    kernel = vsw_fake_kernel_new ();
    return VSW_KERNEL (g_object_ref (kernel));
  }

  void
  add_bridge (const std::string &name) override
  {
    VswLink fields = {};

    fields.name = name.c_str ();
    fields.link_kind = "bridge";
    fields.mac = { { 0x0a, 0, 0, 0, 0, 1 } };
    ASSERT_NE (vsw_fake_kernel_foreign_add (kernel, VSW_FAKE_HOME, &fields), 0u);
  }

  void
  add_pair (const std::string &name, const std::string &far) override
  {
    add_pair_in (VSW_FAKE_HOME, name, far);
  }

  void
  remove (const std::string &name) override
  {
    remove_in (VSW_FAKE_HOME, name);
  }

  void
  set_up (const std::string &name, bool is_up) override
  {
    set_up_in (VSW_FAKE_HOME, name, is_up);
  }

  void
  set_mac (const std::string &name, const std::string &mac) override
  {
    VswMac value;

    ASSERT_TRUE (vsw_mac_decode (mac.c_str (), &value, nullptr));
    ASSERT_TRUE (vsw_fake_kernel_foreign_set_mac (kernel, VSW_FAKE_HOME, name.c_str (), value));
  }

  void
  set_mtu (const std::string &name, unsigned mtu) override
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, name.c_str (), VSW_ATTRIBUTE_MTU, mtu));
  }

  void
  set_group (const std::string &name, guint32 group) override
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, name.c_str (), VSW_ATTRIBUTE_GROUP, group));
  }

  void
  set_alias (const std::string &name, const std::string &alias) override
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_set_alias (kernel, VSW_FAKE_HOME, name.c_str (), alias.c_str ()));
  }

  void
  rename (const std::string &name, const std::string &new_name) override
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_rename (kernel, VSW_FAKE_HOME, name.c_str (), new_name.c_str ()));
  }

  void
  set_bridge (const std::string &name, const std::string &bridge) override
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (kernel, VSW_FAKE_HOME, name.c_str (),
                                                     bridge.empty () ? nullptr : bridge.c_str ()));
  }

  void
  add_address (const std::string &name, const std::string &address) override
  {
    vsw_fake_kernel_foreign_add_ip (kernel, name.c_str (), ("address " + address).c_str ());
  }

  void
  remove_address (const std::string &name, const std::string &address) override
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_remove_ip (kernel, name.c_str (), ("address " + address).c_str ()));
  }

  void
  add_route (const std::string &name, const std::string &to, const std::string &via) override
  {
    vsw_fake_kernel_foreign_add_ip (kernel, name.c_str (), ("route " + to + " via " + via + " table main").c_str ());
  }

  void
  add_rule (const std::string &name, unsigned priority, unsigned table) override
  {
    vsw_fake_kernel_foreign_add_ip (
        kernel, name.c_str (),
        ("rule " + std::to_string (priority) + " iif table " + std::to_string (table) + " ipv4").c_str ());
  }

  void
  add_neighbour (const std::string &name, const std::string &address, const std::string &mac) override
  {
    vsw_fake_kernel_foreign_add_ip (kernel, name.c_str (), ("neighbour " + address + " " + mac).c_str ());
  }

  bool
  is_diverted (const std::string &name, const std::string &to) override
  {
    g_autofree char *text = vsw_fake_kernel_print (kernel);
    std::string all = text;
    size_t line = all.find (" \"" + name + "\" #");

    return all.substr (line, all.find ('\n', line) - line).find ("diverted to \"" + to + "\"") != std::string::npos;
  }

  bool
  has_taps (std::string *) override
  {
    return true;
  }

  guint32
  tap_owner () override
  {
    return 1000;
  }

  void
  keep_tap (int, const std::string &name, bool keeps) override
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_keep_tap (kernel, name.c_str (), keeps));
  }

  void
  own_tap (int, const std::string &name, guint32 owner) override
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_own_tap (kernel, name.c_str (), owner));
  }

  void
  group_tap (int, const std::string &name, guint32 group) override
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_group_tap (kernel, name.c_str (), group));
  }

  bool
  set_tap_type (int, const std::string &name, guint16 type) override
  {
    return vsw_fake_kernel_foreign_set_tap_type (kernel, name.c_str (), type);
  }

  void
  set_tap_carrier (int, const std::string &name, bool has_carrier) override
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_set_tap_carrier (kernel, name.c_str (), has_carrier));
  }

  int
  attach_tap (const std::string &name, bool) override
  {
    return vsw_fake_kernel_foreign_open_tap (kernel, name.c_str (), 0);
  }

  void
  send_from (const std::string &, const std::string &near, VswMac from) override
  {
    vsw_fake_kernel_learn (kernel, near.c_str (), from);
  }

  bool
  is_guarded (const std::string &bridge, const std::string &) override
  {
    return vsw_fake_kernel_is_guarded (kernel, bridge.c_str ());
  }

  bool
  is_open (const std::string &bridge, const std::string &) override
  {
    return !vsw_fake_kernel_is_guarded (kernel, bridge.c_str ());
  }

  void
  lose_guard () override
  {
    vsw_fake_kernel_lose_guard (kernel);
  }

  void
  overrun () override
  {
    vsw_fake_kernel_set_deaf (kernel, TRUE);
    add_bridge ("storm0");
    vsw_fake_kernel_set_deaf (kernel, FALSE);
  }

  bool
  has_filter (std::string *) override
  {
    return true;
  }

  void
  set_filtered (const std::string &bridge, unsigned frames) override
  {
    vsw_fake_kernel_set_filtered (kernel, bridge.empty () ? nullptr : bridge.c_str (), frames);
  }

  void
  add_drop (const std::string &family, const std::string &table, const std::string &chain) override
  {
    unsigned frames = family == "ip"    ? VSW_FRAMES_IPV4
                      : family == "ip6" ? VSW_FRAMES_IPV6
                                        : VSW_FRAMES_IPV4 | VSW_FRAMES_IPV6;
    VswDropChain drop = { frames, family.c_str (), table.c_str (), chain.c_str (), FALSE };

    vsw_fake_kernel_add_drop (kernel, &drop);
  }

  void
  remove_drops () override
  {
    vsw_fake_kernel_clear_drops (kernel);
  }

  void
  add_address (const std::string &name, const std::string &address, unsigned seconds) override
  {
    vsw_fake_kernel_add_address (kernel, name.c_str (), address.c_str (), seconds > 0);
  }

  void
  remove_addresses (const std::string &name) override
  {
    vsw_fake_kernel_clear_addresses (kernel, name.c_str ());
  }

  void
  set_advertisements (const std::string &name, bool takes) override
  {
    vsw_fake_kernel_set_advertisements (kernel, name.c_str (), takes);
  }

  void
  set_packet_socket (const std::string &name, bool is_there) override
  {
    vsw_fake_kernel_set_packet_socket (kernel, name.c_str (), is_there);
  }

  unsigned
  set_client (const std::string &name, bool is_there) override
  {
    vsw_fake_kernel_set_client (kernel, name.c_str (), is_there ? "udhcpc" : nullptr, 812);
    return 812;
  }

  int
  make_namespace () override
  {
    spaces.push_back (vsw_fake_kernel_make_namespace (kernel, 0));
    return spaces.back ();
  }

  int
  make_namespace_of (unsigned uid) override
  {
    spaces.push_back (vsw_fake_kernel_make_namespace (kernel, uid));
    return spaces.back ();
  }

  int
  own_namespace () override
  {
    spaces.push_back (vsw_fake_kernel_open_own_namespace (kernel));
    return spaces.back ();
  }

  std::vector<std::string>
  list_in (int space) override
  {
    g_auto (GStrv) names = vsw_fake_kernel_list_namespace (kernel, space);

    return { names, names + g_strv_length (names) };
  }

  void
  add_pair_in (int space, const std::string &name, const std::string &far) override
  {
    ASSERT_NE (vsw_fake_kernel_foreign_add_pair (kernel, space, name.c_str (), space, far.c_str ()), 0u);
  }

  void
  set_up_in (int space, const std::string &name, bool is_up) override
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_set (kernel, space, name.c_str (), VSW_ATTRIBUTE_UP, is_up));
  }

  void
  remove_in (int space, const std::string &name) override
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_delete (kernel, space, name.c_str ()));
  }

  void
  kill_namespace (int space) override
  {
    vsw_fake_kernel_kill_namespace (kernel, space);
  }

private:
  VswKernel *kernel = nullptr; /* (owned) */
  std::vector<int> spaces;     /* (owned) */
};

} // namespace

std::unique_ptr<World>
World::make ()
{
  return std::make_unique<FakeWorld> ();
}
