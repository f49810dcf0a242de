#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""NICs of the host: listed, bound, and the host moved over to a switch and back."""
import os
import re
import time
from pathlib import Path

from client import ROOT, case, run

LAB, LAB2 = f'{ROOT}/switch/lab', f'{ROOT}/switch/lab_2d2'
END = f'{ROOT}/endpoint'
OURS = 'org.vmswitch1.Error.'
NO = '{}'
STEPS = ['host-add vsw-lab 02:30:00:00:00:01', 'ip-move vswi-lab from eth0#2: address 192.0.2.5/24; route default via 192.0.2.1 table main',
         'set eth0#2 bridge vsw-lab']
PRINTED = '''1. host-add vsw-lab 02:30:00:00:00:01
2. ip-move vswi-lab from eth0#2:
     address 192.0.2.5/24
     route default via 192.0.2.1 table main
3. set eth0#2 bridge vsw-lab
'''
# what daemon/model/resolve_uplink.c says; what a person reads
CARRIES = ("eth0 carries the host's addresses 192.0.2.5/24: they would be cut off; SetupSwitch moves them to the switch, "
           'option drop-addresses takes them away until the NIC is unbound',
           "eth0 carries the host's addresses 192.0.2.5/24: they would be cut off; vmswitchctl setup moves them to the switch, "
           '--drop-addresses takes them away until the NIC is unbound')
HOSTING = ('the host is reached through endpoint lab since SetupSwitch: TeardownSwitch of switch lab gives eth0 back',
           'the host is reached through endpoint lab since vmswitchctl setup: vmswitchctl teardown of switch lab gives eth0 back')
GONE = ("eth1 is not there, so the host's addresses cannot move back to it; option drop-addresses lets them go",
        "eth1 is not there, so the host's addresses cannot move back to it; --drop-addresses lets them go")


def lose_eth1(service):
    """The tree as it is while the uplink of lab-2 is missing, from the next call of GetStatistics on."""
    service.reply('GetStatistics', '(@a{oa{st}} {},)')
    for path, interface, name, value in (
            (f'{END}/eth1', 'EthernetPort', 'State', "'missing'"), (f'{END}/eth1', 'EthernetPort', 'InterfaceName', "''"),
            (f'{END}/eth1', 'EthernetPort', 'Speed', 'uint64 0'), (f'{END}/eth1', 'ExternalEthernetPort', 'Driver', "''"),
            (f'{END}/eth1', 'ExternalEthernetPort', 'NotBridgeableReason', "'it is not there'"),
            (LAB2, 'Switch', 'State', "'uplink-missing'")):
        service.after('GetStatistics', path, interface, name, value)
    service.run('stats')
    service.calls()


@case
def the_two_lists_are_one(service):
    for more in ([], ['--json'], ['--quiet']):
        assert service.run('external', 'list', *more).out == service.run('list', 'external', *more).out
    assert service.run('external', 'list', '--quiet').out == 'eth0\neth1\nwlan0\n'
    nics = service.run('external', 'list', '--json').json
    assert [n['Name'] for n in nics] == ['eth0', 'eth1', 'wlan0']
    assert nics[1]['ExternalEthernetPort']['Switch'] == LAB2 and nics[2]['ExternalEthernetPort']['Bridgeable'] is False


@case
def the_list_fits_a_terminal_but_for_addresses(service):
    lines = service.run_on_terminal('external', 'list').out.splitlines()
    assert 'BUS' in lines[0] and 'MAC' not in lines[0] and max(map(len, lines[:4])) <= 80, lines
    assert lines[4].startswith('wlan0 cannot be an uplink: Wi-Fi station'), lines


@case
def an_uplink_that_is_missing_is_seen_everywhere(service):
    lose_eth1(service)
    assert re.search(r'^eth1 +lab-2 +missing +unknown ', service.run('external', 'list').out, re.MULTILINE)
    assert 'not there' not in service.run('external', 'list').out
    assert re.search(r'^lab-2 +external +uplink-missing +4 +eth1 ', service.run('list', 'switches').out, re.MULTILINE)
    tree = service.run('list').out
    assert re.search(r'^lab-2 +external +uplink-missing ', tree, re.MULTILINE)
    assert re.search(r'^    eth1 +external +missing ', tree, re.MULTILINE), tree
    assert re.search(r'^Uplinks +1, missing 1$', service.run('status').out, re.MULTILINE)
    status = service.run('status', '--json').json
    assert (status['Uplinks'], status['MissingUplinks'], status['Degraded']) == (1, 1, 0)
    show = service.run('show', 'switch', 'lab-2').out
    assert re.search('State +uplink-missing\n', show) and re.search('ExternalPort +endpoint eth1\n', show)


