#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""NICs of the host that are configured again by whoever does so at boot, or later, and knows nothing of switches: the host is reached all the same."""
import re
import time

import outside
from environment import wait_for
from lab import MANAGER, endpoint_path, switch_path
from outside import HOST4, HOST6, NIC, NIC_MAC, REMOTE, ROUTER, ROUTER4, ROUTER6
from tap import case, run

EXTERNAL = endpoint_path(NIC)
OTHER4 = '192.0.2.8'


def begin(lab, configure=outside.configure):
    outside.make(lab)
    configure(lab)
    lab.create_switch('lab')
    wait_for(lambda: EXTERNAL in lab.objects(), 5, 'the NIC on the bus')


def setup(lab):
    lab.call(lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {})[1], 'Checkpoint.Confirm', {})


def teardown(lab):
    lab.call(lab.call(MANAGER, 'Manager.TeardownSwitch', switch_path('lab'), {})[0], 'Checkpoint.Confirm', {})


def reboot(lab, configure):
    """All links are made anew, the NIC as its driver makes it; then `configure` does what ifupdown does, then the service starts."""
    lab.kill_daemon()
    for name in [*lab.ours(), NIC]:
        lab.ip('link', 'delete', name, check=False)
    lab.run('nft', 'flush', 'ruleset')
    lab.make_runtime()
    lab.ip('link', 'add', NIC, 'address', NIC_MAC, 'type', 'veth', 'peer', 'name', 'in', 'netns', ROUTER)
    for address in (f'{ROUTER4}/24', f'{ROUTER6}/64'):
        lab.address('in', address, netns=ROUTER)
    lab.ip('route', 'add', '198.51.100.9', 'via', HOST4, netns=ROUTER)
    configure(lab)
    lab.start_daemon()


def with_other_address(lab):
    lab.ip('link', 'set', NIC, 'up')
    lab.ip('address', 'add', f'{OTHER4}/24', 'dev', NIC)
    lab.ip('route', 'add', 'default', 'via', ROUTER4, 'dev', NIC)


def with_everything(lab):
    lab.ip('link', 'set', NIC, 'up')
    lab.run('sysctl', '-qw', f'net.ipv6.conf.{NIC}.accept_ra=2', f'net.ipv4.conf.{NIC}.arp_notify=1', f'net.ipv6.conf.{NIC}.hop_limit=61')
    outside.configure(lab)


def with_nothing(lab):
    pass


def addresses(lab, device):
    """Those that the device has not given to itself."""
    shown = lab.ip('-o', 'address', 'show', 'dev', device).stdout.splitlines()
    return {line.split()[3].split('/')[0] for line in shown if 'scope link' not in line}


def warned(lab):
    return [text for code, text in lab.get(MANAGER, 'Manager', 'Warnings') if code == 'uplink-managed']


def without_indexes(shown):
    """And without lifetimes, which are given anew at boot."""
    return {key: re.sub(r'"(ifindex|link_index)": \d+', r'"\1": 0', text) for key, text in shown.items() if key != 'ends'}


def is_on_the_switch(lab):
    return lab.links()[NIC].get('master') == 'vsw-lab' and not addresses(lab, NIC)


@case
def what_is_configured_at_boot_goes_where_the_host_has_it(lab):
    begin(lab)
    before = without_indexes(outside.look(lab))
    setup(lab)
    reboot(lab, with_everything)
    assert is_on_the_switch(lab) and {HOST4, HOST6} <= addresses(lab, 'vswi-lab')
    assert lab.pings(HOST4, netns=REMOTE) and lab.pings(HOST6, netns=REMOTE) and lab.pings(HOST4, netns=ROUTER)
    assert not warned(lab)
    teardown(lab)
    outside.settle(lab)
    after = without_indexes(outside.look(lab))
    assert after == before, outside.differences(before, after)


@case
def what_is_not_configured_at_boot_is_as_it_was(lab):
    begin(lab)
    setup(lab)
    reboot(lab, with_nothing)
    assert is_on_the_switch(lab) and {HOST4, HOST6} <= addresses(lab, 'vswi-lab')
    assert lab.pings(HOST4, netns=REMOTE) and lab.pings(HOST6, netns=REMOTE)
    teardown(lab)
    assert {HOST4, HOST6} <= addresses(lab, NIC)


