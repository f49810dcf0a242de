#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 at writes of every kind of request about switches, ports and NICs (crash.py)."""
from crash import Request, define
from lab import MANAGER, TREE, port_path, switch_path
from tap import run

STRIDE = 4  # of some 20 to 50 writes


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


def prepare_anew(lab):
    """The same in a service that has just started, where the first checkpoint is number 1."""
    lab.stop_daemon()
    lab.start_daemon()
    prepare(lab)


def prepare_changed(lab):
    """The same, with a checkpoint since which everything has changed."""
    prepare_anew(lab)
    lab.call(MANAGER, 'Manager.CreateCheckpoint', [switch_path('lab')], 600, {})
    lab.call(switch_path('lab'), 'Switch.Modify', {'Description': 'changed', 'AgeingSeconds': 77}, {})
    lab.call(port_path('lab', 'host'), 'SwitchPort.Move', switch_path('spare'), {})
    lab.create_port('lab', 'new')
    lab.connect_internal('lab', 'second', MacAddress='02:00:00:00:00:02')
    assert lab.connects(port_path('lab', 'second'))


CHECKPOINT = f'{TREE}/checkpoint/1'
define('change what must be confirmed', prepare_anew, Request(switch_path('lab'), 'Switch.Modify', {'AgeingSeconds': 77}, {'confirm-within': 600}), stride=STRIDE)
define('roll a checkpoint back', prepare_changed, Request(CHECKPOINT, 'Checkpoint.Rollback', {}), stride=STRIDE)
define('confirm a checkpoint', prepare_changed, Request(CHECKPOINT, 'Checkpoint.Confirm', {}), stride=STRIDE)
for title, request in REQUESTS.items():
    define(title, prepare, Request(*request), stride=STRIDE)

run()
