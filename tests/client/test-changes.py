#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the changing commands ask of the service, call by call, and what they answer."""
import os
import signal
import subprocess

from client import CLIENT, ROOT, TIMEOUT, Lines, case, run

LAB, LAB2 = f'{ROOT}/switch/lab', f'{ROOT}/switch/lab_2d2'
WEB, WEB2 = f'{LAB}/port/web', f'{LAB}/port/web2'
END = f'{ROOT}/endpoint'
VM1 = f'{ROOT}/system/vm1'
NO = '{}'
MADE = "(objectpath '/org/vmswitch1/switch/new',)"
PAIR = f"(objectpath '{LAB}/port/n', objectpath '{END}/n')"
TRIPLE = f"(objectpath '{LAB}/port/n', objectpath '{END}/n', @ah [])"
SET_UP = f"(objectpath '{END}/lab', objectpath '/', @as [])"
TORN_DOWN = "(objectpath '/', @as [])"
FORCE = "({'force': <true>},)"

# command, the one call it makes (without flags and descriptors), what the service answers, what the client says of it
CHANGES = [
    ('create switch new', f"{ROOT}/Manager CreateSwitch ('new', {NO}, {NO})", MADE, 'created switch new'),
    ('create switch new --mtu 9000 --shared --spanning-tree --multicast-snooping --mac 02:00:00:00:00:01 --ageing-seconds 60 '
     '--max-learned-addresses 5 --lifetime runtime --description=d',
     f"{ROOT}/Manager CreateSwitch ('new', {{'Description': <'d'>, 'Mtu': <uint32 9000>, 'MacAddress': <'02:00:00:00:00:01'>, "
     "'AgeingSeconds': <uint32 60>, 'MaxLearnedAddresses': <uint32 5>, 'SpanningTree': <true>, 'MulticastSnooping': <true>, "
     f"'Shared': <true>, 'Lifetime': <'runtime'>}}, {NO})", MADE, 'created switch new'),
    ('create port lab/new --description d', f"{LAB} CreatePort ('new', {{'Description': <'d'>}}, {NO})", MADE, 'created port lab/new'),
    ('create endpoint new --queues 2', f"{ROOT}/Manager CreateInternalEthernetPort ('new', {{'Queues': <uint32 2>}}, {NO})", MADE,
     'created endpoint new'),
    ('delete switch lab', f'{LAB} Delete ({NO},)', '()', 'deleted switch lab'),
    ('delete port lab/web --force', f'{WEB} Delete {FORCE}', '()', 'deleted port lab/web'),
    ('delete endpoint idle', f'{END}/idle Delete ({NO},)', '()', 'deleted endpoint idle'),
    ('set switch lab mtu=9000 AgeingSeconds=60 shared=yes description=a=b',
     f"{LAB} Modify ({{'Mtu': <uint32 9000>, 'AgeingSeconds': <uint32 60>, 'Shared': <true>, 'Description': <'a=b'>}}, {NO})", '()',
     'changed switch lab'),
    ('set port lab/web description=', f"{WEB} Modify ({{'Description': <''>}}, {NO})", '()', 'changed port lab/web'),
    ('set endpoint web mac-address=02:00:00:00:00:07', f"{END}/web Modify ({{'MacAddress': <'02:00:00:00:00:07'>}}, {NO})", '()',
     'changed endpoint web'),
    ('set endpoint web mac=02:00:00:00:00:07', f"{END}/web Modify ({{'MacAddress': <'02:00:00:00:00:07'>}}, {NO})", '()',
     'changed endpoint web'),
    ('connect lab/web2 idle', f"{WEB2} Connect ('{END}/idle', {NO})", '()', 'connected port lab/web2 to endpoint idle'),
    ('disconnect lab/web', f'{WEB} Disconnect ({NO},)', '()', 'disconnected port lab/web'),
    ('connect-internal lab-2', f"{LAB2} ConnectInternal ('lab-2-host', {NO}, {NO})", PAIR,
     'connected the host to switch lab-2: port lab-2/lab-2-host, endpoint lab-2-host'),
    ('connect-internal lab n --mac 02:00:00:00:00:07', f"{LAB} ConnectInternal ('n', {{'MacAddress': <'02:00:00:00:00:07'>}}, {NO})",
     PAIR, 'connected the host to switch lab: port lab/n, endpoint n'),
    ('disconnect-internal lab-host', f"{LAB} DisconnectInternal ('{END}/lab_2dhost', {NO})", '()', 'deleted endpoint lab-host'),
    ('external bind lab eth0', f"{LAB} BindExternalEthernetPort ('{END}/eth0', {NO})", f"(objectpath '{LAB}/port/eth0',)",
     'bound eth0 to switch lab'),
    ('external bind lab eth0 --drop-addresses', f"{LAB} BindExternalEthernetPort ('{END}/eth0', {{'drop-addresses': <true>}})",
     f"(objectpath '{LAB}/port/eth0',)", 'bound eth0 to switch lab'),
    ('external unbind eth1', f"{LAB2} UnbindExternalEthernetPort ('{END}/eth1', {NO})", '()', 'unbound eth1 from switch lab-2'),
    ('external unbind lab eth1', f"{LAB} UnbindExternalEthernetPort ('{END}/eth1', {NO})", '()', 'unbound eth1 from switch lab'),
    ('setup lab eth0', f"{ROOT}/Manager SetupSwitch ('{LAB}', '{END}/eth0', {NO}, {NO})", SET_UP,
     'set up switch lab: the host has moved from eth0 to endpoint lab'),
    ('setup lab eth0 --name home --mtu 1400 --queues 2 --description d',
     f"{ROOT}/Manager SetupSwitch ('{LAB}', '{END}/eth0', {{'Name': <'home'>, 'Mtu': <uint32 1400>, 'Queues': <uint32 2>, "
     f"'Description': <'d'>}}, {NO})", SET_UP, 'set up switch lab: the host has moved from eth0 to endpoint lab'),
    ('teardown lab-2', f"{ROOT}/Manager TeardownSwitch ('{LAB2}', {NO})", TORN_DOWN,
     'tore down switch lab-2: the host has moved back to eth1'),
    ('teardown lab --drop-addresses', f"{ROOT}/Manager TeardownSwitch ('{LAB}', {{'drop-addresses': <true>}})", TORN_DOWN,
     'tore down switch lab'),
    ('move lab/web lab-2', f"{WEB} Move ('{LAB2}', {NO})", '()', 'moved port lab/web to lab-2/web'),
    ('attach lab n', f"{LAB} Attach ({{'Name': <'n'>, 'Lifetime': <'runtime'>}}, {NO})", TRIPLE, 'attached endpoint n to port lab/n'),
    ('attach lab n --lifetime persistent --mac 02:00:00:00:00:07 --queues 4 --port web2 --mtu 1400',
     f"{LAB} Attach ({{'Name': <'n'>, 'Port': <'web2'>, 'MacAddress': <'02:00:00:00:00:07'>, 'Mtu': <uint32 1400>, "
     f"'Queues': <uint32 4>, 'Lifetime': <'persistent'>}}, {NO})", TRIPLE, 'attached endpoint n to port lab/n'),
    ('attach lab n --kind emulated --mac 02:00:00:00:00:07',
     f"{LAB} Attach ({{'Name': <'n'>, 'Lifetime': <'runtime'>, 'Kind': <'emulated'>, 'MacAddress': <'02:00:00:00:00:07'>}}, {NO})", TRIPLE,
     'attached endpoint n to port lab/n'),
    ('attach lab n --backend tap --queues 2',
     f"{LAB} Attach ({{'Name': <'n'>, 'Lifetime': <'runtime'>, 'Backend': <'tap'>, 'Queues': <uint32 2>}}, {NO})", TRIPLE,
     'attached endpoint n to port lab/n'),
    ('detach web', f'{END}/web Delete {FORCE}', '()', 'detached endpoint web'),
    ('system define new --description d --machine m --lifetime runtime',
     f"{ROOT}/Manager DefineSystem ('new', {{'Description': <'d'>, 'Lifetime': <'runtime'>}}, {{'machine': <'m'>}})", MADE,
     'defined system new'),
    ('system define new', f"{ROOT}/Manager DefineSystem ('new', {NO}, {NO})", MADE, 'defined system new'),
    ('system set vm1 machine=guest2 description=d', f"{VM1} Modify ({{'Machine': <'guest2'>, 'Description': <'d'>}}, {NO})", '()',
     'changed system vm1'),
    ('set system vm1 machine=', f"{VM1} Modify ({{'Machine': <''>}}, {NO})", '()', 'changed system vm1'),
    ('system add-nic vm1/net2 --connection lab --kind emulated --mac 02:00:00:00:00:07 --no-automatic-connection',
     f"{VM1} AddResourceSetting ({{'Name': <'net2'>, 'Connection': <objectpath '{LAB}'>, 'AutomaticConnection': <false>, "
     f"'ResourceSubType': <'emulated'>, 'Address': <'02:00:00:00:00:07'>}}, {NO})", MADE, 'added NIC vm1/net2'),
    ('system add-nic vm1/net2 --connection lab/web2 --backend veth --queues 2 --mtu 1400 --description d',
     f"{VM1} AddResourceSetting ({{'Name': <'net2'>, 'Connection': <objectpath '{WEB2}'>, 'Backend': <'veth'>, 'Mtu': <uint32 1400>, "
     f"'Queues': <uint32 2>, 'Description': <'d'>}}, {NO})", MADE, 'added NIC vm1/net2'),
    ('system add-nic vm1/net2', f"{VM1} AddResourceSetting ({{'Name': <'net2'>}}, {NO})", MADE, 'added NIC vm1/net2'),
    ('system remove-nic vm1/net0', f'{VM1}/setting/net0 Remove ({NO},)', '()', 'removed NIC vm1/net0'),
    ('system remove-nic vm1/net0 --force', f'{VM1}/setting/net0 Remove {FORCE}', '()', 'removed NIC vm1/net0'),
    ('system start vm1', f"{VM1} RequestStateChange ('enabled', {NO})", '()', 'started system vm1'),
    ('system save vm1', f"{VM1} RequestStateChange ('saved', {NO})", '()', 'saved system vm1'),
    ('system stop vm1', f"{VM1} RequestStateChange ('disabled', {NO})", '()', 'stopped system vm1'),
    ('system delete vm1', f'{VM1} Delete ({NO},)', '()', 'deleted system vm1'),
    ('delete system vm1 --force', f'{VM1} Delete {FORCE}', '()', 'deleted system vm1'),
    ('address add lab/web 02:00:00:00:00:07', f"{LAB} AddStaticAddress ('02:00:00:00:00:07', '{WEB}', {NO})", '()',
     'added address 02:00:00:00:00:07 to port lab/web'),
    ('address remove lab/web 02:00:00:00:00:07', f"{LAB} RemoveStaticAddress ('02:00:00:00:00:07', '{WEB}', {NO})", '()',
     'removed address 02:00:00:00:00:07 from port lab/web'),
]

