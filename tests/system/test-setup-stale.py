#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The host gets back what the kernel still takes, when some of what it had leads nowhere by then."""
import time

import outside
from environment import wait_for
from lab import MANAGER, endpoint_path, switch_path
from outside import HOST4, HOST6, NIC, NIC_MAC, ROUTER, ROUTER4, ROUTER6
from tap import case, run

EXTERNAL = endpoint_path(NIC)


def begin(lab):
    """A default route of IPv6 that needs an address whose time is short."""
    outside.make(lab)
    outside.settle(lab)
    lab.ip('address', 'add', f'{HOST4}/24', 'dev', NIC)
    lab.ip('route', 'add', 'default', 'via', ROUTER4, 'dev', NIC)
    lab.ip('-6', 'address', 'add', f'{HOST6}/64', 'dev', NIC, 'valid_lft', '3', 'preferred_lft', '3', 'nodad')
    lab.ip('-6', 'route', 'add', 'default', 'via', ROUTER6, 'dev', NIC)
    lab.create_switch('lab')
    wait_for(lambda: EXTERNAL in lab.objects(), 5, 'the NIC on the bus')


def has(lab, device):
    return HOST4 in lab.ip('address', 'show', 'dev', device).stdout and 'default' in lab.ip('route', 'show', 'dev', device).stdout


def reboot(lab, seconds):
    """All devices go, and after that time the NIC is there again, down."""
    lab.kill_daemon()
    lab.make_runtime()
    for device in ('vswi-lab', 'vsw-lab', NIC):
        lab.ip('link', 'delete', device)
    time.sleep(seconds)
    lab.ip('link', 'add', NIC, 'address', NIC_MAC, 'type', 'veth', 'peer', 'name', 'in', 'netns', ROUTER)
    lab.address('in', f'{ROUTER4}/24', netns=ROUTER)
    lab.start_daemon()


@case
def a_nic_is_unbound_after_a_lifetime_is_over(lab):
    begin(lab)
    lab.call(switch_path('lab'), 'Switch.BindExternalEthernetPort', EXTERNAL, {'drop-addresses': True})
    time.sleep(4)
    lab.call(switch_path('lab'), 'Switch.UnbindExternalEthernetPort', EXTERNAL, {})
    assert has(lab, NIC) and HOST6 not in lab.ip('address', 'show', 'dev', NIC).stdout


@case
def a_lifetime_that_is_over_does_not_cost_the_host_the_rest_at_a_reboot(lab):
    begin(lab)
    checkpoint = lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {})[1]
    lab.call(checkpoint, 'Checkpoint.Confirm', {})
    reboot(lab, 4)
    assert has(lab, 'vswi-lab') and lab.pings(HOST4, netns=ROUTER)
    lab.call(lab.call(MANAGER, 'Manager.TeardownSwitch', switch_path('lab'), {})[0], 'Checkpoint.Confirm', {})
    assert has(lab, NIC)


@case
def a_setup_that_nobody_confirmed_is_undone_at_boot_by_a_nic_that_is_still_down(lab):
    outside.make(lab)
    outside.settle(lab)
    lab.ip('address', 'add', f'{HOST4}/24', 'dev', NIC)
    lab.ip('route', 'add', 'default', 'via', ROUTER4, 'dev', NIC)
    lab.create_switch('lab')
    wait_for(lambda: EXTERNAL in lab.objects(), 5, 'the NIC on the bus')
    lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {'confirm-within': 2})
    reboot(lab, 2.5)
    lab.wait_property(EXTERNAL, 'ExternalEthernetPort', 'IsBound', False, 20)
    assert has(lab, NIC) and lab.pings(HOST4, netns=ROUTER)
    assert lab.get(MANAGER, 'Manager', 'Warnings') == []


@case
def a_route_that_leads_nowhere_does_not_hold_the_host_back(lab):
    outside.make(lab)
    outside.configure(lab)
    lab.create_switch('lab')
    wait_for(lambda: EXTERNAL in lab.objects(), 5, 'the NIC on the bus')
    lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {'confirm-within': 2})
    lab.ip('address', 'flush', 'dev', 'vswi-lab')
    assert lab.ip('-6', 'route', 'show', 'default').stdout and lab.ip('nexthop').stdout
    lab.wait_property(EXTERNAL, 'ExternalEthernetPort', 'IsBound', False, 20)
    lab.ip('address', 'add', f'{HOST4}/24', 'dev', NIC)
    assert lab.pings(HOST4, netns=ROUTER)
    warnings = lab.get(MANAGER, 'Manager', 'Warnings')
    assert [name for name, _ in warnings] == ['rollback-incomplete'], warnings
    # the first three by name, all in the log
    lost = ('next-hop 9 via', 'route 10.8.0.0/16 by next-hop 9', 'route ::/0 via', 'route 2001:db8:77::/48 via')
    assert [each for each in lost if each not in warnings[0][1]] == [lost[-1]] and 'and more' in warnings[0][1], warnings
    assert all(each in lab.log('vmswitchd') for each in lost)


@case
def a_bridge_that_somebody_deletes_takes_no_next_hop_along(lab):
    outside.make(lab)
    outside.configure(lab)
    lab.create_switch('lab')
    wait_for(lambda: EXTERNAL in lab.objects(), 5, 'the NIC on the bus')
    before = outside.look(lab)
    checkpoint = lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {})[1]
    lab.call(checkpoint, 'Checkpoint.Confirm', {})
    lab.ip('link', 'delete', 'vsw-lab')
    wait_for(lambda: lab.links().get(NIC, {}).get('master') == 'vsw-lab', 5, 'the repair')
    time.sleep(1.5)  # the kernel notices a lost carrier once a second
    assert lab.ip('nexthop').stdout and lab.pings(HOST4, netns=ROUTER)
    lab.call(lab.call(MANAGER, 'Manager.TeardownSwitch', switch_path('lab'), {})[0], 'Checkpoint.Confirm', {})
    outside.settle(lab)
    after = outside.look(lab)
    assert after == before, outside.differences(before, after)


run(config=outside.CONFIG)
