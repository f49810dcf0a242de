#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A client that stays connected and can pass descriptors, which the command line tools cannot.

Reads one Python expression a line and answers with one line of JSON: {"value": …} or {"error": name, "message": …}. In the
expressions: call (path, 'Interface.Method', ARGUMENTS…), u (number), fd (path), own_fd (number), new_namespace (), pid ()."""
import ctypes
import json
import os
import signal
import socket
import sys

import dbus
import dbus.lowlevel

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
bus = dbus.SystemBus(private=True)
bus.set_exit_on_disconnect(False)


def call(path, method, *arguments, timeout=60, signature=None):
    interface, member = method.rsplit('.', 1)
    if not interface.startswith('org.freedesktop'):
        interface = 'org.vmswitch1.' + interface
    return bus.call_blocking('org.vmswitch1', path, interface, member, signature, arguments, timeout)


def options(**keys):
    return dbus.Dictionary(keys, signature='sv')


def u(number):
    return dbus.UInt32(number)


def fd(path, flags=os.O_RDONLY):
    return dbus.types.UnixFd(os.open(path, flags))


def own_fd(number):
    return dbus.types.UnixFd(number)


def new_namespace():
    """A network namespace of this user's own, in a user namespace of his own: the pid of a process that holds it."""
    held, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        library = ctypes.CDLL(None, use_errno=True)
        failed = library.unshare(CLONE_NEWUSER | CLONE_NEWNET)
        os.write(tell, b'\0' if failed == 0 else b'\1')
        while True:
            signal.pause()
    if os.read(held, 1) != b'\0':
        raise OSError('unshare')
    return pid


def plain(value):
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, bool) or isinstance(value, dbus.Boolean):
        return bool(value)
    if isinstance(value, int):
        return int(value)
    return None if value is None else str(value)


NAMES = {'call': call, 'options': options, 'u': u, 'fd': fd, 'own_fd': own_fd, 'new_namespace': new_namespace, 'dbus': dbus, 'os': os,
         'socket': socket, 'bus': bus}


def main():
    print(json.dumps({'value': bus.get_unique_name()}), flush=True)
    for line in sys.stdin:
        try:
            answer = {'value': plain(eval(line, NAMES))}
        except dbus.DBusException as failure:
            answer = {'error': failure.get_dbus_name(), 'message': failure.get_dbus_message()}
        except Exception as failure:
            answer = {'error': type(failure).__name__, 'message': str(failure)}
        print(json.dumps(answer), flush=True)


main()
