#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""NICs that NetworkManager itself has: taken over with the host, held on to, and given back, whoever is restarted or killed meanwhile."""
import contextlib
import json
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

import outside
from environment import ROOT, wait_for
from lab import MANAGER, PYTHON, endpoint_path, switch_path
from outside import HOST4, NIC, REMOTE, ROUTER
from realnm import UUID, NetworkManager, find_root, lifetime
from tap import case, run

EXTERNAL = endpoint_path(NIC)
LEASE = 20  # seconds
COPY = 'Wired 1 (switch lab)'
STATIC = f'method=manual\naddress1={HOST4}/24,192.0.2.1'


def make_network(lab):
    find_root(lab)  # before anything is made
    outside.make(lab)
    outside.settle(lab)


def begin(lab, lease=LEASE, **options):
    make_network(lab)
    outside.DhcpServer(lab, lease)
    manager = NetworkManager(lab, **options).start()
    manager.wait_activated(NIC)
    lab.create_switch('lab')
    wait_for(lambda: EXTERNAL in lab.objects(), 5, 'the NIC on the bus')
    return manager


def setup(lab, confirm=True, **options):
    checkpoint = lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {'take-over': True, **options})[1]
    if confirm:
        lab.call(checkpoint, 'Checkpoint.Confirm', {})


def teardown(lab):
    checkpoint = lab.call(MANAGER, 'Manager.TeardownSwitch', switch_path('lab'), {})[0]
    lab.call(checkpoint, 'Checkpoint.Confirm', {})


def loans(lab):
    """How many NICs the store says are owed."""
    with tempfile.TemporaryDirectory() as folder:  # the service keeps its own locked
        for file in lab.state.glob('store.db*'):
            shutil.copy(file, folder)
        with contextlib.closing(sqlite3.connect(f'{folder}/store.db')) as database:
            return database.execute('SELECT count(*) FROM loan').fetchone()[0]


def warnings(lab):
    return lab.get(MANAGER, 'Manager', 'Warnings')


def is_ours(lab, manager):
    """NetworkManager keeps off the NIC, which is on the switch."""
    return manager.manages(NIC) is False and lab.links()[NIC].get('master') == 'vsw-lab' and lifetime(lab, NIC, HOST4) is None


def check_given_back(lab, manager, seconds=30):
    """As it was before: managed, its profile active, the address there, and the host reachable; and nothing is owed."""
    manager.wait_activated(NIC, seconds=seconds)
    assert manager.active(NIC)['Uuid'] == UUID and manager.manages(NIC) is True
    wait_for(lambda: lifetime(lab, NIC, HOST4), 10, 'the address')
    assert lab.pings(HOST4, netns=REMOTE)
    wait_for(lambda: loans(lab) == 0, 5, 'nothing to be owed')
    assert COPY not in manager.nmcli('-f', 'NAME', 'connection', 'show')
    assert warnings(lab) == []


