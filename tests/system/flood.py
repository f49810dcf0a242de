#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A user who asks for taps and does not wait for them: flood.py SWITCH NAME SECONDS

Connects to the bus, asks, and is gone: at once, or a moment later, or with the descriptor in hand. Prints how often."""
import os
import sys
import time

import dbus
import dbus.lowlevel

switch, name, seconds = sys.argv[1:]
end = time.monotonic() + float(seconds)
count = 0
while time.monotonic() < end:
    bus = dbus.SystemBus(private=True)
    bus.set_exit_on_disconnect(False)
    nic = dbus.Dictionary({'Name': f'{name}-{count}', 'Backend': 'tap'}, signature='sv')
    arguments = ('org.vmswitch1', switch, 'org.vmswitch1.Switch', 'Attach', 'a{sv}a{sv}', (nic, {}))
    if count % 3 == 2:
        for fd in bus.call_blocking(*arguments)[2]:
            os.close(fd.take())
    else:
        # an answer is wanted, but nobody waits for it
        message = dbus.lowlevel.MethodCallMessage(arguments[0], arguments[1], arguments[2], arguments[3])
        message.append(*arguments[5], signature=arguments[4])
        bus.send_message(message)
        bus.flush()
        time.sleep(0.002 * (count % 3) + 0.0005 * (count % 7))
    bus.close()
    count += 1
print(count)
