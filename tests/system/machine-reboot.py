#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A host that is set up, reset without warning, and comes up again (test-machine.py runs this in a machine): `before` and `after`.

Nothing is left but what the service has on the disk. At boot the NICs come up bare, or as ifupdown would configure them. Nobody waits for a time to run
out: the clock is set."""
import json
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path

from environment import wait_for
from direct import DirectLab
from lab import MANAGER, endpoint_path, switch_path
from outside import ROUTER

DISK = Path('/machine/disk')
NOTES = DISK / 'notes.json'
OUTER = '52:54:00:aa:00:03'
# switch: (address of its NIC, its network, whether ifupdown knows the NIC, seconds until it must be confirmed; 0: it was)
SWITCHES = {'late': ('52:54:00:aa:00:01', 1, True, 600), 'open': ('52:54:00:aa:00:02', 2, False, 3600),
            'kept': ('52:54:00:aa:00:04', 4, False, 0), 'both': ('52:54:00:aa:00:05', 5, True, 0)}
DEFAULT = 'kept'  # by whose NIC the default route is
PATIENCE = 5
CASES = []


def case(function):
    CASES.append(function)
    return function


def find(lab, mac):
    return next(name for name, link in lab.links().items()
                if 'info_kind' not in link.get('linkinfo', {}) and link.get('permaddr', link['address']) == mac)


def host(number):
    return f'10.66.{number}.5'


def configure(lab, name):
    """As ifupdown does at boot: address and route."""
    mac, number, _, _ = SWITCHES[name]
    nic = find(lab, mac)
    lab.ip('address', 'add', f'{host(number)}/24', 'brd', '+', 'dev', nic)
    lab.ip('-6', 'address', 'add', f'2001:db8:{number}::5/64', 'nodad', 'dev', nic)
    lab.ip('link', 'set', nic, 'up')
    if name == DEFAULT:
        lab.ip('route', 'add', 'default', 'via', f'10.66.{number}.1', 'dev', nic)


def make_network(lab):
    """What is outside, and the NICs of the host as they are at boot: named by the kernel."""
    for driver in ('e1000', 'e1000e', 'virtio_net'):
        subprocess.run(['/machine/modprobe', driver], check=True)
    wait_for(lambda: len([n for n in lab.links() if n.startswith('eth')]) == 5, PATIENCE, 'five NICs')
    lab.add_guest(ROUTER)
    outer = find(lab, OUTER)
    lab.ip('link', 'set', outer, 'netns', ROUTER)
    for _, number, _, _ in SWITCHES.values():
        lab.ip('address', 'add', f'10.66.{number}.1/24', 'dev', outer, netns=ROUTER)
        lab.ip('-6', 'address', 'add', f'2001:db8:{number}::1/64', 'nodad', 'dev', outer, netns=ROUTER)
    lab.ip('link', 'set', outer, 'up', netns=ROUTER)
    lab.ip('address', 'add', '203.0.113.9/32', 'dev', 'lo', netns=ROUTER)


def answers(lab, name):
    """Whether the host is reached by the addresses of that switch, and by which it goes out."""
    number = SWITCHES[name][1]
    for address in (host(number), f'2001:db8:{number}::5'):
        assert lab.pings(address, netns=ROUTER), f'{address} does not answer:\n{lab.ip("address").stdout}{lab.ip("route").stdout}'
    if name == DEFAULT:
        assert lab.pings('203.0.113.9')


def addresses(lab, device):
    """Those of the host, without what a link gives itself."""
    found = json.loads(lab.ip('-j', 'address', 'show', 'dev', device, check=False).stdout or '[]')
    return sorted(f'{a["local"]}/{a["prefixlen"]}' for link in found for a in link.get('addr_info', []) if a['scope'] == 'global')


def expected(name):
    number = SWITCHES[name][1]
    return sorted([f'{host(number)}/24', f'2001:db8:{number}::5/64'])


def expect_over(lab, name):
    """The host is on the switch, and on it alone."""
    nic = find(lab, SWITCHES[name][0])
    lab.wait_property(switch_path(name), 'Switch', 'State', 'ok', PATIENCE)
    assert lab.links()[nic].get('master') == f'vsw-{name}', lab.links()[nic]
    assert lab.get(endpoint_path(nic), 'ExternalEthernetPort', 'IsBound') is True
    assert addresses(lab, f'vswi-{name}') == expected(name), addresses(lab, f'vswi-{name}')
    assert addresses(lab, nic) == [], f'{nic} has {addresses(lab, nic)}, too:\n{lab.ip("route").stdout}'
    answers(lab, name)


def before(lab):
    """Everything is set up, and confirmed or not."""
    make_network(lab)
    for name in SWITCHES:
        configure(lab, name)
        answers(lab, name)
    lab.start_daemon()
    notes = {'boot': Path('/proc/sys/kernel/random/boot_id').read_text(encoding='ascii')}
    for name in sorted(SWITCHES, key=lambda name: name == 'late'):
        mac, _, _, seconds = SWITCHES[name]
        lab.create_switch(name)
        nic = endpoint_path(find(lab, mac))
        wait_for(lambda nic=nic: nic in lab.objects(), PATIENCE, nic)
        _, checkpoint, _ = lab.call(MANAGER, 'Manager.SetupSwitch', switch_path(name), nic, {}, {'confirm-within': seconds or 3600})
        if seconds:
            notes[name] = [checkpoint, lab.get(checkpoint, 'Checkpoint', 'DeadlineTimestamp')]
        else:
            lab.call(checkpoint, 'Checkpoint.Confirm', {})
        if name != 'late':
            expect_over(lab, name)
    with open(NOTES, 'w', encoding='ascii') as file:
        json.dump(notes, file)
        file.flush()
        os.fsync(file.fileno())
    assert 'rolled back' not in lab.log()


def boot(lab):
    """A new boot. Returns what was noted before the last."""
    notes = json.loads(NOTES.read_text(encoding='ascii'))
    make_network(lab)
    assert Path('/proc/sys/kernel/random/boot_id').read_text(encoding='ascii') != notes['boot'], 'that was no reset'
    assert lab.ours() == [], lab.ours()
    for name, (_, _, is_known, _) in SWITCHES.items():
        if is_known:
            configure(lab, name)
            answers(lab, name)
    time.clock_settime(time.CLOCK_REALTIME, notes['late'][1] / 1e6 + 1)
    lab.start_daemon()
    return notes


@case
def a_setup_whose_time_has_run_out_is_undone_before_anybody_is_answered(lab, notes):
    nic = find(lab, SWITCHES['late'][0])
    assert 'was rolled back' in lab.log() and notes['late'][0] not in lab.objects()
    assert lab.get(endpoint_path(nic), 'ExternalEthernetPort', 'IsBound') is False and endpoint_path('late') not in lab.objects()
    assert 'master' not in lab.links()[nic] and 'vswi-late' not in lab.links()
    assert addresses(lab, nic) == expected('late'), addresses(lab, nic)
    answers(lab, 'late')
    assert 'rollback' not in str(lab.get(MANAGER, 'Manager', 'Warnings')), lab.get(MANAGER, 'Manager', 'Warnings')


@case
def one_that_has_time_left_still_waits_and_can_be_confirmed(lab, notes):
    path, deadline = notes['open']
    assert lab.get(path, 'Checkpoint', 'DeadlineTimestamp') == deadline
    expect_over(lab, 'open')
    lab.call(path, 'Checkpoint.Confirm', {})
    expect_over(lab, 'open')


@case
def a_setup_that_was_confirmed_is_there_again(lab, notes):
    assert [path for path in lab.objects() if '/checkpoint/' in path and path not in (notes['open'][0],)] == []
    expect_over(lab, 'kept')
    routes = json.loads(lab.ip('-j', 'route', 'show', 'default').stdout)
    assert [r['dev'] for r in routes] == ['vswi-kept'], routes


@case
def so_is_one_whose_nic_was_configured_at_boot(lab, notes):
    """What it was given goes where the host has its addresses."""
    assert f'{find(lab, SWITCHES["both"][0])} has been given addresses while the service was away' in lab.log()
    expect_over(lab, 'both')
    assert not lab.get(MANAGER, 'Manager', 'Warnings'), lab.get(MANAGER, 'Manager', 'Warnings')


@case
def the_way_back_is_still_known(lab, notes):
    for name in ('open', 'kept', 'both'):
        checkpoint, _ = lab.call(MANAGER, 'Manager.TeardownSwitch', switch_path(name), {})
        lab.call(checkpoint, 'Checkpoint.Confirm', {})
        nic = find(lab, SWITCHES[name][0])
        assert addresses(lab, nic) == expected(name) and f'vswi-{name}' not in lab.links()
        answers(lab, name)


def run(stage):
    lab = DirectLab(os.environ['VSW_BUILD_DIR'], fatal=True, state=DISK / 'state')
    failed = 0
    try:
        lab.enter()
        lab.start_bus()
        lab.start_polkit()
        if stage == 'before':
            CASES[:] = [lambda lab, notes: before(lab)]
            CASES[0].__name__ = 'everything_is_set_up'
        notes = boot(lab) if stage == 'after' else {}
        for number, function in enumerate(CASES, 1):
            try:
                function(lab, notes)
                verdict = 'ok'
            except Exception:
                verdict = 'not ok'
                failed += 1
                print(f'{function.__name__}:\n{traceback.format_exc()}log of vmswitchd:\n{lab.log()[-6000:]}')
            print(f'{verdict} {number} - {function.__name__.replace("_", " ")}', flush=True)
    finally:
        if stage == 'after':
            lab.close()
    sys.exit(1 if failed else 0)


run(sys.argv[1])
