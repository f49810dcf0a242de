#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The main job with vmswitchctl alone, and its exit statuses."""
import json
import re
import time

from environment import wait_for
from lab import MANAGER, BusError, Holder, Lines, endpoint_path, port_path, switch_path
from tap import Skip, case, run


@case
def the_walk_with_vmswitchctl(lab):
    for guest in ('g1', 'g2'):
        lab.add_guest(guest)
    lab.ctl('create', 'switch', 'lab', '--description', 'a lab', '--mtu', 1400)
    lab.ctl('connect-internal', 'lab')
    for number, guest in enumerate(('g1', 'g2'), 1):
        lab.ctl('attach', 'lab', guest, '--netns', guest)
        lab.address('eth0', f'10.7.0.{number}/24', netns=guest)
    lab.address('vswi-lab-host', '10.7.0.254/24')
    assert lab.pings('10.7.0.2', 'g1') and lab.pings('10.7.0.254', 'g1') and lab.pings('10.7.0.2')
    shown = lab.ctl('list').stdout
    for word in ('lab', 'g1', 'g2', 'lab-host'):
        assert word in shown, shown
    fdb = lab.ctl('fdb', 'lab').stdout
    assert lab.links('g1')['eth0']['address'] in fdb, fdb
    stats = json.loads(lab.ctl('--json', 'stats', 'lab/g1').stdout)
    assert 'rx-packets' in json.dumps(stats), stats
    lab.ctl('detach', 'g1')
    assert endpoint_path('g1') not in lab.objects() and 'eth0' not in lab.links('g1')
    lab.ctl('disconnect-internal', 'lab-host')
    lab.ctl('delete', 'switch', 'lab', '--force')
    assert switch_path('lab') not in lab.objects()


@case
def ports_are_made_set_connected_moved_and_deleted(lab):
    lab.ctl('create', 'switch', 'a')
    lab.ctl('create', 'switch', 'b')
    lab.ctl('create', 'port', 'a/web')
    lab.ctl('create', 'endpoint', 'nic', '--mac', '02:00:00:00:00:42')
    lab.ctl('connect', 'a/web', 'nic')
    assert lab.connects(port_path('a', 'web'))
    lab.ctl('set', 'switch', 'a', 'ageing-seconds=60', 'spanning-tree=true')
    assert lab.get(switch_path('a'), 'Switch', 'AgeingSeconds') == 60 and lab.get(switch_path('a'), 'Switch', 'SpanningTree') is True
    lab.ctl('set', 'endpoint', 'nic', 'mtu=1300')
    lab.ctl('set', 'port', 'a/web', 'description=hello')
    lab.ctl('address', 'add', 'a/web', '02:00:00:00:00:77')
    assert '02:00:00:00:00:77' in lab.ctl('fdb', 'a').stdout
    lab.ctl('address', 'remove', 'a/web', '02:00:00:00:00:77')
    lab.ctl('move', 'a/web', 'b')
    assert lab.connects(port_path('b', 'web'))
    lab.ctl('disconnect', 'b/web')
    lab.ctl('delete', 'port', 'b/web')
    lab.ctl('delete', 'endpoint', 'nic')
    assert {p for p in lab.objects() if p != MANAGER} == {switch_path('a'), switch_path('b')}


@case
def a_nic_is_placed_later(lab):
    lab.add_guest('g1')
    lab.ctl('create', 'switch', 'lab')
    lab.ctl('attach', 'lab', 'web')
    lab.ctl('place', 'web', '--netns', 'g1', '--interface', 'wan')
    assert 'wan' in lab.links('g1') and lab.get(endpoint_path('web'), 'SyntheticEthernetPort', 'Placed') is True


@case
def a_namespace_is_named_by_a_process_or_a_file_too(lab):
    lab.create_switch('lab', Shared=True)
    with Holder(lab, user='alice') as alice:
        try:
            pid = alice.do('new_namespace()')
        except BusError as error:
            raise Skip(f'ordinary users may not make user namespaces here: {error}') from None
        for name, netns in (('eth0', pid), ('eth1', f'/proc/{pid}/ns/net')):
            lab.ctl('attach', 'lab', f'of-{name}', '--netns', netns, '--interface', name, user='alice')
        inside = lab.run('nsenter', '-t', pid, '-U', '-n', '--preserve-credentials', 'ip', '-br', 'link').stdout
        assert 'eth0' in inside and 'eth1' in inside, inside
        refused = lab.ctl('attach', 'lab', 'thief', '--netns', pid, '--interface', 'eth2', user='erin', check=False)
        assert refused.returncode != 0 and endpoint_path('thief') not in lab.objects(), refused


