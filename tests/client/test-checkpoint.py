#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checkpoints: their commands, and --confirm-within with somebody at a terminal, and with nobody."""
import os
import pty
import re
import select
import signal
import subprocess
import time

from client import CLIENT, ROOT, TIMEOUT, case, run

LAB = f'{ROOT}/switch/lab'
CHECKPOINT = f'{ROOT}/checkpoint/1'
INTERFACE = 'Checkpoint'
GUARDED = "{'confirm-within': <uint32 60>}"
SET = ('set', 'switch', 'lab', 'description=x')
FAR = 9999999999999999  # microseconds since the epoch


def arm(service, method='Modify', seconds=60):
    """The call makes checkpoint 1 ours."""
    service.reply(method, '()')
    service.after(method, CHECKPOINT, INTERFACE, 'OwnerUid', f'uint32 {os.getuid()}')
    service.after(method, CHECKPOINT, INTERFACE, 'CreatedTimestamp', f'uint64 {FAR}')
    service.after(method, CHECKPOINT, INTERFACE, 'DeadlineTimestamp', f'uint64 {int(time.time() + seconds) * 1000000}')


class Terminal:
    """The client on a terminal of its own, which a user types at."""

    def __init__(self, service, *arguments):
        self.master, slave = pty.openpty()
        self.child = subprocess.Popen([CLIENT, *arguments], env=service.environment, stdin=slave, stdout=slave, stderr=slave,
                                      start_new_session=True)
        os.close(slave)
        self.out = b''

    def read(self):
        if not select.select([self.master], [], [], 0.1)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.out += data
        return bool(data)

    def wait_for(self, pattern):
        deadline = time.monotonic() + TIMEOUT
        while not re.search(pattern, self.out.decode()):
            assert time.monotonic() < deadline and self.read(), f'no {pattern} came: {self.out}'

    def type(self, keys):
        os.write(self.master, keys)

    def end(self, status):
        deadline = time.monotonic() + TIMEOUT
        while self.read():
            assert time.monotonic() < deadline, f'it does not end: {self.out}'
        os.close(self.master)
        assert self.child.wait(TIMEOUT) == status, self.out
        return self.out.decode()


@case
def they_are_listed_with_what_is_left(service):
    lines = service.run('checkpoint', 'list').out.splitlines()
    assert lines[0].split() == ['NUMBER', 'LEFT', 'OWNER', 'CHANGED', 'SCOPE'], lines
    assert lines[1].split() == ['1', '0', 's', '4294967294', '2', 'lab', 'lab/web'], lines
    assert service.run('list', 'checkpoints').out.splitlines() == lines
    only, = service.run('checkpoint', 'list', '--json').json
    assert only['Path'] == CHECKPOINT and only['Scope'] == [LAB, f'{LAB}/port/web'] and only['ChangedObjects'] == 2, only
    assert service.run('list', '--json').json['Checkpoints'] == [only]
    assert service.run('--quiet', 'checkpoint', 'list').out == '1\n'
    assert 'DeadlineTimestamp' in service.run('show', 'checkpoint', '1').out


@case
def what_a_checkpoint_is_of_that_was_deleted_is_told_by_kind_and_name(service):
    service.remove(f'{LAB}/port/web')
    assert service.run('checkpoint', 'list').out.splitlines()[1].endswith(' lab (port lab/web)')
    service.remove(LAB)
    assert service.run('checkpoint', 'list').out.splitlines()[1].endswith(' (switch lab) (port lab/web)')


