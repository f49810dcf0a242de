#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long things live: lifetimes, kill -9, reboot, and a data plane that does not notice."""
import re
import time

from environment import wait_for
from lab import MANAGER, Holder, endpoint_path, port_path, switch_path
from tap import case, run


KEPT = ('Id', 'Name', 'InterfaceName', 'InterfaceIndex', 'MacAddress', 'Mtu', 'Lifetime', 'Endpoint', 'Ports', 'Description', 'OwnerUid',
        'CreatedTimestamp', 'Kind', 'Switch', 'Placed', 'State')


def picture(lab):
    """What must survive: paths, ids, devices. Lists of ports have no order."""
    return {path: {(i, n): sorted(v) if n == 'Ports' else v for i, ps in interfaces.items() for n, v in ps.items() if n in KEPT}
            for path, interfaces in lab.objects().items()}


def build(lab):
    lab.create_switch('lab', Description='kept', AgeingSeconds=77)
    lab.connect_internal('lab', 'host')
    lab.create_port('lab', 'spare')
    lab.create_switch('tmp', Lifetime='runtime')
    for n in (1, 2):
        lab.attach_guest('lab', f'g{n}', f'10.7.0.{n}/24')
    lab.call(switch_path('lab'), 'Switch.AddStaticAddress', '02:00:00:00:00:99', port_path('lab', 'spare'), {})


@case
def kill_and_restart_changes_nothing(lab):
    build(lab)
    assert all(lab.connects(port_path('lab', n)) for n in ('g1', 'g2', 'host'))
    before, links = picture(lab), lab.links()
    for _ in range(3):
        lab.kill_daemon()
        assert {n: l['ifindex'] for n, l in lab.links().items()} == {n: l['ifindex'] for n, l in links.items()}
        lab.start_daemon()
        after = picture(lab)
        assert after == before, {p: (before.get(p), after.get(p)) for p in set(before) | set(after) if before.get(p) != after.get(p)}
    now = lab.links()
    assert {n: (l['ifindex'], l['address'], l['mtu'], l.get('master')) for n, l in now.items()} == \
        {n: (l['ifindex'], l['address'], l['mtu'], l.get('master')) for n, l in links.items()}


@case
def a_ping_at_one_millisecond_loses_nothing_through_kill_and_restart(lab):
    lab.create_switch('lab')
    for n in (1, 2):
        lab.attach_guest('lab', f'g{n}', f'10.7.0.{n}/24')
    assert lab.pings('10.7.0.2', 'g1')
    ping = lab.spawn('ping', '-n', '-q', '-i', '0.001', '-c', '5000', '-W', '2', '10.7.0.2', netns='g1', stdout=-1)
    restarts = 0
    while ping.poll() is None:
        time.sleep(0.1)
        lab.kill_daemon()
        time.sleep(0.1)
        lab.start_daemon()
        restarts += 1
    out = ping.communicate()[0]
    assert restarts >= 3, restarts
    assert re.search(r'5000 packets transmitted, 5000 received, 0% packet loss', out), (restarts, out)


@case
def the_guard_stands_while_the_daemon_is_dead(lab):
    lab.create_switch('lab')
    lab.attach_guest('lab', 'g1', '10.7.0.1/24')
    lab.address('vsw-lab', '10.7.0.254/24')
    lab.kill_daemon()
    assert not lab.pings('10.7.0.254', 'g1', deadline=0.5)


@case
def a_clean_stop_leaves_switches_working(lab):
    build(lab)
    assert all(lab.connects(port_path('lab', n)) for n in ('g1', 'g2', 'host'))
    before = picture(lab)
    assert lab.stop_daemon() == 0
    assert lab.pings('10.7.0.2', 'g1')
    lab.start_daemon()
    assert picture(lab) == before


