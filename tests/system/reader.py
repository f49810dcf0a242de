#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks the service the same question without end, many at a time: reader.py PATH INTERFACE METHOD [options|all]. Prints "answered"
after the first answer."""
import sys

import dbus
import dbus.lowlevel
import dbus.mainloop.glib
from gi.repository import GLib

AT_A_TIME = 50
path, interface, method, kind = sys.argv[1:]
options = dbus.Dictionary({}, signature='sv')
arguments = {'': (), 'options': (options,), 'all': (dbus.Array([], signature='o'), options)}[kind]
dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SystemBus(private=True)
answered = False


def ask():
    message = dbus.lowlevel.MethodCallMessage('org.vmswitch1', path, interface, method)
    message.append(*arguments)
    bus.send_message_with_reply(message, on_reply, 600)


def on_reply(reply):
    """Not read: that would be this program's time, not the service's."""
    global answered
    if reply.get_type() == dbus.lowlevel.MESSAGE_TYPE_ERROR:
        print(reply.get_error_name(), flush=True)
        sys.exit(1)
    if not answered:
        print('answered', flush=True)
        answered = True
    ask()


for _ in range(AT_A_TIME):
    ask()
GLib.MainLoop().run()
