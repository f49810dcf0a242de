#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every wrong argument has its error, which names the value and the limit, and changes nothing."""
from gvariant import Raw
from lab import MANAGER, NAME, TREE, BusError, endpoint_path, port_path, switch_path
from tap import case, run

LIMITS = 'MaxSwitches=4\nMaxPortsPerSwitch=5\nMaxEndpoints=6\nMaxStaticAddressesPerPort=2\nMaxBatch=3\nMaxSystems=2\nMaxSettingsPerSystem=3\nMaxCheckpoints=2'
LAB = switch_path('lab')


def picture(lab):
    """Everything but what frames change."""
    objects = lab.objects()
    for interfaces in objects.values():
        for properties in interfaces.values():
            properties.pop('LearnedAddresses', None)
            properties.pop('SinceTimestamp', None)
    return objects


def unchanged(test):
    """The case must leave objects and devices as build () made them."""
    def wrapped(lab):
        lab.create_switch('lab')
        lab.create_port('lab', 'p')
        lab.connect_internal('lab', 'host')
        assert lab.connects(port_path('lab', 'host'))
        before, links = picture(lab), lab.shapes()
        test(lab)
        after = picture(lab)
        assert after == before, {p: (before.get(p), after.get(p)) for p in set(before) | set(after) if before.get(p) != after.get(p)}
        assert lab.shapes() == links
    wrapped.__name__ = test.__name__
    return wrapped


@case
@unchanged
def bad_names_are_named(lab):
    for name in ('', '-a', '.a', '_a', 'a b', 'a/b', 'ä', 'x' * 64, 'a\n', 'a%'):
        for path, method in ((MANAGER, 'Manager.CreateSwitch'), (MANAGER, 'Manager.CreateInternalEthernetPort'), (LAB, 'Switch.CreatePort'),
                             (LAB, 'Switch.ConnectInternal')):
            lab.refuse('InvalidArgument', path, method, name, {}, {})
        lab.refuse('InvalidArgument', LAB, 'Switch.Attach', {'Name': name}, {})
        lab.refuse('InvalidArgument', LAB, 'Switch.CreatePorts', [{'Name': 'ok'}, {'Name': name}], {})
    assert '63' in lab.refuse('InvalidArgument', MANAGER, 'Manager.CreateSwitch', 'x' * 64, {}, {})


@case
@unchanged
def bad_mac_addresses_are_named(lab):
    for mac in ('', 'x', '02:00:00:00:00', '02:00:00:00:00:0g', '02-00-00-00-00-01', '00:00:00:00:00:00', '01:00:00:00:00:01', 'ff:ff:ff:ff:ff:ff',
                '02:00:00:00:00:01:02', '020000000001'):
        lab.refuse('InvalidArgument', MANAGER, 'Manager.CreateSwitch', 'new', {'MacAddress': mac}, {}, says=mac)
        lab.refuse('InvalidArgument', LAB, 'Switch.ConnectInternal', 'new', {'MacAddress': mac}, {}, says=mac)
        lab.refuse('InvalidArgument', LAB, 'Switch.AddStaticAddress', mac, port_path('lab', 'p'), {}, says=mac)
        lab.refuse('InvalidArgument', endpoint_path('host'), 'EthernetPort.Modify', {'MacAddress': mac}, {}, says=mac)


@case
@unchanged
def numbers_out_of_range_name_the_limit(lab):
    for key, value, limit in (('Mtu', 67, '68'), ('Mtu', 65536, '65535'), ('Mtu', 0, '68'), ('AgeingSeconds', 0, '1'),
                              ('AgeingSeconds', 1000001, '1000000'), ('Mtu', 4294967295, '65535')):
        says = lab.refuse('InvalidArgument', MANAGER, 'Manager.CreateSwitch', 'new', {key: value}, {})
        assert limit in says and str(value) in says, (key, value, says)
        lab.refuse('InvalidArgument', LAB, 'Switch.Modify', {key: value}, {}, says=limit)
    for queues in (0, 9, 4294967295):
        lab.refuse('InvalidArgument', LAB, 'Switch.ConnectInternal', 'new', {'Queues': queues}, {}, says='8')
    lab.refuse('InvalidArgument', LAB, 'Switch.ConnectInternal', 'new', {'Mtu': 1501}, {}, says=['1501', '1500'])
    lab.refuse('InvalidArgument', endpoint_path('host'), 'EthernetPort.Modify', {'Mtu': 1501}, {}, says='1501')