@case
def devices_deleted_while_dead_are_rebuilt(lab):
    build(lab)
    before = picture(lab)
    lab.kill_daemon()
    lab.ip('link', 'delete', 'vsw-lab')
    lab.ip('link', 'delete', 'vswi-host')
    lab.run('nft', 'flush', 'ruleset')
    lab.start_daemon()
    after = picture(lab)
    assert set(after) == set(before)
    assert lab.pings('10.7.0.2', 'g1')
    assert lab.get(endpoint_path('host'), 'EthernetPort', 'MacAddress') == before[endpoint_path('host')][('org.vmswitch1.EthernetPort', 'MacAddress')]
    assert 'vsw-lab' in lab.run('nft', 'list', 'ruleset').stdout
    assert lab.links()['vsw-lab']['linkinfo']['info_data']['ageing_time'] == 7700


@case
def settings_changed_while_dead_are_put_right(lab):
    build(lab)
    lab.kill_daemon()
    lab.ip('link', 'set', 'vswp-g1', 'nomaster')
    lab.ip('link', 'set', 'vsw-lab', 'mtu', '1400', 'down')
    lab.ip('link', 'set', 'vswp-host', 'name', 'vswfoo')
    lab.ip('link', 'set', 'vsw-lab', 'type', 'bridge', 'ageing_time', '100')
    lab.start_daemon()
    links = lab.links()
    assert links['vswp-g1']['master'] == 'vsw-lab' and links['vsw-lab']['mtu'] == 1500 and 'vswp-host' in links, links.keys()
    assert links['vsw-lab']['linkinfo']['info_data']['ageing_time'] == 7700
    assert lab.pings('10.7.0.2', 'g1')
    assert lab.get(switch_path('lab'), 'Switch', 'State') == 'ok'


@case
def what_the_store_does_not_know_goes_at_start(lab):
    build(lab)
    lab.kill_daemon()
    # a device with our mark that no store knows: what a crash between kernel and store leaves
    lab.ip('link', 'add', 'vswp-lost', 'group', str(0x76737731), 'type', 'veth', 'peer', 'name', 'vswg-lost')
    lab.ip('link', 'set', 'vswg-lost', 'group', str(0x76737731))
    lab.ip('link', 'add', 'vsw-mine', 'type', 'bridge')  # looks like ours, carries no mark
    lab.start_daemon()
    links = lab.links()
    assert 'vswp-lost' not in links and 'vswg-lost' not in links and 'vsw-mine' in links, list(links)
    lab.ip('link', 'delete', 'vsw-mine')


@case
def after_a_reboot_the_persistent_is_rebuilt_and_the_rest_is_gone(lab):
    build(lab)
    lab.create_port('lab', 'kept-port', Description='kept')
    lab.create_port('lab', 'runtime-port', Lifetime='runtime')
    macs = [lab.get(p, i, 'MacAddress') for p, i in ((switch_path('lab'), 'Switch'), (endpoint_path('host'), 'EthernetPort'))]
    lab.kill_daemon()
    for name in lab.ours():
        lab.ip('link', 'delete', name, check=False)
    lab.run('nft', 'flush', 'ruleset')
    lab.make_runtime()
    lab.start_daemon()
    objects = lab.objects()
    assert {switch_path('lab'), port_path('lab', 'kept-port'), port_path('lab', 'host'), endpoint_path('host'), port_path('lab', 'spare')} <= set(objects)
    assert not {switch_path('tmp'), port_path('lab', 'runtime-port'), endpoint_path('g1'), port_path('lab', 'g1')} & set(objects), list(objects)
    assert macs == [lab.get(p, i, 'MacAddress') for p, i in ((switch_path('lab'), 'Switch'), (endpoint_path('host'), 'EthernetPort'))]
    assert set(lab.ours()) == {'vsw-lab', 'vswp-host', 'vswi-host'}, lab.ours()
    lab.address('vswi-host', '10.7.0.254/24')
    lab.attach_guest('lab', 'g9', '10.7.0.9/24')
    assert lab.pings('10.7.0.9')


