#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the reading commands print: golden texts (golden.py), JSON that parses, and nothing that harms a terminal."""
import re

from client import ROOT, case, run
from golden import check_harmless, compare

TABLE = '''([{'MacAddress': <'02:10:00:00:00:02'>, 'Port': <objectpath '/org/vmswitch1/switch/lab/port/web'>,
 'InterfaceName': <'vswp-web'>, 'Static': <false>, 'Local': <false>, 'AgeSeconds': <uint32 7>},
 {'MacAddress': <'02:00:00:00:00:99'>, 'Port': <objectpath '/org/vmswitch1/switch/lab/port/web'>,
 'InterfaceName': <'vswp-web'>, 'Static': <true>, 'Local': <false>, 'AgeSeconds': <uint32 0>},
 {'MacAddress': <'02:20:00:00:00:01'>, 'Port': <objectpath '/'>,
 'InterfaceName': <'vsw-lab'>, 'Static': <true>, 'Local': <true>, 'AgeSeconds': <uint32 0>}],)'''.replace('\n', '')
COUNTERS = '''({objectpath '/org/vmswitch1/switch/lab/port/web': {'rx-bytes': uint64 18446744073709551615, 'rx-packets': 3,
 'tx-bytes': 4, 'tx-packets': 5, 'rx-dropped': 6, 'tx-dropped': 7, 'rx-errors': 8, 'tx-errors': 9, 'multicast': 10},
 '/org/vmswitch1/switch/lab': {'rx-bytes': 100, 'rx-packets': 1, 'tx-bytes': 200, 'tx-packets': 2}},)'''.replace('\n', '')

READING = {
    'list': ['list'],
    'list-switches': ['list', 'switches'],
    'list-ports': ['list', 'ports'],
    'list-endpoints': ['list', 'endpoints'],
    'list-external': ['list', 'external'],
    'list-systems': ['list', 'systems'],
    'list-settings': ['list', 'settings'],
    'list-quiet': ['list', 'ports', '--quiet'],
    'show-switch': ['show', 'switch', 'lab'],
    'show-port': ['show', 'port', 'lab/web', 'lab/web2'],
    'show-endpoint': ['show', 'endpoint', 'lab-host'],
    'show-guest': ['show', 'endpoint', 'vm1-net0', 'vm1-net1'],
    'show-system': ['system', 'show', 'vm1'],
    'show-setting': ['show', 'vm2/net10'],
    'show-external': ['show', 'wlan0'],
    'show-uplink': ['show', 'switch', 'lab-2'],
    'show-manager': ['show', 'manager'],
    'fdb': ['fdb', 'lab'],
    'stats': ['stats'],
    'status': ['status'],
    'capabilities': ['capabilities'],
    'resolve': ['resolve', 'vsw-lab'],
}


def prepare(service):
    service.reply('GetForwardingTable', TABLE)
    service.reply('GetStatistics', COUNTERS)
    service.reply('ResolveDevice', f"(objectpath '{ROOT}/switch/lab',)")


@case
def reading_commands_print_their_golden_text(service):
    prepare(service)
    for name, arguments in READING.items():
        done = service.run(*arguments)
        assert done.err == '', done
        check_harmless(done.out)
        compare(name, done.out)


@case
def a_utf8_terminal_gets_the_tree_with_lines(service):
    done = service.run_on_terminal('list')
    check_harmless(done.out)
    compare('list-terminal', done.out)
    assert max(map(len, done.out.splitlines())) <= 80


@case
def a_terminal_of_another_charset_gets_ascii_alone(service):
    for arguments in (['--help'], ['help', 'attach'], ['list'], ['show', 'switch', 'lab']):
        done = service.run_on_terminal(*arguments, locale='C')
        assert done.out.isascii(), done
    assert 'Z\\xfcrich' in done.out


@case
def a_narrow_terminal_loses_columns_and_no_line_is_broken(service):
    done = service.run_on_terminal('list', columns=50)
    assert 'MAC' not in done.out and 'KIND' in done.out and max(map(len, done.out.splitlines())) <= 50, done


@case
def a_pipe_gets_no_decoration(service):
    prepare(service)
    for arguments in READING.values():
        assert not re.search('[\x1b─-╿]', service.run(*arguments).out)


@case
def text_from_the_bus_cannot_steer_a_terminal(service):
    for arguments in (['show', 'switch', 'lab'], ['show', 'switch', 'lab', '--json'], ['list', '--json']):
        done = service.run_on_terminal(*arguments)
        check_harmless(done.out)
        assert 'x1b[31mred' in done.out or 'u001b[31mred' in done.out, done


@case
def every_reading_command_prints_json(service):
    prepare(service)
    for arguments in READING.values():
        first, last = service.run('--json', *arguments), service.run(*arguments, '--json')
        assert first.out == last.out and first.out.count('\n') == 1
        first.json