@case
def a_nic_that_is_called_otherwise_now_is_found_by_either_name(service):
    service.reply('UnbindExternalEthernetPort', '()')
    service.after('UnbindExternalEthernetPort', f'{END}/eth1', 'EthernetPort', 'InterfaceName', "'enp3s0'")
    for name in ('eth1', f'{END}/eth1', 'enp3s0'):
        service.run('external', 'unbind', name)
        assert service.calls() == [f"{LAB2} UnbindExternalEthernetPort ('{END}/eth1', {NO}) plain 0"], name
    assert 'eth1 is called enp3s0 now\n' in service.run('external', 'list').out


@case
def a_device_with_the_name_of_a_missing_nic_is_told_from_it(service):
    """Both objects have the name eth1."""
    other = f'{END}/eth1_7eexternal'
    service.copy(f'{END}/eth0', other)
    service.reply('GetStatistics', '(@a{oa{st}} {},)')
    for name in ('Name', 'InterfaceName'):
        service.after('GetStatistics', other, 'EthernetPort', name, "'eth1'")
    lose_eth1(service)
    for words, call in ((('external', 'bind'), 'BindExternalEthernetPort'), (('setup',), 'SetupSwitch'),):
        service.fail(call, OURS + 'Exists', 'the reason')
        service.refuse(*words, 'lab', 'eth1', status=6)
        assert f"'{other}'" in service.calls()[0], words
    service.reply('UnbindExternalEthernetPort', '()')
    for words in (('eth1',), ('lab-2', 'eth1'), (f'{END}/eth1',)):
        service.run('external', 'unbind', *words)
        assert service.calls() == [f"{LAB2} UnbindExternalEthernetPort ('{END}/eth1', {NO}) plain 0"], words
    assert service.refuse('external', 'unbind', other, status=6).endswith('it is not bound to a switch')

    rows = service.run('external', 'list').out
    assert re.search(rf'^{END}/eth1 +lab-2 +missing ', rows, re.MULTILINE) and re.search(rf'^{other} +none +ok ', rows, re.MULTILINE), rows
    assert service.run('external', 'list', '--quiet').out == f'eth0\n{END}/eth1\n{other}\nwlan0\n'
    assert service.refuse('show', 'eth1', status=2) == f'"eth1" can be any of: endpoint {END}/eth1, endpoint {other}'
    assert 'State                  missing' in service.run('show', f'{END}/eth1').out
    assert service.run('show', other).out.startswith('endpoint eth1\n')


@case
def what_is_bound_answers_with_port_and_nic(service):
    service.reply('BindExternalEthernetPort', f"(objectpath '{LAB}/port/eth0',)")
    assert service.run('external', 'bind', 'lab', 'eth0', '--json').json == {'Port': f'{LAB}/port/eth0', 'Endpoint': f'{END}/eth0'}
    service.reply('SetupSwitch', f"(objectpath '{END}/lab', objectpath '/', @as [])")
    assert service.run('setup', 'lab', 'eth0', '--json').json == {'Path': f'{END}/lab'}
    service.reply('TeardownSwitch', "(objectpath '/', @as [])")
    assert service.run('teardown', 'lab-2', '--json').json == {'Path': LAB2}


@case
def a_dry_run_says_the_steps_and_no_more(service):
    steps = str(STEPS)
    service.reply('SetupSwitch', f"(objectpath '/', objectpath '/', {steps})")
    service.reply('TeardownSwitch', f"(objectpath '/', {steps})")
    for command, call in (
            ('setup lab eth0 --mtu 1400', f"SetupSwitch ('{LAB}', '{END}/eth0', {{'Mtu': <uint32 1400>}}, {{'dry-run': <true>}})"),
            ('teardown lab-2', f"TeardownSwitch ('{LAB2}', {{'dry-run': <true>}})")):
        words = command.split() + ['--dry-run']
        assert service.run(*words).out == PRINTED
        assert service.calls() == [f'{ROOT}/Manager {call} plain 0']
        assert service.run('--quiet', *words).out == PRINTED, 'the steps are the answer, not what was done'
        assert service.run('--json', *words).json == {'Steps': STEPS}
        service.calls()


