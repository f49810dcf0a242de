#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Passwords on a terminal, with the real daemon and polkitd: whatever ends the question, the terminal echoes again.

That the right password is obeyed is tested with all other verdicts (tests/system/test-authorization.py)."""
import os
import pty
import select
import signal
import termios
import time

from environment import PASSWORD
from lab import switch_path
from tap import case, run


class Terminal:
    """vmswitchctl as carol, whom polkit asks, on a terminal of its own."""

    def __init__(self, lab, *arguments):
        self.master, slave = pty.openpty()
        self.child = lab.spawn('setsid', '--ctty', '--wait', 'vmswitchctl', *arguments, user='carol', stdin=slave, stdout=slave,
                               stderr=slave)
        os.close(slave)
        self.shown = ''

    def wait_for(self, text, seconds=10):
        deadline = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < deadline, f'no {text!r} in {self.shown!r}'
            if select.select([self.master], [], [], 0.1)[0]:
                self.shown += os.read(self.master, 4096).decode()

    def echoes(self):
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def wait_for_question(self):
        """The echo goes just after the question came."""
        self.wait_for('assword: ')
        deadline = time.monotonic() + 10
        while self.echoes():
            assert time.monotonic() < deadline, 'the password would be seen'
            time.sleep(0.01)

    def type(self, data):
        os.write(self.master, data)

    def end(self):
        status = self.child.wait(30)
        echoes = self.echoes()
        os.close(self.master)
        assert echoes, 'the terminal does not echo any more'
        return status


@case
def a_typed_password_is_not_shown_and_the_terminal_echoes_again(lab):
    terminal = Terminal(lab, 'create', 'switch', 'mine')
    terminal.wait_for_question()
    terminal.type(PASSWORD.encode() + b'\n')
    terminal.wait_for('created switch mine')
    assert terminal.end() == 0 and PASSWORD not in terminal.shown
    assert switch_path('mine') in lab.objects()


@case
def control_c_at_the_question_ends_it_and_nothing_is_made(lab):
    terminal = Terminal(lab, 'create', 'switch', 'mine')
    terminal.wait_for_question()
    terminal.type(b'\x03')
    # setsid --wait tells a death by signal as a status of its own
    assert terminal.end() != 0
    assert switch_path('mine') not in lab.objects()


@case
def a_signal_at_the_question_ends_it_and_nothing_is_made(lab):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        terminal = Terminal(lab, 'create', 'switch', 'mine')
        terminal.wait_for_question()
        os.killpg(os.tcgetpgrp(terminal.master), number)
        assert terminal.end() != 0, number
        assert switch_path('mine') not in lab.objects()


@case
def without_a_terminal_it_is_told_that_a_password_is_needed(lab):
    done = lab.ctl('create', 'switch', 'mine', user='carol', check=False)
    assert done.returncode == 4 and done.stdout == '', done
    assert 'it needs a password, for org.vmswitch1.' in done.stderr and ', so run it on a terminal' in done.stderr, done


@case
def a_wrong_password_is_a_refusal(lab):
    terminal = Terminal(lab, 'create', 'switch', 'mine')
    terminal.wait_for_question()
    terminal.type(b'wrong\n')
    terminal.wait_for('vmswitchctl: cannot create switch mine')
    assert terminal.end() == 4


@case
def a_command_that_follows_a_password_finds_the_process_as_it_was(lab):
    """The agent had threads, descriptors, and signals blocked."""
    lab.create_switch('shop')
    # grep's own signals, as inherited: a shell that waits for it blocks all of its own for a moment.
    script = 'exec 2>&1; echo begin; grep -E "^Sig(Blk|Ign)" /proc/self/status; ls /proc/$$/fd; echo $0 end'
    terminal = Terminal(lab, 'run', 'shop', '--', 'sh', '-c', script, '{fds}')
    terminal.wait_for_question()
    terminal.type(PASSWORD.encode() + b'\n')
    terminal.wait_for(' end\r\n')
    assert terminal.end() == 0
    _, _, blocked, _, ignored, *open_fds, fd, _ = terminal.shown[terminal.shown.index('begin\r\n'):].split()
    # 13 is SIGPIPE.
    assert int(blocked, 16) == 0 and int(ignored, 16) & 1 << 12 == 0, terminal.shown
    assert set(open_fds) == {'0', '1', '2', fd}, terminal.shown


run()
