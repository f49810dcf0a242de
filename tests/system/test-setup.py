#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""SetupSwitch and TeardownSwitch with real frames: the host goes over to a switch and back, and nobody who talks to it notices."""
import re
import subprocess
import time
from pathlib import Path

import outside
from environment import PATIENCE, ROOT, wait_for
from lab import MANAGER, PYTHON, Capture, endpoint_path, port_path, switch_path
from outside import HOST4, HOST6, NIC, NIC_MAC, REMOTE, ROUTER, SECOND4, SLAAC6
from tap import Skip, case, run

EXTERNAL = endpoint_path(NIC)


def begin(lab):
    outside.make(lab)
    outside.configure(lab)
    lab.create_switch('lab')
    wait_for(lambda: EXTERNAL in lab.objects(), 5, 'the NIC on the bus')


def confirm(lab, checkpoint):
    lab.call(checkpoint, 'Checkpoint.Confirm', {})


def setup(lab, **settings):
    internal, checkpoint, steps = lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, settings, {})
    assert (internal, steps) == (endpoint_path('lab'), []), (internal, steps)
    confirm(lab, checkpoint)


def teardown(lab, **options):
    checkpoint, steps = lab.call(MANAGER, 'Manager.TeardownSwitch', switch_path('lab'), options)
    assert steps == []
    confirm(lab, checkpoint)


@case
def everything_is_as_it_was_after_setup_and_teardown(lab):
    begin(lab)
    before = outside.look(lab)
    setup(lab)
    during = outside.look(lab)
    assert HOST4 not in during['-4 address'] and HOST6 not in during['-6 address'], during['-4 address'] + during['-6 address']
    assert [lab.ip(family, 'route', 'show', 'dev', NIC).stdout for family in ('-4', '-6')] == ['', ''], 'nothing of the host leads there any more'
    assert lab.links()[NIC]['master'] == 'vsw-lab' and lab.links()['vswi-lab']['address'] == NIC_MAC
    moved = outside.find_ends(lab, 'vswi-lab')
    assert {line for line in before['ends'].parse() if 'life_time' in line} <= set(moved.parse()), moved
    assert all(abs(moved.parse()[name] - end) <= outside.Ends.SLACK for name, end in before['ends'].parse().items() if 'life_time' in name), (before['ends'], moved)
    there = lab.ip('-4', '-6', 'address', 'show', 'dev', 'vswi-lab').stdout + lab.ip('-6', 'address', 'show', 'dev', 'vswi-lab').stdout
    assert all(a in there for a in (HOST6, SLAAC6)), there
    assert lab.get(EXTERNAL, 'ExternalEthernetPort', 'IsBound') is True and lab.get(switch_path('lab'), 'Switch', 'Kind') == 'external'
    assert lab.get(switch_path('lab'), 'Switch', 'ExternalPort') == EXTERNAL
    teardown(lab)
    outside.settle(lab)
    after = outside.look(lab)
    assert after == before, outside.differences(before, after)
    assert lab.ours() == ['vsw-lab'], lab.ours()
    assert lab.get(EXTERNAL, 'ExternalEthernetPort', 'IsBound') is False


@case
def the_comparison_sees_lifetimes_and_the_order_among_others(lab):
    """That what the others compare would show it."""
    begin(lab)
    lab.ip('link', 'add', 'other0', 'type', 'veth', 'peer', 'name', 'other1')
    lab.ip_lines(['link set other0 up', 'link set other1 up', 'route append 10.77.0.0/16 dev other0', f'route append 10.77.0.0/16 dev {NIC}'])
    outside.settle(lab)
    before = outside.look(lab)
    time.sleep(1.5)
    assert outside.look(lab) == before, 'it counts'
    lab.ip('-6', 'address', 'change', f'{SLAAC6}/64', 'dev', NIC, 'valid_lft', '3500', 'preferred_lft', '1800', 'mngtmpaddr')
    after = outside.look(lab)
    assert after != before and 'ends - ' in outside.differences(before, after), outside.differences(before, after)
    lab.ip('-6', 'address', 'change', f'{SLAAC6}/64', 'dev', NIC, 'valid_lft', '3598', 'preferred_lft', '1798', 'mngtmpaddr')
    assert outside.look(lab)['ends'] == before['ends'], 'they count'
    before = outside.look(lab)
    lab.ip('route', 'del', '10.77.0.0/16', 'dev', 'other0')
    lab.ip('route', 'append', '10.77.0.0/16', 'dev', 'other0')
    after = outside.look(lab)
    assert outside.differences(before, after) == '-4 route: another order', outside.differences(before, after)
    lab.ip('link', 'del', 'other0')


