/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests on the real kernel, away from the host: each in a network namespace of its own, which goes with it.
 *
 * As root a new network namespace, else a new user namespace with it; where that is forbidden too, the tests are skipped, and say why. Threads that
 * the test starts are in its namespace; those started before it are not. */
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/glib_fixture.h"

/* A network namespace held by its descriptor. */
class Netns
{
public:
  /* A new one, owned like the calling thread's. */
  static Netns make ();
  /* A new one in a new user namespace that this uid owns, held open by a process of its own. Needs root. */
  static Netns make_owned (unsigned uid);
  /* The calling thread's. */
  static Netns current ();
  Netns (Netns &&other) noexcept;
  ~Netns ();
  Netns (const Netns &) = delete;
  Netns &operator= (const Netns &) = delete;

  /* Runs it in a thread that is in there. */
  void in (const std::function<void ()> &body) const;
  /* A new descriptor, the caller's to close. */
  int dup () const;

  int fd = -1; /* (owned) */

private:
  Netns () = default;

  int holder = -1; /* pid, or -1 */
};

class NetnsTest : public GlibTest
{
protected:
  void SetUp () override;
  void TearDown () override;

private:
  int before = -1; /* (owned) where the thread came from */
};

/* Whether this process may make network namespaces; if not, why. Enters a user namespace if it has to. */
bool can_make_netns (std::string *ret_reason);

/* Whether the kernel lets this process have large socket buffers: not in a user namespace of its own. */
bool can_force_buffers ();

/* Whether this process can open /dev/net/tun; if not, why. As root it gets one of its own, in a mount namespace of its own, where the
 * host has none that everybody may open. */
bool can_make_taps (std::string *ret_reason);

/* Runs a shell command in the calling thread's namespace, and fails the test if the command fails. Returns what it printed. */
std::string run_command (const std::string &command);
/* The same, with its exit status and no verdict. */
int try_command (const std::string &command);

/* Raw frames on one device of the calling thread's namespace. */
class FrameSocket
{
public:
  explicit FrameSocket (const std::string &device);
  ~FrameSocket ();
  FrameSocket (const FrameSocket &) = delete;
  FrameSocket &operator= (const FrameSocket &) = delete;

  bool send (const std::string &frame);
  /* Whether exactly this frame comes in (not out) within that time. */
  bool receives (const std::string &frame, int milliseconds);

private:
  int fd;
  int index;
};

/* A frame of an experimental type (0x88b5) with that text in it. */
std::string make_frame (const std::string &to, const std::string &from, const std::string &text);
