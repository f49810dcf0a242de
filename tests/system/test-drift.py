#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Another hand at work on our devices: properties follow the truth at once, the service repairs, and says so."""
import time

from environment import wait_for
from lab import MANAGER, NAME, Lines, endpoint_path, port_path, switch_path
from tap import case, run


def build(lab):
    """A switch with the host and a guest on it, and a ping between them that works."""
    lab.create_switch('lab')
    lab.connect_internal('lab', 'host')
    lab.attach_guest('lab', 'g1', '10.7.0.1/24')
    lab.address('vswi-host', '10.7.0.254/24')
    assert lab.pings('10.7.0.1')


def watch(lab):
    return Lines(lab, 'gdbus', 'monitor', '--system', '-d', NAME, ready='is owned by')


def repaired(lab, condition, what):
    return wait_for(condition, 5, what)


def warned(lab, mark, *words):
    """A line of the log since then holds all the words."""
    def found():
        return any(all(w in line for w in words) for line in lab.log()[mark:].splitlines())
    try:
        wait_for(found, 3)
    except TimeoutError:
        raise AssertionError(f'no line with {words} in:\n{lab.log()[mark:]}') from None


@case
def a_port_taken_out_of_its_switch_is_put_back(lab):
    build(lab)
    mark, port = len(lab.log()), port_path('lab', 'g1')
    with watch(lab) as signals:
        lab.ip('link', 'set', 'vswp-g1', 'nomaster')
        signals.wait(lambda line: 'InterfacesRemoved' in line and port in line and 'ActiveConnection' in line)
        signals.wait(lambda line: 'InterfacesAdded' in line and port in line and 'ActiveConnection' in line)
    assert lab.links()['vswp-g1'].get('master') == 'vsw-lab'
    assert lab.connects(port) and lab.pings('10.7.0.1')
    warned(lab, mark, 'vswp-g1', 'vsw-lab')


@case
def a_port_moved_to_another_bridge_is_fetched_back(lab):
    build(lab)
    mark = len(lab.log())
    lab.ip('link', 'add', 'br-other', 'type', 'bridge')
    lab.ip('link', 'set', 'vswp-g1', 'master', 'br-other')
    repaired(lab, lambda: lab.links()['vswp-g1'].get('master') == 'vsw-lab', 'back in its switch')
    repaired(lab, lambda: lab.connected(port_path('lab', 'g1')), 'ActiveConnection')
    assert lab.pings('10.7.0.1')
    warned(lab, mark, 'vswp-g1', 'vsw-lab')


@case
def a_deleted_bridge_is_rebuilt_with_everything_in_it(lab):
    build(lab)
    mac, mark = lab.get(switch_path('lab'), 'Switch', 'MacAddress'), len(lab.log())
    with watch(lab) as signals:
        lab.ip('link', 'delete', 'vsw-lab')
        signals.wait(lambda line: 'InterfacesRemoved' in line and 'ActiveConnection' in line)
        signals.wait(lambda line: switch_path('lab') in line and "'InterfaceIndex'" in line)
    repaired(lab, lambda: all(lab.links()[p].get('master') == 'vsw-lab' for p in ('vswp-g1', 'vswp-host')), 'the bridge and its ports')
    repaired(lab, lambda: lab.connected(port_path('lab', 'g1')), 'ActiveConnection')
    assert lab.links()['vsw-lab']['address'] == mac
    assert lab.get(switch_path('lab'), 'Switch', 'InterfaceIndex') == lab.links()['vsw-lab']['ifindex']
    assert lab.pings('10.7.0.1')
    assert lab.run('nft', 'list', 'ruleset').stdout.count('"vsw-lab"') == 2
    warned(lab, mark, 'vsw-lab')


@case
def a_deleted_nic_of_the_host_is_rebuilt(lab):
    build(lab)
    mac, mark = lab.get(endpoint_path('host'), 'EthernetPort', 'MacAddress'), len(lab.log())
    for device in ('vswi-host', 'vswp-host'):
        index = lab.links()['vswi-host']['ifindex']
        lab.ip('link', 'delete', device)
        repaired(lab, lambda i=index: lab.links().get('vswi-host', {}).get('ifindex', i) != i, 'the NIC')
        repaired(lab, lambda: lab.connected(port_path('lab', 'host')), 'ActiveConnection')
        link = lab.links()['vswi-host']
        assert link['address'] == mac and 'UP' in link['flags']
        lab.wait_property(endpoint_path('host'), 'EthernetPort', 'InterfaceIndex', link['ifindex'])
    lab.address('vswi-host', '10.7.0.254/24')
    assert lab.pings('10.7.0.1')
    warned(lab, mark, 'host')