@case
def each_command_makes_its_one_call(service):
    for command, call, answer, said in CHANGES:
        service.reply(call.split()[1], answer)
        done = service.run(*command.split(' '))
        assert done.out == said + '\n' and done.err == '', (command, done)
        calls = service.calls()
        assert calls == [call + ' plain 0'], f'{command}\n{calls}\n{call}'


@case
def each_command_can_be_quiet_or_print_json(service):
    for command, call, answer, _ in CHANGES:
        service.reply(call.split()[1], answer)
        assert service.run('--quiet', *command.split(' ')).out == ''
        paths = service.run(*command.split(' '), '--json').json
        assert set(paths) in ({'Path'}, {'Port', 'Endpoint'}) and all(p.startswith(ROOT) for p in paths.values()), (command, paths)


@case
def each_command_tells_refusal_in_one_line(service):
    for command, call, _, _ in CHANGES:
        service.fail(call.split()[1], 'org.freedesktop.DBus.Error.AccessDenied', 'polkit said no')
        message = service.refuse(*command.split(' '), status=4)
        assert message.startswith('cannot ') and message.endswith(': polkit said no'), message


@case
def move_answers_with_the_new_path(service):
    service.reply('Move', '()')
    assert service.run('move', 'lab/web', 'lab-2', '--json').json == {'Path': f'{LAB2}/port/web'}


