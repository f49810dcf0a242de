/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the contract tests share: a kernel that is watched, operations in one line each, and the proof that runs along with every one of them:
 * what the signals have told by the time `apply` has returned and `drain` was called is what a list says. */
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/world.h"

struct LinkUnref
{
  void
  operator() (VswLink *link) const
  {
    vsw_link_unref (link);
  }
};
using Link = std::unique_ptr<VswLink, LinkUnref>;

struct LinksFree
{
  void
  operator() (VswLinks *links) const
  {
    vsw_links_free (links);
  }
};
using Links = std::unique_ptr<VswLinks, LinksFree>;

/* An operation whose texts live in it. */
class Op
{
public:
  static Op bridge (const std::string &name);
  /* bridge: "" none. Up. */
  static Op veth (const std::string &near, const std::string &far, const std::string &bridge);
  /* Kept, with a virtio-net header, plugged and up if there is a bridge; bridge: "" none. */
  static Op tap (const std::string &name, const std::string &bridge, guint32 owner, guint32 queues = 1);
  /* As above, with a handout, and not kept. wanted: queues, 0: all */
  static Op open_tap (const std::string &name, const std::string &bridge, guint32 owner, guint32 queues = 1,
                      guint wanted = 0);
  /* TAP_OPEN, CLOSE, RELEASE and CLAIM of one that was made with `like`. CLAIM: kept, as that one was. */
  static Op with_tap (VswOpKind kind, VswDeviceRef device, const Op &like);
  static Op set (VswDeviceRef device, VswAttribute attribute, guint64 number);
  static Op set_mac (VswDeviceRef device, VswMac mac);
  static Op set_text (VswDeviceRef device, VswAttribute attribute, const std::string &text);
  /* bridge: all zero: none */
  static Op set_bridge (VswDeviceRef device, VswDeviceRef bridge);
  static Op place (VswDeviceRef device, VswNamespace *target, const std::string &name);
  static Op add_address (VswDeviceRef port, VswMac mac);
  static Op delete_address (VswDeviceRef port, VswMac mac);
  static Op guard (VswDeviceRef bridge);
  static Op unguard (const std::string &bridge);
  /* IP_PREPARE, FORGET, MOVE, TAKE and GIVE. */
  static Op with_ip (VswOpKind kind, VswDeviceRef device, std::shared_ptr<VswIpConfig> ip, VswDeviceRef far = {});
  static Op divert (VswDeviceRef device, VswDeviceRef far);
  static Op undivert (VswDeviceRef device);
  static Op host (VswDeviceRef port, VswMac mac);
  static Op unhost (VswDeviceRef port, VswMac mac);
  static Op remove (const std::vector<VswDeviceRef> &devices);

  /* Valid as long as this object. */
  const VswOp *get ();

  VswOp op = {};
  std::string id = "5e5cd1b5-41b6-4f43-9d1b-4f6a0f8f0a01";
  std::string text;
  std::shared_ptr<VswHandout> handout;
  std::shared_ptr<VswIpConfig> ip;

private:
  std::shared_ptr<GArray> devices;
};

VswDeviceRef by_name (const std::string &name);
VswDeviceRef by_index (const Link &link);
VswMac mac_of (const std::string &text);
std::string print_mac (VswMac mac);

class KernelContract : public ContractBase
{
protected:
  void SetUp () override;
  void TearDown () override;

  /* Does it, and proves that the signals have told all of it. Fails the test if it is refused. */
  void apply (Op op);
  /* Wants it refused, with nothing changed and nothing left. Returns the code, -1: it was not refused. */
  int refuse (Op op);

  /* Closes what it handed out, and waits for nothing. */
  static void close_all (const Op &op);

  Links list ();
  /* As a list has it now; the test fails if it is not there. */
  Link get (const std::string &name);
  bool is_there (const std::string &name);
  /* Waits until the signals have told that the link is so; without a list, which would tell it all at once. */
  bool is_told (const std::string &name, const std::function<bool (const VswLink *)> &so);
  bool is_told_gone (const std::string &name);
  std::vector<VswForwardingEntry> forwarding (const std::string &bridge);
  /* What IP has there. */
  std::shared_ptr<VswIpConfig> ip (const std::string &name);
  /* The sentences of it, sorted, without what a device gives itself and without its settings. */
  std::vector<std::string> items (const std::string &name);
  /* "MAC at NAME static", sorted, without the local ones. */
  std::vector<std::string> addresses (const std::string &bridge);

  VswNamespace *inspect (int fd, guint32 caller = 0); /* (transfer full) dup first */

  std::unique_ptr<World> world;
  VswKernel *kernel = nullptr; /* (owned) */
  Links told;                  /* what the signals say there is */
  std::vector<std::string> events; /* "NAME", "NAME gone", "learned NAME 1", "ip NAME", "overrun", "guard-lost" */

private:
  static void on_link (VswKernel *, VswLink *link, gboolean gone, gpointer self);
  static void on_learned (VswKernel *, guint bridge, gint change, gpointer self);
  static void on_ip (VswKernel *, guint index, gpointer self);
  static void on_overrun (VswKernel *, gpointer self);
  static void on_guard_lost (VswKernel *, gpointer self);
  std::string print (VswLinks *links) const;
  std::string print_everything (bool with_ip);
};
