#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What only a whole machine has (test-machine.py runs this in one): hardware that can be pulled out, bonds, VLANs and teams of it, Wi-Fi.

Its NICs hang on one wire: two for the host, and one for whatever is outside of it. They are known by their addresses, for their names change."""
import contextlib
import json
import re
import subprocess
import time
from pathlib import Path

import generic
import machine
import outside
from environment import wait_for
from lab import MANAGER, NAME, endpoint_path, port_path, switch_path
from outside import HOST4, HOST6, NIC, NIC_MAC, REMOTE, ROUTER
from tap import case, run

MODPROBE = '/machine/modprobe'
FIRST, SECOND, OUTER, OTHER = '52:54:00:aa:00:01', '52:54:00:aa:00:02', '52:54:00:aa:00:03', '52:54:00:aa:00:09'
DRIVERS = {FIRST: 'e1000', SECOND: 'virtio_net', OUTER: 'e1000e'}
PATIENCE = 5  # seconds, on hardware: see environment.py
LAN = switch_path('lab')

the_outside = machine.Outside()


def find(lab, mac, links=None):
    """The name that the NIC of that permanent address has now; None if it is not there."""
    return next((name for name, link in (links or lab.links()).items()
                 if 'info_kind' not in link.get('linkinfo', {}) and link.get('permaddr', link['address']) == mac), None)


def name_nics(lab):
    """As every case finds them: with these names, down, without anything of the case before."""
    nics = (FIRST, SECOND, OUTER)

    def find_all():
        links = lab.links()
        found = [find(lab, mac, links) for mac in nics]
        return found if all(found) else None
    found = wait_for(find_all, PATIENCE, 'three NICs')
    lines = []
    for number, (name, mac) in enumerate(zip(found, nics)):
        lines += [f'link set {name} down', f'address flush dev {name}', f'link set {name} address {mac} mtu 1500', f'link set {name} name tmp{number}']
    lab.ip_lines(lines + [f'link set tmp{number} name eth{number}' for number in range(len(nics))])

    def listed():
        objects = lab.objects()
        return all(objects.get(endpoint_path(f'eth{number}'), {}).get(f'{NAME}.EthernetPort', {}).get('PermanentAddress') == mac
                   for number, mac in enumerate(nics))
    wait_for(listed, PATIENCE, 'them on the bus')


def external(lab, name, value=None):
    """A property of ExternalEthernetPort, or whether it becomes that value."""
    path, interface = endpoint_path(name), 'ExternalEthernetPort'
    if value is None:
        return lambda which: lab.get(path, interface, which)
    for key, expected in value.items():
        lab.wait_property(path, interface, key, expected, PATIENCE)
    return None


def bind(lab, name, **options):
    return lab.call(LAN, 'Switch.BindExternalEthernetPort', endpoint_path(name), options)


def unbind(lab, name):
    lab.call(LAN, 'Switch.UnbindExternalEthernetPort', endpoint_path(name), {})


def confirm(lab, checkpoint):
    lab.call(checkpoint, 'Checkpoint.Confirm', {})


def read(name, file):
    return Path(f'/sys/class/net/{name}/{file}').read_text(encoding='ascii').strip()


def reach(lab, *targets, netns=None):
    for target in targets:
        assert lab.pings(target, netns=netns, deadline=PATIENCE), f'{target} does not answer {netns or "the host"}'


def give_outer(lab, address='192.0.2.1/24'):
    """The NIC on the other end of the wire, in a namespace of its own."""
    lab.add_guest(ROUTER)
    lab.ip('link', 'set', find(lab, OUTER), 'netns', ROUTER)
    lab.ip('link', 'set', 'eth2', 'name', 'in', netns=ROUTER)
    lab.address('in', address, netns=ROUTER)


# --- a switch on the kernel of distributions ---

@case
def static_addresses_outlive_a_restart_and_are_told_once(lab):
    """Where every port has a VLAN, which the kernel makes a copy of each entry for."""
    lab.create_switch('lab')
    port = lab.create_port('lab', 'p')
    lab.attach_guest('lab', 'guest')
    guest = port_path('lab', 'guest')

    def told():
        entries = lab.call(LAN, 'Switch.GetForwardingTable', {})[0]
        return sorted(entry['MacAddress'] for entry in entries if entry['Static'])
    lab.call(LAN, 'Switch.AddStaticAddress', '02:00:00:00:00:99', guest, {})
    assert 'vlan 1' in lab.run('bridge', 'fdb', 'show', 'br', 'vsw-lab').stdout, 'this kernel has no VLANs in bridges'
    assert told() == ['02:00:00:00:00:99'], told()
    lab.stop_daemon()
    lab.start_daemon()
    assert told() == ['02:00:00:00:00:99'], told()
    assert 'differs from the wish' not in lab.log()
    lab.call(LAN, 'Switch.RemoveStaticAddress', '02:00:00:00:00:99', guest, {})
    assert told() == [] and '02:00:00:00:00:99' not in lab.run('bridge', 'fdb', 'show', 'br', 'vsw-lab').stdout
    lab.delete(port, 'SwitchPort')


@case
def a_limit_that_the_kernel_has_not_is_refused(lab):
    """Which is silent about it."""
    assert 'fdb-limit' not in lab.get(MANAGER, 'Manager', 'Capabilities')
    lab.refuse('NotSupported', MANAGER, 'Manager.CreateSwitch', 'lab', {'MaxLearnedAddresses': 5}, {}, says='limit of learned addresses')
    assert LAN not in lab.objects() and lab.ours() == []
    lab.create_switch('lab')
    lab.refuse('NotSupported', LAN, 'Switch.Modify', {'MaxLearnedAddresses': 5, 'Description': 'x'}, {}, says='limit of learned addresses')
    assert lab.get(LAN, 'Switch', 'MaxLearnedAddresses') == 0 and lab.get(LAN, 'Switch', 'Description') == ''


# --- hardware ---

@case
def hardware_is_listed_with_what_the_kernel_says_of_it(lab):
    name_nics(lab)
    for mac, driver in DRIVERS.items():
        name = find(lab, mac)
        path = endpoint_path(name)
        lab.ip('link', 'set', name, 'up')
        lab.wait_property(path, 'EthernetPort', 'Carrier', True, PATIENCE)
        link = lab.links()[name]
        place = Path(f'/sys/class/net/{name}/device')
        assert place.resolve().name == link['parentdev'] and (place / 'driver').resolve().name == driver, link
        external(lab, name, {'UplinkType': 'physical', 'Driver': driver, 'BusPath': link['parentdev'], 'Bridgeable': True,
                             'NotBridgeableReason': '', 'IsBound': False})
        speed, duplex = int(read(name, 'speed')), read(name, 'duplex')
        assert (speed, duplex) == (-1, 'unknown') if driver == 'virtio_net' else (1000, 'full'), (speed, duplex)
        lab.wait_property(path, 'EthernetPort', 'Speed', max(speed, 0) * 1000 ** 2, PATIENCE)
        lab.wait_property(path, 'EthernetPort', 'FullDuplex', duplex == 'full', PATIENCE)
        lab.wait_property(path, 'EthernetPort', 'PermanentAddress', mac)
        assert re.fullmatch(r'0000:00:1[0-9a-f]\.0' if driver != 'virtio_net' else r'virtio\d+', link['parentdev']), link
        lab.ip('link', 'set', name, 'down')
        lab.ip('link', 'set', name, 'address', '02:00:00:00:00:77')
        lab.wait_property(path, 'EthernetPort', 'MacAddress', '02:00:00:00:00:77', PATIENCE)
        lab.wait_property(path, 'EthernetPort', 'PermanentAddress', mac)
        lab.ip('link', 'set', name, 'address', mac)


@case
def a_cable_that_is_pulled_is_told(lab):
    name_nics(lab)
    for device, name in (('nic0', 'eth0'), ('nic1', 'eth1')):
        lab.ip('link', 'set', name, 'up')
        lab.wait_property(endpoint_path(name), 'EthernetPort', 'Carrier', True, PATIENCE)
        the_outside.ask('set_link', name=device, up=False)
        lab.wait_property(endpoint_path(name), 'EthernetPort', 'Carrier', False, PATIENCE)
        the_outside.ask('set_link', name=device, up=True)
        lab.wait_property(endpoint_path(name), 'EthernetPort', 'Carrier', True, PATIENCE)


def unplug_and_replug(lab, device, model, name, mac):
    """Bound, pulled out, not mistaken for others, and plugged in elsewhere."""
    lab.create_switch('lab')
    bind(lab, name)
    lab.ip('link', 'set', name, 'up')
    lab.attach_guest('lab', 'guest', '192.0.2.200/24')
    give_outer(lab)
    reach(lab, '192.0.2.1', netns='guest')
    place = external(lab, name)('BusPath')
    the_outside.ask('device_del', id=device)
    lab.wait_property(LAN, 'Switch', 'State', 'uplink-missing', PATIENCE)
    assert find(lab, mac) is None and lab.get(endpoint_path(name), 'ExternalEthernetPort', 'UplinkType') == ''
    assert re.search(rf'^{name} .*missing', lab.ctl('external', 'list').stdout, re.M), lab.ctl('external', 'list').stdout

    # its name and its address, but no hardware
    lab.ip('link', 'add', name, 'address', mac, 'type', 'dummy')
    lab.ip('link', 'set', name, 'up')
    time.sleep(1)
    assert 'master' not in lab.links()[name], 'it was taken for the other'
    # its name and its place, but another one
    lab.ip('link', 'set', name, 'down')
    lab.ip('link', 'set', name, 'name', 'look-alike')
    the_outside.ask('device_add', driver=model, id='other', netdev=f'wire{device[-1]}', mac=OTHER, addr=hex(0x10 + int(device[-1])))
    wait_for(lambda: find(lab, OTHER), PATIENCE, 'another NIC')
    lab.ip('link', 'set', find(lab, OTHER), 'name', name)
    lab.ip('link', 'set', name, 'up')
    assert lab.links()[name].get('parentdev') == place or model != 'e1000', (place, lab.links()[name])
    time.sleep(1)
    assert 'master' not in lab.links()[name] and 'master' not in lab.links()['look-alike'], 'it was taken for the other'
    assert lab.get(LAN, 'Switch', 'State') == 'uplink-missing'
    assert not lab.pings('192.0.2.1', netns='guest', deadline=1)

    the_outside.ask('device_del', id='other')
    wait_for(lambda: find(lab, OTHER) is None, PATIENCE, 'another NIC to go')
    lab.ip('link', 'set', 'look-alike', 'name', name)
    the_outside.ask('device_add', driver=model, id=device, netdev=f'wire{device[-1]}', mac=mac, addr=hex(0x18 + int(device[-1])))
    now = wait_for(lambda: find(lab, mac), PATIENCE, 'the NIC')
    # the bus of virtio gives numbers again, that of PCI has slots
    assert now != name and (lab.links()[now]['parentdev'] != place or model != 'e1000'), lab.links()[now]
    external(lab, now, {'IsBound': True, 'Switch': LAN, 'UplinkType': 'physical', 'Driver': DRIVERS[mac], 'BusPath': lab.links()[now]['parentdev']})
    assert lab.links()[now]['master'] == 'vsw-lab' and 'master' not in lab.links()[name]
    reach(lab, '192.0.2.1', netns='guest')
    assert lab.get(LAN, 'Switch', 'State') == 'ok', lab.get(LAN, 'Switch', 'State')
    unbind(lab, now)
    assert 'master' not in lab.links()[now]


@case
def a_nic_that_was_unplugged_is_bound_again_wherever_it_comes_back(lab):
    name_nics(lab)
    unplug_and_replug(lab, 'nic0', 'e1000', 'eth0', FIRST)


@case
def so_is_a_paravirtual_one(lab):
    name_nics(lab)
    unplug_and_replug(lab, 'nic1', 'virtio-net-pci', 'eth1', SECOND)


# --- the host goes over, on what stands for other NICs ---

def begin(lab, connect):
    outside.make(lab, connect=connect)
    outside.configure(lab)
    lab.create_switch('lab')
    wait_for(lambda: endpoint_path(NIC) in lab.objects(), PATIENCE, 'the NIC on the bus')
    reach(lab, HOST4, HOST6, netns=REMOTE)


def shape(lab, *names):
    """What another hand could have changed of these."""
    shapes = lab.shapes()
    return {name: shapes[name] for name in names}


def go_over_and_back(lab, members, trouble):
    """Setup and teardown while the remote talks to the host, with `trouble` in between. How many frames are lost is told by test-setup.py: here it would be
    a matter of how fast this machine is emulated."""
    before, below = outside.look(lab), shape(lab, *members)
    talk = outside.Talk(lab, REMOTE, HOST4)
    _, checkpoint, _ = lab.call(MANAGER, 'Manager.SetupSwitch', LAN, endpoint_path(NIC), {}, {})
    confirm(lab, checkpoint)
    during = outside.look(lab)
    assert HOST4 not in during['-4 address'] and HOST6 not in during['-6 address'], during
    assert lab.links()[NIC]['master'] == 'vsw-lab' and lab.links()['vswi-lab']['address'] == NIC_MAC
    assert shape(lab, *members) == below
    lab.attach_guest('lab', 'guest', '192.0.2.200/24')
    reach(lab, '192.0.2.1', HOST4, netns='guest')
    trouble()
    assert lab.links()[NIC]['master'] == 'vsw-lab' and lab.get(LAN, 'Switch', 'State') == 'ok'
    reach(lab, HOST4, HOST6, netns=REMOTE)
    reach(lab, '192.0.2.1', netns='guest')
    checkpoint, _ = lab.call(MANAGER, 'Manager.TeardownSwitch', LAN, {})
    confirm(lab, checkpoint)
    assert talk.stop() > 0
    outside.settle(lab)
    after = outside.look(lab)
    assert after == before, outside.differences(before, after)
    assert shape(lab, *members) == below and lab.ours() == ['vsw-lab', 'vswp-guest'], lab.ours()
    reach(lab, HOST4, HOST6, netns=REMOTE)


def expect_members(lab, device, members):
    """They are listed, and cannot be bound one by one."""
    for name in members:
        external(lab, name, {'Bridgeable': False})
        assert device in external(lab, name)('NotBridgeableReason')
        lab.refuse('NotBridgeable', LAN, 'Switch.BindExternalEthernetPort', endpoint_path(name), {}, says=(name, device))


@case
def a_bond_of_two_nics_takes_the_host_along_and_fails_over(lab):
    name_nics(lab)

    def connect(lab, mac):
        lab.ip('link', 'set', 'eth2', 'netns', ROUTER)
        lab.ip('link', 'set', 'eth2', 'name', 'in', netns=ROUTER)
        lab.ip('link', 'add', NIC, 'address', mac, 'type', 'bond', 'mode', 'active-backup', 'miimon', '50')
        for name in ('eth0', 'eth1'):
            lab.ip('link', 'set', name, 'master', NIC)
        lab.ip('link', 'set', NIC, 'type', 'bond', 'primary', 'eth0')

    def active():
        return Path(f'/sys/class/net/{NIC}/bonding/active_slave').read_text(encoding='ascii').strip()

    def fail():
        assert active() == 'eth0', active()
        the_outside.ask('set_link', name='nic0', up=False)
        wait_for(lambda: active() == 'eth1', PATIENCE, 'the other one')
        reach(lab, HOST4, HOST6, netns=REMOTE)
        reach(lab, '192.0.2.1', netns='guest')
        the_outside.ask('set_link', name='nic0', up=True)
        wait_for(lambda: active() == 'eth0', PATIENCE, 'the first one again')
    begin(lab, connect)
    external(lab, NIC, {'UplinkType': 'bond', 'Driver': 'bonding', 'Bridgeable': True})
    expect_members(lab, NIC, ('eth0', 'eth1'))
    go_over_and_back(lab, ('eth0', 'eth1'), fail)
    assert active() == 'eth0'


@case
def so_does_one_that_negotiates_with_its_switch(lab):
    def connect(lab, mac):
        kind = ('type', 'bond', 'mode', '802.3ad', 'miimon', '50', 'lacp_rate', 'fast')
        lab.ip('link', 'add', NIC, 'address', mac, *kind)
        lab.ip('link', 'add', 'in', *kind, netns=ROUTER)
        for name in ('a', 'b'):
            lab.ip('link', 'add', f'leg-{name}', 'type', 'veth', 'peer', 'name', f'far-{name}', 'netns', ROUTER)
            lab.ip('link', 'set', f'leg-{name}', 'master', NIC)
            lab.ip('link', 'set', f'far-{name}', 'master', 'in', netns=ROUTER)
        lab.ip('link', 'set', 'in', 'up', netns=ROUTER)
        lab.ip('link', 'set', NIC, 'up')
        wait_for(lambda: Path(f'/sys/class/net/{NIC}/bonding/ad_num_ports').read_text(encoding='ascii').strip() == '2', PATIENCE,
                 'one aggregate of both')

    def fail():
        for name in ('a', 'b'):
            lab.ip('link', 'set', f'far-{name}', 'down', netns=ROUTER)
            wait_for(lambda name=name: read(f'leg-{name}', 'bonding_slave/mii_status') == 'down', PATIENCE, 'the failure')
            reach(lab, HOST4, HOST6, netns=REMOTE)
            reach(lab, '192.0.2.1', netns='guest')
            lab.ip('link', 'set', f'far-{name}', 'up', netns=ROUTER)
            wait_for(lambda name=name: read(f'leg-{name}', 'bonding_slave/mii_status') == 'up'
                     and read(NIC, 'bonding/ad_num_ports') == '2', PATIENCE, 'the aggregate of both')
    begin(lab, connect)
    external(lab, NIC, {'UplinkType': 'bond', 'Bridgeable': True})
    go_over_and_back(lab, ('leg-a', 'leg-b'), fail)


@case
def a_vlan_of_a_nic_takes_the_host_along_and_leaves_the_nic_alone(lab):
    name_nics(lab)

    def connect(lab, mac):
        lab.ip('link', 'set', 'eth2', 'netns', ROUTER)
        for netns, below, name in ((None, 'eth1', NIC), (ROUTER, 'eth2', 'in')):
            lab.ip('link', 'set', below, 'up', netns=netns)
            lab.ip('link', 'add', 'link', below, 'name', name, *(['address', mac] if not netns else []), 'type', 'vlan', 'id', '7', netns=netns)
        lab.address('eth1', '198.51.100.1/24')
        lab.address('eth2', '198.51.100.2/24', netns=ROUTER)

    def look_below():
        """The NIC below is still one of the host, which can be reached by it."""
        reach(lab, '198.51.100.2')
        assert external(lab, 'eth1')('IsBound') is False and external(lab, 'eth1')('Switch') == '/'
        assert 'master' not in lab.links()['eth1']
    begin(lab, connect)
    external(lab, NIC, {'UplinkType': 'vlan', 'Bridgeable': True})
    lab.ip('route', 'flush', '198.51.100.9')  # outside.py uses that network, too
    go_over_and_back(lab, ('eth1',), look_below)
    look_below()


@case
def a_vlan_is_bound_and_found_again(lab):
    name_nics(lab)
    give_outer(lab)
    lab.ip('link', 'add', 'link', 'in', 'name', 'tag', 'type', 'vlan', 'id', '9', netns=ROUTER)
    lab.address('tag', '192.0.9.1/24', netns=ROUTER)
    lab.ip('link', 'set', 'eth0', 'up')
    lab.create_switch('lab')
    lab.attach_guest('lab', 'guest', '192.0.9.200/24')
    below = shape(lab, 'eth0')
    for again in (False, True):
        lab.ip('link', 'add', 'link', 'eth0', 'name', 'tag9', 'type', 'vlan', 'id', '9')
        lab.ip('link', 'set', 'tag9', 'up')
        wait_for(lambda: endpoint_path('tag9') in lab.objects(), PATIENCE, 'the VLAN on the bus')
        if not again:
            bind(lab, 'tag9')
        external(lab, 'tag9', {'IsBound': True, 'Switch': LAN, 'UplinkType': 'vlan'})
        reach(lab, '192.0.9.1', netns='guest')
        assert shape(lab, 'eth0') == below
        if not again:
            lab.ip('link', 'delete', 'tag9')
            lab.wait_property(LAN, 'Switch', 'State', 'uplink-missing', PATIENCE)
    unbind(lab, 'tag9')
    assert 'master' not in lab.links()['tag9'] and shape(lab, 'eth0') == below


@case
def a_team_is_bound_and_let_go(lab):
    def look_at_team():
        return lab.links()['team0']
    name_nics(lab)
    give_outer(lab)
    lab.ip('link', 'add', 'team0', 'type', 'team')
    team = lab.links()['team0']['ifindex']
    generic.set_team_mode(team, 'activebackup')
    for name in ('eth0', 'eth1'):
        lab.ip('link', 'set', name, 'master', 'team0')
        lab.ip('link', 'set', name, 'up')
    generic.set_active_port(team, lab.links()['eth0']['ifindex'])
    lab.ip('link', 'set', 'team0', 'up')
    lab.create_switch('lab')
    wait_for(lambda: endpoint_path('team0') in lab.objects(), PATIENCE, 'the team on the bus')
    external(lab, 'team0', {'UplinkType': 'bond', 'Driver': 'team', 'Bridgeable': True})
    lab.wait_property(endpoint_path('team0'), 'EthernetPort', 'Carrier', True, PATIENCE)
    wait_for(lambda: look_at_team()['operstate'] == 'UP', PATIENCE, 'the kernel to say so')  # later than that of all else
    expect_members(lab, 'team0', ('eth0', 'eth1'))
    before, below = look_at_team(), shape(lab, 'eth0', 'eth1')
    bind(lab, 'team0')
    external(lab, 'team0', {'IsBound': True, 'Switch': LAN})
    lab.attach_guest('lab', 'guest', '192.0.2.200/24')
    reach(lab, '192.0.2.1', netns='guest')
    assert shape(lab, 'eth0', 'eth1') == below
    unbind(lab, 'team0')
    with contextlib.suppress(TimeoutError):  # and so that it is back
        wait_for(lambda: look_at_team() == before, PATIENCE)
    assert look_at_team() == before, (look_at_team(), before)
    assert shape(lab, 'eth0', 'eth1') == below, (shape(lab, 'eth0', 'eth1'), below)


# --- Wi-Fi ---

@contextlib.contextmanager
def radio(lab):
    """A Wi-Fi device that is none of a virtual driver, as the kernel tells it; its name."""
    known = set(lab.links())
    lab.run(MODPROBE, 'mac80211_hwsim', 'radios=1')
    try:
        yield wait_for(lambda: next((n for n, l in lab.links().items() if n not in known and l['link_type'] == 'ether'), None), PATIENCE, 'wlan0')
    finally:
        lab.run(MODPROBE, '-r', 'mac80211_hwsim')


def picture(lab, name):
    return [json.loads(lab.ip('-d', '-j', what, 'show', 'dev', name).stdout or '[]') for what in ('link', 'address', 'route')]


@case
def a_wifi_station_is_refused_and_left_alone(lab):
    lab.create_switch('lab')
    with radio(lab) as name:
        wait_for(lambda: endpoint_path(name) in lab.objects(), PATIENCE, 'it on the bus')
        external(lab, name, {'UplinkType': 'physical', 'Driver': 'mac80211_hwsim', 'Bridgeable': False})
        assert 'Wi-Fi station' in external(lab, name)('NotBridgeableReason')
        lab.address(name, '198.51.100.5/24')
        time.sleep(1)
        before, tree = picture(lab, name), sorted(lab.objects())
        for method, arguments in (('Switch.BindExternalEthernetPort', [endpoint_path(name), {}]),
                                  ('Switch.BindExternalEthernetPort', [endpoint_path(name), {'drop-addresses': True}])):
            lab.refuse('NotBridgeable', LAN, method, *arguments, says=(name, 'Wi-Fi station', 'access point'))
        lab.refuse('NotBridgeable', MANAGER, 'Manager.SetupSwitch', LAN, endpoint_path(name), {}, {}, says=(name, 'Wi-Fi station'))
        told = lab.ctl('external', 'bind', 'lab', name, check=False)
        assert told.returncode == 5 and 'Wi-Fi station' in told.stderr, told
        assert f'{name} ' in lab.ctl('external', 'list').stdout and 'cannot' in lab.ctl('external', 'list').stdout
        assert picture(lab, name) == before and sorted(lab.objects()) == tree
    wait_for(lambda: endpoint_path(name) not in lab.objects(), PATIENCE, 'it to go')


@case
def an_access_point_and_a_station_with_four_addresses_can_be_bound(lab):
    lab.create_switch('lab')
    with radio(lab) as name:
        for kind, four in ((generic.ACCESS_POINT, False), (generic.STATION, True)):
            generic.set_wifi(lab.links()[name]['ifindex'], kind, four)
            lab.ip('link', 'set', name, 'up')
            external(lab, name, {'Bridgeable': True, 'NotBridgeableReason': ''})
            bind(lab, name)
            assert lab.links()[name]['master'] == 'vsw-lab'
            unbind(lab, name)
            lab.ip('link', 'set', name, 'down')
            generic.set_wifi(lab.links()[name]['ifindex'], generic.STATION)


for driver in DRIVERS.values():
    subprocess.run([MODPROBE, driver], check=True)
run()
