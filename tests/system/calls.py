# SPDX-License-Identifier: GPL-2.0-or-later
"""Every method that changes something, called as it should be, and the objects that this takes."""
import xml.etree.ElementTree as ElementTree

from environment import SOURCE, wait_for
from gvariant import Raw
from lab import MANAGER, NAME, TREE, endpoint_path, port_path, switch_path


def build(lab, user=None):
    lab.create_switch('lab', user=user)
    lab.create_port('lab', 'spare', user=user)
    lab.connect_internal('lab', 'host', user=user)
    lab.attach('lab', 'web', user=user)
    lab.attach('lab', 'tap', user=user, Backend='tap')
    lab.attach('lab', 'emu', user=user, Kind='emulated')
    lab.call(MANAGER, 'Manager.DefineSystem', 'vm', {}, {}, user=user)
    lab.call(f'{TREE}/system/vm', 'VirtualSystem.AddResourceSetting', {'Name': 'net0', 'Connection': Raw(f"objectpath '{switch_path('lab')}'")}, {},
             user=user)


def find_checkpoint(lab):
    return next((path for path in lab.objects() if '/checkpoint/' in path), f'{TREE}/checkpoint/0')


def mutating_calls(checkpoint=f'{TREE}/checkpoint/0'):
    """A correct call of every method that changes something."""
    lab, spare, web, host = switch_path('lab'), port_path('lab', 'spare'), endpoint_path('web'), endpoint_path('host')
    system, setting = f'{TREE}/system/vm', f'{TREE}/system/vm/setting/net0'
    return {
        'Manager.CreateSwitch': (MANAGER, 'new', {}, {}),
        'Manager.CreateInternalEthernetPort': (MANAGER, 'new', {}, {}),
        'Switch.CreatePort': (lab, 'new', {}, {}),
        'Switch.CreatePorts': (lab, [{'Name': 'new'}], {}),
        'Switch.ConnectInternal': (lab, 'new', {}, {}),
        'Switch.DisconnectInternal': (lab, host, {}),
        'Manager.SetupSwitch': (MANAGER, lab, endpoint_path('ext0'), {'Name': 'new'}, {}),
        'Manager.TeardownSwitch': (MANAGER, switch_path('up'), {}),
        'Switch.BindExternalEthernetPort': (lab, endpoint_path('ext0'), {}),
        'Switch.UnbindExternalEthernetPort': (switch_path('other'), endpoint_path('ext1'), {}),
        'Switch.Attach': (lab, {'Name': 'new'}, {}),
        'Switch.AttachMany': (lab, [{'Name': 'new'}], {}),
        'Switch.AddStaticAddress': (lab, '02:00:00:00:00:99', spare, {}),
        'Switch.RemoveStaticAddress': (lab, '02:00:00:00:00:98', spare, {}),
        'Switch.Modify': (lab, {'Description': 'new'}, {}),
        'Switch.Delete': (lab, {'force': True}),
        'SwitchPort.Connect': (spare, web, {}),
        'SwitchPort.Disconnect': (port_path('lab', 'web'), {}),
        'SwitchPort.Move': (spare, switch_path('other'), {}),
        'SwitchPort.Modify': (spare, {'Description': 'new'}, {}),
        'SwitchPort.Delete': (spare, {}),
        'EthernetPort.Modify': (web, {'Description': 'new'}, {}),
        'EthernetPort.Delete': (web, {'force': True}),
        'SyntheticEthernetPort.Open': (endpoint_path('tap'), {}),
        'EmulatedEthernetPort.Open': (endpoint_path('emu'), {}),
        'Manager.DefineSystem': (MANAGER, 'new', {}, {}),
        'VirtualSystem.AddResourceSetting': (system, {'Name': 'new'}, {}),
        'VirtualSystem.RequestStateChange': (system, 'enabled', {}),
        'VirtualSystem.Modify': (system, {'Description': 'new'}, {}),
        'VirtualSystem.Delete': (system, {}),
        'ResourceAllocationSetting.Modify': (setting, {'Description': 'new'}, {}),
        'ResourceAllocationSetting.Remove': (setting, {}),
        'Manager.CreateCheckpoint': (MANAGER, [switch_path('other')], 60, {}),
        'Checkpoint.Extend': (checkpoint, 1, {}),
        'Checkpoint.Confirm': (checkpoint, {}),
        'Checkpoint.Rollback': (checkpoint, {}),
    }


def methods_of_the_interfaces():
    """Interface.Method of everything whose annotation is not "open"."""
    found = set()
    for file in (SOURCE / 'introspection').glob(f'{NAME}.*.xml'):
        for interface in ElementTree.parse(file).getroot().iter('interface'):
            for method in interface.iter('method'):
                actions = {a.get('name'): a.get('value') for a in method.iter('annotation')}
                if actions.get(f'{NAME}.Action') != 'open':
                    found.add(f'{interface.get("name").removeprefix(NAME + ".")}.{method.get("name")}')
    return found


def bind_nics(lab):
    """ext0 is free, ext1 is bound to `other`, and the host was moved from ext2 to `up`."""
    for name in ('ext0', 'ext1', 'ext2'):
        if name not in lab.links():
            lab.ip('link', 'add', name, 'type', 'veth', 'peer', 'name', f'far-{name}')
    wait_for(lambda: endpoint_path('ext2') in lab.objects(), 5, 'the NICs')
    lab.call(switch_path('other'), 'Switch.BindExternalEthernetPort', endpoint_path('ext1'), {})
    lab.create_switch('up')
    lab.call(lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('up'), endpoint_path('ext2'), {}, {})[1], 'Checkpoint.Confirm', {})


def prepare(lab, user=None):
    build(lab, user)
    lab.create_switch('other', user=user)
    bind_nics(lab)
    lab.call(switch_path('lab'), 'Switch.AddStaticAddress', '02:00:00:00:00:98', port_path('lab', 'spare'), {}, user=user)
    lab.call(MANAGER, 'Manager.CreateCheckpoint', [f'{TREE}/system/vm'], 600, {}, user=user)