@case
def the_checkpoint_of_the_answer_is_told_with_how_to_confirm_it(service):
    service.reply('SetupSwitch', f"(objectpath '{END}/lab', objectpath '{ROOT}/checkpoint/7', @as [])")
    service.reply('TeardownSwitch', f"(objectpath '{ROOT}/checkpoint/8', @as [])")
    for command, number in (('setup lab eth0', 7), ('teardown lab-2', 8)):
        words = command.split() + ['--confirm-within', '60']
        lines = service.run(*words).out.splitlines()
        assert len(lines) == 2 and f'in 60 seconds unless it is confirmed: vmswitchctl checkpoint confirm {number}' in lines[1], lines
        assert "'confirm-within': <uint32 60>" in service.calls()[0]
        assert service.run('--quiet', *words).out == ''
        assert service.run('--json', *words).json['Checkpoint'] == f'{ROOT}/checkpoint/{number}'
        service.calls()


@case
def what_waits_unasked_tells_how_long(service):
    service.reply('SetupSwitch', f"(objectpath '{END}/lab', objectpath '{ROOT}/checkpoint/1', @as [])")
    service.after('SetupSwitch', f'{ROOT}/checkpoint/1', 'Checkpoint', 'DeadlineTimestamp', f'uint64 {int(time.time() + 60) * 1000000}')
    lines = service.run('setup', 'lab', 'eth0').out.splitlines()
    assert re.fullmatch('It is undone in (60|5\\d) seconds unless it is confirmed: vmswitchctl checkpoint confirm 1', lines[1]), lines
    assert 'confirm-within' not in service.calls()[0]


@case
def who_keeps_it_is_not_asked(service):
    service.reply('SetupSwitch', f"(objectpath '{END}/lab', objectpath '{ROOT}/checkpoint/1', @as [])")
    service.reply('TeardownSwitch', f"(objectpath '{ROOT}/checkpoint/1', @as [])")
    service.reply('Confirm', '()')
    for words in (['setup', 'lab', 'eth0', '--keep'], ['teardown', 'lab-2', '--keep']):
        assert service.run_on_terminal(*words).out.count('\n') == 1
        assert service.calls()[1:] == [f'{ROOT}/checkpoint/1 Confirm ({NO},) interactive 0']
        assert list(service.run('--json', *words).json) == ['Path']
        assert 'does not go with --confirm-within' in service.refuse('--confirm-within', '60', *words, status=2)
        service.calls()
    service.fail('Confirm', OURS + 'NotFound', 'it has ended')
    assert 'it is done, but could not be kept: it has ended' in service.refuse('setup', 'lab', 'eth0', '--keep', status=3)


@case
def another_manager_can_be_told_to_let_go(service):
    service.reply('BindExternalEthernetPort', f"(objectpath '{LAB}/port/eth0',)")
    service.reply('SetupSwitch', f"(objectpath '{END}/lab', objectpath '/', @as [])")
    service.run('external', 'bind', 'lab', 'eth0', '--take-over')
    service.run('setup', 'lab', 'eth0', '--take-over')
    assert service.calls() == [f"{LAB} BindExternalEthernetPort ('{END}/eth0', {{'take-over': <true>}}) plain 0",
                               f"{ROOT}/Manager SetupSwitch ('{LAB}', '{END}/eth0', {NO}, {{'take-over': <true>}}) plain 0"]


@case
def a_firewall_in_the_way_can_be_ignored(service):
    service.fail('SetupSwitch', OURS + 'Conflict', 'the host would be cut off on switch lab: …; or use option ignore-firewall')
    assert service.refuse('setup', 'lab', 'eth0', status=6).endswith('; or use --ignore-firewall')
    service.calls()
    service.reply('SetupSwitch', f"(objectpath '{END}/lab', objectpath '/', @as [])")
    service.run('setup', 'lab', 'eth0', '--ignore-firewall')
    assert service.calls() == [f"{ROOT}/Manager SetupSwitch ('{LAB}', '{END}/eth0', {NO}, {{'ignore-firewall': <true>}}) plain 0"]


