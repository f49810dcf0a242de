/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service on a bus of its own: fake kernel, fake gate, everything between them real. The test is root and, if it wants, somebody else. */
#pragma once

#include <gio/gunixfdlist.h>

#include <memory>

#include "bus/service.h"
#include "fake_gate.h"
#include "store/store.h"
#include "support/bus_fixture.h"
#include "support/fake_kernel.h"
#include "support/glib_fixture.h"

/* What a call came to. */
struct Reply
{
  std::shared_ptr<GVariant> value; /* empty on failure */
  std::shared_ptr<GUnixFDList> fds; /* (nullable) what came along; closed with the last copy */
  std::string error;               /* its name on the bus, "" on success */
  std::string text;

  bool
  ok () const
  {
    return error.empty ();
  }
  std::string print () const; /* the values, or "!NAME" */
  guint count_fds () const;
};

/* What a call brings along beside its arguments. */
struct Extra
{
  std::vector<int> fds = {};
  bool interactive = false;
};

/* Signals of the service as short lines, in the order in which they came to one connection:
 *   added PATH by MANAGER: INTERFACES
 *   removed PATH by MANAGER: INTERFACES
 *   changed PATH INTERFACE: Name=VALUE Name=VALUE -Invalidated
 * Paths and interfaces without "org.vmswitch1". */
class SignalLog
{
public:
  explicit SignalLog (GDBusConnection *connection);
  ~SignalLog ();
  SignalLog (const SignalLog &) = delete;
  SignalLog &operator= (const SignalLog &) = delete;

  std::vector<std::string> take ();
  std::vector<std::string> take_sorted ();

  std::vector<std::string> lines;

private:
  static void record (GDBusConnection *, const char *sender, const char *path, const char *interface,
                      const char *signal, GVariant *parameters, gpointer self);

  GDBusConnection *connection; /* (owned) */
  guint subscription;
};

class ServiceTest : public GlibTest
{
protected:
  /* Two users that every system has (the bus refuses who is not in passwd): daemon and bin. */
  static constexpr guint32 alice_uid = 1;
  static constexpr guint32 bob_uid = 2;

  void SetUp () override;
  void TearDown () override;

  void start_engine ();
  void start_service ();
  void stop_service ();

  /* A connection of another user. Closed at the end, or by `leave`. Root only. */
  GDBusConnection *connect_as (guint32 uid);
  void leave (GDBusConnection *connection);

  /* `interface` without "org.vmswitch1."; `parameters` as text, or already a value (floating). */
  Reply call (GDBusConnection *from, const std::string &path, const std::string &interface, const std::string &method,
              GVariant *parameters, const Extra &extra = {});
  Reply call (GDBusConnection *from, const std::string &path, const std::string &interface, const std::string &method,
              const std::string &parameters, const Extra &extra = {});
  /* As root. */
  Reply call (const std::string &path, const std::string &interface, const std::string &method,
              const std::string &parameters);
  /* Does not wait: what it came to is there when `done` is. */
  struct Pending
  {
    bool done = false;
    Reply reply;
  };
  std::shared_ptr<Pending> begin (GDBusConnection *from, const std::string &path, const std::string &interface,
                                  const std::string &method, const std::string &parameters, const Extra &extra = {});

  std::string get (const std::string &path, const std::string &interface, const std::string &property);
  bool exists (const std::string &path);
  /* A path of GetManagedObjects at `manager` and its interfaces a line, sorted. */
  std::vector<std::string> list (const std::string &manager = "/org/vmswitch1");
  std::shared_ptr<GVariant> get_managed_objects (const std::string &manager = "/org/vmswitch1");

  void make_switch (const std::string &name, const std::string &settings = "{}");
  void make_port (const std::string &on, const std::string &name);

  /* Of the service, on the bus. */
  std::string get_unique_name ();
  /* After vsw_fake_kernel_block: runs the main loop until the worker waits inside. */
  bool wait_blocked ();
  /* Open in this process, which is the service, its callers and the fake kernel's other ends. */
  static guint count_open ();
  /* Everything the kernel has, to see that nothing changed. */
  std::string print_kernel ();

  std::unique_ptr<PrivateBus> bus;
  std::unique_ptr<StoreDirectories> directories;
  std::unique_ptr<FakeGate> gate;
  VswRules rules;
  VswKernel *kernel = nullptr;
  VswStore *store = nullptr;
  VswEngine *engine = nullptr;
  VswService *service = nullptr;
  bool uses_gate = true; /* false: polkit */
  guint ready = 0;
  guint lost = 0;
  std::string failed;
  GDBusConnection *root = nullptr; /* (unowned) a client of uid 0 */

private:
  std::vector<GDBusConnection *> others;
};
