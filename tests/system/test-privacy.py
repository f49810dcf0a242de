#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""No frame passes between the host and a switch but through an internal NIC; shown with frames."""
import os

from frames import BROADCAST, make, make_arp_request, make_echo_request, make_neighbour_solicitation
from lab import Capture, endpoint_path, send, switch_path
from tap import case, run

GUEST_MAC = '02:00:00:00:00:11'


def give_the_host_an_address(lab):
    """An interface of the host with addresses that guests have no business with."""
    lab.ip('link', 'add', 'ext0', 'type', 'veth', 'peer', 'name', 'ext1')
    lab.address('ext0', '192.0.2.1/24')
    lab.ip('address', 'add', '2001:db8::1/64', 'dev', 'ext0', 'nodad')
    lab.ip('link', 'set', 'ext1', 'up')


def provoke(lab, netns, bridge_mac):
    """Frames from the guest that a host which hears them would answer or pass on."""
    for source, target, ip in (('10.7.0.1', BROADCAST, '192.0.2.1'), ('10.7.0.1', bridge_mac, '192.0.2.1')):
        send(lab, 'eth0', make_arp_request(GUEST_MAC, source, ip), netns)
        send(lab, 'eth0', make_echo_request(GUEST_MAC, target, source, ip, os.urandom(8)), netns)
    send(lab, 'eth0', make_neighbour_solicitation(GUEST_MAC, 'fe80::11', '2001:db8::1'), netns)


@case
def a_private_switch_gives_the_host_nothing(lab):
    give_the_host_an_address(lab)
    lab.create_switch('lab')
    lab.attach_guest('lab', 'g1', '10.7.0.1/24', MacAddress=GUEST_MAC)
    bridge = lab.get(switch_path('lab'), 'Switch', 'InterfaceName')
    bridge_mac = lab.get(switch_path('lab'), 'Switch', 'MacAddress')
    mark = os.urandom(8)
    # prove the probe: another guest does hear it
    lab.attach_guest('lab', 'g2', '10.7.0.2/24')
    with Capture(lab, 'eth0', 'g2') as control, Capture(lab, 'eth0', 'g1') as answers, Capture(lab, 'lo') as loop:
        received = lab.links()[bridge].get('stats64', {})
        send(lab, 'eth0', make(GUEST_MAC, BROADCAST, mark), 'g1')
        assert control.saw(mark)
        provoke(lab, 'g1', bridge_mac)
        assert not answers.saw(bytes.fromhex(bridge_mac.replace(':', '')), 0.7), 'the host answered'
        assert not loop.frames(), received
    # a neighbour table of the host that knows the guest would have heard it
    assert '10.7.0.1' not in lab.ip('neigh', 'show').stdout


@case
def a_host_address_on_the_bridge_is_of_no_use(lab):
    lab.create_switch('lab')
    lab.attach_guest('lab', 'g1', '10.7.0.1/24', MacAddress=GUEST_MAC)
    bridge = lab.get(switch_path('lab'), 'Switch', 'InterfaceName')
    lab.address(bridge, '10.7.0.254/24')
    lab.ip('address', 'add', 'fd00:7::fe/64', 'dev', bridge, 'nodad')
    lab.ip('address', 'add', 'fd00:7::1/64', 'dev', 'eth0', 'nodad', netns='g1')
    assert not lab.pings('10.7.0.1', deadline=0.5)
    assert not lab.pings('10.7.0.254', 'g1', deadline=0.5)
    assert not lab.pings('fd00:7::fe', 'g1', deadline=0.5)
    assert not lab.pings('fd00:7::1', deadline=0.5)


@case
def frames_of_the_host_do_not_enter(lab):
    lab.create_switch('lab')
    lab.attach_guest('lab', 'g1', '10.7.0.1/24', MacAddress=GUEST_MAC)
    bridge = lab.get(switch_path('lab'), 'Switch', 'InterfaceName')
    mac = lab.get(switch_path('lab'), 'Switch', 'MacAddress')
    with Capture(lab, 'eth0', 'g1') as guest:
        for target in (BROADCAST, GUEST_MAC, '33:33:00:00:00:01'):
            mark = os.urandom(8)
            lab.run('ip', 'link', 'show', bridge)
            send_raw(lab, bridge, make(mac, target, mark))
            assert not guest.saw(mark, 0.5), target