@case
def connections_and_pings_survive(lab):
    begin(lab)
    assert lab.pings(HOST4, netns=REMOTE) and lab.pings(HOST6, netns=REMOTE)
    talks = [outside.Talk(lab, REMOTE, HOST4), outside.Talk(lab, ROUTER, HOST6)]
    pings = [outside.Pings(lab, netns, target) for netns in (ROUTER, REMOTE) for target in (HOST4, SECOND4, HOST6)]
    setup(lab)
    teardown(lab)
    outside.check_losses(pings)
    assert all([talk.stop() for talk in talks])


@case
def an_outage_of_five_milliseconds_is_seen(lab):
    """That the meter of the others measures."""
    outside.make(lab)
    outside.configure(lab)
    lab.run('nft', 'add table netdev gap; add chain netdev gap in { type filter hook ingress device "ext0" priority -300; }')
    # no process is started while frames are dropped: that alone takes longer. Thrice: on a busy machine the meter may not get to send just then
    script = """import ctypes, time
nft = ctypes.CDLL('libnftables.so.1')
nft.nft_ctx_new.restype = ctypes.c_void_p
context = ctypes.c_void_p(nft.nft_ctx_new(0))
for _ in range(3):
    assert nft.nft_run_cmd_from_buffer(context, b'add rule netdev gap in drop') == 0
    time.sleep(0.005)
    assert nft.nft_run_cmd_from_buffer(context, b'flush chain netdev gap in') == 0
    time.sleep(0.02)
"""
    for netns, target in ((ROUTER, HOST4), (ROUTER, HOST6), (REMOTE, HOST4)):
        pings = outside.Pings(lab, netns, target)
        lab.run(PYTHON, '-c', script)
        assert pings.stop()[0] >= 4, f'{pings.name} saw nothing'
    lab.run('nft', 'delete table netdev gap')


@case
def a_spanning_tree_does_not_silence_the_host(lab):
    """A new port is silent for twice the forward delay; the host goes past the bridge until then, and the bridge hears those around it all the same."""
    outside.make(lab)
    outside.configure(lab)
    lab.create_switch('lab', SpanningTree=True)
    wait_for(lambda: EXTERNAL in lab.objects(), 5, 'the NIC on the bus')
    pings = [outside.Pings(lab, netns, target) for netns in (ROUTER, REMOTE) for target in (HOST4, HOST6)]
    talk = outside.Talk(lab, REMOTE, HOST4)
    setup(lab)
    assert lab.get(port_path('lab', NIC), 'SwitchPort', 'State') in ('listening', 'learning'), 'so it is no wait'
    lab.wait_property(port_path('lab', NIC), 'SwitchPort', 'State', 'forwarding', 20)
    wait_for(lambda: 'chain' not in lab.run('nft', 'list', 'table', 'netdev', 'vmswitch_divert').stdout, 5, 'the end of the diversions')
    time.sleep(0.5)
    teardown(lab)
    outside.check_losses(pings)
    assert talk.stop() > 0


