// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/contract_fixture.h"

#include <fcntl.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

void
KernelContract::SetUp ()
{
  g_autoptr (GError) error = nullptr;

  ContractBase::SetUp ();
  if (IsSkipped () || HasFatalFailure ())
    return;
  world = World::make ();
  kernel = world->make_kernel ();
  ASSERT_NE (kernel, nullptr);
  g_signal_connect (kernel, "link", G_CALLBACK (on_link), this);
  g_signal_connect (kernel, "learned", G_CALLBACK (on_learned), this);
  g_signal_connect (kernel, "ip", G_CALLBACK (on_ip), this);
  g_signal_connect (kernel, "overrun", G_CALLBACK (on_overrun), this);
  g_signal_connect (kernel, "guard-lost", G_CALLBACK (on_guard_lost), this);
  for (int i = world->count_small_buffers (); i > 0; i--)
    expect_log (G_LOG_LEVEL_WARNING, "the buffer for notifications of the kernel stays small*");
  ASSERT_TRUE (vsw_kernel_watch (kernel, context, &error)) << error->message;
  told = list ();
  events.clear ();
}

void
KernelContract::TearDown ()
{
  if (kernel != nullptr)
    g_signal_handlers_disconnect_by_data (kernel, this);
  g_clear_object (&kernel);
  world.reset ();
  told.reset ();
  ContractBase::TearDown ();
}

void
KernelContract::on_link (VswKernel *, VswLink *link, gboolean gone, gpointer data)
{
  auto *self = static_cast<KernelContract *> (data);
  Link before (gone ? vsw_links_drop (self->told.get (), link->index) : vsw_links_put (self->told.get (), link));

  EXPECT_TRUE (!gone || before != nullptr) << "gone, and never told of: " << link->name;
  self->events.push_back (link->name + std::string (gone ? " gone" : ""));
}

void
KernelContract::on_learned (VswKernel *, guint bridge, gint change, gpointer data)
{
  auto *self = static_cast<KernelContract *> (data);
  VswLink *link = vsw_links_get (self->told.get (), bridge);

  ASSERT_NE (link, nullptr) << "a bridge that is not there learns: " << bridge;
  vsw_links_set_learned (self->told.get (), bridge, vsw_links_get_learned (self->told.get (), bridge) + change);
  self->events.push_back (std::string ("learned ") + link->name + " " + std::to_string (change));
}

void
KernelContract::on_ip (VswKernel *, guint index, gpointer data)
{
  auto *self = static_cast<KernelContract *> (data);
  VswLink *link = vsw_links_get (self->told.get (), index);

  ASSERT_NE (link, nullptr) << "a link that is not there has got an address: " << index;
  self->events.push_back (std::string ("ip ") + link->name);
}

void
KernelContract::on_overrun (VswKernel *, gpointer data)
{
  static_cast<KernelContract *> (data)->events.push_back ("overrun");
}

void
KernelContract::on_guard_lost (VswKernel *, gpointer data)
{
  static_cast<KernelContract *> (data)->events.push_back ("guard-lost");
}

/* Without carriers and port states, which the kernel changes in its own time. */
static void
print_link (std::ostream &text, const VswLink *link)
{
  g_autofree char *name = g_strescape (link->name, nullptr);
  g_autofree char *alias = g_strescape (link->alias, nullptr);

  text << link->index << " " << name << " kind '" << link->link_kind << "' alias '" << alias << "' type "
       << link->hardware_type << (link->is_loopback ? " loopback" : "") << (link->is_up ? " up" : " down")
       << (link->is_promiscuous ? " promiscuous" : "") << " group "
       << std::hex << link->group << std::dec << " bridge " << link->bridge << " peer "
       << (link->peer_elsewhere ? "elsewhere" : std::to_string (link->peer)) << " mtu " << link->mtu << " mac "
       << print_mac (link->mac) << (link->ipv6_quiet ? " quiet" : "") << (link->is_port ? " port" : "");
  if (link->is_bridge)
    text << " ageing " << link->ageing << " stp " << link->spanning_tree << " snooping " << link->multicast_snooping
         << " max " << link->max_learned;
  if (link->is_tap)
    text << " tap of " << link->tap_owner << ":" << link->tap_group << (link->tap_is_kept ? " kept" : "") << " queues "
         << link->tap_queues;
  text << "\n";
}

std::string
KernelContract::print (VswLinks *links) const
{
  g_autoptr (GPtrArray) all = vsw_links_list (links);
  std::ostringstream text;

  for (guint i = 0; i < all->len; i++)
    print_link (text, static_cast<VswLink *> (g_ptr_array_index (all, i)));
  return text.str ();
}

/* With the static addresses; what IP has takes long to tell where there are a thousand links. */
std::string
KernelContract::print_everything (bool with_ip)
{
  vsw_kernel_drain (kernel);
  told = list ();
  g_autoptr (GPtrArray) all = vsw_links_list (told.get ());
  std::string text = print (told.get ());

  for (guint i = 0; i < all->len; i++)
    {
      auto *link = static_cast<VswLink *> (g_ptr_array_index (all, i));

      if (with_ip)
        for (const std::string &item : items (link->name))
          text += std::string (link->name) + " " + item + "\n";
      if (link->is_bridge)
        for (const std::string &address : addresses (link->name))
          text += std::string (link->name) + " " + address + "\n";
    }
  return text;
}

