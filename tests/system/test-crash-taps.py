#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 at writes of requests that hand out taps, and of those that turn virtual systems on and off (crash.py)."""
from crash import Held, Request, define
from gvariant import Raw
from lab import MANAGER, TREE, endpoint_path, port_path, switch_path
from tap import run

SYSTEM = f'{TREE}/system/vm'
STRIDE = 4  # of some 20 to 50 writes
NICS = (('net0', {'Address': '02:00:00:00:00:21', 'Queues': 2}), ('net1', {'Address': '02:00:00:00:00:22', 'ResourceSubType': 'emulated'}),
        ('net2', {'Address': '02:00:00:00:00:23', 'Backend': 'veth'}))


def prepare(lab):
    """lab with a system of three NICs, one of them on a port that is kept."""
    lab.create_switch('lab')
    lab.create_port('lab', 'desk')
    lab.call(MANAGER, 'Manager.DefineSystem', 'vm', {}, {})
    for name, settings in NICS:
        where = port_path('lab', 'desk') if name == 'net1' else switch_path('lab')
        lab.call(SYSTEM, 'VirtualSystem.AddResourceSetting', {'Name': name, 'Connection': Raw(f"objectpath '{where}'"), **settings}, {})


def prepare_enabled(lab):
    prepare(lab)
    lab.call(SYSTEM, 'VirtualSystem.RequestStateChange', 'enabled', {})


def prepare_saved(lab):
    prepare_enabled(lab)
    lab.call(port_path('lab', 'vm-net0'), 'SwitchPort.Disconnect', {})
    lab.call(SYSTEM, 'VirtualSystem.RequestStateChange', 'saved', {})


def prepare_elsewhere(lab):
    """Enabled, and with a NIC that has been moved to another switch by hand."""
    prepare_enabled(lab)
    lab.create_switch('other', MacAddress='02:00:00:00:00:51')
    lab.call(port_path('lab', 'vm-net0'), 'SwitchPort.Move', Raw(f"objectpath '{switch_path('other')}'"), {})


def prepare_waiting(lab):
    """A system that is enabled as long as somebody has the one tap open that it has."""
    lab.create_switch('lab')
    lab.call(MANAGER, 'Manager.DefineSystem', 'vm', {}, {})
    lab.call(SYSTEM, 'VirtualSystem.AddResourceSetting', {'Name': 'net0', 'Connection': Raw(f"objectpath '{switch_path('lab')}'"), **NICS[0][1]}, {})
    lab.call(SYSTEM, 'VirtualSystem.RequestStateChange', 'enabled', {})


ATTACH = (switch_path('lab'), 'Switch.Attach')
MAC = '02:00:00:00:00:31'
define('attaching a tap', prepare, Held(*ATTACH, f"options(Name='new', Backend='tap', MacAddress='{MAC}', Queues=u(2))", 'options()'), stride=STRIDE)
define('attaching a tap that stays', prepare, Request(*ATTACH, {'Name': 'new', 'Backend': 'tap', 'MacAddress': MAC, 'Lifetime': 'persistent'}, {}), stride=STRIDE)
define('opening a tap', prepare_waiting, Held(endpoint_path('vm-net0'), 'SyntheticEthernetPort.Open', 'options()'), stride=STRIDE)
define('enabling a system', prepare, Request(SYSTEM, 'VirtualSystem.RequestStateChange', 'enabled', {}), stride=STRIDE)
define('disabling a system', prepare_enabled, Request(SYSTEM, 'VirtualSystem.RequestStateChange', 'disabled', {}), stride=STRIDE)
define('saving a system', prepare_elsewhere, Request(SYSTEM, 'VirtualSystem.RequestStateChange', 'saved', {}), stride=STRIDE)
define('enabling a saved system', prepare_saved, Request(SYSTEM, 'VirtualSystem.RequestStateChange', 'enabled', {}), stride=STRIDE)
define('plugging a NIC of a system in elsewhere', prepare_elsewhere, Request(
    f'{SYSTEM}/setting/net0', 'ResourceAllocationSetting.Modify', {'Connection': Raw(f"objectpath '{switch_path('lab')}'"), 'Mtu': 1300}, {}), stride=STRIDE)
define('deleting a system that is enabled', prepare_enabled, Request(SYSTEM, 'VirtualSystem.Delete', {'force': True}), stride=STRIDE)

run()
