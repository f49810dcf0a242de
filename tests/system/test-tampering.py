#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Taps: whoever holds one can harm nobody with it, whatever he does to it."""
import time

from environment import USERS, wait_for
from gvariant import Raw
from lab import BusError, Holder, endpoint_path, port_path, switch_path
from tap import case, run
from taps import attach, device, is_there, shape, wait_gone, warnings, warns


def is_quarantined(lab, name='t1'):
    return 'UP' not in device(lab, name)['flags']


@case
def a_tap_made_to_stay_is_cut_off_and_goes_with_its_holder(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice:
        fd = attach(alice)[0]
        assert lab.connects(port_path('lab', 't1'))
        alice.do(f'control({fd}, TUNSETPERSIST, 1)')
        wait_for(lambda: is_quarantined(lab), 3, 'its port to be down')
        lab.wait_property(endpoint_path('t1'), 'EthernetPort', 'State', 'degraded')
        wait_for(lambda: 'tap-tampered' in warnings(lab), 3, 'the warning')
        assert not lab.connected(port_path('lab', 't1'))
    wait_gone(lab)
    wait_for(lambda: warnings(lab) == [], 3, 'no warning about what is gone')


@case
def a_tap_made_to_stay_while_the_service_is_dead_is_gone_after_its_start(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice:
        fd = attach(alice)[0]
        lab.kill_daemon()
        alice.do(f'control({fd}, TUNSETPERSIST, 1)')
    assert 'vswp-t1' in lab.links()
    lab.start_daemon()
    wait_gone(lab)


@case
def a_tap_given_to_another_is_cut_off(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice, Holder(lab, user='bob') as bob:
        fd = attach(alice, Queues=2)[0]
        alice.do(f'control({fd}, TUNSETOWNER, {USERS["bob"]})')
        wait_for(lambda: is_quarantined(lab), 3, 'its port to be down')
        lab.wait_property(endpoint_path('t1'), 'EthernetPort', 'State', 'degraded')
        assert 'tap-tampered' in warnings(lab)
        # bob may attach himself to what is his now; there is nothing to hear there
        mine = bob.do("attach_self('vswp-t1', IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE)")
        bob.do(f'os.close({mine})')
    wait_gone(lab)


@case
def a_tap_given_to_another_while_the_service_is_dead_is_cut_off_at_its_start(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice:
        fd = attach(alice)[0]
        lab.kill_daemon()
        alice.do(f'control({fd}, TUNSETOWNER, {USERS["bob"]})')
        assert not is_quarantined(lab)
        lab.start_daemon()
        wait_for(lambda: is_quarantined(lab), 3, 'its port to be down')
        lab.wait_property(endpoint_path('t1'), 'EthernetPort', 'State', 'degraded')
        assert 'tap-tampered' in warnings(lab)
    wait_gone(lab)


@case
def a_tap_given_to_a_group_is_cut_off(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice:
        fd = attach(alice)[0]
        assert lab.connects(port_path('lab', 't1'))
        alice.do(f'control({fd}, TUNSETGROUP, {USERS["alice"]})')
        wait_for(lambda: is_quarantined(lab), 3, 'its port to be down')
        lab.wait_property(endpoint_path('t1'), 'EthernetPort', 'State', 'degraded')
        wait_for(lambda: warns(lab, 'tap-tampered', f'group {USERS["alice"]} '), 3, 'the warning')
    wait_gone(lab)
    wait_for(lambda: warnings(lab) == [], 3, 'no warning about what is gone')


@case
def a_tap_that_was_given_to_a_group_is_made_anew_without(lab):
    lab.create_switch('lab')
    lab.attach('lab', 't1', user='alice', Backend='tap', Lifetime='runtime', MacAddress='02:00:00:00:00:11')
    with Holder(lab, user='alice') as alice:
        fd = alice.call(endpoint_path('t1'), 'SyntheticEthernetPort.Open', 'options()')[0][0]
        lab.kill_daemon()
        alice.do(f'control({fd}, TUNSETGROUP, {USERS["bob"]})')
        lab.start_daemon()
        wait_for(lambda: is_quarantined(lab), 3, 'its port to be down')
        assert 'group' in shape(lab), shape(lab)
    wait_for(lambda: warnings(lab) == [], 5, 'no warning about what is over')
    wait_for(lambda: 'vswp-t1' in lab.links(), 3, 'another tap')
    assert 'group' not in shape(lab), shape(lab)
    assert shape(lab)['user'] == 'alice' and shape(lab)['persist'] and device(lab)['address'] == 'fe:00:00:00:00:11'
    with Holder(lab, user='alice') as alice:
        alice.call(endpoint_path('t1'), 'SyntheticEthernetPort.Open', 'options()')
        assert lab.connects(port_path('lab', 't1'))


@case
def a_tap_that_carries_no_ethernet_is_plugged_in_when_it_does_again(lab):
    lab.create_switch('lab')
    lab.create_port('lab', 'desk')
    port, nic = port_path('lab', 'desk'), endpoint_path('t1')
    with Holder(lab, user='alice') as alice:
        fd = attach(alice, Port='desk', MacAddress='02:00:00:00:00:11')[0]
        try:
            alice.do(f'control({fd}, TUNSETLINK, 772)')
            raise AssertionError('while it is plugged in')
        except BusError as error:
            assert error.name in ('OSError', 'PermissionError'), error
        lab.call(port, 'SwitchPort.Disconnect', {})
        alice.do(f'control({fd}, TUNSETLINK, 772)')
        wait_for(lambda: warns(lab, 'tap-tampered', 'link type 772 '), 3, 'the warning')
        lab.wait_property(nic, 'EthernetPort', 'State', 'degraded')
        lab.call(port, 'SwitchPort.Connect', Raw(f"objectpath '{nic}'"), {})
        assert lab.get(port, 'SwitchPort', 'State') == 'degraded' and 'master' not in device(lab)
        alice.do(f'control({fd}, TUNSETLINK, 1)')
        wait_for(lambda: lab.connected(port), 5, 'it to be plugged in')
        lab.wait_property(nic, 'EthernetPort', 'State', 'ok')
        assert device(lab)['address'] == 'fe:00:00:00:00:11' and warnings(lab) == []


@case
def who_puts_it_back_is_let_in_again(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice:
        fd = attach(alice)[0]
        alice.do(f'control({fd}, TUNSETPERSIST, 1)')
        wait_for(lambda: is_quarantined(lab), 3, 'its port to be down')
        alice.do(f'control({fd}, TUNSETPERSIST, 0)')
        # the kernel tells nothing of a device that is down: it is looked at when the pause is over
        wait_for(lambda: not is_quarantined(lab), 45, 'its port to be up')
        lab.wait_property(endpoint_path('t1'), 'EthernetPort', 'State', 'ok')
        assert lab.connects(port_path('lab', 't1')) and warnings(lab) == []


@case
def a_storm_of_addresses_is_met(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice, Holder(lab) as other:
        fd = attach(alice, MacAddress='02:00:00:00:00:11')[0]
        alice.process.stdin.write(f'storm({fd}, 20000)\n')
        alice.process.stdin.flush()
        slowest, number = 0, 0
        end = time.monotonic() + 2
        while time.monotonic() < end and number < 500:
            start = time.monotonic()
            other.call(switch_path('lab'), 'Switch.CreatePort', f"'p{number}'", 'options()', 'options()')
            slowest, number = max(slowest, time.monotonic() - start), number + 1
        assert alice._read() is None
        assert slowest < 2, f'{slowest:.2f} s for a port meanwhile'
        # the address is ours again, or frames do not pass
        wait_for(lambda: device(lab)['address'] == 'fe:00:00:00:00:11' or is_quarantined(lab), 5, 'the address to be right, or the port down')
        assert lab.get(endpoint_path('t1'), 'EthernetPort', 'MacAddress') == '02:00:00:00:00:11'
    wait_gone(lab)
    wait_for(lambda: warnings(lab) == [], 3, 'no warning about what is gone')


@case
def whose_address_is_changed_without_end_is_cut_off_and_says_so(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice:
        fd = attach(alice, MacAddress='02:00:00:00:00:11')[0]
        for n in range(100):
            if 'drift-fight' in warnings(lab):
                break
            alice.do(f"set_mac({fd}, '02:00:00:00:01:{n:02x}')")
            time.sleep(0.1)
        wait_for(lambda: is_quarantined(lab), 3, 'its port to be down')
        lab.wait_property(endpoint_path('t1'), 'EthernetPort', 'State', 'degraded')
        assert warns(lab, 'drift-fight', 'its port is down')
        assert lab.get(port_path('lab', 't1'), 'SwitchPort', 'State') == 'degraded'
    wait_gone(lab)


@case
def the_address_is_ours(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice:
        fd = attach(alice, MacAddress='02:00:00:00:00:11')[0]
        alice.do(f"set_mac({fd}, '02:00:00:00:00:99')")
        wait_for(lambda: device(lab)['address'] == 'fe:00:00:00:00:11', 3, 'the address to be put right')
        lab.kill_daemon()
        alice.do(f"set_mac({fd}, '02:00:00:00:00:98')")
        lab.start_daemon()
        wait_for(lambda: device(lab)['address'] == 'fe:00:00:00:00:11', 3, 'the address to be put right')
        assert lab.connects(port_path('lab', 't1'))


@case
def the_carrier_is_the_holders(lab):
    lab.create_switch('lab')
    port, nic = port_path('lab', 't1'), endpoint_path('t1')
    with Holder(lab, user='alice') as alice:
        fd = attach(alice)[0]
        assert lab.connects(port)
        alice.do(f'control({fd}, TUNSETCARRIER, 0)')
        wait_for(lambda: not lab.connected(port), 3, 'the connection to go')
        assert lab.get(nic, 'EthernetPort', 'Carrier') is False
        lab.kill_daemon()
        lab.start_daemon()
        assert lab.get(nic, 'EthernetPort', 'Carrier') is False and not lab.connected(port)
        lab.kill_daemon()
        alice.do(f'control({fd}, TUNSETCARRIER, 1)')
        lab.start_daemon()
        assert lab.connects(port)
        lab.wait_property(nic, 'EthernetPort', 'Carrier', True)
        assert warnings(lab) == []


@case
def every_request_to_the_kernel_while_the_service_works_on_the_port(lab):
    lab.create_switch('lab')
    lab.create_switch('other')
    requests = [f'TUNSETPERSIST, {n}' for n in (1, 0)] + [f'TUNSETOWNER, {USERS["bob"]}', f'TUNSETOWNER, {USERS["alice"]}'] + \
        ['TUNSETLINK, 772', 'TUNSETLINK, 1', 'TUNSETOFFLOAD, 0', 'TUNSETOFFLOAD, 15', 'TUNSETSNDBUF, 1', 'TUNSETCARRIER, 0', 'TUNSETCARRIER, 1',
         'TUNSETVNETHDRSZ, 10', 'TUNSETVNETHDRSZ, 12']
    with Holder(lab, user='alice') as alice:
        fd = attach(alice)[0]
        lab.attach_guest('lab', 'g1', '10.7.0.1/24')
        lab.attach_guest('lab', 'g2', '10.7.0.2/24')
        tries = f'[try_all({fd}, [{", ".join(f"({r})" for r in requests)}]) for n in range(200)]'
        alice.process.stdin.write(tries + '\n')
        alice.process.stdin.flush()
        where = ['lab', 'other']
        for _ in range(6):
            try:
                lab.call(port_path(where[0], 't1'), 'SwitchPort.Move', switch_path(where[1]), {})
                where.reverse()
            except BusError as error:
                assert error.name in ('Kernel', 'InvalidState', 'Conflict', 'InUse'), error
            try:
                lab.call(endpoint_path('t1'), 'EthernetPort.Modify', {'Mtu': 1400}, {})
                lab.call(endpoint_path('t1'), 'EthernetPort.Modify', {'Mtu': 0}, {})
            except BusError as error:
                assert error.name in ('Kernel', 'InvalidState', 'Conflict', 'InUse'), error
        alice._read()
        assert lab.pings('10.7.0.2', 'g1') and lab.daemon.poll() is None
    wait_for(lambda: not is_there(lab), 5, 'it to be gone')
    wait_for(lambda: lab.get(switch_path('lab'), 'Switch', 'State') == 'ok', 5, 'the switch to be well')


run()