@case
def a_namespace_travels_as_a_descriptor(service):
    service.reply('Attach', TRIPLE)
    service.reply('MoveToNamespace', '()')
    for netns in (str(os.getpid()), f'/proc/{os.getpid()}/ns/net'):
        service.run('attach', 'lab', 'n', '--netns', netns, '--interface', 'net0')
        assert service.calls() == [f"{LAB} Attach ({{'Name': <'n'>, 'Lifetime': <'runtime'>, 'Namespace': <handle 0>, "
                                   f"'InterfaceName': <'net0'>}}, {NO}) plain 1"]
        service.run('place', 'idle', '--netns', netns)
        assert service.calls() == [f"{END}/idle MoveToNamespace (0, 'eth0', {NO}) plain 1"]


@case
def a_nic_without_a_name_is_called_after_its_place(service):
    service.reply('Attach', TRIPLE)
    service.run('attach', 'lab', '--netns', str(os.getpid()), '--interface', 'net0')
    assert f"'Name': <'pid{os.getpid()}-net0'>" in service.calls()[0]
    assert '--netns' in service.refuse('attach', 'lab', status=2)


@case
def what_is_not_a_namespace_never_reaches_the_service(service):
    assert 'No such file' in service.refuse('attach', 'lab', 'n', '--netns', 'no-such-guest', status=3)
    assert '/proc/4194305/ns/net' in service.refuse('attach', 'lab', 'n', '--netns', '4194305', status=3)
    for path in ('/dev/null', '/proc/self/ns/uts', '/proc/self/ns/../ns/user', '/'):
        assert 'is not a network namespace' in service.refuse('place', 'idle', '--netns', path, status=7)
    assert service.calls() == []