@case
def all_of_it_can_wait_to_be_confirmed_but_looking(service):
    service.reply('BindExternalEthernetPort', f"(objectpath '{LAB}/port/eth0',)")
    service.reply('UnbindExternalEthernetPort', '()')
    for command in ('external bind lab eth0 --drop-addresses', 'external unbind eth1'):
        service.run(*command.split(), '--confirm-within', '60')
        assert "'confirm-within': <uint32 60>" in service.calls()[0], command
    assert 'does not go with external list' in service.refuse('external', 'list', '--confirm-within', '60', status=2)


@case
def a_teardown_without_the_nic_does_not_say_that_the_host_is_back(service):
    service.reply('TeardownSwitch', "(objectpath '/', @as [])")
    lose_eth1(service)
    assert service.run('teardown', 'lab-2', '--drop-addresses').out == 'tore down switch lab-2, whose NIC eth1 is missing\n'


@case
def refusals_say_what_to_type(service):
    service.fail('BindExternalEthernetPort', OURS + 'InUse', CARRIES[0])
    assert service.refuse('external', 'bind', 'lab', 'eth0', status=6) == f'cannot bind eth0 to switch lab: {CARRIES[1]}'
    service.fail('DisconnectInternal', OURS + 'InUse', HOSTING[0])
    assert service.refuse('disconnect-internal', 'lab-host', status=6).endswith(HOSTING[1])
    service.fail('TeardownSwitch', OURS + 'InvalidState', GONE[0])
    assert service.refuse('teardown', 'lab-2', status=6) == f'cannot tear down switch lab-2: {GONE[1]}'
    service.fail('SetupSwitch', OURS + 'NotBridgeable', 'wlan0 cannot be a port of a switch: Wi-Fi station')
    assert service.refuse('setup', 'lab', 'wlan0', status=5) == \
        'cannot set up switch lab with wlan0: wlan0 cannot be a port of a switch: Wi-Fi station'


@case
def the_daemon_still_says_what_is_put_in_other_words(service):
    source = Path(os.environ['VSW_SOURCE'], 'daemon', 'model', 'resolve_uplink.c').read_text(encoding='utf-8')
    for part in ('SetupSwitch moves them', 'option drop-addresses takes them', 'since SetupSwitch: TeardownSwitch of switch',
                 'option drop-addresses lets them go'):
        assert part in source, part
    source = Path(os.environ['VSW_SOURCE'], 'daemon', 'bus', 'polkit.c').read_text(encoding='utf-8')
    assert '"polkit would ask the user about %s, and the message does not allow it"' in source


@case
def what_the_client_can_see_is_refused_without_a_call(service):
    for arguments, status, part in (
            (['external', 'unbind', 'eth0'], 6, 'not bound'), (['external', 'unbind', 'none'], 3, 'vmswitchctl external list'),
            (['external', 'unbind', 'none', 'eth1'], 3, 'there is no switch "none"'),
            (['external', 'bind', 'lab', 'web'], 6, 'not a NIC that a switch may have'), (['external', 'bind', 'lab', 'eth9'], 3, '"eth9"'),
            (['external', 'bind', 'none', 'eth0'], 3, 'there is no switch "none"'), (['external', 'bind', 'lab'], 2, 'SWITCH NIC'),
            (['external'], 2, 'list, bind, unbind'), (['setup', 'lab'], 2, 'SWITCH NIC'), (['setup', 'lab', 'lab-host'], 6, 'not a NIC'),
            (['setup', 'lab', 'eth0', '--mtu', 'big'], 2, 'big'), (['setup', 'none', 'eth0'], 3, 'none'),
            (['teardown', 'none'], 3, 'there is no switch "none"'), (['teardown'], 2, 'SWITCH')):
        message = service.refuse(*arguments, status=status)
        assert part in message, (arguments, message)
    assert service.calls() == []


run()