def send_raw(lab, device, frame):
    """A socket may be told that the guard refused the frame: that is as good as silence."""
    try:
        send(lab, device, frame)
    except RuntimeError as failure:
        assert 'Operation not permitted' in str(failure) or 'No buffer space' in str(failure), failure


@case
def the_host_takes_part_only_through_its_internal_nic(lab):
    give_the_host_an_address(lab)
    lab.create_switch('lab')
    lab.connect_internal('lab', 'host')
    lab.attach_guest('lab', 'g1', '10.7.0.1/24', MacAddress=GUEST_MAC)
    bridge = lab.get(switch_path('lab'), 'Switch', 'InterfaceName')
    bridge_mac = lab.get(switch_path('lab'), 'Switch', 'MacAddress')
    lab.address('vswi-host', '10.7.0.254/24')
    lab.address(bridge, '10.7.0.253/24')
    assert lab.pings('10.7.0.254', 'g1') and lab.pings('10.7.0.1')
    with Capture(lab, 'eth0', 'g1') as answers:
        provoke(lab, 'g1', bridge_mac)
        assert not answers.saw(bytes.fromhex(bridge_mac.replace(':', '')), 0.7), 'the bridge answered'
    with Capture(lab, 'eth0', 'g1') as guest:
        mark = os.urandom(8)
        send_raw(lab, bridge, make(bridge_mac, BROADCAST, mark))
        assert not guest.saw(mark, 0.5)
        send(lab, 'vswi-host', make(lab.get(endpoint_path('host'), 'EthernetPort', 'MacAddress'), BROADCAST, mark))
        assert guest.saw(mark)


@case
def two_switches_do_not_hear_each_other(lab):
    for name in ('a', 'b'):
        lab.create_switch(name)
        lab.attach_guest(name, f'g{name}', f'10.7.0.{ord(name)}/24')
    mark = os.urandom(8)
    with Capture(lab, 'eth0', 'gb') as other:
        send(lab, 'eth0', make(GUEST_MAC, BROADCAST, mark), 'ga')
        assert not other.saw(mark, 0.7)
    assert not lab.pings(f'10.7.0.{ord("b")}', 'ga', deadline=0.3)


@case
def a_new_port_is_never_open_before_the_guard(lab):
    # what the bridge device of the host hears from the first moment on, while switches come and go
    give_the_host_an_address(lab)
    for n in range(5):
        lab.create_switch(f's{n}')
        lab.attach_guest(f's{n}', f'g{n}', MacAddress=f'02:00:00:00:01:0{n}')
        send(lab, 'eth0', make_arp_request(f'02:00:00:00:01:0{n}', '10.7.0.1', '192.0.2.1'), f'g{n}')
        rules = lab.run('nft', 'list', 'table', 'netdev', 'vmswitch').stdout
        bridge = lab.get(switch_path(f's{n}'), 'Switch', 'InterfaceName')
        assert rules.count(f'"{bridge}"') == 2 and 'policy drop' in rules, rules
    assert '10.7.0.1' not in lab.ip('neigh', 'show').stdout


@case
def a_flushed_ruleset_comes_back(lab):
    lab.create_switch('lab')
    lab.attach_guest('lab', 'g1', '10.7.0.1/24')
    bridge = lab.get(switch_path('lab'), 'Switch', 'InterfaceName')
    lab.address(bridge, '10.7.0.254/24')
    lab.run('nft', 'flush', 'ruleset')
    for _ in range(200):
        if lab.run('nft', 'list', 'ruleset').stdout.count(f'"{bridge}"') == 2:
            break
    else:
        raise AssertionError('the guard is not back: ' + lab.run('nft', 'list', 'ruleset').stdout)
    assert not lab.pings('10.7.0.254', 'g1', deadline=0.5)
    assert 'guard' in lab.log().lower()


@case
def another_hand_in_our_table_is_put_right(lab):
    lab.create_switch('lab')
    lab.run('nft', 'delete', 'table', 'netdev', 'vmswitch')
    bridge = lab.get(switch_path('lab'), 'Switch', 'InterfaceName')
    for _ in range(200):
        rules = lab.run('nft', 'list', 'ruleset').stdout
        if rules.count(f'"{bridge}"') == 2:
            break
    assert rules.count(f'"{bridge}"') == 2, rules


run()