void
KernelContract::apply (Op op)
{
  g_autoptr (GError) error = nullptr;

  ASSERT_TRUE (vsw_kernel_apply (kernel, op.get (), &error)) << error->message;
  EXPECT_EQ (error, nullptr);
  vsw_kernel_drain (kernel);
  std::string by_signals = print (told.get ());
  told = list ();
  EXPECT_EQ (by_signals, print (told.get ())) << "the signals did not tell all that the operation did";
}

int
KernelContract::refuse (Op op)
{
  g_autoptr (GError) error = nullptr;
  std::string before = print_everything (op.ip != nullptr);

  if (vsw_kernel_apply (kernel, op.get (), &error))
    {
      EXPECT_EQ (error, nullptr);
      return -1;
    }
  EXPECT_EQ (before, print_everything (op.ip != nullptr)) << "refused (" << error->message << "), and yet";
  EXPECT_EQ (error->domain, VSW_ERROR);
  vsw_kernel_drain (kernel);
  told = list ();
  return error->code;
}

void
KernelContract::close_all (const Op &op)
{
  vsw_handout_close (op.handout.get ());
}

Links
KernelContract::list ()
{
  g_autoptr (GError) error = nullptr;
  VswLinks *links = vsw_kernel_list (kernel, &error);

  EXPECT_NE (links, nullptr) << error->message;
  return Links (links);
}

Link
KernelContract::get (const std::string &name)
{
  vsw_kernel_drain (kernel);
  told = list ();
  VswLink *link = vsw_links_find_name (told.get (), name.c_str ());

  if (link == nullptr)
    throw std::runtime_error ("there is no device " + name);
  return Link (vsw_link_ref (link));
}

bool
KernelContract::is_there (const std::string &name)
{
  vsw_kernel_drain (kernel);
  told = list ();
  return vsw_links_find_name (told.get (), name.c_str ()) != nullptr;
}

bool
KernelContract::is_told (const std::string &name, const std::function<bool (const VswLink *)> &so)
{
  return wait_until ([&] {
    VswLink *link = vsw_links_find_name (told.get (), name.c_str ());

    return link != nullptr && so (link);
  });
}

bool
KernelContract::is_told_gone (const std::string &name)
{
  return wait_until ([&] { return vsw_links_find_name (told.get (), name.c_str ()) == nullptr; });
}

std::vector<VswForwardingEntry>
KernelContract::forwarding (const std::string &bridge)
{
  g_autoptr (GError) error = nullptr;
  VswLink *link = vsw_links_find_name (told.get (), bridge.c_str ());
  g_autoptr (GArray) entries = vsw_kernel_get_forwarding (kernel, link != nullptr ? link->index : 0, &error);

  if (entries == nullptr)
    throw std::runtime_error ("no forwarding table of " + bridge + ": " + error->message);
  auto *first = reinterpret_cast<VswForwardingEntry *> (entries->data);
  return { first, first + entries->len };
}

std::vector<std::string>
KernelContract::addresses (const std::string &bridge)
{
  std::vector<std::string> lines;

  for (const VswForwardingEntry &entry : forwarding (bridge))
    {
      VswLink *port = vsw_links_get (told.get (), entry.port);

      if (!entry.is_local)
        lines.push_back (print_mac (entry.mac) + " at " + (port != nullptr ? port->name : "nothing")
                         + (entry.is_static ? " static" : ""));
    }
  std::sort (lines.begin (), lines.end ());
  return lines;
}

std::shared_ptr<VswIpConfig>
KernelContract::ip (const std::string &name)
{
  g_autoptr (GError) error = nullptr;
  VswIpConfig *config = vsw_kernel_get_ip (kernel, get (name)->index, &error);

  if (config == nullptr)
    throw std::runtime_error ("cannot tell what IP has on " + name + ": " + error->message);
  return { config, vsw_ip_config_unref };
}

std::vector<std::string>
KernelContract::items (const std::string &name)
{
  std::vector<std::string> lines;
  std::shared_ptr<VswIpConfig> config = ip (name);

  for (const char *const *item = config->items; *item != nullptr; item++)
    if (!g_str_has_prefix (*item, "setting ") && !g_str_has_prefix (*item, "link-local "))
      lines.push_back (*item);
  std::sort (lines.begin (), lines.end ());
  return lines;
}

VswNamespace *
KernelContract::inspect (int fd, guint32 caller)
{
  g_autoptr (GError) error = nullptr;
  VswNamespace *space = vsw_kernel_inspect (kernel, fcntl (fd, F_DUPFD_CLOEXEC, 3), caller, &error);

  EXPECT_NE (space, nullptr) << error->message;
  return space;
}
