#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Systems that follow a machine of systemd-machined, which is mocked (machined.py)."""
import signal
import subprocess
import time

from environment import ROOT
from gvariant import Raw
from lab import MANAGER, PYTHON, TREE, switch_path
from tap import case, run

SYSTEM = f'{TREE}/system/vm'
POLICY = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <policy user="root"><allow own="org.freedesktop.machine1"/></policy>
  <policy context="default"><allow send_destination="org.freedesktop.machine1"/></policy>
</busconfig>
'''


def state(lab):
    return lab.get(SYSTEM, 'VirtualSystem', 'EnabledState')


def enable(lab):
    lab.call(SYSTEM, 'VirtualSystem.RequestStateChange', 'enabled', {})


class Machined:
    """The mock (machined.py), with these machines running."""

    def __init__(self, lab, *machines, kind='real', user=None):
        if not (ROOT / 'bus.d' / 'machine1.conf').exists():
            (ROOT / 'bus.d' / 'machine1.conf').write_text(POLICY)
            lab.bus.send_signal(signal.SIGHUP)
            time.sleep(0.3)
        self.process = lab.spawn(PYTHON, ROOT / 'system' / 'machined.py', kind, *machines, user=user, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == 'ready\n'

    def tell(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()
        assert self.process.stdout.readline() == 'done\n'

    def close(self):
        self.process.kill()
        self.process.wait()


def follow(lab, machine='web'):
    lab.create_switch('lab')
    lab.call(MANAGER, 'Manager.DefineSystem', 'vm', {}, {'machine': machine})
    lab.call(SYSTEM, 'VirtualSystem.AddResourceSetting', {'Name': 'net0', 'Connection': Raw(f"objectpath '{switch_path('lab')}'")}, {})
    enable(lab)
    assert lab.get(SYSTEM, 'VirtualSystem', 'Machine') == machine


@case
def a_system_goes_with_its_machine(lab):
    machined = Machined(lab)
    follow(lab)
    machined.tell('add other')
    machined.tell('add web')
    machined.tell('remove other')
    time.sleep(0.5)
    assert state(lab) == 'enabled'
    machined.tell('remove web')
    lab.wait_property(SYSTEM, 'VirtualSystem', 'EnabledState', 'disabled', 2)
    assert lab.ours() == ['vsw-lab']
    # not yet started, it is waited for
    enable(lab)
    time.sleep(0.5)
    assert state(lab) == 'enabled'
    machined.close()


@case
def a_machine_that_went_while_nobody_looked_is_noticed(lab):
    machined = Machined(lab, 'web')
    follow(lab)
    time.sleep(0.3)
    lab.kill_daemon()
    machined.tell('remove web')
    lab.start_daemon()
    lab.wait_property(SYSTEM, 'VirtualSystem', 'EnabledState', 'disabled', 3)
    # machined itself may be started anew, and knows its machines again
    machined.tell('add web')
    enable(lab)
    time.sleep(0.3)
    machined.close()
    machined = Machined(lab, 'web')
    time.sleep(0.5)
    assert state(lab) == 'enabled'
    machined.close()
    time.sleep(0.3)
    assert state(lab) == 'enabled'
    machined = Machined(lab)
    lab.wait_property(SYSTEM, 'VirtualSystem', 'EnabledState', 'disabled', 3)
    machined.close()


@case
def a_machine_that_was_replaced_within_a_moment_is_noticed(lab):
    machined = Machined(lab, 'web')
    follow(lab)
    time.sleep(0.3)
    lab.daemon.send_signal(signal.SIGSTOP)
    machined.tell('remove web')
    machined.tell('add web')
    lab.daemon.send_signal(signal.SIGCONT)
    lab.wait_property(SYSTEM, 'VirtualSystem', 'EnabledState', 'disabled', 2)
    # the new one is followed from when somebody says so
    enable(lab)
    time.sleep(0.5)
    assert state(lab) == 'enabled'
    machined.close()


@case
def a_machine_that_was_replaced_while_nobody_looked_is_noticed(lab):
    machined = Machined(lab, 'web')
    follow(lab)
    time.sleep(0.3)
    lab.kill_daemon()
    machined.tell('remove web')
    machined.tell('add web')
    lab.start_daemon()
    lab.wait_property(SYSTEM, 'VirtualSystem', 'EnabledState', 'disabled', 3)
    machined.close()


@case
def nobody_else_can_end_a_machine(lab):
    machined = Machined(lab, 'web')
    follow(lab)
    forger = Machined(lab, 'web', kind='forged', user='bob')
    forger.tell('remove web')
    time.sleep(0.5)
    assert state(lab) == 'enabled'
    forger.close()
    # a rumour is asked about
    lab.run('gdbus', 'emit', '--system', '-o', '/org/freedesktop/machine1', '-s', 'org.freedesktop.machine1.Manager.MachineRemoved', 'web',
            '/org/freedesktop/machine1/machine/web', check=False)
    time.sleep(0.3)
    assert state(lab) == 'enabled'
    machined.close()


@case
def a_system_may_follow_another_machine_later(lab):
    machined = Machined(lab, 'one', 'two')
    follow(lab, 'one')
    lab.call(SYSTEM, 'VirtualSystem.Modify', {'Machine': 'two'}, {})
    machined.tell('remove one')
    time.sleep(0.5)
    assert state(lab) == 'enabled'
    machined.tell('remove two')
    lab.wait_property(SYSTEM, 'VirtualSystem', 'EnabledState', 'disabled', 2)
    lab.refuse('InvalidArgument', SYSTEM, 'VirtualSystem.Modify', {'Machine': 'a/b'}, {})
    machined.close()


run()