def check_renewed(lab, device, lease=LEASE):
    """Beyond the lease that there is now the address is there, and renewed each time."""
    seen = []
    end = time.monotonic() + lease + 1
    while time.monotonic() < end:
        left = lifetime(lab, device, HOST4)
        assert left, f'the address has gone; before: {seen}'
        seen.append(left)
        time.sleep(0.5)
    assert max(seen[len(seen) // 2:]) > lease * 0.6, seen


@case
def a_lease_is_renewed_on_the_switch_and_back_on_the_nic(lab):
    manager = begin(lab)
    pings = outside.Pings(lab, REMOTE, HOST4)
    talk = outside.Talk(lab, REMOTE, HOST4)
    setup(lab)
    assert manager.has_activated('vswi-lab', COPY), 'before the caller is answered'
    assert is_ours(lab, manager)
    print('# setup: %d of %d pings lost' % pings.stop())
    check_renewed(lab, 'vswi-lab')
    pings = outside.Pings(lab, REMOTE, HOST4)
    teardown(lab)
    check_given_back(lab, manager)
    print('# teardown: %d of %d pings lost' % pings.stop())
    assert talk.stop() > 0
    check_renewed(lab, NIC)


@case
def static_addresses_need_no_copy(lab):
    manager = begin(lab, ipv4=STATIC)
    pings = outside.Pings(lab, REMOTE, HOST4)
    talk = outside.Talk(lab, REMOTE, HOST4)
    setup(lab)
    assert is_ours(lab, manager) and lifetime(lab, 'vswi-lab', HOST4) == 'forever'
    assert COPY not in manager.nmcli('-f', 'NAME', 'connection', 'show')
    print('# setup: %d of %d pings lost' % pings.stop())
    pings = outside.Pings(lab, REMOTE, HOST4)
    teardown(lab)
    check_given_back(lab, manager)
    print('# teardown: %d of %d pings lost' % pings.stop())
    assert talk.stop() > 0 and lifetime(lab, NIC, HOST4) == 'forever'


@case
def name_servers_are_known_on_the_switch(lab):
    manager = begin(lab, ipv4=f'{STATIC}\ndns=192.0.2.53;')
    pings = outside.Pings(lab, REMOTE, HOST4)
    talk = outside.Talk(lab, REMOTE, HOST4)
    setup(lab)
    assert is_ours(lab, manager) and manager.has_activated('vswi-lab', COPY)
    known = manager.get_all(manager.device('vswi-lab')['Ip4Config'], 'org.freedesktop.NetworkManager.IP4Config')['NameserverData']
    assert [one['address'] for one in known] == ['192.0.2.53'], known
    assert lifetime(lab, 'vswi-lab', HOST4) == 'forever'
    print('# setup: %d of %d pings lost' % pings.stop())
    pings = outside.Pings(lab, REMOTE, HOST4)
    teardown(lab)
    check_given_back(lab, manager)
    print('# teardown: %d of %d pings lost' % pings.stop())
    assert talk.stop() > 0


@case
def networkmanager_may_be_restarted_meanwhile(lab):
    manager = begin(lab)
    setup(lab)
    talk = outside.Talk(lab, REMOTE, HOST4)
    for how in (signal.SIGTERM, signal.SIGKILL):
        manager.restart(how)
        wait_for(lambda: manager.has_activated('vswi-lab', COPY), 20, 'the copy')
        assert is_ours(lab, manager), manager.device(NIC)
        check_renewed(lab, 'vswi-lab')
    assert talk.stop() > 0
    assert warnings(lab) == []
    teardown(lab)
    check_given_back(lab, manager)


def reboot(lab, manager):
    """What is left of the host: its disk, and its NIC as it comes from the factory."""
    manager.stop()
    manager.forget()
    lab.kill_daemon()
    for device in lab.ours():
        lab.ip('link', 'delete', device, check=False)
    lab.run('nft', 'flush', 'ruleset')
    lab.ip('address', 'flush', 'dev', NIC)
    lab.make_runtime()


@case
def what_a_reboot_makes_networkmanager_forget_is_said_again(lab):
    manager = begin(lab)
    setup(lab)
    for is_first in (True, False):
        reboot(lab, manager)
        if is_first:
            manager.start()
            manager.wait_activated(NIC)
        lab.start_daemon()
        if not is_first:
            manager.start()
        wait_for(lambda: is_ours(lab, manager) and manager.has_activated('vswi-lab', COPY), 30, 'the NIC and the copy')
        assert lab.pings(HOST4, netns=REMOTE)
    check_renewed(lab, 'vswi-lab')
    teardown(lab)
    check_given_back(lab, manager)


@case
def the_service_may_be_killed_meanwhile(lab):
    manager = begin(lab)
    setup(lab)
    lab.kill_daemon()
    check_renewed(lab, 'vswi-lab')
    manager.restart()
    lab.start_daemon()
    wait_for(lambda: is_ours(lab, manager) and manager.has_activated('vswi-lab', COPY), 20, 'the NIC and the copy')
    check_renewed(lab, 'vswi-lab')
    teardown(lab)
    lab.kill_daemon()
    check_given_back_later(lab, manager)


def check_given_back_later(lab, manager):
    """The service, dead now, is started."""
    time.sleep(1)
    lab.start_daemon()
    check_given_back(lab, manager)


def confirm_all(lab):
    for path in lab.objects():
        if '/checkpoint/' in path:
            lab.call(path, 'Checkpoint.Confirm', {})


def cut_off(lab, delay, method, signature, *arguments):
    """The service dies that many seconds after the call was sent, and is started again."""
    call = lab.spawn('busctl', '--system', 'call', 'org.vmswitch1', MANAGER, 'org.vmswitch1.Manager', method, signature, *arguments,
                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(delay)
    lab.kill_daemon()
    call.wait()
    lab.start_daemon()


def is_bound(lab):
    return lab.get(EXTERNAL, 'ExternalEthernetPort', 'IsBound')


@case
def whenever_the_service_is_killed_all_of_it_is_done_or_nothing(lab):
    manager = begin(lab)
    came_to = set()
    for delay in (0.005, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.3, 3):
        cut_off(lab, delay, 'SetupSwitch', 'ooa{sv}a{sv}', switch_path('lab'), EXTERNAL, '0', '1', 'take-over', 'b', 'true')
        came_to.add(is_bound(lab))
        if not is_bound(lab):
            check_given_back(lab, manager)
            continue
        wait_for(lambda: is_ours(lab, manager) and manager.has_activated('vswi-lab', COPY), 30, 'the NIC and the copy')
        confirm_all(lab)
        cut_off(lab, delay, 'TeardownSwitch', 'oa{sv}', switch_path('lab'), '0')
        confirm_all(lab)
        if is_bound(lab):
            teardown(lab)
        check_given_back(lab, manager)
    assert came_to == {False, True}, came_to


@case
def what_nobody_confirms_goes_back_to_networkmanager(lab):
    manager = begin(lab)
    talk = outside.Talk(lab, REMOTE, HOST4)
    setup(lab, confirm=False, **{'confirm-within': 2})
    assert is_ours(lab, manager)
    wait_for(lambda: lab.get(EXTERNAL, 'ExternalEthernetPort', 'IsBound') is False, 20, 'the way back')
    check_given_back(lab, manager)
    assert talk.stop() > 0
    check_renewed(lab, NIC)


@case
def what_nobody_confirms_goes_back_even_if_the_service_is_dead_by_then(lab):
    manager = begin(lab)
    setup(lab, confirm=False, **{'confirm-within': 2})
    lab.kill_daemon()
    time.sleep(3)
    check_given_back_later(lab, manager)
    check_renewed(lab, NIC)


@case
def it_is_owed_while_networkmanager_or_the_bus_is_away(lab):
    manager = begin(lab)
    setup(lab)
    manager.stop()
    teardown(lab)
    time.sleep(1)
    assert loans(lab) == 1
    manager.start()
    check_given_back(lab, manager)


@case
def a_teardown_that_nobody_confirms_leaves_the_copy_at_work(lab):
    manager = begin(lab)
    setup(lab)
    lab.call(MANAGER, 'Manager.TeardownSwitch', switch_path('lab'), {'confirm-within': 2})
    manager.wait_activated(NIC)
    wait_for(lambda: lab.get(EXTERNAL, 'ExternalEthernetPort', 'IsBound') is True, 20, 'the way back')
    wait_for(lambda: is_ours(lab, manager) and manager.has_activated('vswi-lab', COPY), 30, 'the NIC and the copy')
    assert lab.pings(HOST4, netns=REMOTE)
    check_renewed(lab, 'vswi-lab')
    teardown(lab)
    check_given_back(lab, manager)


@case
def a_nic_that_was_only_bound_is_given_back_however_it_is_let_go(lab):
    manager = begin(lab, ipv4='method=disabled')
    lab.call(switch_path('lab'), 'Switch.BindExternalEthernetPort', EXTERNAL, {'take-over': True})
    assert manager.manages(NIC) is False and loans(lab) == 1
    lab.delete(switch_path('lab'), 'Switch')
    manager.wait_activated(NIC)
    wait_for(lambda: loans(lab) == 0, 10, 'nothing to be owed')


@case
def nothing_changes_when_it_is_refused(lab):
    manager = begin(lab)
    for options, words in (({}, 'NetworkManager (connection "Wired 1")'), ({'take-over': True, 'dry-run': True}, None)):
        arguments = (MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, options)
        lab.refuse('Conflict', *arguments, says=words) if words else lab.call(*arguments)
        assert manager.has_activated(NIC) and loans(lab) == 0 and lab.links()[NIC].get('master') is None


@case
def a_dry_run_says_what_it_would_do(lab):
    manager = begin(lab)
    steps = lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {'take-over': True, 'dry-run': True})[2]
    assert steps[0] == 'release ext0 by NetworkManager (connection "Wired 1")', steps
    assert steps[-1] == 'activate "Wired 1 (switch lab)" by NetworkManager on internal NIC lab', steps
    setup(lab)
    steps = lab.call(MANAGER, 'Manager.TeardownSwitch', switch_path('lab'), {'dry-run': True})[1]
    assert steps[-1].startswith('return ext0 to NetworkManager with profile '), steps
    assert manager.manages(NIC) is False
    teardown(lab)


@case
def what_it_only_shows_is_not_its_own(lab):
    make_network(lab)
    lab.address(NIC, f'{HOST4}/24')
    manager = NetworkManager(lab, nic='other').start()
    wait_for(lambda: manager.active(NIC).get('Id') == NIC, 20, 'what it shows')
    lab.create_switch('lab')
    wait_for(lambda: EXTERNAL in lab.objects(), 5, 'the NIC on the bus')
    setup(lab, **{'take-over': False})
    assert lab.pings(HOST4, netns=ROUTER) and loans(lab) == 0
    teardown(lab)
    assert lab.pings(HOST4, netns=ROUTER)


@case
def addresses_that_the_host_made_of_a_prefix_stay_the_same(lab):
    make_network(lab)
    lab.run('sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1', netns=ROUTER)
    outside.DhcpServer(lab, 60)
    manager = NetworkManager(lab, ipv4='method=auto\ndhcp-client-id=stable', ipv6='method=auto\naddr-gen-mode=stable-privacy').start()
    lab.spawn(PYTHON, ROOT / 'system' / 'advertise.py', 'in', '2001:db8::', netns=ROUTER)
    manager.wait_activated(NIC)

    def made(device):
        return [a['local'] for link in json.loads(lab.ip('-j', '-6', 'address', 'show', 'dev', device).stdout) for a in link['addr_info'] if a['scope'] == 'global']
    wait_for(lambda: made(NIC), 20, 'an address')
    outside.settle(lab)
    before = made(NIC)
    client = manager.get_all(manager.device(NIC)['Dhcp4Config'], 'org.freedesktop.NetworkManager.DHCP4Config')['Options']['dhcp_client_identifier']
    lab.create_switch('lab')
    pings = outside.Pings(lab, ROUTER, before[0])
    talk = outside.Talk(lab, ROUTER, before[0])
    setup(lab)
    wait_for(lambda: made('vswi-lab'), 20, 'an address')
    outside.settle(lab)
    print('# setup, IPv6: %d of %d pings lost' % pings.stop())
    assert talk.stop() > 0
    assert made('vswi-lab') == before, (made('vswi-lab'), before)
    assert manager.get_all(manager.device('vswi-lab')['Dhcp4Config'], 'org.freedesktop.NetworkManager.DHCP4Config')['Options']['dhcp_client_identifier'] == client
    pings = outside.Pings(lab, ROUTER, before[0])
    teardown(lab)
    check_given_back(lab, manager)
    wait_for(lambda: made(NIC) == before, 20, f'{before}, not {made(NIC)}')
    outside.settle(lab)
    print('# teardown, IPv6: %d of %d pings lost' % pings.stop())


run(config=outside.CONFIG)
