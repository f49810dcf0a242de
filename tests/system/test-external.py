#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""NICs of the host: listed with their properties, and kept current as they come, go and are renamed."""
import re

from environment import wait_for
from lab import MANAGER, NAME, Lines, endpoint_path, switch_path
from tap import Skip, case, run

HAPPENS = 'ExternalInterfaces=ext*;nic-*'


def restart(lab, config):
    lab.stop_daemon()
    lab.set_config(config)
    lab.start_daemon()


def add(lab, name, *more):
    lab.ip('link', 'add', name, *more, 'type', 'veth', 'peer', 'name', f'far-{name}')


def appears(lab, name):
    wait_for(lambda: endpoint_path(name) in lab.objects(), 3, f'{name} on the bus')
    return endpoint_path(name)


def vanishes(lab, name):
    wait_for(lambda: endpoint_path(name) not in lab.objects(), 3, f'{name} to go')


@case
def a_nic_that_comes_is_listed_with_its_properties(lab):
    add(lab, 'ext0', 'address', '02:00:00:00:00:e0', 'mtu', '1480')
    path = appears(lab, 'ext0')
    assert {'EthernetPort', 'ExternalEthernetPort'} <= lab.interfaces(path) and 'LanEndpoint' not in lab.interfaces(path)
    for interface, name, value in (('EthernetPort', 'Name', 'ext0'), ('EthernetPort', 'Kind', 'external'), ('EthernetPort', 'InterfaceName', 'ext0'),
                                   ('EthernetPort', 'MacAddress', '02:00:00:00:00:e0'), ('EthernetPort', 'Mtu', 1480),
                                   ('EthernetPort', 'Carrier', False), ('ExternalEthernetPort', 'IsBound', False),
                                   ('ExternalEthernetPort', 'Switch', '/'), ('ExternalEthernetPort', 'UplinkType', 'other'), ('ExternalEthernetPort', 'Driver', 'veth'),
                                   ('ExternalEthernetPort', 'Bridgeable', True), ('ExternalEthernetPort', 'NotBridgeableReason', '')):
        lab.wait_property(path, interface, name, value)
    assert lab.get(path, 'EthernetPort', 'InterfaceIndex') == lab.links()['ext0']['ifindex']
    assert endpoint_path('far-ext0') not in lab.objects()


@case
def carrier_mtu_and_address_are_followed(lab):
    add(lab, 'ext0')
    path = appears(lab, 'ext0')
    with Lines(lab, 'gdbus', 'monitor', '--system', '-d', NAME, ready='is owned by') as signals:
        lab.ip('link', 'set', 'ext0', 'up')
        lab.ip('link', 'set', 'far-ext0', 'up')
        signals.wait(lambda line: path in line and "'Carrier': <true>" in line)
        lab.ip('link', 'set', 'ext0', 'mtu', '1400')
        signals.wait(lambda line: path in line and "'Mtu': <uint32 1400>" in line)
        lab.ip('link', 'set', 'ext0', 'address', '02:00:00:00:00:e7')
        signals.wait(lambda line: path in line and "'MacAddress': <'02:00:00:00:00:e7'>" in line)
        lab.ip('link', 'set', 'far-ext0', 'down')
        signals.wait(lambda line: path in line and "'Carrier': <false>" in line)


@case
def a_renamed_nic_moves_and_one_that_goes_vanishes(lab):
    add(lab, 'ext0')
    appears(lab, 'ext0')
    lab.ip('link', 'set', 'ext0', 'name', 'nic-7')
    path = appears(lab, 'nic-7')
    vanishes(lab, 'ext0')
    assert lab.get(path, 'EthernetPort', 'InterfaceName') == 'nic-7'
    lab.ip('link', 'set', 'nic-7', 'name', 'other')
    vanishes(lab, 'nic-7')
    lab.ip('link', 'set', 'other', 'name', 'ext9')
    appears(lab, 'ext9')
    lab.ip('link', 'delete', 'ext9')
    vanishes(lab, 'ext9')


