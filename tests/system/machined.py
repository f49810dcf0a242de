#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A systemd-machined as far as org.freedesktop.machine1(5) goes that the service knows it. Says "ready" when it has its name, then obeys a line
each on its input: "add NAME", "remove NAME". Without that name (argument "forged") it only sends the signals.

What machines there are outlives it, as the real one's /run/systemd/machines: one that is among the arguments again is the same machine."""
import os
import sys
import tempfile
import time
from pathlib import Path

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

NAME = 'org.freedesktop.machine1'
INTERFACE = 'org.freedesktop.machine1.Manager'
MACHINE = 'org.freedesktop.machine1.Machine'
STATE = Path('/run/systemd/machines' if sys.argv[1] != 'forged' else tempfile.mkdtemp())


class NoSuchMachine(dbus.DBusException):
    _dbus_error_name = 'org.freedesktop.machine1.NoSuchMachine'


class Machine(dbus.service.Object):
    """As one that is started again by the same manager each time: but for the times it is what it was, and has no Id."""

    def __init__(self, bus, name):
        super().__init__(bus, f'/org/freedesktop/machine1/machine/{name}')
        self.file = STATE / name
        if not self.file.exists():
            self.file.write_text(f'{time.time_ns() // 1000} {time.monotonic_ns() // 1000}')
        realtime, monotonic = map(dbus.UInt64, self.file.read_text().split())
        self.properties = {'Name': name, 'Id': dbus.ByteArray(bytes(16)), 'Timestamp': realtime, 'TimestampMonotonic': monotonic,
                           'Leader': dbus.UInt32(os.getpid()), 'Class': 'vm', 'State': 'running'}

    def end(self):
        self.file.unlink()
        self.remove_from_connection()

    @dbus.service.method(dbus.PROPERTIES_IFACE, in_signature='ss', out_signature='v')
    def Get(self, interface, name):
        assert interface == MACHINE
        return self.properties[name]


class Manager(dbus.service.Object):
    def __init__(self, bus, names):
        super().__init__(bus, '/org/freedesktop/machine1')
        self.bus = bus
        STATE.mkdir(parents=True, exist_ok=True)
        for ended in {file.name for file in STATE.iterdir()} - set(names):
            (STATE / ended).unlink()
        self.machines = {name: Machine(bus, name) for name in names}

    @dbus.service.method(INTERFACE, in_signature='s', out_signature='o')
    def GetMachine(self, name):
        if name not in self.machines:
            raise NoSuchMachine(f"No machine '{name}' known")
        return self.machines[name]

    @dbus.service.signal(INTERFACE, signature='so')
    def MachineNew(self, name, path):
        pass

    @dbus.service.signal(INTERFACE, signature='so')
    def MachineRemoved(self, name, path):
        pass

    def obey(self, source, condition):
        word, _, name = sys.stdin.readline().strip().partition(' ')
        if word == 'add':
            self.machines[name] = Machine(self.bus, name)
            self.MachineNew(name, self.machines[name])
        elif word == 'remove':
            machine = self.machines.pop(name)
            self.MachineRemoved(name, machine)
            machine.end()
        print('done', flush=True)
        return bool(word)


def main():
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SystemBus()
    manager = Manager(bus, sys.argv[2:])
    if sys.argv[1] != 'forged':
        name = dbus.service.BusName(NAME, bus, do_not_queue=True)
        assert name
        for machine in manager.machines:
            manager.MachineNew(machine, manager.machines[machine])
    GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, manager.obey)
    print('ready', flush=True)
    GLib.MainLoop().run()


main()