@case
def another_address_at_boot_is_what_the_host_has_from_then_on(lab):
    begin(lab, with_nothing)
    with_everything(lab)
    setup(lab)
    for configure in (with_other_address, with_nothing):
        reboot(lab, configure)
        assert is_on_the_switch(lab) and addresses(lab, 'vswi-lab') == {OTHER4}, addresses(lab, 'vswi-lab')
        assert lab.pings(OTHER4, netns=REMOTE)
    teardown(lab)
    assert addresses(lab, NIC) == {OTHER4} and lab.pings(OTHER4, netns=REMOTE)


@case
def what_was_dropped_is_dropped_again(lab):
    begin(lab, with_other_address)
    lab.call(switch_path('lab'), 'Switch.BindExternalEthernetPort', EXTERNAL, {'drop-addresses': True})
    reboot(lab, with_other_address)
    assert is_on_the_switch(lab) and not warned(lab)
    lab.call(switch_path('lab'), 'Switch.UnbindExternalEthernetPort', EXTERNAL, {})
    assert addresses(lab, NIC) == {OTHER4} and lab.pings(OTHER4, netns=REMOTE)


@case
def what_nobody_wished_dropped_is_named(lab):
    begin(lab, with_nothing)
    lab.call(switch_path('lab'), 'Switch.BindExternalEthernetPort', EXTERNAL, {})
    reboot(lab, with_other_address)
    assert lab.links()[NIC]['master'] == 'vsw-lab' and addresses(lab, NIC) == {OTHER4}
    text = wait_for(lambda: warned(lab), 5, 'the warning')[0]
    assert OTHER4 in text and 'ip address flush dev ext0' in text, text


@case
def what_comes_while_the_service_runs_follows_at_once(lab):
    begin(lab)
    setup(lab)
    lab.ip('address', 'add', f'{HOST4}/24', 'dev', NIC)
    lab.ip('address', 'add', f'{OTHER4}/24', 'dev', NIC)
    lab.ip('route', 'add', '198.51.100.64/26', 'via', ROUTER4, 'dev', NIC)
    wait_for(lambda: is_on_the_switch(lab) and OTHER4 in addresses(lab, 'vswi-lab'), 5, 'the addresses on the switch')
    assert '198.51.100.64/26' in lab.ip('route', 'show', 'dev', 'vswi-lab').stdout
    assert all(lab.pings(address, netns=REMOTE) for address in (HOST4, OTHER4, HOST6)) and not warned(lab)
    settings = lab.run('sysctl', '-n', *(f'net.ipv6.conf.vswi-lab.{name}' for name in ('accept_ra', 'addr_gen_mode', 'hop_limit'))).stdout.split()
    assert settings == ['2', '0', '61'], settings
    teardown(lab)
    assert {HOST4, OTHER4, HOST6} <= addresses(lab, NIC) and lab.pings(OTHER4, netns=REMOTE)


@case
def whoever_insists_is_named_and_not_fought(lab):
    begin(lab, with_other_address)
    setup(lab)
    rounds = 0

    def insist():
        nonlocal rounds
        if OTHER4 not in addresses(lab, NIC):
            lab.ip('address', 'add', f'{OTHER4}/24', 'dev', NIC)
            rounds += 1
        return warned(lab)
    text = wait_for(insist, 20, 'the warning')[0]
    assert 'again and again' in text and OTHER4 in text, text
    assert rounds == 4, rounds
    time.sleep(2)
    assert OTHER4 in addresses(lab, NIC), 'and there it stays'


def get_lifetime(lab):
    found = re.search(r'valid_lft (\d+)sec', lab.ip('-4', 'address', 'show', 'dev', 'vswi-lab').stdout)
    return int(found[1]) if found else 0


@case
def a_lease_that_comes_there_follows_with_its_lifetime(lab):
    begin(lab, with_other_address)
    setup(lab)
    for lifetime in ('600', '1200'):
        lab.ip('address', 'add', f'{HOST4}/24', 'dev', NIC, 'valid_lft', lifetime, 'preferred_lft', lifetime)
        wait_for(lambda: is_on_the_switch(lab) and int(lifetime) - 60 <= get_lifetime(lab) <= int(lifetime), 5, 'the lease on the switch')
    assert lab.pings(HOST4, netns=REMOTE)
    wait_for(lambda: not warned(lab), 5, 'no more warnings')
    teardown(lab)


run(config=outside.CONFIG)