@case
def names_are_escaped_and_do_not_collide_with_ours(lab):
    lab.create_switch('lab')
    lab.connect_internal('lab', 'ext0')
    add(lab, 'ext0')
    wait_for(lambda: any('external' == i.get(f'{NAME}.EthernetPort', {}).get('Kind') for i in lab.objects().values()), 3, 'the external one')
    kinds = {p: i[f'{NAME}.EthernetPort']['Kind'] for p, i in lab.objects().items() if f'{NAME}.EthernetPort' in i}
    assert kinds == {endpoint_path('ext0'): 'internal', endpoint_path('ext0~external'): 'external'}, kinds
    strange = ('ext-a.b', 'ext\udcff\udcfe', 'ext\x1b[1m', 'ext@1', 'ext日')
    for number, name in enumerate(strange):
        lab.run('ip', 'link', 'add', 'name', name, 'type', 'veth', 'peer', 'name', f'far{number}')
    try:
        wait_for(lambda: sum('external' == i.get(f'{NAME}.EthernetPort', {}).get('Kind') for i in lab.objects().values()) == 1 + len(strange), 3,
                 'all of them')
        appears(lab, 'ext-a.b')
    finally:
        for number in range(len(strange)):
            lab.ip('link', 'delete', f'far{number}')


@case
def an_external_nic_cannot_be_deleted_modified_or_connected(lab):
    add(lab, 'ext0')
    path = appears(lab, 'ext0')
    lab.create_switch('lab')
    port = lab.create_port('lab', 'p')
    before = lab.links()['ext0']
    for method, arguments in (('EthernetPort.Delete', [{}]), ('EthernetPort.Delete', [{'force': True}]), ('EthernetPort.Modify', [{'Mtu': 1300}, {}])):
        try:
            lab.call(path, method, *arguments)
            raise AssertionError(f'{method} was obeyed')
        except Exception as error:
            assert getattr(error, 'name', '') in ('NotSupported', 'InvalidState', 'InvalidArgument'), error
    try:
        lab.call(port, 'SwitchPort.Connect', path, {})
        raise AssertionError('Connect was obeyed')
    except Exception as error:
        assert getattr(error, 'name', '') in ('NotSupported', 'InvalidState', 'InvalidArgument', 'NotFound'), error
    assert lab.links()['ext0'] == before


@case
def a_nic_in_a_foreign_bridge_says_so(lab):
    add(lab, 'ext0')
    path = appears(lab, 'ext0')
    lab.ip('link', 'add', 'br0', 'type', 'bridge')
    lab.ip('link', 'set', 'ext0', 'master', 'br0')
    lab.wait_property(path, 'ExternalEthernetPort', 'Bridgeable', False)
    assert 'br0' in lab.get(path, 'ExternalEthernetPort', 'NotBridgeableReason')


@case
def a_nic_below_a_macvlan_says_so(lab):
    add(lab, 'ext0')
    path = appears(lab, 'ext0')
    lab.ip('link', 'add', 'above0', 'link', 'ext0', 'type', 'macvlan')
    lab.wait_property(path, 'ExternalEthernetPort', 'Bridgeable', False)
    assert 'above0 takes its frames already (macvlan)' in lab.get(path, 'ExternalEthernetPort', 'NotBridgeableReason')
    lab.ip('link', 'delete', 'above0')
    lab.wait_property(path, 'ExternalEthernetPort', 'Bridgeable', True)


@case
def a_bond_a_team_or_a_vlan_of_a_nic_is_one_by_itself(lab):
    add(lab, 'nic-a')
    for name, arguments in (('bond7', ['type', 'bond']), ('team7', ['type', 'team']), ('tag7', ['link', 'nic-a', 'type', 'vlan', 'id', '7'])):
        lab.ip('link', 'add', 'name', name, *arguments, check=False)
    made = [(name, kind) for name, kind in (('bond7', 'bond'), ('team7', 'bond'), ('tag7', 'vlan')) if name in lab.links()]
    if not made:
        lab.ip('link', 'delete', 'nic-a')
        raise Skip('this kernel has neither bonds nor teams nor VLAN devices')
    try:
        for name, kind in made:
            lab.wait_property(appears(lab, name), 'ExternalEthernetPort', 'UplinkType', kind)
            lab.wait_property(endpoint_path(name), 'ExternalEthernetPort', 'Bridgeable', True)
        if 'bond7' in lab.links():
            lab.ip('link', 'set', 'nic-a', 'down')
            lab.ip('link', 'set', 'nic-a', 'master', 'bond7')
            lab.wait_property(endpoint_path('nic-a'), 'ExternalEthernetPort', 'Bridgeable', False)
            assert 'bond7' in lab.get(endpoint_path('nic-a'), 'ExternalEthernetPort', 'NotBridgeableReason')
            assert lab.get(endpoint_path('nic-a'), 'ExternalEthernetPort', 'UplinkType') == 'other'
    finally:
        for name, kind in made:
            lab.ip('link', 'delete', name, check=False)


@case
def none_of_ours_and_no_loopback_is_listed(lab):
    lab.create_switch('lab')
    lab.attach('lab', 'web')
    lab.ip('link', 'add', 'foreign', 'type', 'bridge')
    names = [p.rsplit('/', 1)[1] for p in lab.objects() if '/endpoint/' in p]
    assert names == ['web'], names
    assert switch_path('lab') in lab.objects() and MANAGER in lab.objects()