@case
def json_keeps_names_and_values_of_the_bus(service):
    prepare(service)
    everything = service.run('list', '--json').json
    assert list(everything) == ['Switches', 'Ports', 'Endpoints', 'Systems', 'Settings', 'Checkpoints']
    assert [s['Name'] for s in everything['Switches']] == ['lab', 'lab-2']
    assert [p['Name'] for p in everything['Ports']] == ['lab-host', 'web', 'web2', 'web10', 'eth1', 'vm1-net0', 'vm1-net1', 'web10']
    assert everything['Switches'][0]['Description'] == \
        'two\nlines \x1b[31mred\x1b[0m and \u202eright to left, "quoted" \\ Zürich'
    port = service.run('show', 'port', 'lab/web', '--json').json
    assert len(port) == 1 and port[0]['Path'] == f'{ROOT}/switch/lab/port/web' and port[0]['Connected'] is True
    assert port[0]['ActiveConnection']['InterfaceName'] == 'vswp-web'
    assert 'ActiveConnection' not in service.run('show', 'lab/web2', '--json').json[0]
    endpoint = service.run('show', 'endpoint', 'web', '--json').json[0]
    assert endpoint['Speed'] == 10000000000 and endpoint['SyntheticEthernetPort']['Placed'] is True
    assert service.run('fdb', 'lab', '--json').json[0] == {
        'MacAddress': '02:10:00:00:00:02', 'Port': f'{ROOT}/switch/lab/port/web', 'InterfaceName': 'vswp-web',
        'Static': False, 'Local': False, 'AgeSeconds': 7}
    stats = service.run('stats', '--json').json
    assert [s['Path'] for s in stats] == [f'{ROOT}/switch/lab', f'{ROOT}/switch/lab/port/web']
    assert stats[1]['rx-bytes'] == 2**64 - 1
    assert service.run('capabilities', '--json').json == ['bridge', 'veth']
    status = service.run('status', '--json').json
    assert status['Switches'] == 2 and status['Degraded'] == 1 and status['Manager']['Version'] == '0.3.0'
    assert status['Uplinks'] == 1 and status['MissingUplinks'] == 0
    assert status['Systems'] == 2 and status['EnabledSystems'] == 1
    assert [s['Name'] for s in everything['Systems']] == ['vm1', 'vm2']
    assert [s['Name'] for s in everything['Settings']] == ['net0', 'net1', 'net0', 'net2', 'net10']
    system = service.run('show', 'system', 'vm1', '--json').json[0]
    assert system['EnabledState'] == 'enabled' and [s['PendingChanges'] for s in system['Settings']] == [['Queues'], []]
    assert 'Settings' not in service.run('show', 'vm1/net0', '--json').json[0]
    assert service.run('resolve', 'vsw-lab', '--json').json == {'Path': f'{ROOT}/switch/lab'}


@case
def objects_go_by_name_or_path(service):
    by_name = service.run('show', 'switch', 'lab-2').out
    assert by_name == service.run('show', 'lab-2').out == service.run('show', f'{ROOT}/switch/lab_2d2').out \
        == service.run('show', 'switch', f'{ROOT}/switch/lab_2d2').out
    assert service.run('show', 'web2').out == service.run('show', 'port', 'lab/web2').out
    assert service.run('system', 'show', 'vm1').out == service.run('show', 'vm1').out == service.run('show', 'system', 'vm1').out
    assert service.run('system', 'list').out == service.run('list', 'systems').out
    assert service.run('show', 'net10').out == service.run('show', 'setting', 'vm2/net10').out
    # A NIC and the port that was made for it have one name: the whole name is meant.
    assert service.run('show', 'web').out == service.run('show', 'endpoint', 'web').out


@case
def a_bare_name_of_several_objects_lists_them(service):
    message = service.refuse('show', 'web10', status=2)
    assert message == '"web10" can be any of: port lab/web10, port lab-2/web10', message
    message = service.refuse('show', 'net0', status=2)
    assert message == '"net0" can be any of: setting vm1/net0, setting vm2/net0', message


@case
def an_object_that_is_not_there_is_not_found(service):
    for arguments in (['show', 'nothing'], ['show', 'switch', 'web'], ['show', 'port', 'lab/none'], ['show', 'endpoint', 'lab'],
                      ['fdb', 'nothing'], ['stats', 'nothing'], ['show', f'{ROOT}/switch/none'],
                      ['show', 'switch', f'{ROOT}/switch/none']):
        service.refuse(*arguments, status=3)


@case
def nothing_is_printed_if_one_of_several_is_not_there(service):
    service.refuse('show', 'switch', 'lab', 'nothing', status=3)


@case
def statistics_are_asked_for_the_objects_named(service):
    prepare(service)
    service.run('stats', 'lab/web', 'eth0')
    assert service.calls() == [f"{ROOT}/Manager GetStatistics (['{ROOT}/switch/lab/port/web', '{ROOT}/endpoint/eth0'], "
                               "{}) plain 0"]


@case
def a_device_is_resolved_as_it_looks_or_as_told(service):
    prepare(service)
    for arguments, by in ((['eth0'], "'InterfaceName': <'eth0'>"), (['12'], "'InterfaceIndex': <uint32 12>"),
                          (['02:10:00:00:00:02'], "'MacAddress': <'02:10:00:00:00:02'>"),
                          (['--by', 'interface', '12'], "'InterfaceName': <'12'>")):
        assert service.run('resolve', *arguments).out == 'switch lab\n'
        assert service.calls() == [f'{ROOT}/Manager ResolveDevice ({{{by}}}, {{}}) plain 0']


run()