@case
def each_command_makes_its_one_call(service):
    for command, call, answer, said in [
            ('create lab vm1', f"{ROOT}/Manager CreateCheckpoint (['{LAB}', '{ROOT}/system/vm1'], 60, {{}})",
             f"(objectpath '{CHECKPOINT}',)", 'created checkpoint 1: what changes now is undone in 60 seconds unless it is confirmed\n'),
            ('create lab/web --timeout 5', f"{ROOT}/Manager CreateCheckpoint (['{LAB}/port/web'], 5, {{}})",
             f"(objectpath '{CHECKPOINT}',)", 'created checkpoint 1: what changes now is undone in 5 seconds unless it is confirmed\n'),
            ('confirm 1', f'{CHECKPOINT} Confirm ({{}},)', '()', 'confirmed checkpoint 1: what has changed stays\n'),
            (f'confirm {CHECKPOINT}', f'{CHECKPOINT} Confirm ({{}},)', '()', 'confirmed checkpoint 1: what has changed stays\n'),
            ('extend 1 1', f'{CHECKPOINT} Extend (1, {{}})', '()', 'extended checkpoint 1 by 1 second\n'),
            ('create lab --timeout 1', f"{ROOT}/Manager CreateCheckpoint (['{LAB}'], 1, {{}})",
             f"(objectpath '{CHECKPOINT}',)", 'created checkpoint 1: what changes now is undone in 1 second unless it is confirmed\n'),
            ('extend 1 30', f'{CHECKPOINT} Extend (30, {{}})', '()', 'extended checkpoint 1 by 30 seconds\n'),
            ('rollback 1', f'{CHECKPOINT} Rollback ({{}},)', '(@as [],)', 'rolled back checkpoint 1: all is as it was\n'),
            ('rollback 1', f'{CHECKPOINT} Rollback ({{}},)', "(['port web: its switch is gone'],)",
             'rolled back checkpoint 1, but could not bring back:\n  port web: its switch is gone\n')]:
        service.reply(call.split()[1], answer)
        done = service.run('checkpoint', *command.split())
        assert done.out == said and done.err == '', done
        calls = service.calls()
        assert len(calls) == 1 and calls[0].replace('uint32 ', '').replace('objectpath ', '') == call + ' plain 0', (calls, call)
    service.reply('Rollback', "(['port web: its switch is gone'],)")
    assert service.run('--json', 'checkpoint', 'rollback', '1').json == {'Path': CHECKPOINT, 'Lost': ['port web: its switch is gone']}


@case
def what_is_not_there_is_told(service):
    assert service.refuse('checkpoint', 'confirm', '2', status=3) == 'cannot confirm checkpoint 2: there is no checkpoint "2"'
    assert 'there is no switch' in service.refuse('checkpoint', 'create', 'nobody', status=3)
    assert 'is not a number' in service.refuse('checkpoint', 'extend', '1', 'x', status=2)
    assert '--timeout: ' in service.refuse('checkpoint', 'create', 'lab', '--timeout', 'x', status=2)


@case
def without_a_terminal_it_is_told_how_to_confirm(service):
    arm(service)
    done = service.run(*SET, '--confirm-within', '60')
    assert done.out == ('changed switch lab\nIt is undone in 60 seconds unless it is confirmed: vmswitchctl checkpoint confirm 1\n'), done
    assert service.calls() == [f"{LAB} Modify ({{'Description': <'x'>}}, {GUARDED}) plain 0"]
    arm(service)
    assert service.run('--confirm-within=60', '--json', *SET).json == {'Path': LAB, 'Checkpoint': CHECKPOINT}
    arm(service)
    assert service.run('--quiet', '--confirm-within', '60', *SET).out == ''
    arm(service)
    assert 'It is undone in 1 second unless' in service.run('--confirm-within', '1', *SET).out


@case
def the_option_goes_with_others(service):
    service.reply('Delete', '()')
    service.run('delete', 'switch', 'lab', '--force', '--confirm-within', '60')
    assert service.calls() == [f"{LAB} Delete ({{'force': <true>, 'confirm-within': <uint32 60>}},) plain 0"]


@case
def nothing_is_said_of_a_checkpoint_that_is_not_there(service):
    """Nothing changed, or it is somebody else's."""
    service.reply('Modify', '()')
    assert service.run(*SET, '--confirm-within', '60').out == 'changed switch lab\n'
    assert service.run_on_terminal(*SET, '--confirm-within', '60').out == 'changed switch lab\n'


@case
def it_does_not_go_with_what_changes_nothing_or_stays(service):
    for words in (('list',), ('status',), ('system', 'list'), ('run', 'lab', '--', 'true'), ('checkpoint', 'confirm', '1')):
        assert '--confirm-within does not go with' in service.refuse('--confirm-within', '60', *words, status=2), words
    assert 'caller' in service.refuse('--confirm-within', '60', 'create', 'switch', 'new', '--lifetime', 'caller', status=2)
    for number in ('0', 'x', '-1'):
        service.refuse(f'--confirm-within={number}', *SET, status=2)
    assert service.calls() == []