@case
@unchanged
def unknown_keys_are_named(lab):
    host, port = endpoint_path('host'), port_path('lab', 'p')
    for path, method, arguments in ((MANAGER, 'Manager.CreateSwitch', ['new', {'Colour': 'red'}, {}]), (LAB, 'Switch.CreatePort', ['new', {'Colour': 1}, {}]),
                                    (LAB, 'Switch.CreatePorts', [[{'Name': 'a', 'Colour': 1}], {}]), (LAB, 'Switch.Attach', [{'Name': 'a', 'Colour': 1}, {}]),
                                    (LAB, 'Switch.ConnectInternal', ['new', {'Colour': 1}, {}]), (LAB, 'Switch.Modify', [{'Colour': 1}, {}]),
                                    (LAB, 'Switch.GetForwardingTable', [{'Colour': True}]), (host, 'EthernetPort.Modify', [{'Colour': 1}, {}]),
                                    (port, 'SwitchPort.Modify', [{'Colour': 1}, {}]), (MANAGER, 'Manager.CreateSwitch', ['new', {}, {'Colour': True}]),
                                    (LAB, 'Switch.Delete', [{'Colour': True}]), (port, 'SwitchPort.Connect', [host, {'Colour': True}]),
                                    (MANAGER, 'Manager.ResolveDevice', [{'Colour': 'red'}, {}]), (MANAGER, 'Manager.GetStatistics', [[], {'Colour': True}]),
                                    (MANAGER, 'Manager.CreateSwitch', ['new', {'Name': 'x'}, {}]), (LAB, 'Switch.Modify', [{'MacAddress': '02:00:00:00:00:01'}, {}]),
                                    (LAB, 'Switch.Modify', [{'Lifetime': 'runtime'}, {}]), (LAB, 'Switch.Delete', [{'dry-run': True}])):
        says = lab.refuse('InvalidArgument', path, method, *arguments)
        assert any(key in says for key in ('Colour', 'Name', 'MacAddress', 'Lifetime', 'dry-run')), says


@case
@unchanged
def wrong_types_are_named(lab):
    for key, value in (('Mtu', '1500'), ('Mtu', Raw('int32 1500')), ('Mtu', Raw('uint64 1500')), ('Description', 5), ('Shared', 'yes'), ('SpanningTree', 1),
                       ('MacAddress', Raw('byte 5')), ('Lifetime', 1), ('AgeingSeconds', Raw('3.0')), ('Description', Raw('<"x">'))):
        lab.refuse('InvalidArgument', MANAGER, 'Manager.CreateSwitch', 'new', {key: value}, {}, says=key)
    lab.refuse('InvalidArgument', LAB, 'Switch.Delete', {'force': 'yes'}, says='force')
    lab.refuse('InvalidArgument', LAB, 'Switch.Attach', {'Name': 5}, {}, says='Name')
    lab.refuse('InvalidArgument', LAB, 'Switch.Attach', {'Name': 'n', 'Namespace': 'g1'}, {}, says='Namespace')


@case
@unchanged
def words_that_are_none_are_named(lab):
    lab.refuse('InvalidArgument', MANAGER, 'Manager.CreateSwitch', 'new', {'Lifetime': 'eternal'}, {}, says='eternal')
    lab.refuse('InvalidArgument', LAB, 'Switch.Attach', {'Name': 'n', 'Kind': 'imaginary'}, {}, says='imaginary')
    lab.refuse('InvalidArgument', LAB, 'Switch.Attach', {'Name': 'n', 'Backend': 'tun'}, {}, says='tun')
    lab.refuse('InvalidArgument', LAB, 'Switch.Attach', {'Name': 'n', 'Kind': 'emulated', 'Backend': 'veth'}, {}, says=('emulated', 'veth'))
    lab.refuse('InvalidArgument', LAB, 'Switch.Attach', {'Name': 'n', 'Kind': 'emulated', 'Queues': 2}, {}, says='2')
    lab.refuse('InvalidArgument', LAB, 'Switch.Attach', {'Name': 'n', 'Lifetime': 'descriptor'}, {}, says='descriptor')
    lab.refuse('InvalidArgument', LAB, 'Switch.Attach', {}, {}, says='Name')
    lab.refuse('InvalidArgument', LAB, 'Switch.CreatePorts', [], {})
    lab.refuse('InvalidArgument', LAB, 'Switch.AttachMany', [], {})


