/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everybody else on the host, as the contract tests need them: one way for the fake kernel, one for Linux.
 *
 * A world and its kernel belong to one test. What a world does has happened when the call returns. */
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kernel/kernel.h"

#ifdef VSW_CONTRACT_LINUX
#include "support/netns_fixture.h"
using ContractBase = NetnsTest;
#else
#include "support/glib_fixture.h"
using ContractBase = GlibTest;
#endif

class World
{
public:
  static std::unique_ptr<World> make ();
  virtual ~World () = default;

  /* (transfer full) */
  virtual VswKernel *make_kernel () = 0;
  /* How many of its sockets will have to do with small buffers, and say so in a warning. */
  virtual int
  count_small_buffers () const
  {
    return 0;
  }

  /* foreign hands on devices of our namespace; names are raw bytes */
  virtual void add_bridge (const std::string &name) = 0;
  virtual void add_pair (const std::string &name, const std::string &far) = 0;
  virtual void remove (const std::string &name) = 0;
  virtual void set_up (const std::string &name, bool is_up) = 0;
  virtual void set_mac (const std::string &name, const std::string &mac) = 0;
  virtual void set_mtu (const std::string &name, unsigned mtu) = 0;
  virtual void set_group (const std::string &name, guint32 group) = 0;
  virtual void set_alias (const std::string &name, const std::string &alias) = 0;
  virtual void rename (const std::string &name, const std::string &new_name) = 0;
  /* "": none */
  virtual void set_bridge (const std::string &name, const std::string &bridge) = 0;

  /* IP by hand, in IPv4. address: "192.0.2.5/24"; to: "default", "198.51.100.0/24" */
  virtual void add_address (const std::string &name, const std::string &address) = 0;
  virtual void remove_address (const std::string &name, const std::string &address) = 0;
  virtual void add_route (const std::string &name, const std::string &to, const std::string &via) = 0;
  /* What comes by that device is looked up in that table. */
  virtual void add_rule (const std::string &name, unsigned priority, unsigned table) = 0;
  virtual void add_neighbour (const std::string &name, const std::string &address, const std::string &mac) = 0;
  /* A frame that arrives there leaves by that other device. Both have far ends of that name plus "-far", in our namespace. */
  virtual bool is_diverted (const std::string &name, const std::string &to) = 0;

  /* Whether this user may have taps. If not, why. */
  virtual bool has_taps (std::string *ret_reason) = 0;
  /* A user other than us; 0 where there is only one. */
  virtual guint32 tap_owner () = 0;
  /* What whoever holds that descriptor of the tap may do to it. */
  virtual void keep_tap (int fd, const std::string &name, bool keeps) = 0;
  virtual void own_tap (int fd, const std::string &name, guint32 owner) = 0;
  virtual void group_tap (int fd, const std::string &name, guint32 group) = 0;
  /* Whether the kernel let him. */
  virtual bool set_tap_type (int fd, const std::string &name, guint16 type) = 0;
  virtual void set_tap_carrier (int fd, const std::string &name, bool has_carrier) = 0;
  /* One more descriptor, as root; the caller's to close; -1: refused. */
  virtual int attach_tap (const std::string &name, bool has_many_queues) = 0;

  /* A frame from that address leaves `far` and reaches the bridge port `near`. */
  virtual void send_from (const std::string &far, const std::string &near, VswMac from) = 0;
  /* Frames pass neither from the bridge device to the far end nor back. */
  virtual bool is_guarded (const std::string &bridge, const std::string &far) = 0;
  /* Frames pass both ways. */
  virtual bool is_open (const std::string &bridge, const std::string &far) = 0;
  virtual void lose_guard () = 0;
  /* The monitor loses notifications of more changes than it can hold. */
  virtual void overrun () = 0;

  /* Whether bridges can hand frames to the packet filter here at all. If not, why. */
  virtual bool has_filter (std::string *ret_reason) = 0;
  /* frames: VswFrames. bridge: "": of every bridge */
  virtual void set_filtered (const std::string &bridge, unsigned frames) = 0;
  /* A chain of that table that drops at the forward hook whatever it sees. */
  virtual void add_drop (const std::string &family, const std::string &table, const std::string &chain) = 0;
  virtual void remove_drops () = 0;
  /* seconds: that it is valid; 0: for ever */
  virtual void add_address (const std::string &name, const std::string &address, unsigned seconds) = 0;
  virtual void remove_addresses (const std::string &name) = 0;
  /* Whether IPv6 there takes advertisements, while it is up. */
  virtual void set_advertisements (const std::string &name, bool takes) = 0;
  /* A program listens for IPv4 on that link alone, below IP; until the end of the test, or `is_there` is false. */
  virtual void set_packet_socket (const std::string &name, bool is_there) = 0;
  /* udhcpc runs for that link; until the end of the test, or `is_there` is false. Its process. */
  virtual unsigned set_client (const std::string &name, bool is_there) = 0;

  /* namespaces; descriptors are the world's, `dup` before giving them away */
  virtual int make_namespace () = 0;
  /* One whose user namespace that uid owns; -1: this user cannot make one. */
  virtual int make_namespace_of (unsigned uid) = 0;
  virtual int own_namespace () = 0;
  virtual std::vector<std::string> list_in (int space) = 0;
  virtual void add_pair_in (int space, const std::string &name, const std::string &far) = 0;
  virtual void set_up_in (int space, const std::string &name, bool is_up) = 0;
  virtual void remove_in (int space, const std::string &name) = 0;
  /* Its devices go. No value of the kernel holds it any more. */
  virtual void kill_namespace (int space) = 0;
};