@case
def a_user_keeps_it(service):
    arm(service)
    service.reply('Confirm', '()')
    terminal = Terminal(service, *SET, '--confirm-within', '60')
    terminal.wait_for(r'Keep this\? Otherwise it is undone in [56]\d s\. \[y/N\] ')
    terminal.wait_for(r'(?s)undone in (\d+) s.*undone in (?!\1)\d+ s')
    terminal.type(b'xy')
    out = terminal.end(0)
    assert out.startswith('changed switch lab\r\n') and out.endswith('\r\n'), out
    assert service.calls()[1:] == [f'{CHECKPOINT} Confirm ({{}},) interactive 0']


@case
def a_user_has_it_undone(service):
    for key in (b'n', b'\r'):
        arm(service)
        service.reply('Rollback', '(@as [],)')
        terminal = Terminal(service, *SET, '--confirm-within', '60')
        terminal.wait_for(r'\[y/N\] ')
        terminal.type(key)
        assert 'cannot keep the change: it was not kept, and is undone' in terminal.end(1)
        assert service.calls()[1:] == [f'{CHECKPOINT} Rollback ({{}},) interactive 0']


@case
def no_answer_leaves_it_to_the_service(service):
    def interrupt(terminal):
        terminal.child.send_signal(signal.SIGINT)

    def hang_up(terminal):
        terminal.child.send_signal(signal.SIGTERM)

    def end_input(terminal):
        terminal.type(b'\x04')

    for how in (interrupt, hang_up, end_input):
        arm(service)
        terminal = Terminal(service, *SET, '--confirm-within', '60')
        terminal.wait_for(r'\[y/N\] ')
        how(terminal)
        out = terminal.end(1)
        assert 'no answer: the service undoes it when the time is over' in out and 'checkpoint confirm 1' in out, out
        assert len(service.calls()) == 1


@case
def a_service_that_goes_meanwhile_is_waited_for(service):
    arm(service)
    service.reply('Confirm', '()')
    terminal = Terminal(service, *SET, '--confirm-within', '60')
    terminal.wait_for(r'\[y/N\] ')
    service.mock.tell('release')
    terminal.wait_for(r'(?s)(undone in .*){3}')
    service.mock.tell('own')
    terminal.type(b'y')
    terminal.end(0)


LATE = 'cannot keep the change: its checkpoint has ended meanwhile: it was undone, or confirmed elsewhere'


@case
def nobody_answers_until_it_is_over(service):
    arm(service, seconds=2)
    terminal = Terminal(service, *SET, '--confirm-within', '2')
    terminal.wait_for(r'undone in 0 s\. \[y/N\] ')
    service.remove(CHECKPOINT)
    assert LATE in terminal.end(1)


@case
def nobody_answers_until_a_service_that_cannot_say_more_has_undone_it(service):
    """Whatever it answers: the time is over."""
    arm(service, seconds=2)
    terminal = Terminal(service, *SET, '--confirm-within', '2')
    terminal.wait_for(r'undone in 1 s\. \[y/N\] ')
    service.fail('Get', 'org.freedesktop.DBus.Error.Failed', 'the reason')
    assert LATE in terminal.end(1)


@case
def nobody_answers_and_the_service_does_not_return(service):
    arm(service, seconds=2)
    terminal = Terminal(service, *SET, '--confirm-within', '2')
    terminal.wait_for(r'\[y/N\] ')
    service.mock.tell('release')
    assert 'the time is over and the service does not answer: it undoes it when it is back' in terminal.end(1)


def answer_late(service, key):
    arm(service)
    terminal = Terminal(service, *SET, '--confirm-within', '60')
    terminal.wait_for(r'\[y/N\] ')
    service.remove(CHECKPOINT)
    terminal.type(key)
    out = terminal.end(1)
    assert LATE in out and 'checkpoint confirm' not in out, out


@case
def to_keep_it_too_late_is_told_as_that(service):
    answer_late(service, b'y')


@case
def to_undo_it_too_late_is_told_as_that(service):
    answer_late(service, b'n')


@case
def to_leave_it_too_late_is_told_as_that(service):
    answer_late(service, b'\x04')


run()
