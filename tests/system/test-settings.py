#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Settings of switches and NICs, changed live, as the kernel shows them."""
import os
import time

from environment import wait_for
from frames import make
from lab import MANAGER, BusError, Capture, endpoint_path, port_path, send, switch_path
from tap import Skip, case, run


def bridge(lab, name='lab'):
    return lab.links()[lab.get(switch_path(name), 'Switch', 'InterfaceName')]


def data(lab, name='lab'):
    return bridge(lab, name)['linkinfo']['info_data']


def modify(lab, **changes):
    lab.call(switch_path('lab'), 'Switch.Modify', changes, {})


@case
def a_switch_is_made_as_asked(lab):
    path = lab.create_switch('lab', Description='Späti', Mtu=9000, MacAddress='02:00:00:00:00:77', AgeingSeconds=42, SpanningTree=True,
                             MulticastSnooping=True, Shared=True, Lifetime='runtime')
    kernel = bridge(lab)
    assert kernel['mtu'] == 9000 and kernel['address'] == '02:00:00:00:00:77'
    info = data(lab)
    assert info['ageing_time'] == 4200 and info['stp_state'] == 1 and info['mcast_snooping'] == 1, info
    for name, value in {'Description': 'Späti', 'Mtu': 9000, 'MacAddress': '02:00:00:00:00:77', 'AgeingSeconds': 42, 'SpanningTree': True,
                        'MulticastSnooping': True, 'Shared': True, 'Lifetime': 'runtime', 'OwnerUid': 0}.items():
        assert lab.get(path, 'Switch', name) == value, name
    assert abs(lab.get(path, 'Switch', 'CreatedTimestamp') / 1e6 - time.time()) < 60


@case
def ageing_spanning_tree_and_snooping_change_live(lab):
    lab.create_switch('lab')
    lab.connect_internal('lab', 'host')
    index = bridge(lab)['ifindex']
    assert data(lab)['ageing_time'] == 30000 and data(lab)['stp_state'] == 0 and data(lab)['mcast_snooping'] == 0
    modify(lab, AgeingSeconds=10, SpanningTree=True, MulticastSnooping=True)
    assert data(lab)['ageing_time'] == 1000 and data(lab)['stp_state'] == 1 and data(lab)['mcast_snooping'] == 1
    modify(lab, SpanningTree=False, MulticastSnooping=False)
    assert data(lab)['stp_state'] == 0 and data(lab)['mcast_snooping'] == 0 and data(lab)['ageing_time'] == 1000
    assert bridge(lab)['ifindex'] == index


@case
def the_mtu_of_a_switch_is_that_of_its_ports(lab):
    lab.create_switch('lab')
    lab.connect_internal('lab', 'host')
    _, small = lab.attach('lab', 'small', Mtu=1280)
    assert lab.get(endpoint_path('host'), 'EthernetPort', 'Mtu') == 1500
    modify(lab, Mtu=4000)
    assert bridge(lab)['mtu'] == 4000
    links = lab.links()
    assert links['vswi-host']['mtu'] == links['vswp-host']['mtu'] == 4000
    assert links['vswg-small']['mtu'] == 1280
    assert lab.get(endpoint_path('host'), 'LanEndpoint', 'MaxDataSize') == 4000
    lab.connect_internal('lab', 'later')
    assert lab.links()['vswi-later']['mtu'] == 4000
    lab.refuse('InvalidArgument', switch_path('lab'), 'Switch.Modify', {'Mtu': 1000}, {}, says='1280')
    assert bridge(lab)['mtu'] == 4000
    assert small


@case
def large_frames_pass_after_the_mtu_grew(lab):
    lab.create_switch('lab')
    for n in (1, 2):
        lab.attach_guest('lab', f'g{n}', f'10.7.0.{n}/24')
    big = ['ping', '-n', '-q', '-c', 1, '-W', 1, '-M', 'do', '-s', 3000, '10.7.0.2']
    assert lab.run(*big, netns='g1', check=False).returncode != 0
    modify(lab, Mtu=4000)
    for n in (1, 2):
        lab.ip('link', 'set', 'eth0', 'mtu', '4000', netns=f'g{n}')
    wait_for(lambda: lab.run(*big, netns='g1', check=False).returncode == 0, 10, 'an answer to a large frame')