@case
def lifetime_caller_holds_the_connection_until_interrupted(service):
    service.reply('Attach', TRIPLE)
    lines = Lines(service.start('attach', 'lab', 'n', '--lifetime', 'caller'))
    assert lines.next() == 'attached endpoint n to port lab/n'
    assert lines.child.poll() is None
    assert lines.stop(signal.SIGINT).status == 0
    service.reply('CreateSwitch', "(objectpath '/org/vmswitch1/switch/mine',)")
    service.reply('DefineSystem', "(objectpath '/org/vmswitch1/system/mine',)")
    service.reply('ConnectInternal', "(objectpath '/org/vmswitch1/switch/lab/port/mine', objectpath '/org/vmswitch1/endpoint/mine')")
    for command in (('create', 'switch', 'mine'), ('system', 'define', 'mine'), ('connect-internal', 'lab', 'mine')):
        lines = Lines(service.start(*command, '--lifetime', 'caller'))
        assert 'mine' in lines.next(), command
        assert lines.child.poll() is None, command
        assert lines.stop(signal.SIGTERM).status == 0, command


@case
def a_change_of_a_nic_tells_what_waits(service):
    service.reply('Modify', '()')
    done = service.run('system', 'set-nic', 'vm1/net0', 'queues=4', 'connection=lab/web2', 'mac=', 'automatic-connection=no')
    assert service.calls() == [f"{VM1}/setting/net0 Modify ({{'Queues': <uint32 4>, 'Connection': <objectpath '{WEB2}'>, 'Address': <''>, "
                               f"'AutomaticConnection': <false>}}, {NO}) plain 0"]
    assert done.out == 'changed NIC vm1/net0; until its system is started the next time this waits: Queues\n', done
    assert service.run('system', 'set-nic', 'vm1/net1', 'mtu=1400').out == 'changed NIC vm1/net1\n'
    assert service.run('system', 'set-nic', 'vm1/net0', 'queues=4', '--json').json == {
        'Path': f'{VM1}/setting/net0', 'PendingChanges': ['Queues']}
    assert service.run('system', 'set-nic', 'vm1/net1', 'mtu=1400', '--json').json == {'Path': f'{VM1}/setting/net1', 'PendingChanges': []}
    assert service.run('--quiet', 'system', 'set-nic', 'vm1/net0', 'queues=4').out == ''


@case
def a_connection_is_a_switch_a_port_a_path_or_none(service):
    service.reply('Modify', '()')
    for text, path in (('lab', LAB), ('lab/web2', WEB2), (LAB2, LAB2), (WEB2, WEB2), ('none', '/'), ('/', '/')):
        service.run('system', 'set-nic', 'vm1/net0', f'connection={text}')
        assert f"{{'Connection': <objectpath '{path}'>}}" in service.calls()[0], text