@case
def a_resolved_name_finds_it(lab):
    add(lab, 'ext0')
    path = appears(lab, 'ext0')
    assert lab.call(MANAGER, 'Manager.ResolveDevice', {'InterfaceName': 'ext0'}, {})[0] == path
    statistics = lab.call(MANAGER, 'Manager.GetStatistics', [path], {})[0]
    assert 'rx-packets' in statistics[path]


@case
def without_a_pattern_a_veth_is_no_nic_of_the_host(lab):
    restart(lab, '')
    try:
        add(lab, 'ext0')
        lab.create_switch('marker')
        assert endpoint_path('ext0') not in lab.objects()
    finally:
        restart(lab, HAPPENS)
    appears(lab, 'ext0')


@case
def vmswitchctl_binds_a_nic_and_takes_the_host_along(lab):
    add(lab, 'ext0')
    for name in ('ext0', 'far-ext0'):
        lab.ip('link', 'set', name, 'up')
    lab.ip('address', 'add', '192.0.2.5/24', 'dev', 'ext0')
    appears(lab, 'ext0')
    lab.ctl('create', 'switch', 'lan')
    refused = lab.ctl('external', 'bind', 'lan', 'ext0', check=False)
    assert refused.returncode == 6 and '192.0.2.5/24' in refused.stderr and 'vmswitchctl setup' in refused.stderr, refused
    before = lab.links()['ext0']
    steps = lab.ctl('setup', 'lan', 'ext0', '--dry-run').stdout
    assert steps.lstrip().startswith('1. ') and '     address 192.0.2.5/24\n' in steps, steps
    assert lab.links()['ext0'] == before and 'vswi-lan' not in lab.links(), 'nothing is done'

    lab.ctl('setup', 'lan', 'ext0', '--keep')
    assert '192.0.2.5' in lab.ip('address', 'show', 'dev', 'vswi-lan').stdout
    assert 'vmswitchctl teardown' in lab.ctl('external', 'unbind', 'ext0', check=False).stderr
    assert 'ext0' in lab.ctl('list', 'switches').stdout
    lab.ctl('teardown', 'lan', '--keep')
    assert '192.0.2.5' in lab.ip('address', 'show', 'dev', 'ext0').stdout and 'vswi-lan' not in lab.links()

    lab.ip('address', 'flush', 'dev', 'ext0')
    lab.ctl('external', 'bind', 'lan', 'ext0')
    assert lab.links()['ext0']['master'] == 'vsw-lan'
    lab.ip('link', 'delete', 'ext0')
    lab.wait_property(switch_path('lan'), 'Switch', 'State', 'uplink-missing')
    assert 'missing' in lab.ctl('external', 'list').stdout
    lab.ctl('external', 'unbind', 'ext0')
    vanishes(lab, 'ext0')


@case
def vmswitchctl_tells_a_device_from_the_missing_nic_of_its_name(lab):
    add(lab, 'ext0', 'address', '02:00:00:00:00:01')
    appears(lab, 'ext0')
    for name in ('lan', 'other'):
        lab.ctl('create', 'switch', name)
    lab.ctl('external', 'bind', 'lan', 'ext0')
    lab.ip('link', 'delete', 'ext0')
    lab.wait_property(switch_path('lan'), 'Switch', 'State', 'uplink-missing')
    add(lab, 'ext0', 'address', '02:00:00:00:00:02')
    missing, there = appears(lab, 'ext0'), appears(lab, 'ext0~external')
    for words in (('external', 'bind'), ('setup',)):
        done = lab.ctl(*words, 'other', 'ext0', check=False)
        assert done.returncode == 6 and 'there is an endpoint called ext0 already' in done.stderr, done
    listed = lab.ctl('external', 'list').stdout
    assert re.search(rf'^{missing} +lan +missing ', listed, re.M) and re.search(rf'^{there} +none +down ', listed, re.M), listed
    assert f'can be any of: endpoint {missing}, endpoint {there}\n' in lab.ctl('show', 'ext0', check=False).stderr
    # what is bound, and then what is there, the only one of that name
    lab.ctl('external', 'unbind', 'lan', 'ext0')
    vanishes(lab, 'ext0~external')
    lab.ctl('external', 'bind', 'other', 'ext0')
    assert lab.links()['ext0']['master'] == 'vsw-other'
    lab.ctl('external', 'unbind', 'ext0')


run(config=HAPPENS)