@case
@unchanged
def long_and_malformed_descriptions_are_refused(lab):
    lab.refuse('InvalidArgument', LAB, 'Switch.Modify', {'Description': 'ä' * 257}, {}, says='256')
    lab.call(LAB, 'Switch.Modify', {'Description': 'ä' * 256}, {})
    lab.call(LAB, 'Switch.Modify', {'Description': ''}, {})
    lab.refuse('InvalidArgument', LAB, 'Switch.Modify', {'Description': 'ok', 'Mtu': 1}, {})


@case
@unchanged
def duplicates_are_named(lab):
    lab.refuse('Exists', MANAGER, 'Manager.CreateSwitch', 'lab', {}, {}, says='lab')
    lab.refuse('Exists', LAB, 'Switch.CreatePort', 'p', {}, {}, says='p')
    lab.refuse('Exists', LAB, 'Switch.ConnectInternal', 'host', {}, {}, says='host')
    lab.refuse('Exists', LAB, 'Switch.ConnectInternal', 'p', {}, {}, says='p')
    lab.refuse('Exists', LAB, 'Switch.Attach', {'Name': 'host'}, {}, says='host')
    lab.refuse('Exists', MANAGER, 'Manager.CreateInternalEthernetPort', 'host', {}, {}, says='host')
    mac = lab.get(endpoint_path('host'), 'EthernetPort', 'MacAddress')
    lab.refuse('Exists', LAB, 'Switch.Attach', {'Name': 'n', 'MacAddress': mac}, {}, says=mac)
    lab.refuse('Exists', LAB, 'Switch.CreatePorts', [{'Name': 'a'}, {'Name': 'a'}], {}, says='a')


@case
@unchanged
def what_is_in_use_names_its_holders(lab):
    lab.refuse('InUse', LAB, 'Switch.Delete', {}, says='host')
    lab.refuse('InUse', port_path('lab', 'host'), 'SwitchPort.Delete', {}, says='host')
    lab.call(port_path('lab', 'host'), 'SwitchPort.Disconnect', {})
    lab.call(port_path('lab', 'p'), 'SwitchPort.Connect', endpoint_path('host'), {})
    lab.refuse('InUse', endpoint_path('host'), 'EthernetPort.Delete', {}, says='p')
    lab.call(port_path('lab', 'p'), 'SwitchPort.Disconnect', {})
    lab.call(port_path('lab', 'host'), 'SwitchPort.Connect', endpoint_path('host'), {})
    assert lab.connects(port_path('lab', 'host'))
    lab.refuse('InUse', port_path('lab', 'p'), 'SwitchPort.Connect', endpoint_path('host'), {}, says='host')
    lab.refuse('InUse', LAB, 'Switch.Attach', {'Name': 'n', 'Port': 'host'}, {}, says='host')


@case
@unchanged
def the_wrong_moment_is_told(lab):
    lab.refuse('InvalidState', port_path('lab', 'p'), 'SwitchPort.Disconnect', {}, says='p')
    lab.create_switch('other')
    lab.refuse('InvalidState', switch_path('other'), 'Switch.DisconnectInternal', endpoint_path('host'), {}, says='host')
    lab.refuse('InvalidArgument', switch_path('other'), 'Switch.AddStaticAddress', '02:00:00:00:00:01', port_path('lab', 'p'), {})
    lab.delete(switch_path('other'), 'Switch')


