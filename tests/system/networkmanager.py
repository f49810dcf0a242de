#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A NetworkManager as far as its D-Bus API goes that the service asks it: networkmanager.py NIC. It has activated a connection "Wired 1" on
that NIC, and has looked at every internal NIC of ours. Says "ready" when it has its name."""
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

NAME = 'org.freedesktop.NetworkManager'
PATH = '/org/freedesktop/NetworkManager'
DEVICE = f'{PATH}/Devices/2'
INTERNAL = f'{PATH}/Devices/3'
ACTIVE = f'{PATH}/ActiveConnection/1'


class UnknownDevice(dbus.DBusException):
    _dbus_error_name = f'{NAME}.UnknownDevice'


class Manager(dbus.service.Object):
    @dbus.service.method(NAME, in_signature='s', out_signature='o')
    def GetDeviceByIpIface(self, name):
        if name.startswith('vswi-'):
            return dbus.ObjectPath(INTERNAL)
        if name != sys.argv[1]:
            raise UnknownDevice('No device found for the requested iface.')
        return dbus.ObjectPath(DEVICE)


class Thing(dbus.service.Object):
    def __init__(self, bus, path, **properties):
        super().__init__(bus, path)
        self.properties = dbus.Dictionary(properties, signature='sv')

    @dbus.service.method(dbus.PROPERTIES_IFACE, in_signature='s', out_signature='a{sv}')
    def GetAll(self, interface):
        return self.properties

    @dbus.service.method(dbus.PROPERTIES_IFACE, in_signature='ssv')
    def Set(self, interface, name, value):
        self.properties[name] = value


def main():
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SystemBus()
    kept = [Manager(bus, PATH),
            Thing(bus, DEVICE, Interface=sys.argv[1], Managed=dbus.Boolean(True), State=dbus.UInt32(100), ActiveConnection=dbus.ObjectPath(ACTIVE)),
            Thing(bus, INTERNAL, Managed=dbus.Boolean(True), State=dbus.UInt32(30), ActiveConnection=dbus.ObjectPath('/')),
            Thing(bus, ACTIVE, Id='Wired 1', StateFlags=dbus.UInt32(12)), dbus.service.BusName(NAME, bus, do_not_queue=True)]
    assert all(kept)
    print('ready', flush=True)
    GLib.MainLoop().run()


main()