@case
def what_a_caller_holds_goes_with_him(lab):
    lab.create_switch('lab')
    with Holder(lab) as holder:
        holder.call(switch_path('lab'), 'Switch.Attach', "options(Name='held')", 'options()')
        holder.call(MANAGER, 'Manager.CreateSwitch', "'mine'", "options(Lifetime='caller')", 'options()')
        holder.call(switch_path('lab'), 'Switch.CreatePort', "'port'", "options(Lifetime='caller')", 'options()')
        held = {endpoint_path('held'), port_path('lab', 'held'), switch_path('mine'), port_path('lab', 'port')}
        assert held <= set(lab.objects())
        assert lab.get(endpoint_path('held'), 'EthernetPort', 'Lifetime') == 'caller'
    wait_for(lambda: not held & set(lab.objects()), 1.5, 'what the caller held to go')
    assert lab.ours() == ['vsw-lab'], lab.ours()


@case
def what_a_caller_holds_survives_a_restart_while_he_is_there(lab):
    lab.create_switch('lab')
    with Holder(lab) as holder:
        holder.call(switch_path('lab'), 'Switch.Attach', "options(Name='held')", 'options()')
        index = lab.links()['vswp-held']['ifindex']
        lab.kill_daemon()
        lab.start_daemon()
        assert endpoint_path('held') in lab.objects() and lab.links()['vswp-held']['ifindex'] == index
    wait_for(lambda: endpoint_path('held') not in lab.objects(), 1.5, 'it to go')


@case
def a_caller_who_went_while_the_daemon_was_dead_is_noticed(lab):
    lab.create_switch('lab')
    with Holder(lab) as holder:
        holder.call(switch_path('lab'), 'Switch.Attach', "options(Name='held')", 'options()')
        lab.kill_daemon()
    lab.start_daemon()
    wait_for(lambda: endpoint_path('held') not in lab.objects(), 1.5, 'it to go')
    assert lab.ours() == ['vsw-lab'], lab.ours()


@case
def a_guest_that_dies_frees_its_port(lab):
    lab.create_switch('lab')
    lab.create_port('lab', 'kept')
    lab.attach_guest('lab', 'g1')
    lab.attach_guest('lab', 'g2', Port='kept')
    lab.remove_guest('g1')
    lab.remove_guest('g2')
    gone = {endpoint_path('g1'), endpoint_path('g2'), port_path('lab', 'g1')}
    wait_for(lambda: not gone & set(lab.objects()), 3, 'released')
    assert lab.get(port_path('lab', 'kept'), 'SwitchPort', 'Connected') is False


@case
def a_persistent_nic_comes_home_when_its_guest_dies(lab):
    lab.create_switch('lab')
    lab.attach_guest('lab', 'g1', Lifetime='persistent')
    mac = lab.get(endpoint_path('g1'), 'EthernetPort', 'MacAddress')
    lab.remove_guest('g1')
    wait_for(lambda: 'vswg-g1' in lab.links(), 3, 'rebuilt at home')
    lab.wait_property(endpoint_path('g1'), 'SyntheticEthernetPort', 'Placed', False)
    assert lab.links()['vswg-g1']['address'] == mac


@case
def many_kills_during_changes_leave_nothing_half(lab):
    lab.create_switch('lab')
    script = 'i=0; while :; do i=$((i+1)); busctl call org.vmswitch1 /org/vmswitch1/switch/lab org.vmswitch1.Switch ConnectInternal ' \
             '"sa{sv}a{sv}" n$i 0 0; busctl call org.vmswitch1 /org/vmswitch1/endpoint/n$i org.vmswitch1.EthernetPort Delete ' \
             '"a{sv}" 1 force b true; done'
    for round_ in range(15):
        worker = lab.spawn('sh', '-c', script, stdout=-3, stderr=-3, start_new_session=True)
        time.sleep(0.15 + round_ * 0.007)
        lab.kill_daemon()
        worker.kill()
        worker.wait()
        lab.start_daemon()
        objects = lab.objects()
        nics = [p for p, i in objects.items() if 'org.vmswitch1.InternalEthernetPort' in i]
        ports = [p for p, i in objects.items() if 'org.vmswitch1.SwitchPort' in i]
        assert len(nics) == len(ports), (nics, ports)
        names = {lab.get(n, 'EthernetPort', 'Name') for n in nics}
        assert set(lab.ours()) == {'vsw-lab'} | {f'vswp-{n}' for n in names} | {f'vswi-{n}' for n in names}, (names, lab.ours())
        assert all(lab.connects(p) for p in ports)


run()
