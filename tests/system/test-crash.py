#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 at every write of every kind of request about switches, ports and NICs (crash.py)."""
from crash import Request, define
from lab import MANAGER, port_path, switch_path
from tap import run


def prepare(lab):
    """The same starting point for every kind: lab with a connected host NIC, and an empty switch."""
    lab.create_switch('lab')
    lab.connect_internal('lab', 'host', MacAddress='02:00:00:00:00:01')
    lab.create_switch('spare')
    assert lab.connects(port_path('lab', 'host'))


REQUESTS = {
    'create a switch': (MANAGER, 'Manager.CreateSwitch', 'new', {}, {}),
    'connect an internal NIC': (switch_path('lab'), 'Switch.ConnectInternal', 'second', {'MacAddress': '02:00:00:00:00:02'}, {}),
    'create ports': (switch_path('lab'), 'Switch.CreatePorts', [{'Name': 'a'}, {'Name': 'b'}], {}),
    'disconnect': (port_path('lab', 'host'), 'SwitchPort.Disconnect', {}),
    'move': (port_path('lab', 'host'), 'SwitchPort.Move', switch_path('spare'), {}),
    'change a switch': (switch_path('lab'), 'Switch.Modify', {'SpanningTree': True, 'AgeingSeconds': 77}, {}),
    'delete a switch by force': (switch_path('lab'), 'Switch.Delete', {'force': True}),
}

for title, request in REQUESTS.items():
    define(title, prepare, Request(*request))

run()
