#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Real guests, run by an ordinary user: a paravirtual one with two queues and one with emulated hardware, who ping each other while the
service dies and comes back, and who leave nothing behind.

Every case starts its guests at once and pays for one start of a kernel by software emulation: 3 s on an idle machine, more on a busy one."""
import signal
import time

import guest
import leaks
from environment import ROOT, USERS, wait_for
from lab import TREE, Monitor, endpoint_path, escape, port_path, switch_path
from tap import case, run

CTL = ROOT / 'bin' / 'vmswitchctl'
HELPER = ROOT / 'bin' / 'vmswitch-bridge-helper'
ONE, TWO = '10.8.0.1', '10.8.0.2'
STEADY = 10  # answers in a row
LATE = 5  # seconds


def of_guests(lab):
    """Ethernet ports for guests, by name."""
    return {properties['org.vmswitch1.EthernetPort']['Name']: path for path, properties in lab.objects().items()
            if 'org.vmswitch1.SyntheticEthernetPort' in properties or 'org.vmswitch1.EmulatedEthernetPort' in properties}


def taps(lab):
    return sorted(name for name, link in lab.links().items() if link.get('linkinfo', {}).get('info_kind') == 'tun')


def run_two(lab, user='erin'):
    """A paravirtual guest with two queues and one with a Realtek card on the switch `lab`, through `vmswitchctl run`; both ping."""
    one = guest.Guest(lab, CTL, 'run', 'lab', '--nic', 'name=one,queues=2', '--',
                      *guest.command(lab, ONE, TWO, 'tap,id=n0,fds={fds},vhost=off', mac='{mac}', queues=2), user=user)
    two = guest.Guest(lab, CTL, 'run', 'lab', '--nic', 'name=two,kind=emulated', '--',
                      *guest.command(lab, TWO, ONE, 'tap,id=n0,fd={fds},vhost=off', mac='{mac}', model='rtl8139'), user=user)
    return one, two


def keep_pinging(guests):
    """From here on every ping counts: the number of the newest answer of each. What was sent before the neighbour had been found comes late or
    never, so several in a row must have come first."""
    def is_steady(each):
        last = each.replies()[-STEADY:]
        return len(last) == STEADY and last[-1] - last[0] == STEADY - 1
    for each in guests:
        wait_for(lambda each=each: is_steady(each), 30, 'steady answers')
    return [each.wait_reply(max(each.replies())) for each in guests]


def wait_quiet(guests):
    """Until none of them has had an answer for a second: what was on its way, and on the console, has come by then."""
    seen = [None, time.monotonic()]

    def is_quiet():
        newest = [max(each.replies()) for each in guests]
        if newest != seen[0]:
            seen[:] = [newest, time.monotonic()]
        return time.monotonic() - seen[1] > 1
    wait_for(is_quiet, 20, 'the answers to stop')


def check_lost(guests, marks, allowed=0):
    """Waits for some more answers and counts the pings since the marks that had none. One queue of a guest may be later than the other on a busy
    machine, so what is merely late is waited for."""
    for each, mark in zip(guests, marks):
        last = each.wait_reply(max(each.replies()) + 5)
        try:
            wait_for(lambda each=each, mark=mark, last=last: each.count_lost(mark, last) <= allowed, LATE)
        except TimeoutError:
            raise AssertionError(f'{each.count_lost(mark, last)} of the pings {mark} to {last} were not answered') from None


def ends(lab, each, how, names, before):
    """The guest ends; its objects and devices are gone within a second of that. The NICs are named in `names`."""
    with Monitor(lab) as monitor:
        how(each)
        each.process.wait(20)
        start = time.monotonic()
        gone = {endpoint_path(name) for name in names}

        def removed():
            told = {m['payload']['data'][0] for m in monitor.messages()
                    if m.get('member') == 'InterfacesRemoved' and 'org.vmswitch1.EthernetPort' in m['payload']['data'][1]}
            return gone <= told
        wait_for(removed, 5, 'the signals that it has gone')
        took = time.monotonic() - start
    assert took < 1, f'{took:.2f} s until the signals'
    assert not set(names) & set(of_guests(lab)), of_guests(lab)
    ports = {path for path, interfaces in lab.objects().items() if 'org.vmswitch1.SwitchPort' in interfaces}
    assert not {path for path in ports if path.rsplit('/', 1)[1] in {escape(name) for name in names}}, ports
    assert not {f'vswp-{name}' for name in names} & set(lab.links()), lab.links().keys()
    if before is not None:
        leaks.check(lab, before, 2)


def power_off(each):
    """As whoever runs it would: QEMU ends cleanly on this signal."""
    each.process.send_signal(signal.SIGTERM)


def crash(each):
    each.process.kill()


@case
def two_guests_ping_each_other_through_kill_restart_and_move(lab):
    guest.require(lab)
    lab.create_switch('lab', Shared=True)
    lab.create_switch('other')
    idle = leaks.settle(lab)
    guests = one, two = run_two(lab)
    assert one.wait_up() == (2, lab.get(endpoint_path('one'), 'EthernetPort', 'MacAddress'))
    assert two.wait_up() == (1, lab.get(endpoint_path('two'), 'EthernetPort', 'MacAddress'))
    assert lab.get(endpoint_path('one'), 'EthernetPort', 'OwnerUid') == USERS['erin']
    assert taps(lab) == ['vswp-one', 'vswp-two'] and lab.connects(port_path('lab', 'one')) and lab.connects(port_path('lab', 'two'))
    # the service keeps nothing of what it handed out
    leaks.check(lab, idle)

    marks = keep_pinging(guests)
    before = lab.objects()
    for _ in range(3):
        lab.kill_daemon()
        time.sleep(0.5)
        lab.start_daemon()
    assert set(lab.objects()) == set(before)
    check_lost(guests, marks)

    # apart they hear nothing of each other, together again they do, with the same devices
    index = lab.links()['vswp-one']['ifindex']
    lab.call(port_path('lab', 'one'), 'SwitchPort.Move', switch_path('other'), {})
    assert lab.links()['vswp-one']['master'] == 'vsw-other' and lab.links()['vswp-one']['ifindex'] == index
    wait_quiet(guests)
    lab.call(port_path('other', 'one'), 'SwitchPort.Move', switch_path('lab'), {})
    keep_pinging(guests)
    # moved one after the other, they miss what was sent in between, and nothing more
    marks = keep_pinging(guests)
    start = time.monotonic()
    for name in ('one', 'two'):
        lab.call(port_path('lab', name), 'SwitchPort.Move', switch_path('other'), {})
    apart = time.monotonic() - start
    keep_pinging(guests)
    check_lost(guests, marks, allowed=10 + int(apart / guest.INTERVAL))
    assert lab.links()['vswp-one']['ifindex'] == index
    for name in ('one', 'two'):
        lab.call(port_path('other', name), 'SwitchPort.Move', switch_path('lab'), {})

    ends(lab, one, power_off, ['one'], None)
    ends(lab, two, crash, ['two'], leaks.settle(lab))
    assert taps(lab) == [] and of_guests(lab) == {}


@case
def qemu_plugs_its_guests_in_by_the_bridge_helper(lab):
    guest.require(lab)
    lab.create_switch('lab', Shared=True)
    netdev = f'bridge,id=n0,br=lab,helper={HELPER}'
    guests = one, two = [guest.Guest(lab, *guest.command(lab, ONE, TWO, netdev, mac='02:00:00:00:08:01')),
                         guest.Guest(lab, *guest.command(lab, TWO, ONE, netdev, model='e1000', mac='02:00:00:00:08:02'))]
    for each in guests:
        each.wait_up()
    marks = keep_pinging(guests)
    nics = of_guests(lab)
    assert len(nics) == 2 and all(name.startswith('qemu-system') for name in nics), nics
    assert all(lab.get(path, 'EthernetPort', 'OwnerUid') == USERS['erin'] for path in nics.values())
    lab.kill_daemon()
    lab.start_daemon()
    check_lost(guests, marks)
    mine = {name for name, path in nics.items() if lab.get(path, 'EthernetPort', 'Name').startswith(f'qemu-system-x86-{one.process.pid}-')}
    assert len(mine) == 1, nics
    ends(lab, one, crash, mine, None)
    ends(lab, two, power_off, set(nics) - mine, None)
    assert taps(lab) == []


@case
def qemu_takes_the_options_that_are_printed_for_it(lab):
    guest.require(lab)
    lab.create_switch('lab', Shared=True)
    nics = ('--nic', 'name=one,queues=2', '--nic', 'name=two,kind=emulated')
    options = lab.ctl('run', 'lab', *nics, '--print-qemu', user='erin').stdout.split()
    machine = (guest.QEMU, '-M', 'pc', '-accel', 'tcg', '-nodefaults', '-display', 'none', '-S', '-monitor', 'stdio')
    said = lab.ctl('run', 'lab', *nics, '--', *machine, *options, user='erin', input='info network\nquit\n').stdout
    assert said.count('type=tap') == 3 and 'model=virtio-net-pci' in said and 'model=e1000' in said, said
    wait_for(lambda: taps(lab) == [], 2, 'the taps to go')


@case
def a_system_is_disabled_when_its_guest_ends(lab):
    guest.require(lab)
    lab.create_switch('lab')
    lab.ctl('system', 'define', 'vm', user='alice')
    lab.ctl('system', 'add-nic', 'vm/net0', '--connection', 'lab', '--queues', '2', user='alice')
    lab.ctl('system', 'add-nic', 'vm/net1', '--connection', 'lab', '--kind', 'emulated', '--mac', '02:00:00:00:08:02', user='alice')
    system = f'{TREE}/system/vm'
    lab.ctl('system', 'start', 'vm', user='alice')
    assert lab.get(system, 'VirtualSystem', 'EnabledState') == 'enabled' and taps(lab) == ['vswp-vm-net0', 'vswp-vm-net1']
    mac = lab.get(f'{system}/setting/net0', 'ResourceAllocationSetting', 'Address')
    # the second NIC is for a guest of its own: two in one guest would be two addresses on one wire
    one = guest.Guest(lab, CTL, 'run', '--endpoint', 'vm-net0', '--',
                      *guest.command(lab, ONE, TWO, 'tap,id=n0,fds={fds},vhost=off', mac='{mac}', queues=2), user='alice')
    two = guest.Guest(lab, CTL, 'run', '--endpoint', 'vm-net1', '--',
                      *guest.command(lab, TWO, ONE, 'tap,id=n0,fds={fds},vhost=off', mac='{mac}', model='e1000'), user='alice')
    assert one.wait_up() == (2, mac) and two.wait_up() == (1, '02:00:00:00:08:02')
    marks = keep_pinging([one, two])
    lab.kill_daemon()
    lab.start_daemon()
    assert lab.get(system, 'VirtualSystem', 'EnabledState') == 'enabled'
    check_lost([one, two], marks)
    ends(lab, one, crash, ['vm-net0'], None)
    assert lab.get(system, 'VirtualSystem', 'EnabledState') == 'enabled'
    ends(lab, two, power_off, ['vm-net1'], None)
    lab.wait_property(system, 'VirtualSystem', 'EnabledState', 'disabled', 1)
    assert taps(lab) == [] and lab.get(switch_path('lab'), 'Switch', 'Ports') == []
    lab.call(system, 'VirtualSystem.Delete', {})


@case
def a_system_that_is_run_is_started_for_it(lab):
    guest.require(lab)
    lab.create_switch('lab')
    lab.connect_internal('lab', 'host')
    lab.address('vswi-host', f'{TWO}/24')
    lab.ctl('system', 'define', 'vm', user='alice')
    lab.ctl('system', 'add-nic', 'vm/net0', '--connection', 'lab', user='alice')
    system = f'{TREE}/system/vm'
    one = guest.Guest(lab, CTL, 'run', '--system', 'vm', '--',
                      *guest.command(lab, ONE, TWO, 'tap,id=n0,fds={fds},vhost=off', mac='{mac}', seconds=2), user='alice')
    one.wait_up()
    assert lab.get(system, 'VirtualSystem', 'EnabledState') == 'enabled'
    one.wait_reply()
    assert lab.pings(ONE)
    # it powers off by itself
    ends(lab, one, lambda each: each.wait(lambda line: line == 'guest: ends', 20), ['vm-net0'], None)
    lab.wait_property(system, 'VirtualSystem', 'EnabledState', 'disabled', 1)
    lab.call(system, 'VirtualSystem.Delete', {})


run()