@case
@unchanged
def stale_and_strange_paths_are_told(lab):
    lab.refuse('NotFound', port_path('lab', 'p'), 'SwitchPort.Connect', endpoint_path('gone'), {}, says='gone')
    lab.refuse('NotFound', LAB, 'Switch.DisconnectInternal', endpoint_path('gone'), {}, says='gone')
    lab.refuse('NotFound', LAB, 'Switch.AddStaticAddress', '02:00:00:00:00:01', port_path('lab', 'gone'), {}, says='gone')
    lab.refuse('NotFound', LAB, 'Switch.Attach', {'Name': 'n', 'Port': 'gone'}, {}, says='gone')
    for path in (switch_path('gone'), f'{TREE}/switch', f'{TREE}/switch/_', f'{TREE}/switch/_6c_61_62', '/', '/org/vmswitch1/nothing/here'):
        done = lab.run('busctl', 'call', NAME, path, f'{NAME}.Switch', 'Delete', 'a{sv}', 0, check=False)
        assert done.returncode != 0, path
    for wrong in (LAB, MANAGER, '/', port_path('lab', 'p')):
        try:
            lab.call(port_path('lab', 'p'), 'SwitchPort.Connect', wrong, {})
            raise AssertionError(wrong)
        except Exception as error:
            assert getattr(error, 'name', '') in ('NotFound', 'InvalidArgument'), error


@case
@unchanged
def wrong_methods_and_signatures_get_standard_errors(lab):
    for arguments in (['Manager', 'CreateSwitch', 's', 'x'], ['Manager', 'Nonsense', ''], ['Nonsense', 'CreateSwitch', ''], ['Manager', 'CreateSwitch', 'uuu', '1', '2', '3']):
        done = lab.run('busctl', 'call', NAME, MANAGER, f'{NAME}.{arguments[0]}', *arguments[1:], check=False)
        assert done.returncode != 0, arguments
    done = lab.run('busctl', 'set-property', NAME, LAB, f'{NAME}.Switch', 'Mtu', 'u', '1400', check=False)
    assert done.returncode != 0
    done = lab.run('busctl', 'get-property', NAME, LAB, f'{NAME}.Switch', 'Nonsense', check=False)
    assert done.returncode != 0


@case
def a_full_switch_says_used_and_limit(lab):
    lab.create_switch('lab')
    for n in range(5):
        lab.create_port('lab', f'p{n}')
    full = '5 ports used, limit 5'
    lab.refuse('QuotaExceeded', LAB, 'Switch.CreatePort', 'p5', {}, {}, says=full)
    lab.refuse('QuotaExceeded', LAB, 'Switch.ConnectInternal', 'host', {}, {}, says=full)
    lab.refuse('QuotaExceeded', LAB, 'Switch.Attach', {'Name': 'n'}, {}, says=full)
    lab.create_switch('other')
    lab.create_port('other', 'x')
    lab.refuse('QuotaExceeded', port_path('other', 'x'), 'SwitchPort.Move', LAB, {}, says=full)
    assert lab.ours() == ['vsw-lab', 'vsw-other']
    lab.delete(port_path('lab', 'p0'), 'SwitchPort')
    lab.create_port('lab', 'p5')