@case
def a_spanning_tree_is_heard_while_the_host_goes_past_it(lab):
    outside.make(lab)
    outside.settle(lab)
    lab.address(NIC, f'{HOST4}/24')
    lab.create_switch('lab', SpanningTree=True)
    wait_for(lambda: EXTERNAL in lab.objects(), 5, 'the NIC on the bus')
    # the router becomes a bridge that says who the root is
    lab.ip('link', 'add', 'tree', 'type', 'bridge', 'stp_state', '1', 'priority', '4096', 'forward_delay', '400', 'hello_time', '100', netns=ROUTER)
    lab.ip('link', 'set', 'in', 'master', 'tree', netns=ROUTER)
    lab.ip('address', 'flush', 'dev', 'in', netns=ROUTER)
    lab.address('tree', f'{outside.ROUTER4}/24', netns=ROUTER)
    wait_for(lambda: lab.pings(HOST4, netns=ROUTER), 20, 'the other bridge')
    pings = outside.Pings(lab, ROUTER, HOST4)
    setup(lab)
    wait_for(lambda: lab.links()['vsw-lab']['linkinfo']['info_data']['root_port'] != 0, 5, 'the root of the tree')
    assert lab.get(port_path('lab', NIC), 'SwitchPort', 'State') in ('listening', 'learning')
    lab.wait_property(port_path('lab', NIC), 'SwitchPort', 'State', 'forwarding', 20)
    time.sleep(0.5)
    outside.check_losses([pings])
    teardown(lab)


@case
def others_on_the_switch_reach_the_network_and_the_host(lab):
    begin(lab)
    lab.attach_guest('lab', 'guest', '192.0.2.200/24')
    lab.connects(port_path('lab', 'guest'))
    setup(lab)
    assert lab.pings('192.0.2.1', netns='guest') and lab.pings(HOST4, netns='guest') and lab.pings('192.0.2.200')
    with Capture(lab, 'eth0', netns='guest') as capture:
        lab.pings(HOST4, netns=ROUTER, count=20)
        assert not any(bytes.fromhex(NIC_MAC.replace(':', '')) == frame[:6] for frame in capture.frames()), 'frames for the host are not flooded'
    teardown(lab)
    assert lab.pings(HOST4, netns=REMOTE)


@case
def a_dry_run_says_every_step_and_does_none(lab):
    begin(lab)
    before, links = outside.look(lab), lab.shapes()
    internal, checkpoint, steps = lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {'Name': 'host'}, {'dry-run': True})
    assert (internal, checkpoint) == ('/', '/')
    assert [s.split()[0] for s in steps[:1]] == ['veth-add'] and any(s.startswith('ip-move') and f'address {HOST4}/24' in s for s in steps), steps
    assert outside.look(lab) == before and lab.shapes() == links and endpoint_path('host') not in lab.objects()
    setup(lab)
    steps = lab.call(MANAGER, 'Manager.TeardownSwitch', switch_path('lab'), {'dry-run': True})[1]
    assert any(s.startswith('ip-move') and f'address {HOST4}/24' in s for s in steps), steps
    assert lab.pings(HOST4, netns=REMOTE)
    teardown(lab)


@case
def a_restart_in_between_changes_nothing(lab):
    begin(lab)
    before = outside.look(lab)
    setup(lab)
    talk = outside.Talk(lab, REMOTE, HOST4)
    for _ in range(2):
        lab.kill_daemon()
        lab.start_daemon()
    assert talk.stop() > 0
    teardown(lab)
    outside.settle(lab)
    after = outside.look(lab)
    assert after == before, outside.differences(before, after)


@case
def the_host_has_its_addresses_again_when_somebody_deletes_its_nic(lab):
    begin(lab)
    setup(lab)
    lab.ip('link', 'delete', 'vswi-lab')
    wait_for(lambda: 'vswi-lab' in lab.links() and HOST4 in lab.ip('address', 'show', 'dev', 'vswi-lab').stdout, 10, 'the addresses')
    assert lab.pings(HOST4, netns=REMOTE) and lab.pings(HOST6, netns=REMOTE)
    teardown(lab)


def is_before(lab, before):
    """Waits until the host is on its NIC again, with all that it had there."""
    wait_for(lambda: lab.get(EXTERNAL, 'ExternalEthernetPort', 'IsBound') is False, 20, 'the way back')
    outside.settle(lab)
    after = outside.look(lab)
    assert after == before, outside.differences(before, after)
    assert lab.pings(HOST4, netns=REMOTE) and lab.pings(HOST6, netns=REMOTE)


