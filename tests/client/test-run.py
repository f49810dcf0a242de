#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""run: what it asks of the service, what the command gets, and what is left if the command cannot be run."""
import re
import subprocess
import tempfile
import time
from pathlib import Path

from client import CLIENT, ROOT, TIMEOUT, case, run

LAB, LAB2 = f'{ROOT}/switch/lab', f'{ROOT}/switch/lab_2d2'
IDLE, NET0, NET1 = (f'{ROOT}/endpoint/{name}' for name in ('idle', 'vm1_2dnet0', 'vm1_2dnet1'))
VM2 = f'{ROOT}/system/vm2'
DENIED = 'org.freedesktop.DBus.Error.AccessDenied'
# Tells what it was started with: its process, its arguments, and the file behind each descriptor in the first of them.
TELL = '''
import os, sys
print(os.getpid(), *sys.argv[1:])
for fds in sys.argv[1].split(','):
    print(*(os.path.basename(os.readlink(f'/proc/self/fd/{fd}')) for fd in fds.split(':')))
'''
COMMAND = ['/usr/bin/python3', '-c', TELL]


class Files:
    """Stand for taps: one can see which is which."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix='vmswitch-client.')

    def __call__(self, *names):
        paths = [Path(self.directory.name, name) for name in names]
        for path in paths:
            path.touch()
        return paths


FILES = Files()


def attach(service, endpoints, *names):
    """AttachMany will make these, with a descriptor for each name."""
    handles = ', '.join(f'handle {n}' for n in range(len(names)))
    service.hand('AttachMany', *FILES(*names))
    service.reply('AttachMany', f"([objectpath '/'], {[*endpoints]}, [{handles}])".replace("['/", "[objectpath '/"))


def open_all(service, *names, answer="{'queues': <uint32 1>}"):
    handles = ', '.join(f'handle {n}' for n in range(len(names)))
    service.hand('Open', *FILES(*names))
    service.reply('Open', f'(@ah [{handles}], {answer})')


def asked(name, kind='synthetic', queues=1, more=''):
    return (f"{{'Name': <'{name}'>, 'Kind': <'{kind}'>, 'Backend': <'tap'>, 'Lifetime': <'descriptor'>, "
            f"'Queues': <uint32 {queues}>{more}}}")


@case
def a_command_gets_the_descriptors_of_one_nic(service):
    attach(service, [NET0], 'one')
    done = service.run('run', 'lab', '--', *COMMAND, '{fds}', '{mac}', '{queues}', '{vectors}', '{mtu}')
    pid, fds, *told = done.out.splitlines()[0].split()
    assert told == ['02:10:00:00:00:05', '1', '4', '1500'] and fds.isdigit(), done
    assert done.out.splitlines()[1] == 'one' and done.err == '', done
    # Our process became the command.
    assert service.calls() == [f"{LAB} AttachMany ([{asked(f'python3-{pid}')}], {{}}) plain 0"]


@case
def several_nics_on_one_switch_are_one_call(service):
    attach(service, [NET0, NET1], 'one', 'two', 'three', 'four')
    done = service.run('run', 'lab', '--nic', 'queues=3,mac=02:00:00:00:00:07,mtu=1400,port=web2,description=a,,b',
                       '--nic=kind=emulated,name=second', '--', *COMMAND, '{fds},{fds2}', '{mac}/{mac2}', '{vectors2}{queues}')
    first, *files = done.out.splitlines()
    assert first.split()[2:] == ['02:10:00:00:00:05/02:10:00:00:00:06', '43'] and files == ['one two three', 'four'], done
    more = ", 'MacAddress': <'02:00:00:00:00:07'>, 'Mtu': <uint32 1400>, 'Port': <'web2'>, 'Description': <'a,b'>"
    assert service.calls() == [f"{LAB} AttachMany ([{asked(f'python3-{first.split()[0]}', queues=3, more=more)}, "
                               f"{asked('second', 'emulated')}], {{}}) plain 0"]


@case
def nics_on_two_switches_are_two_calls(service):
    attach(service, [NET0], 'one')
    done = service.run('run', 'lab', '--nic', '', '--nic', 'switch=lab-2', '--', *COMMAND, '{fds},{fds2}')
    pid = done.out.split()[0]
    assert service.calls() == [f"{LAB} AttachMany ([{asked(f'python3-{pid}')}], {{}}) plain 0",
                               f"{LAB2} AttachMany ([{asked(f'python3-{pid}-2')}], {{}}) plain 0"]
    service.run('run', '--nic', 'switch=lab-2', '--', 'true', '{fds}')
    assert service.calls()[0].startswith(f'{LAB2} AttachMany ')


@case
def more_descriptors_than_a_message_holds_are_several_calls(service):
    attach(service, [NET0, NET1], *'abcdefghijklmn')
    service.run('run', 'lab', '--nic', 'queues=8', '--nic', 'queues=6', '--', 'true', '{fds}{fds2}')
    assert len(service.calls()) == 1
    attach(service, [NET0], *'abcdefgh')
    done = service.run('run', 'lab', '--nic', 'queues=8', '--nic', 'queues=7', '--nic', 'queues=8', '--', *COMMAND, '{fds},{fds3},{fds2}')
    assert done.out.splitlines()[1:] == ['a b c d e f g h', 'a b c d e f g h', 'a b c d e f g'], done
    assert [re.findall('uint32 (.)', call) for call in service.calls()] == [['8'], ['7'], ['8']]


@case
def a_name_that_is_taken_gets_a_random_end(service):
    """A process of that number may have left one: here the tree says so."""
    attach(service, [NET0], 'one')
    script = f'read go; exec {CLIENT} run lab -- /usr/bin/env sh -c : {{fds}}'
    with subprocess.Popen(['sh', '-c', script], env=service.environment, stdin=subprocess.PIPE) as child:
        service.reply('Delete', '()')
        service.after('Delete', IDLE, 'EthernetPort', 'Name', f"'env-{child.pid}'")
        service.run('delete', 'endpoint', 'idle')
        service.calls()
        child.communicate(b'\n', TIMEOUT)
    assert re.search(rf"'Name': <'env-{child.pid}-[0-9a-f]{{4}}'>", service.calls()[0])


@case
def a_strange_command_makes_a_good_name(service):
    attach(service, [NET0], 'one')
    with tempfile.TemporaryDirectory() as directory:
        link = Path(directory, 'ß ' + 'x' * 60)
        link.symlink_to('/bin/true')
        service.run('run', 'lab', '--', str(link), '{fds}')
    assert re.search(r"'Name': <'n--x{37}-\d+'>", service.calls()[0])


@case
def nothing_else_is_inherited(service):
    attach(service, [NET0], 'one', 'two')
    done = service.run('run', 'lab', '--nic', 'queues=2', '--', 'sh', '-c', 'echo $0; ls -l /proc/$$/fd', '{fds}')
    fds, _, *entries = done.out.splitlines()
    links = {words[-3]: words[-1] for words in map(str.split, entries)}
    assert set(links) == {'0', '1', '2', *fds.split(':')}, done
    assert [Path(links[fd]).name for fd in fds.split(':')] == ['one', 'two'], done


@case
def signals_are_as_they_were(service):
    attach(service, [NET0], 'one')
    for restored, ignored in ((True, 0), (False, 1 << 12)):
        done = service.run('run', 'lab', '--', 'grep', '-E', '^Sig(Ign|Blk)', '/proc/self/status', '--label={fds}',
                           restore_signals=restored)
        blocked, ignoring = (int(line.split()[1], 16) for line in done.out.splitlines())
        # 13 is SIGPIPE.
        assert blocked == 0 and ignoring & 1 << 12 == ignored, (restored, done)


@case
def words_of_the_command_are_its_own(service):
    attach(service, [NET0], 'one')
    words = ['--', '--json', '--help', '-q', '{{fds}', '{"driver":{"fds":"{fdsx}"}}', '{fds0}', '{}', '{', '']
    done = service.run('run', 'lab', '--', 'printf', '%s\n', *words, 'x{fds}y')
    assert done.out.splitlines()[:-1] == [word.replace('{{', '{') for word in words], done
    assert re.fullmatch(r'x\d+y', done.out.splitlines()[-1])
    done = subprocess.run([CLIENT, 'run', 'lab', '--', 'printf', '%s', b'\xff\xfe', '{fds}'], env=service.environment,
                          capture_output=True, timeout=TIMEOUT, check=True)
    assert re.fullmatch(rb'\xff\xfe\d+', done.stdout), done


@case
def the_status_is_that_of_the_command(service):
    attach(service, [NET0], 'one')
    for status in (0, 1, 42):
        service.run('run', 'lab', '--', 'sh', '-c', f'exit {status}', '{fds}', status=status)


@case
def a_mistake_on_the_command_line_asks_nothing(service):
    for arguments, part in (
            (['run', 'lab'], 'command behind --'), (['run', 'lab', '--'], 'command behind --'), (['run', '--', 'true', '{fds}'], 'one of'),
            (['run', 'lab', '--', 'true'], '{fds} is not in the command: the descriptors of NIC 1 would be lost'),
            (['run', 'lab', '--', 'true', '{mac}', '{{fds}'], '{fds} is not in the command'),
            (['run', 'lab', '--nic', '', '--nic', '', '--', 'true', '{fds}'], '{fds2} is not in the command'),
            (['run', 'lab', '--', 'true', '{fds}', '{fds2}'], '{fds2} is in the command, but there is only 1 NIC'),
            (['run', '--endpoint', 'a', '--endpoint', 'b', '--', 'true', '{fds}', '{fds2}', '{mac3}'], 'there are only 2 NICs'),
            (['run', 'lab', '--nic', 'colour=red', '--', 'true', '{fds}'], '"colour" is not one of'),
            (['run', 'lab', '--nic', 'queues', '--', 'true', '{fds}'], '"queues" is not KEY=VALUE'),
            (['run', 'lab', '--nic', 'queues=x', '--', 'true', '{fds}'], 'queues: "x" is not a number'),
            (['run', 'lab', '--nic', 'mtu=1,mtu=2', '--', 'true', '{fds}'], 'mtu is given twice'),
            (['run', '--nic', '', '--', 'true', '{fds}'], 'switch=SWITCH'),
            (['run', 'lab', '--endpoint', 'idle', '--', 'true', '{fds}'], 'one of'),
            (['run', '--system', 'vm1', '--system', 'vm2', '--', 'true', '{fds}'], 'one --system'),
            (['run', 'lab', 'true', '{fds}'], 'too many arguments')):
        message = service.refuse(*arguments, status=2)
        assert part in message, (arguments, message)
    assert service.calls() == []


@case
def a_command_that_is_not_there_asks_nothing(service):
    [plain] = FILES('plain')
    plain.chmod(0o644)
    for command, status in (('no-such-command', 127), ('/no/such/command', 127), (str(plain), 126), ('/etc', 126)):
        message = service.refuse('run', 'lab', '--', command, '{fds}', status=status)
        assert message.startswith(f'cannot run {command}: '), message
    assert service.calls() == []


@case
def a_command_that_cannot_be_executed_leaves_nothing(service):
    attach(service, [NET0], 'one')
    [script] = FILES('script')
    script.write_text('#!/no/such/interpreter\n', encoding='utf-8')
    script.chmod(0o755)
    service.refuse('run', 'lab', '--', str(script), '{fds}', status=127)
    assert len(service.calls()) == 1


@case
def a_refusal_is_told_and_nothing_is_run(service):
    service.fail('AttachMany', DENIED, 'polkit said no')
    assert service.refuse('run', 'lab', '--', 'echo', '{fds}', status=4) == 'cannot run echo: polkit said no'
    assert 'there is no switch "none"' in service.refuse('run', 'none', '--', 'echo', '{fds}', status=3)
    for name in ('idle', 'lab-host', 'eth0'):
        assert 'its backend is not tap' in service.refuse('run', '--endpoint', name, '--', 'echo', '{fds}', status=6)


@case
def an_answer_with_too_few_descriptors_is_a_failure(service):
    attach(service, [NET0], 'one')
    assert 'fewer descriptors' in service.refuse('run', 'lab', '--nic', 'queues=2', '--', 'echo', '{fds}', status=1)
    service.hand('AttachMany', *FILES('one'))
    service.reply('AttachMany', f"([objectpath '/'], [objectpath '{NET0}'], [handle 7])")
    assert 'fewer descriptors' in service.refuse('run', 'lab', '--', 'echo', '{fds}', status=1)
    attach(service, [], 'one')
    service.refuse('run', 'lab', '--', 'echo', '{fds}', status=1)


@case
def endpoints_are_opened_in_the_order_given(service):
    open_all(service, 'one', 'two')
    done = service.run('run', '--endpoint', 'vm1-net1', '--endpoint', 'vm1-net0', '--', *COMMAND, '{fds},{fds2}', '{mac} {mac2} {queues}')
    assert done.out.splitlines()[1:] == ['one two', 'one two'], done
    assert done.out.split()[2:5] == ['02:10:00:00:00:06', '02:10:00:00:00:05', '2'], done
    assert service.calls() == [f'{NET1} Open ({{}},) plain 0', f'{NET0} Open ({{}},) plain 0']


@case
def an_enabled_system_is_not_started(service):
    open_all(service, 'one')
    service.run('run', '--system', 'vm1', '--', 'true', '{fds}', '{fds2}')
    assert service.calls() == [f'{NET0} Open ({{}},) plain 0', f'{NET1} Open ({{}},) plain 0']
    service.fail('Open', DENIED, 'polkit said no')
    service.refuse('run', '--system', 'vm1', '--', 'true', '{fds}', '{fds2}', status=4)
    assert len(service.calls()) == 1


def start_vm2(service):
    """When it is started, its settings become these endpoints."""
    service.reply('RequestStateChange', '()')
    for setting, endpoint in (('net2', IDLE), ('net10', NET1)):
        service.after('RequestStateChange', f'{VM2}/setting/{setting}', 'ResourceAllocationSetting', 'EthernetPort',
                      f"objectpath '{endpoint}'")


def state(word):
    return f"{VM2} RequestStateChange ('{word}', {{}}) plain 0"


@case
def a_system_is_started_and_its_taps_are_opened_by_name(service):
    start_vm2(service)
    open_all(service, 'one')
    done = service.run('run', '--system', 'vm2', '--', *COMMAND, '{fds},{fds2}', '{mac} {mac2}')
    assert done.out.split()[2:4] == ['02:10:00:00:00:03', '02:10:00:00:00:06'], done
    # net2 before net10; net0 is no tap.
    assert service.calls() == [state('enabled'), f'{IDLE} Open ({{}},) plain 0', f'{NET1} Open ({{}},) plain 0']


@case
def a_system_is_put_back_if_its_taps_cannot_be_opened(service):
    start_vm2(service)
    service.fail('Open', 'org.vmswitch1.Error.InUse', 'somebody has it open')
    assert service.refuse('run', '--system', 'vm2', '--', 'true', '{fds}{fds2}', status=6) == 'cannot run true: somebody has it open'
    assert service.calls() == [state('enabled'), f'{IDLE} Open ({{}},) plain 0', state('saved')]


@case
def a_system_is_put_back_if_the_command_cannot_be_executed(service):
    start_vm2(service)
    open_all(service, 'one')
    [script] = FILES('script')
    script.write_text('#!/no/such/interpreter\n', encoding='utf-8')
    script.chmod(0o755)
    service.refuse('run', '--system', 'vm2', '--', str(script), '{fds}{fds2}', status=127)
    assert [call.split()[1] for call in service.calls()] == ['RequestStateChange', 'Open', 'Open', 'RequestStateChange']


def change_vm1(service, on, endpoints, word=None):
    """When a method is called, its taps are these, and it is in that state."""
    vm1 = f'{ROOT}/system/vm1'
    for setting, endpoint in zip(('net0', 'net1'), endpoints):
        service.after(on, f'{vm1}/setting/{setting}', 'ResourceAllocationSetting', 'EthernetPort', f"objectpath '{endpoint}'")
    if word:
        service.after(on, vm1, 'VirtualSystem', 'EnabledState', f"'{word}'")


@case
def a_system_whose_guest_has_just_ended_is_waited_for(service):
    """Its taps are gone, and it is not disabled yet."""
    service.reply('Delete', '()')
    service.reply('RequestStateChange', '()')
    open_all(service, 'one')
    change_vm1(service, 'Delete', ['/', '/'])
    service.run('delete', 'endpoint', 'idle')
    child = service.start('run', '--system', 'vm1', '--', 'echo', '{fds}{fds2}')
    time.sleep(0.3)
    assert child.poll() is None
    change_vm1(service, 'Delete', [], 'disabled')
    change_vm1(service, 'RequestStateChange', [NET0, NET1], 'enabled')
    service.run('delete', 'endpoint', 'idle')
    out, err = child.communicate(timeout=TIMEOUT)
    assert child.returncode == 0 and out and not err, (child.returncode, err)
    assert [call.split()[1] for call in service.calls()] == ['Delete', 'Delete', 'RequestStateChange', 'Open', 'Open']


@case
def a_system_whose_taps_do_not_come_back_is_told_of(service):
    service.fail('Open', 'org.vmswitch1.Error.NotFound', 'there is no such endpoint')
    change_vm1(service, 'Open', ['/', '/'])
    message = service.refuse('run', '--system', 'vm1', '--', 'true', '{fds}{fds2}', status=3)
    assert message == 'cannot run true: NIC vm1/net0 is gone with whoever had it open; stop the system first'
    assert service.calls() == [f'{NET0} Open ({{}},) plain 0']


@case
def a_system_that_cannot_be_started_is_left_alone(service):
    service.fail('RequestStateChange', 'org.vmswitch1.Error.InUse', 'the port is taken')
    assert service.refuse('run', '--system', 'vm2', '--', 'true', '{fds}{fds2}', status=6) == 'cannot run true: the port is taken'
    assert service.calls() == [state('enabled')]
    # Its number of NICs is known only now, but before it is started.
    assert '{fds2} is not in' in service.refuse('run', '--system', 'vm2', '--', 'true', '{fds}', status=2)
    assert service.calls() == []


@case
def print_qemu_prints_what_to_paste(service):
    service.mock.tell('release')
    assert service.run('run', 'lab', '--print-qemu').out == \
        '-netdev tap,id=n0,fds={fds},vhost=off -device virtio-net-pci,netdev=n0,mac={mac},host_mtu={mtu}\n'
    assert service.run('run', 'lab', '--nic', 'queues=4', '--nic', 'kind=emulated', '--print-qemu').out == (
        '-netdev tap,id=n0,fds={fds},vhost=off -device virtio-net-pci,netdev=n0,mac={mac},host_mtu={mtu},mq=on,vectors={vectors}\n'
        '-netdev tap,id=n1,fds={fds2},vhost=off -device e1000,netdev=n1,mac={mac2}\n')
    assert service.run('run', 'lab', '--print-qemu', '--json').json == [
        '-netdev', 'tap,id=n0,fds={fds},vhost=off', '-device', 'virtio-net-pci,netdev=n0,mac={mac},host_mtu={mtu}']
    service.mock.tell('own')
    both = ('-netdev tap,id=n0,fds={fds},vhost=off -device virtio-net-pci,netdev=n0,mac={mac},host_mtu={mtu},mq=on,vectors={vectors}\n'
            '-netdev tap,id=n1,fds={fds2},vhost=off -device e1000,netdev=n1,mac={mac2}\n')
    for arguments in (['--endpoint', 'vm1-net0', '--endpoint', 'vm1-net1'], ['--system', 'vm1'], ['--system', 'vm2']):
        assert service.run('run', *arguments, '--print-qemu').out == both, arguments
    assert service.calls() == []


@case
def print_qemu_with_a_command_prints_the_values_beside_it(service):
    attach(service, [NET0], 'one', 'two')
    done = service.run('run', 'lab', '--nic', 'queues=2', '--print-qemu', '--', 'echo', 'hello')
    assert done.out == 'hello\n'
    assert re.fullmatch(r'-netdev tap,id=n0,fds=\d+:\d+,vhost=off '
                        r'-device virtio-net-pci,netdev=n0,mac=02:10:00:00:00:05,host_mtu=1500,mq=on,vectors=6\n', done.err), done


@case
def questions_are_allowed_on_a_terminal_alone(service):
    attach(service, [NET0], 'one')
    assert service.run_on_terminal('run', 'lab', '--', 'echo', 'x{fds}').out.startswith('x')
    service.run('run', 'lab', '--', 'echo', '{fds}')
    assert [call.split()[-2] for call in service.calls()] == ['interactive', 'plain']


run()