@case
def a_limit_of_learned_addresses_holds(lab):
    if 'fdb-limit' not in lab.get(MANAGER, 'Manager', 'Capabilities'):
        raise Skip('this kernel has no limit of learned addresses')
    lab.create_switch('lab', MaxLearnedAddresses=5)
    lab.attach_guest('lab', 'g1')
    lab.attach_guest('lab', 'g2')

    def flood():
        for n in range(12):
            send(lab, 'eth0', make(f'02:00:00:01:00:{n:02x}', 'ff:ff:ff:ff:ff:ff', b'x'), 'g1')
        return [e for e in table(lab) if not e['Local'] and not e['Static']]
    assert len(flood()) <= 5
    wait_for(lambda: lab.get(switch_path('lab'), 'Switch', 'LearnedAddresses') == 5, 5, 'LearnedAddresses 5')
    modify(lab, MaxLearnedAddresses=0)
    assert len(flood()) >= 12
    assert lab.get(switch_path('lab'), 'Switch', 'MaxLearnedAddresses') == 0


def table(lab, name='lab'):
    return lab.call(switch_path(name), 'Switch.GetForwardingTable', {})[0]


@case
def learned_addresses_are_listed_with_their_port_and_age_out(lab):
    lab.create_switch('lab', AgeingSeconds=2)
    port, nic = lab.attach_guest('lab', 'g1', MacAddress='02:00:00:00:00:11')
    send(lab, 'eth0', make('02:00:00:00:00:11', 'ff:ff:ff:ff:ff:ff', b'x'), 'g1')
    entry = next(e for e in table(lab) if e['MacAddress'] == '02:00:00:00:00:11')
    assert entry['Port'] == port and not entry['Static'] and not entry['Local'] and entry['AgeSeconds'] <= 2, entry
    assert entry['InterfaceName'] == lab.get(port, 'ActiveConnection', 'InterfaceName')
    wait_for(lambda: lab.get(switch_path('lab'), 'Switch', 'LearnedAddresses') == 1, 2, 'LearnedAddresses 1')
    wait_for(lambda: not any(e['MacAddress'] == '02:00:00:00:00:11' for e in table(lab)), 15, 'ageing')
    wait_for(lambda: lab.get(switch_path('lab'), 'Switch', 'LearnedAddresses') == 0, 2, 'LearnedAddresses 0')
    assert nic


@case
def static_addresses_nail_frames_to_a_port(lab):
    lab.create_switch('lab')
    ports = [lab.attach_guest('lab', f'g{n}')[0] for n in (1, 2, 3)]
    silent = '02:00:00:00:00:99'
    lab.call(switch_path('lab'), 'Switch.AddStaticAddress', silent, ports[1], {})
    entry = next(e for e in table(lab) if e['MacAddress'] == silent)
    assert entry['Static'] and entry['Port'] == ports[1] and entry['AgeSeconds'] == 0, entry
    mark = os.urandom(8)
    with Capture(lab, 'eth0', 'g2') as target, Capture(lab, 'eth0', 'g3') as other:
        send(lab, 'eth0', make('02:00:00:00:00:11', silent, mark), 'g1')
        assert target.saw(mark) and not other.saw(mark, 0.3)
    lab.refuse('Exists', switch_path('lab'), 'Switch.AddStaticAddress', silent, ports[2], {}, says=silent)
    lab.call(ports[1], 'SwitchPort.Disconnect', {})
    assert not any(e['MacAddress'] == silent for e in table(lab))
    lab.call(ports[1], 'SwitchPort.Connect', endpoint_path('g2'), {})
    assert any(e['MacAddress'] == silent and e['Static'] for e in table(lab))
    lab.call(switch_path('lab'), 'Switch.RemoveStaticAddress', silent, ports[1], {})
    assert not any(e['MacAddress'] == silent for e in table(lab))
    lab.refuse('NotFound', switch_path('lab'), 'Switch.RemoveStaticAddress', silent, ports[1], {}, says=silent)


@case
def a_nic_changes_address_and_mtu_at_home(lab):
    lab.create_switch('lab')
    _, nic = lab.connect_internal('lab', 'host')
    index = lab.links()['vswi-host']['ifindex']
    lab.call(nic, 'EthernetPort.Modify', {'MacAddress': '02:00:00:00:00:42', 'Mtu': 1300, 'Description': 'm'}, {})
    link = lab.links()['vswi-host']
    assert link['address'] == '02:00:00:00:00:42' and link['mtu'] == 1300 and link['ifindex'] == index, link
    assert lab.links()['vswp-host']['address'] == 'fe:00:00:00:00:42'
    assert lab.get(nic, 'EthernetPort', 'MacAddress') == '02:00:00:00:00:42' == lab.get(nic, 'LanEndpoint', 'MacAddress')
    assert lab.get(nic, 'EthernetPort', 'StaticMacAddress') is True
    lab.call(nic, 'EthernetPort.Modify', {'Mtu': 0}, {})
    assert lab.links()['vswi-host']['mtu'] == 1500