@case
def a_nic_that_was_down_is_down_again_with_all_that_it_had(lab):
    outside.make(lab)
    outside.settle(lab)
    lab.ip('link', 'set', NIC, 'down')
    for family, address in (('-4', f'{HOST4}/24'), ('-6', f'{HOST6}/64')):
        lab.ip(family, 'address', 'add', address, 'dev', NIC)
    lab.create_switch('lab')
    wait_for(lambda: EXTERNAL in lab.objects(), 5, 'the NIC on the bus')
    before = outside.look(lab)
    setup(lab)
    assert lab.pings(HOST4, netns=ROUTER) and lab.pings(HOST6, netns=ROUTER)
    teardown(lab)
    after = outside.look(lab)
    assert after == before, outside.differences(before, after)


@case
def a_router_is_heard_wherever_the_host_is(lab):
    def says(lifetime):
        lab.run(PYTHON, ROOT / 'system' / 'advertise.py', 'in', '2001:db8:5::', str(lifetime), netns=ROUTER)
        time.sleep(0.3)
        return lab.ip('-6', 'route', 'show', 'default').stdout

    def look():
        shown = outside.look(lab)
        del shown['ends']  # each advertisement says anew when what comes of it does
        return shown

    outside.make(lab)
    outside.settle(lab)
    wait_for(lambda: says(1800), 15, 'a default route')
    outside.settle(lab)
    lab.create_switch('lab')
    wait_for(lambda: EXTERNAL in lab.objects(), 5, 'the NIC on the bus')
    before = look()
    for _ in range(2):
        setup(lab)
        routes = lab.ip('-6', 'route', 'show', 'default').stdout
        assert routes.count('default') == 1 and 'dev vswi-lab' in routes, routes
        assert says(0) == '', 'it is none any more'
        says(1800)
        teardown(lab)
        assert says(1800).count('default') == 1
        outside.settle(lab)
        after = look()
        assert after == before, outside.differences(before, after)
    setup(lab)
    teardown(lab)
    assert says(0) == '', 'it is none any more'


@case
def what_nobody_confirms_goes_back(lab):
    begin(lab)
    before = outside.look(lab)
    talk = outside.Talk(lab, REMOTE, HOST4)
    checkpoint = lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {'confirm-within': 2})[1]
    assert lab.get(EXTERNAL, 'ExternalEthernetPort', 'IsBound') is True and EXTERNAL in lab.get(checkpoint, 'Checkpoint', 'Scope')
    is_before(lab, before)
    assert talk.stop() > 0
    assert lab.get(MANAGER, 'Manager', 'Warnings') == [] and endpoint_path('lab') not in lab.objects()


@case
def what_nobody_confirms_goes_back_even_if_the_service_is_dead_by_then(lab):
    begin(lab)
    before = outside.look(lab)
    for dead in (4, 0.5):
        lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {'confirm-within': 3})
        lab.kill_daemon()
        time.sleep(dead)
        assert lab.pings(HOST4, netns=REMOTE)
        lab.start_daemon()
        is_before(lab, before)


@case
def a_teardown_that_nobody_confirms_goes_back_too(lab):
    begin(lab)
    setup(lab)
    for dead in (False, True):
        lab.call(MANAGER, 'Manager.TeardownSwitch', switch_path('lab'), {'confirm-within': 2})
        if dead:
            lab.kill_daemon()
            time.sleep(3)
            lab.start_daemon()
        wait_for(lambda: lab.get(EXTERNAL, 'ExternalEthernetPort', 'IsBound') is True, 20, 'the way back')
        assert HOST4 in lab.ip('address', 'show', 'dev', 'vswi-lab').stdout and HOST4 not in lab.ip('address', 'show', 'dev', NIC).stdout
        assert lab.pings(HOST4, netns=REMOTE) and lab.pings(HOST6, netns=REMOTE)
        assert lab.get(MANAGER, 'Manager', 'Warnings') == []
    teardown(lab)


@case
def a_binding_that_nobody_confirms_is_undone(lab):
    outside.make(lab)
    outside.settle(lab)
    lab.create_switch('lab')
    before = outside.look(lab)
    lab.call(switch_path('lab'), 'Switch.BindExternalEthernetPort', EXTERNAL, {'confirm-within': 1})
    wait_for(lambda: lab.get(EXTERNAL, 'ExternalEthernetPort', 'IsBound') is False, 20, 'the way back')
    after = outside.look(lab)
    assert after == before, outside.differences(before, after)