@case
def json_is_what_the_bus_says(lab):
    lab.ctl('create', 'switch', 'lab')
    shown = json.loads(lab.ctl('--json', 'show', 'switch', 'lab').stdout)
    text = json.dumps(shown)
    assert '"Mtu": 1500' in text and '"Name": "lab"' in text, shown
    for command in (['list'], ['list', 'switches'], ['list', 'ports'], ['list', 'endpoints'], ['list', 'external'], ['show', 'manager'], ['fdb', 'lab'],
                    ['stats'], ['status'], ['capabilities'], ['resolve', 'vsw-lab']):
        json.loads(lab.ctl('--json', *command).stdout)
        lab.ctl(*command)
        json.loads(lab.ctl(*command, '--json').stdout)


@case
def monitor_shows_signals_as_they_come(lab):
    with Lines(lab, '/run/vmswitch-environment/bin/vmswitchctl', 'monitor') as monitor:
        time.sleep(0.5)
        lab.create_switch('lab')
        monitor.wait(lambda line: 'lab' in line)
        lab.connect_internal('lab', 'host')
        monitor.wait(lambda line: 'host' in line)
    with Lines(lab, '/run/vmswitch-environment/bin/vmswitchctl', '--json', 'monitor') as monitor:
        time.sleep(0.5)
        lab.delete(switch_path('lab'), 'Switch')
        line = monitor.wait(lambda line: 'switch' in line)
        json.loads(line)


@case
def attach_with_lifetime_caller_holds_until_interrupted(lab):
    lab.create_switch('lab')
    with Lines(lab, '/run/vmswitch-environment/bin/vmswitchctl', 'attach', 'lab', 'held', '--lifetime', 'caller') as holder:
        wait_for(lambda: endpoint_path('held') in lab.objects(), 5, 'the NIC')
        assert holder.process.poll() is None
        holder.process.send_signal(2)
        holder.process.wait(5)
    wait_for(lambda: endpoint_path('held') not in lab.objects(), 2, 'it to go')


@case
def exit_statuses_tell_what_happened(lab):
    lab.ctl('create', 'switch', 'lab')
    lab.ctl('create', 'port', 'lab/p')
    for status, user, command in ((2, None, ['nonsense']), (2, None, []), (2, None, ['create', 'switch']), (2, None, ['create', 'switch', 'x', '--mtu', 'many']),
                                  (3, None, ['show', 'switch', 'none']), (3, None, ['delete', 'switch', 'none']), (3, None, ['connect', 'lab/p', 'none']),
                                  (4, 'bob', ['create', 'switch', 'x']), (4, 'dave', ['--no-ask-password', 'delete', 'switch', 'lab']),
                                  (6, None, ['create', 'switch', 'lab']), (7, None, ['create', 'switch', 'lab/../x']), (7, None, ['set', 'switch', 'lab', 'mtu=1'])):
        done = lab.ctl(*command, user=user, check=False)
        if command:
            assert done.returncode == status, (command, done)
            assert done.stdout == '' and len(done.stderr.splitlines()) >= 1, (command, done)
            assert re.match(r'vmswitchctl: ', done.stderr), done.stderr
    lab.stop_daemon()
    done = lab.ctl('list', check=False)
    assert done.returncode == 8, done


@case
def every_command_has_help(lab):
    top = lab.ctl('--help').stdout
    for verb in ('list', 'show', 'create', 'delete', 'set', 'connect', 'disconnect', 'move', 'attach', 'monitor', 'stats', 'fdb'):
        assert re.search(rf'\b{verb}\b', top), verb
        assert verb in lab.ctl(verb, '--help').stdout
    assert lab.ctl('--version').stdout.strip()


@case
def an_ordinary_user_may_look_but_not_touch(lab):
    lab.ctl('create', 'switch', 'lab')
    for user in ('bob', 'dave'):
        assert 'lab' in lab.ctl('list', user=user).stdout
        lab.ctl('show', 'switch', 'lab', user=user)
        assert lab.ctl('--no-ask-password', 'create', 'port', 'lab/x', user=user, check=False).returncode == 4
    lab.ctl('create', 'port', 'lab/x', user='alice')


run()
