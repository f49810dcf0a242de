#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A systemd-machined as far as org.freedesktop.machine1(5) goes that the service knows it. Says "ready" when it has its name, then obeys a line
each on its input: "add NAME", "remove NAME". Without that name (argument "forged") it only sends the signals."""
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

NAME = 'org.freedesktop.machine1'
INTERFACE = 'org.freedesktop.machine1.Manager'


class NoSuchMachine(dbus.DBusException):
    _dbus_error_name = 'org.freedesktop.machine1.NoSuchMachine'


class Manager(dbus.service.Object):
    def __init__(self, bus):
        super().__init__(bus, '/org/freedesktop/machine1')
        self.machines = set(sys.argv[2:])

    @staticmethod
    def path(name):
        return dbus.ObjectPath(f'/org/freedesktop/machine1/machine/{name}')

    @dbus.service.method(INTERFACE, in_signature='s', out_signature='o')
    def GetMachine(self, name):
        if name not in self.machines:
            raise NoSuchMachine(f"No machine '{name}' known")
        return self.path(name)

    @dbus.service.signal(INTERFACE, signature='so')
    def MachineNew(self, name, path):
        pass

    @dbus.service.signal(INTERFACE, signature='so')
    def MachineRemoved(self, name, path):
        pass

    def obey(self, source, condition):
        word, _, name = sys.stdin.readline().strip().partition(' ')
        if word == 'add':
            self.machines.add(name)
            self.MachineNew(name, self.path(name))
        elif word == 'remove':
            self.machines.discard(name)
            self.MachineRemoved(name, self.path(name))
        print('done', flush=True)
        return bool(word)


def main():
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SystemBus()
    manager = Manager(bus)
    if sys.argv[1] != 'forged':
        name = dbus.service.BusName(NAME, bus, do_not_queue=True)
        assert name
    GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, manager.obey)
    print('ready', flush=True)
    GLib.MainLoop().run()


main()