@case
def a_nic_without_carrier_does_not_cost_time_to_confirm(lab):
    begin(lab)
    before = outside.look(lab)
    checkpoint = lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {'confirm-within': 3})[1]
    deadline = lab.get(checkpoint, 'Checkpoint', 'DeadlineTimestamp')
    lab.ip('link', 'set', 'in', 'down', netns=ROUTER)
    began = time.monotonic()
    time.sleep(5)
    assert checkpoint in lab.objects(), 'the deadline passed while nobody could reach anything'
    lab.ip('link', 'set', 'in', 'up', netns=ROUTER)
    away = time.monotonic() - began
    wait_for(lambda: lab.connected(port_path('lab', NIC)), 5, 'the carrier')
    moved = (lab.get(checkpoint, 'Checkpoint', 'DeadlineTimestamp') - deadline) / 1e6
    assert 4 < moved < away + 2 * PATIENCE, (moved, away)
    # what the router lost with its carrier
    lab.ip('address', 'replace', f'{outside.ROUTER6}/64', 'dev', 'in', 'nodad', netns=ROUTER)
    lab.ip('route', 'replace', '198.51.100.9', 'via', HOST4, netns=ROUTER)
    is_before(lab, before)
    assert time.monotonic() - began > 2 + moved, 'it had time left'


@case
def it_is_promiscuous_again_if_it_was(lab):
    begin(lab)
    lab.ip('link', 'set', NIC, 'promisc', 'on')
    before = outside.look(lab)
    setup(lab)
    lab.ip('link', 'set', NIC, 'promisc', 'off')
    lab.kill_daemon()
    lab.start_daemon()
    teardown(lab)
    outside.settle(lab)
    after = outside.look(lab)
    assert after == before, outside.differences(before, after)


@case
def a_dhcp_client_is_not_fought_with(lab):
    outside.make(lab)
    outside.settle(lab)
    lab.create_switch('lab')
    outside.DhcpServer(lab)
    client = outside.DhcpClient(lab, NIC)
    wait_for(client.has_lease, 30, 'a lease')
    before = lab.ip('address', 'show', 'dev', NIC).stdout.count(HOST4)
    for options in ({}, {'take-over': True}):
        lab.refuse('Conflict', MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, options, says='DHCP client')
        lab.refuse('Conflict', switch_path('lab'), 'Switch.BindExternalEthernetPort', EXTERNAL, options, says='DHCP client')
    assert lab.ip('address', 'show', 'dev', NIC).stdout.count(HOST4) == before and lab.pings(HOST4, netns=REMOTE)
    # what the message says: end it and keep its address; then it may run on the internal NIC, which is known by the same MAC address
    client.stop()
    text = lab.refuse('Conflict', MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {}, says='dhclient -x ext0')
    keep = re.search(r'(ip address change \S+ dev ext0 valid_lft forever preferred_lft forever)$', text)[1]
    lab.run(*keep.split(' '))
    talk = outside.Talk(lab, REMOTE, HOST4)
    setup(lab)
    assert lab.pings(HOST4, netns=REMOTE) and talk.stop() > 0
    assert 'valid_lft forever' in lab.ip('-4', 'address', 'show', 'dev', 'vswi-lab').stdout
    client = outside.DhcpClient(lab, 'vswi-lab')
    wait_for(client.has_lease, 30, 'the same lease')
    assert lab.pings(HOST4, netns=REMOTE)
    client.stop()
    teardown(lab)