@case
def all_other_limits_hold_too(lab):
    for n in range(4):
        lab.create_switch(f's{n}')
    lab.refuse('QuotaExceeded', MANAGER, 'Manager.CreateSwitch', 's4', {}, {}, says='4')
    for n in range(6):
        lab.call(MANAGER, 'Manager.CreateInternalEthernetPort', f'n{n}', {}, {})
    lab.refuse('QuotaExceeded', MANAGER, 'Manager.CreateInternalEthernetPort', 'n6', {}, {}, says='6')
    lab.create_port('s0', 'p')
    for n in (1, 2):
        lab.call(switch_path('s0'), 'Switch.AddStaticAddress', f'02:00:00:00:00:0{n}', port_path('s0', 'p'), {})
    lab.refuse('QuotaExceeded', switch_path('s0'), 'Switch.AddStaticAddress', '02:00:00:00:00:03', port_path('s0', 'p'), {}, says='2')
    lab.refuse('QuotaExceeded', switch_path('s0'), 'Switch.CreatePorts', [{'Name': f'b{n}'} for n in range(4)], {}, says='3')
    for n in range(2):
        lab.call(MANAGER, 'Manager.DefineSystem', f'v{n}', {}, {})
    lab.refuse('QuotaExceeded', MANAGER, 'Manager.DefineSystem', 'v2', {}, {}, says=('2 used', 'limit 2'))
    system = '/org/vmswitch1/system/v0'
    for n in range(3):
        lab.call(system, 'VirtualSystem.AddResourceSetting', {'Name': f'n{n}'}, {})
    lab.refuse('QuotaExceeded', system, 'VirtualSystem.AddResourceSetting', {'Name': 'n3'}, {}, says=('3 used', 'limit 3'))
    # they are endpoints like any other when they come to be
    lab.refuse('QuotaExceeded', system, 'VirtualSystem.RequestStateChange', 'enabled', {}, says='limit 6')
    for n in range(2):
        lab.call(MANAGER, 'Manager.CreateCheckpoint', [switch_path(f's{n}')], 60, {})
    lab.refuse('QuotaExceeded', MANAGER, 'Manager.CreateCheckpoint', [switch_path('s2')], 60, {}, says=('2 used', 'limit 2'))
    lab.refuse('QuotaExceeded', switch_path('s3'), 'Switch.Modify', {'Description': 'x'}, {'confirm-within': 60}, says='limit 2')
    limits = lab.get(MANAGER, 'Manager', 'Limits')
    assert {key: value for key, value in limits.items() if not key.endswith('PerUser')} == {
        'MaxSwitches': 4, 'MaxPortsPerSwitch': 5, 'MaxEndpoints': 6, 'MaxStaticAddressesPerPort': 2, 'MaxBatch': 3, 'MaxSystems': 2,
        'MaxSettingsPerSystem': 3, 'MaxCheckpoints': 2}, limits


@case
def a_dry_range_of_addresses_is_told(lab):
    lab.stop_daemon()
    lab.set_config('DynamicMacRange=02:11:22:33:44:00-02:11:22:33:44:01')
    lab.start_daemon()
    try:
        lab.create_switch('lab')
        macs = [lab.get(lab.attach('lab', f'n{n}')[1], 'EthernetPort', 'MacAddress') for n in range(2)]
        assert sorted(macs) == ['02:11:22:33:44:00', '02:11:22:33:44:01'], macs
        lab.refuse('QuotaExceeded', LAB, 'Switch.Attach', {'Name': 'n2'}, {})
        lab.attach('lab', 'own', MacAddress='02:00:00:00:00:05')
        lab.delete(endpoint_path('n0'), 'EthernetPort')
        lab.attach('lab', 'again')
    finally:
        lab.stop_daemon()
        lab.set_config(LIMITS)
        lab.start_daemon()


@case
def a_full_disk_is_told_and_changes_nothing(lab):
    lab.create_switch('lab')
    lab.stop_daemon()
    lab.run('mount', '-t', 'tmpfs', '-o', 'size=1m,mode=700,uid=vmswitch,gid=vmswitch', 'tmpfs', '/mnt')
    try:
        for file in lab.state.iterdir():
            lab.run('cp', '--preserve=all', file, '/mnt')
        lab.run('mount', '--move', '/mnt', lab.state)
        lab.start_daemon()
        lab.create_switch('second')
        lab.run('sh', '-c', f'cat /dev/zero > {lab.state}/filler', check=False)
        links = lab.shapes()
        refusal = None
        for number in range(200):
            before = picture(lab)
            try:
                lab.call(LAB, 'Switch.Modify', {'Description': f'{number:256}', 'AgeingSeconds': 100 + number}, {})
            except BusError as error:
                refusal = error
                break
        assert refusal and refusal.name == 'Store', refusal
        assert picture(lab) == before and lab.shapes() == links
        assert lab.links()['vsw-lab']['linkinfo']['info_data']['ageing_time'] == before[LAB][f'{NAME}.Switch']['AgeingSeconds'] * 100
        (lab.state / 'filler').unlink()
        lab.create_port('lab', 'after')
    finally:
        lab.stop_daemon()
        lab.run('umount', '--lazy', lab.state, check=False)
        lab.run('umount', '--lazy', '/mnt', check=False)
        for name in lab.ours():
            lab.ip('link', 'delete', name, check=False)
        lab.make_runtime()
        lab.start_daemon()


run(config=LIMITS)