@case
def what_the_client_can_see_is_refused_without_a_call(service):
    for arguments, status, part in (
            (['detach', 'lab-host'], 6, "not a guest's NIC"), (['detach', 'eth0'], 6, "not a guest's NIC"),
            (['disconnect-internal', 'loose'], 6, 'not connected'), (['disconnect-internal', 'web'], 6, 'not internal'),
            (['detach', 'vm1-net0'], 6, 'part of system vm1'), (['detach', 'vm1-net1'], 6, 'part of system vm1'),
            (['place', 'vm1-net1', '--netns', str(os.getpid())], 6, 'it is a tap'),
            (['attach', 'lab', 'n', '--backend', 'tap', '--lifetime', 'descriptor'], 2, 'vmswitchctl run'),
            (['system', 'add-nic', 'vm1'], 2, 'SYSTEM/NIC'), (['system', 'add-nic', 'none/a'], 3, 'there is no system "none"'),
            (['system', 'add-nic', 'vm1/a', '--connection', 'nowhere'], 3, 'there is no switch "nowhere"'),
            (['system', 'add-nic', 'vm1/a', '--connection', 'lab/x'], 3, 'there is no port "lab/x"'),
            (['system', 'add-nic', 'vm1/a', '--connection', f'{END}/web'], 2, 'is not a switch'),
            (['system', 'set-nic', 'vm1/none', 'mtu=1'], 3, 'there is no setting "vm1/none"'),
            (['system', 'set-nic', 'vm1/net0', 'connection=lab/x'], 3, 'there is no port "lab/x"'),
            (['system', 'set-nic', 'vm1/net0', 'pending-changes=x'], 2, 'PendingChanges'),
            (['system', 'start', 'none'], 3, 'there is no system "none"'), (['system', 'set', 'vm1', 'colour=red'], 2, 'Colour'),
            (['place', 'idle'], 2, '--netns'), (['place', 'loose', '--netns', str(os.getpid())], 6, "not a guest's NIC"),
            (['set', 'switch', 'lab', 'colour=red'], 2, 'switch lab has no property Colour'), (['set', 'port', 'lab/web', 'mac='], 2, 'Mac'), (['set', 'switch', 'lab', 'mtu=big'], 2, 'big'),
            (['set', 'switch', 'lab', 'mtu=4294967296'], 2, '4294967296'), (['set', 'switch', 'lab', 'shared=maybe'], 2, 'maybe'),
            (['set', 'switch', 'lab', 'mtu'], 2, 'KEY=VALUE'), (['set', 'switch', 'lab', '=1'], 2, 'KEY=VALUE'),
            (['set', 'switch', 'lab', 'mtu=1500', 'Mtu=1501'], 2, 'twice'), (['set', 'switch', 'lab', 'ports=x'], 2, 'Ports'),
            (['create', 'port', 'lab'], 2, 'SWITCH/PORT'), (['create', 'port', 'lab/a/b'], 2, 'SWITCH/PORT'),
            (['create', 'port', 'none/a'], 3, 'none'), (['create', 'switch', 'x', '--mtu', '-1'], 2, '-1'),
            (['connect', 'lab/web2', 'none'], 3, 'none'), (['connect', f'{LAB}', 'idle'], 2, 'not a port')):
        message = service.refuse(*arguments, status=status)
        assert part in message, (arguments, message)
    assert service.calls() == []


@case
def questions_are_allowed_on_a_terminal_alone(service):
    service.reply('Delete', '()')
    service.run_on_terminal('delete', 'switch', 'lab')
    service.run_on_terminal('--no-ask-password', 'delete', 'switch', 'lab')
    service.run('delete', 'switch', 'lab')
    assert [call.split()[-2] for call in service.calls()] == ['interactive', 'plain', 'plain']


@case
def an_answer_that_cannot_be_written_is_a_failure(service):
    with open('/dev/full', 'w', encoding='utf-8') as full:
        child = subprocess.run([CLIENT, 'list'], env=service.environment, stdout=full, stderr=subprocess.PIPE, text=True,
                               timeout=TIMEOUT, check=False)
    assert child.returncode == 1 and child.stderr == 'vmswitchctl: cannot write the answer: No space left on device\n', child
    child = service.start('list')
    child.stdout.close()
    assert child.wait(TIMEOUT) == 1 and child.stderr.read() == ''
    child.stderr.close()


@case
def closed_standard_streams_harm_nobody(service):
    service.reply('Delete', '()')
    child = subprocess.run(['sh', '-c', f'exec {CLIENT} delete switch lab <&- >&- 2>&-'], env=service.environment, timeout=TIMEOUT,
                           check=False)
    assert child.returncode == 1, child
    assert len(service.calls()) == 1


run()