@case
def renamed_devices_get_their_names_back(lab):
    build(lab)
    mark = len(lab.log())
    indices = {n: lab.links()[n]['ifindex'] for n in ('vsw-lab', 'vswp-g1', 'vswi-host')}
    for number, name in enumerate(indices):
        lab.ip('link', 'set', name, 'name', f'stolen{number}')
    repaired(lab, lambda: all(lab.links().get(n, {}).get('ifindex') == i for n, i in indices.items()), 'the names')
    assert lab.pings('10.7.0.1')
    warned(lab, mark, 'stolen0')


@case
def readdressed_devices_get_their_addresses_back(lab):
    build(lab)
    mark = len(lab.log())
    before = {n: lab.links()[n]['address'] for n in ('vsw-lab', 'vswp-g1', 'vswi-host')}
    with watch(lab) as signals:
        for name in before:
            lab.ip('link', 'set', name, 'address', '02:de:ad:00:00:01')
        repaired(lab, lambda: all(lab.links()[n]['address'] == a for n, a in before.items()), 'the addresses')
        signals.wait(lambda line: switch_path('lab') in line and "'MacAddress': <'02:de:ad:00:00:01'>" in line)
        signals.wait(lambda line: endpoint_path('host') in line and f"'MacAddress': <'{before['vswi-host']}'>" in line)
    assert lab.pings('10.7.0.1')
    warned(lab, mark, '02:de:ad:00:00:01')


@case
def devices_set_down_are_set_up_again(lab):
    build(lab)
    mark, port = len(lab.log()), port_path('lab', 'g1')
    for name in ('vswp-g1', 'vsw-lab'):
        with watch(lab) as signals:
            lab.ip('link', 'set', name, 'down')
            signals.wait(lambda line: 'InterfacesRemoved' in line and port in line and 'ActiveConnection' in line)
            signals.wait(lambda line: 'InterfacesAdded' in line and port in line and 'ActiveConnection' in line)
        assert 'UP' in lab.links()[name]['flags']
    assert lab.pings('10.7.0.1')
    warned(lab, mark, 'vswp-g1')
    warned(lab, mark, 'vsw-lab')


@case
def settings_of_a_bridge_are_restored(lab):
    build(lab)
    mark = len(lab.log())
    lab.ip('link', 'set', 'vsw-lab', 'type', 'bridge', 'stp_state', '1', 'ageing_time', '1000', 'mcast_snooping', '1')
    lab.ip('link', 'set', 'vsw-lab', 'mtu', '1400')

    def right():
        link = lab.links()['vsw-lab']
        info = link['linkinfo']['info_data']
        return (info['stp_state'], info['ageing_time'], info['mcast_snooping'], link['mtu']) == (0, 30000, 0, 1500)
    repaired(lab, right, 'the settings')
    warned(lab, mark, 'vsw-lab')
    assert lab.get(switch_path('lab'), 'Switch', 'State') == 'ok'


@case
def another_hand_may_not_hide_our_mark(lab):
    build(lab)
    lab.ip('link', 'set', 'vswp-g1', 'group', '5', 'alias', 'mine')
    repaired(lab, lambda: lab.links()['vswp-g1'].get('ifalias', '').startswith('vmswitch:'), 'the alias')
    lab.kill_daemon()
    lab.start_daemon()
    assert lab.connects(port_path('lab', 'g1')) and lab.pings('10.7.0.1')


@case
def an_mtu_set_by_another_hand_is_restored(lab):
    build(lab)
    for name in ('vswp-g1', 'vswi-host', 'vswp-host'):
        lab.ip('link', 'set', name, 'mtu', '1300')
    repaired(lab, lambda: all(lab.links()[n]['mtu'] == 1500 for n in ('vswp-g1', 'vswi-host', 'vswp-host')), 'the MTUs')


@case
def lookalikes_are_not_touched(lab):
    lab.ip('link', 'add', 'vsw-lab', 'type', 'bridge')
    lab.ip('link', 'add', 'vswp-web', 'type', 'veth', 'peer', 'name', 'vswg-web')
    before = lab.links()
    lab.create_switch('lab')
    _, nic = lab.attach('lab', 'web')
    device = lab.get(switch_path('lab'), 'Switch', 'InterfaceName')
    assert device != 'vsw-lab' and device.startswith('vsw-') and lab.links()[device]['linkinfo']['info_kind'] == 'bridge'
    assert lab.get(nic, 'EthernetPort', 'InterfaceName') not in ('vswg-web', 'vswp-web')
    lab.delete(switch_path('lab'), 'Switch')
    assert nic not in lab.objects()
    after = lab.links()
    for name in ('vsw-lab', 'vswp-web', 'vswg-web'):
        assert after[name] == before[name], name
    for name in ('vsw-lab', 'vswp-web'):
        lab.ip('link', 'delete', name)