@case
def a_firewall_that_would_cut_the_host_off_is_found_before(lab):
    sysctl = Path('/proc/sys/net/bridge/bridge-nf-call-iptables')
    if not sysctl.exists():
        raise Skip('this kernel has no bridge netfilter')
    begin(lab)
    before = outside.look(lab)
    sysctl.write_text('1')
    lab.run('nft', 'add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }')
    try:
        for more in ([], ['--dry-run']):
            done = lab.ctl('setup', 'lab', NIC, '--keep', *more, check=False)
            assert done.returncode == 6 and 'chain FORWARD of table ip filter' in done.stderr and '--ignore-firewall' in done.stderr, done
        assert lab.pings(HOST4, netns=ROUTER) and outside.look(lab) == before
        checkpoint = lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {'ignore-firewall': True})[1]
        assert not lab.pings(HOST4, netns=ROUTER, deadline=1), 'so it is no harm'
        lab.call(checkpoint, 'Checkpoint.Rollback', {})
        # the cure that it names is one
        lab.run('nft', 'insert rule ip filter FORWARD iifname "vsw-*" oifname "vsw-*" accept')
        setup(lab)
        assert lab.pings(HOST4, netns=ROUTER)
        teardown(lab)
    finally:
        lab.run('nft', 'delete table ip filter')
        sysctl.write_text('0')


@case
def a_dhcp_client_that_sleeps_is_not_fought_with(lab):
    outside.make(lab)
    outside.settle(lab)
    lab.create_switch('lab')
    outside.DhcpServer(lab)
    client = outside.DhcpClient(lab, NIC, has_lifetime=False)
    wait_for(client.has_lease, 30, 'a lease')
    # nothing of it shows in the kernel: no lifetime, and soon no socket
    assert 'valid_lft forever' in lab.ip('-4', 'address', 'show', 'dev', NIC).stdout
    wait_for(lambda: ' 0800 ' not in Path('/proc/net/packet').read_text(), 10, 'sleep')
    for options in ({}, {'take-over': True}):
        text = lab.refuse('Conflict', MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, options,
                          says=f'DHCP client udhcpc (process {client.process.pid})')
    lab.refuse('Conflict', switch_path('lab'), 'Switch.BindExternalEthernetPort', EXTERNAL, {'drop-addresses': True}, says='DHCP client udhcpc')
    # what the message says
    lab.run(*re.search(r'with: (kill \d+);', text)[1].split(' '))
    client.process.wait(timeout=10)
    # that of a guest, whose NIC has the same name, is none of ours
    lab.add_guest('other')
    lab.ip('link', 'add', NIC, 'type', 'veth', 'peer', 'name', 'far', netns='other')
    other = lab.spawn('busybox', 'udhcpc', '-f', '-i', NIC, '-s', '/bin/true', netns='other', stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    setup(lab)
    assert lab.pings(HOST4, netns=REMOTE) and other.poll() is None
    other.kill()
    other.wait()
    teardown(lab)


@case
def dhclient_is_not_fought_with(lab):
    outside.make(lab)
    outside.settle(lab)
    lab.create_switch('lab')
    outside.DhcpServer(lab)
    for devices in ([NIC], []):
        client = outside.start_dhclient(lab, *devices)
        wait_for(lambda: HOST4 in lab.ip('address', 'show', 'dev', NIC).stdout, 30, 'a lease')
        assert 'valid_lft forever' in lab.ip('-4', 'address', 'show', 'dev', NIC).stdout
        lab.refuse('Conflict', MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {},
                   says=f'DHCP client dhclient (process {client.pid}); end it, with: dhclient -x {NIC};')
        client.kill()
        client.wait()
        lab.ip('address', 'flush', 'dev', NIC, 'scope', 'global')
    lab.call(switch_path('lab'), 'Switch.BindExternalEthernetPort', EXTERNAL, {})


@case
def nothing_else_takes_it_away(lab):
    begin(lab)
    setup(lab)
    lab.refuse('InUse', switch_path('lab'), 'Switch.UnbindExternalEthernetPort', EXTERNAL, {}, says='TeardownSwitch')
    lab.refuse('InUse', switch_path('lab'), 'Switch.DisconnectInternal', endpoint_path('lab'), {}, says='TeardownSwitch')
    lab.refuse('InUse', switch_path('lab'), 'Switch.Delete', {'force': True}, says='TeardownSwitch')
    lab.refuse('InUse', port_path('lab', NIC), 'SwitchPort.Delete', {'force': True}, says='TeardownSwitch')
    assert lab.pings(HOST4, netns=REMOTE)
    teardown(lab)
    lab.refuse('InvalidState', MANAGER, 'Manager.TeardownSwitch', switch_path('lab'), {}, says='no NIC bound')


run(config=outside.CONFIG)
