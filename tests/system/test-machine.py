#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel of this machine may lack, on one that has all of it: Debian's own, in a machine that is emulated (machine.py).

Bonds, VLANs, teams, Wi-Fi and hardware that is pulled out (machine-cases.py), a reset (machine-reboot.py); and some tests of ours once more, on that
kernel. Each case there is one here. Arguments choose parts by name, and after `--` cases of those of ours."""
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import environment
import machine

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get('VSW_BUILD_DIR', HERE.parent.parent / 'build')).resolve()
CONTRACT = BUILD / 'tests' / 'kernel' / 'kernel-contract-linux'
LONG = ['Signals.ListAfterAnOverrunHasEverything', 'Devices.FullBridgeTakesNoMore']
MACHINES = 3  # at once: more than this machine may have processors, but they wait a lot
PATIENCE = 6  # software emulation on a busy machine
NICS = [('e1000', '01'), ('virtio-net-pci', '02'), ('e1000e', '03')]
MORE_NICS = [('e1000', '04'), ('virtio-net-pci', '05')]
RESULT = re.compile(r'(ok|not ok) \d+ - (.*?)(?: # SKIP (.*))?$')
GTEST = re.compile(r'\[ *(OK|FAILED|SKIPPED) *\] (\w+\.\w+)(?: \(\d+ ms\))?$')
OWN = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']


class Report:
    """TAP, with the plan at the end: which cases there are is known when they have run. Several machines may tell at once."""

    def __init__(self):
        self.number = self.failed = 0
        self.lock = threading.Lock()

    def tell(self, verdict, title, skip=None, why=()):
        """`why`: what a failed one has printed."""
        with self.lock:
            self.number += 1
            self.failed += verdict != 'ok'
            print(f'{verdict} {self.number} - {title}' + (f' # SKIP {skip}' if skip else ''), flush=True)
            if verdict != 'ok':
                print(f'{title}:', *why, sep='\n', file=sys.stderr, flush=True)

    def note(self, line):
        with self.lock:
            print(line, flush=True)

    def end(self):
        print(f'1..{self.number}', flush=True)
        sys.exit(1 if self.failed else 0)


def list_cases(file):
    return [name.replace('_', ' ') for name in re.findall(r'^@case\ndef (\w+)', (HERE / file).read_text(encoding='utf-8'), re.M)]


def list_contract():
    """Without what takes long under emulation, and is about numbers rather than about a kernel."""
    test, found = '', []
    for line in subprocess.run([CONTRACT, '--gtest_list_tests'], capture_output=True, text=True, check=True).stdout.splitlines():
        if line.startswith(' '):
            found.append(test + line.strip())
        elif line.endswith('.'):
            test = line
    return [name for name in found if name not in LONG]


def relay(report, prefix, lines, wanted):
    """Each result of a test of ours there is one here, with what was printed before it. What of `wanted` has no result has failed. Returns whether
    all is well."""
    told, printed, good, status = set(), [], True, None

    def follow():
        nonlocal status
        status = yield from lines

    def tell(verdict, title, skip=None, why=()):
        nonlocal good
        good = good and verdict == 'ok'
        told.add(title)
        report.tell(verdict, f'{prefix}: {title}', skip, why)
    for line in follow():
        found, gtest = RESULT.fullmatch(line), GTEST.fullmatch(line)
        if gtest and gtest[2] not in told:  # the reason of a skip is on the line before
            tell('not ok' if gtest[1] == 'FAILED' else 'ok', gtest[2], (printed or ['?'])[-1] if gtest[1] == 'SKIPPED' else None, printed)
            printed = []
        elif found and found[1] == 'ok':
            tell('ok', found[2], found[3])
            printed = []
        elif found:
            tell('not ok', found[2], why=printed)
            printed = []
        elif line.startswith('# '):
            report.note(line)
        elif line and not line.startswith(('1..', '[')):
            printed.append(line)
    for title in wanted:
        if title not in told:
            tell('not ok', title, why=['it was not run', *printed])
    if good and status != 0:
        tell('not ok', 'ends well', why=[f'its exit status is {status}', *printed])
    return good


def plug(nics):
    """All NICs on one wire, in PCI slots from 0x10 on."""
    arguments = []
    for number, (model, end) in enumerate(nics):
        arguments += ['-netdev', f'hubport,id=wire{number},hubid=1',
                      '-device', f'{model},id=nic{number},netdev=wire{number},mac=52:54:00:aa:00:{end},addr={0x10 + number:#x}']
    return arguments


def python(there, file, *arguments, own=False):
    command = ['env', f'VSW_BUILD_DIR={BUILD}', 'PYTHONDONTWRITEBYTECODE=1', f'VSW_PATIENCE={PATIENCE}', 'VSW_DIRECT=1']
    if own:  # a process and mount namespace, but the network of the machine itself
        command = [*OWN, *command, f'{environment.ENTERED}=machine']
    return there.run(*command, '/usr/bin/python3', HERE / file, *arguments)


def choose(known, wanted):
    """Those that were asked for: all, if none was."""
    return [name for name in known if name.replace(' ', '_') in wanted] if wanted else known


def run_hardware(report, wanted):
    with machine.Machine(BUILD, plug(NICS)) as there:
        relay(report, 'hardware', python(there, 'machine-cases.py', *wanted, own=True), choose(list_cases('machine-cases.py'), wanted))


def run_again(report, wanted):
    """On the kernel that users have."""
    contract, cases = choose(list_contract(), wanted), choose(list_cases('test-external.py'), wanted)
    with machine.Machine(BUILD) as there:
        for _ in there.run('/machine/modprobe', 'br_netfilter'):
            pass
        if contract:
            lines = there.run('env', 'G_DEBUG=fatal-criticals', CONTRACT, f'--gtest_filter={":".join(contract)}')
            relay(report, 'contract', lines, contract)
        if cases:
            relay(report, 'external', python(there, 'test-external.py', *wanted), cases)


def run_reboot(report, wanted):
    with tempfile.TemporaryDirectory(prefix='vmswitch-disk-') as folder:
        disk = Path(folder) / 'disk'
        with open(disk, 'wb') as file:
            file.truncate(64 << 20)
        subprocess.run(['mkfs.ext4', '-q', '-F', disk], check=True)
        with machine.Machine(BUILD, plug(NICS + MORE_NICS), disk) as there:
            if not relay(report, 'before the reset', python(there, 'machine-reboot.py', 'before', own=True), ['everything is set up']):
                return  # and with it the rest
            there.reset()
            relay(report, 'after the reset', python(there, 'machine-reboot.py', 'after', own=True), list_cases('machine-reboot.py'))


# How it is run, and what is told of it: prefix → titles
PARTS = {'hardware': (run_hardware, lambda: {'hardware': list_cases('machine-cases.py')}),
         'again': (run_again, lambda: {'contract': list_contract(), 'external': list_cases('test-external.py')}),
         'reboot': (run_reboot, lambda: {'before the reset': ['everything is set up'], 'after the reset': list_cases('machine-reboot.py')})}


def run(report, part, wanted):
    begun = time.monotonic()
    try:
        PARTS[part][0](report, wanted)
    except machine.MachineError as error:
        report.tell('not ok', f'{part}: the machine lives', why=[str(error)])
    except Exception:
        report.tell('not ok', f'{part}: the test itself', why=[traceback.format_exc()])
    report.note(f'# {part}: {time.monotonic() - begun:.0f} s')


def main():
    report = Report()
    arguments = sys.argv[1:]
    cut = arguments.index('--') if '--' in arguments else len(arguments)
    parts, wanted = arguments[:cut] or list(PARTS), arguments[cut + 1:]
    obstacle = 'needs root, to read what it is made of' if os.geteuid() else machine.find_obstacle(BUILD)
    if not obstacle:
        environment.isolate()  # so that it goes with us, whatever becomes of us
    if obstacle:
        for part in parts:
            for prefix, titles in PARTS[part][1]().items():
                for title in titles:
                    report.tell('ok', f'{prefix}: {title}', obstacle)
    else:
        with ThreadPoolExecutor(MACHINES) as pool:
            list(pool.map(lambda part: run(report, part, wanted), parts))
    report.end()


if __name__ == '__main__':
    main()