@case
def a_foreign_device_with_a_stolen_alias_is_not_taken_for_ours(lab):
    build(lab)
    alias = lab.links()['vswp-g1']['ifalias']
    lab.ip('link', 'add', 'impostor', 'type', 'bridge')
    lab.ip('link', 'set', 'impostor', 'alias', alias)
    lab.kill_daemon()
    lab.start_daemon()
    assert 'impostor' in lab.links() and lab.pings('10.7.0.1')
    lab.ip('link', 'delete', 'impostor')
    assert lab.pings('10.7.0.1') and lab.connected(port_path('lab', 'g1'))


def warnings(lab, code):
    """The texts of Manager.Warnings of that code."""
    return [text for found, text in lab.get(MANAGER, 'Manager', 'Warnings') if found == code]


@case
def a_foreign_device_under_our_name_is_told_and_waited_for(lab):
    build(lab)
    lab.kill_daemon()
    lab.ip('link', 'delete', 'vsw-lab')
    lab.ip('link', 'add', 'vsw-lab', 'type', 'bridge')
    foreign = lab.shapes()['vsw-lab']
    lab.start_daemon()
    assert lab.shapes()['vsw-lab'] == foreign
    assert any('vsw-lab' in text for text in warnings(lab, 'device-conflict')), lab.get(MANAGER, 'Manager', 'Warnings')
    assert lab.get(switch_path('lab'), 'Switch', 'State') == 'degraded'
    assert not lab.connected(port_path('lab', 'g1'))
    lab.ip('link', 'delete', 'vsw-lab')
    repaired(lab, lambda: lab.links().get('vswp-g1', {}).get('master') == 'vsw-lab', 'the switch')
    assert lab.pings('10.7.0.1')
    wait_for(lambda: not warnings(lab, 'device-conflict'), 5, 'the warning to go')
    lab.wait_property(switch_path('lab'), 'Switch', 'State', 'ok')


@case
def a_static_address_is_put_back_and_a_foreign_one_taken_out(lab):
    build(lab)
    ours, theirs = '02:00:00:00:00:31', '02:00:00:00:00:32'
    lab.call(switch_path('lab'), 'Switch.AddStaticAddress', ours, port_path('lab', 'g1'), {})

    def static():
        lines = lab.run('bridge', 'fdb', 'show', 'dev', 'vswp-g1').stdout.splitlines()
        return {line.split()[0] for line in lines if 'static' in line.split()}
    assert static() == {ours}, static()
    lab.run('bridge', 'fdb', 'del', ours, 'dev', 'vswp-g1', 'master')
    lab.run('bridge', 'fdb', 'add', theirs, 'dev', 'vswp-g1', 'master', 'static')
    repaired(lab, lambda: static() == {ours}, 'forwarding table')


@case
def a_foreign_port_in_our_bridge_is_left_alone(lab):
    build(lab)
    lab.ip('link', 'add', 'vnet0', 'type', 'veth', 'peer', 'name', 'vnet1')
    lab.ip('link', 'set', 'vnet0', 'master', 'vsw-lab', 'up')
    time.sleep(0.3)
    assert lab.links()['vnet0']['master'] == 'vsw-lab'
    lab.kill_daemon()
    lab.start_daemon()
    assert lab.links()['vnet0']['master'] == 'vsw-lab'


@case
def names_of_strange_links_do_no_harm(lab):
    build(lab)
    for number, name in enumerate((b'\xff\xfe\x80', b'\x1b[31mred', b'-x', b'br0@if2', b'%n%s', b"'\"\\", '日本'.encode())):
        lab.run('ip', 'link', 'add', 'name', name.decode('utf-8', 'surrogateescape'), 'type', 'veth', 'peer', 'name', f'strange{number}', check=False)
    assert lab.objects() and lab.pings('10.7.0.1')
    assert not any(ord(c) < 32 and c not in '\n\t' for c in lab.log())
    for number in range(7):
        lab.ip('link', 'delete', f'strange{number}', check=False)


run()
