# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab where to start a process takes long: it speaks with the bus itself, which Lab leaves to gdbus and busctl."""
import os
from xml.etree import ElementTree

import dbus
import dbus.lowlevel

from environment import SOURCE
from lab import NAME, TREE, BusError, Lab

PLAIN = ((dbus.Boolean, bool), (int, int), (float, float), (str, str))
PROPERTIES, OBJECT_MANAGER = 'org.freedesktop.DBus.Properties', 'org.freedesktop.DBus.ObjectManager'


def read_signatures():
    """Interface.Method → what its arguments are."""
    found = {f'{PROPERTIES}.Get': 'ss', f'{OBJECT_MANAGER}.GetManagedObjects': ''}
    for file in (SOURCE / 'introspection').glob('*.xml'):
        for interface in ElementTree.parse(file).getroot().iter('interface'):
            for method in interface.iter('method'):
                arguments = [a.get('type') for a in method.iter('arg') if a.get('direction', 'in') == 'in']
                found[f'{interface.get("name")}.{method.get("name")}'] = ''.join(arguments)
    return found


def encode(value):
    """As gvariant.py: a number is a uint32, and a dictionary has variants."""
    if isinstance(value, dict):
        return dbus.Dictionary({k: encode(v) for k, v in value.items()}, signature='sv')
    if isinstance(value, list):
        return [encode(v) for v in value]
    return dbus.UInt32(value) if type(value) is int else value


def decode(value):
    """Without the types."""
    if isinstance(value, dict):
        return {decode(k): decode(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        kind = list if isinstance(value, list) else tuple
        return kind(decode(v) for v in value)
    return next(plain(value) for kind, plain in PLAIN if isinstance(value, kind))


class DirectLab(Lab):
    connection = None
    signatures = None

    def call(self, path, method, *arguments, user=None, timeout=60):
        if user:
            return super().call(path, method, *arguments, user=user, timeout=timeout)
        if self.connection is None:
            self.signatures = read_signatures()
            self.connection = dbus.SystemBus(private=True)
            self.connection.set_exit_on_disconnect(False)
        method = method if method.startswith('org.') else f'{NAME}.{method}'
        message = dbus.lowlevel.MethodCallMessage(NAME, path, *method.rsplit('.', 1))
        message.append(*map(encode, arguments), signature=self.signatures[method])
        try:
            return tuple(decode(v) for v in self.connection.send_message_with_reply_and_block(message, timeout).get_args_list())
        except dbus.DBusException as error:
            raise BusError(error.get_dbus_name(), error.get_dbus_message()) from None

    def get(self, path, interface, name):
        return self.call(path, f'{PROPERTIES}.Get', f'{NAME}.{interface}', name)[0]

    def objects(self):
        return self.call(TREE, f'{OBJECT_MANAGER}.GetManagedObjects')[0]

    def move_to_namespace(self, endpoint, guest, interface='eth0', user=None):
        file = os.open(f'/run/netns/{guest}', os.O_RDONLY)
        try:
            self.call(endpoint, 'SyntheticEthernetPort.MoveToNamespace', dbus.types.UnixFd(file), interface, {}, user=user)
        finally:
            os.close(file)