@case
def a_placed_nic_keeps_its_address(lab):
    lab.create_switch('lab')
    _, nic = lab.attach_guest('lab', 'g1')
    lab.refuse('InvalidState', nic, 'EthernetPort.Modify', {'MacAddress': '02:00:00:00:00:42'}, {})


@case
def queues_are_made_as_asked(lab):
    lab.create_switch('lab')
    _, nic = lab.attach('lab', 'n', Queues=4)
    link = lab.links()['vswg-n']
    assert link['num_tx_queues'] == 4 and link['num_rx_queues'] == 4, link
    assert lab.get(nic, 'SyntheticEthernetPort', 'Queues') == 4
    _, nic = lab.attach('lab', 'one')
    assert lab.links()['vswg-one']['num_tx_queues'] == 1


@case
def spanning_tree_holds_a_new_port_until_it_has_listened(lab):
    lab.create_switch('lab', SpanningTree=True)
    port, _ = lab.attach_guest('lab', 'g1')
    lab.wait_property(port, 'SwitchPort', 'State', 'forwarding', 40)


@case
def moving_keeps_device_and_traffic(lab):
    for name in ('a', 'b'):
        lab.create_switch(name)
        lab.attach_guest(name, f'g{name}', f'10.7.0.{ord(name)}/24')
    port, nic = lab.attach_guest('a', 'web', '10.7.0.1/24')
    index, near = lab.links('web')['eth0']['ifindex'], lab.links()['vswp-web']['ifindex']
    assert lab.pings(f'10.7.0.{ord("a")}', 'web') and not lab.pings(f'10.7.0.{ord("b")}', 'web', deadline=0.3)
    lab.call(port, 'SwitchPort.Move', switch_path('b'), {})
    moved = port_path('b', 'web')
    assert port not in lab.objects() and lab.get(moved, 'SwitchPort', 'Endpoint') == nic
    assert lab.pings(f'10.7.0.{ord("b")}', 'web') and not lab.pings(f'10.7.0.{ord("a")}', 'web', deadline=0.3)
    assert lab.links('web')['eth0']['ifindex'] == index and lab.links()['vswp-web']['ifindex'] == near


@case
def a_move_is_refused_where_the_name_is_taken(lab):
    for name in ('a', 'b'):
        lab.create_switch(name)
        lab.create_port(name, 'web')
    lab.refuse('Exists', port_path('a', 'web'), 'SwitchPort.Move', switch_path('b'), {}, says='web')
    lab.refuse('NotFound', port_path('a', 'web'), 'SwitchPort.Move', switch_path('c'), {}, says='c')


@case
def a_ping_survives_a_move_and_back(lab):
    for name in ('a', 'b'):
        lab.create_switch(name)
    lab.attach_guest('a', 'g1', '10.7.0.1/24')
    lab.attach_guest('a', 'g2', '10.7.0.2/24')
    ping = lab.spawn('ping', '-n', '-q', '-i', '0.02', '-w', '6', '10.7.0.2', netns='g1', stdout=-1)
    for there, back in (('b', 'a'), ('a', 'b')) * 2:
        for guest in ('g1', 'g2'):
            lab.call(port_path(back, guest), 'SwitchPort.Move', switch_path(there), {})
        time.sleep(0.3)
    out = ping.communicate()[0]
    answered = int(out.split(' received')[0].split()[-1])
    sent = int(out.split(' packets transmitted')[0].split()[-1])
    assert answered > sent / 2, out


@case
def a_nic_moves_to_a_namespace_under_the_name_given(lab):
    lab.create_switch('lab')
    lab.add_guest('g1')
    _, nic = lab.attach('lab', 'n')
    assert lab.get(nic, 'SyntheticEthernetPort', 'Placed') is False
    assert lab.get(nic, 'EthernetPort', 'InterfaceName') == 'vswg-n'
    lab.move_to_namespace(nic, 'g1', 'wan7')
    assert 'vswg-n' not in lab.links() and 'wan7' in lab.links('g1')
    assert lab.get(nic, 'SyntheticEthernetPort', 'Placed') is True
    assert lab.links('g1')['wan7']['address'] == lab.get(nic, 'EthernetPort', 'MacAddress')


@case
def a_name_taken_in_the_namespace_is_refused_and_nothing_moves(lab):
    lab.create_switch('lab')
    lab.add_guest('g1')
    lab.ip('link', 'add', 'eth0', 'type', 'bridge', netns='g1')
    _, nic = lab.attach('lab', 'n')
    try:
        lab.move_to_namespace(nic, 'g1', 'eth0')
        raise AssertionError('moved')
    except BusError as error:
        assert error.name == 'Exists' and 'eth0' in error.message, error
    assert 'vswg-n' in lab.links() and lab.get(nic, 'SyntheticEthernetPort', 'Placed') is False


run()
