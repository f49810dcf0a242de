#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The main job once more, on the other message bus: dbus-broker."""
from environment import wait_for
from lab import MANAGER, NAME, BusError, Holder, Lines, endpoint_path, switch_path
from tap import case, run


@case
def a_switch_with_two_guests_works_on_dbus_broker(lab):
    with Lines(lab, 'gdbus', 'monitor', '--system', '-d', NAME, ready='is owned by') as signals:
        lab.create_switch('lab', user='alice')
        signals.wait(lambda line: 'InterfacesAdded' in line and '/switch/lab' in line)
    for n in (1, 2):
        lab.attach_guest('lab', f'g{n}', f'10.7.0.{n}/24')
    assert lab.pings('10.7.0.2', 'g1')
    lab.refuse('AccessDenied', MANAGER, 'Manager.CreateSwitch', 'x', {}, {}, user='bob')
    lab.refuse('InteractiveAuthorizationRequired', MANAGER, 'Manager.CreateSwitch', 'x', {}, {}, user='carol')


@case
def descriptors_and_lifetimes_work_on_dbus_broker(lab):
    lab.create_switch('lab')
    lab.add_guest('g1')
    with Holder(lab) as holder:
        holder.call(switch_path('lab'), 'Switch.Attach', "options(Name='n', Namespace=fd('/run/netns/g1'))", 'options()')
        assert 'eth0' in lab.links('g1')
        try:
            holder.call(MANAGER, 'Manager.CreateSwitch', "'x'", "options(Namespace=fd('/etc/hostname'))", 'options()')
            raise AssertionError('a descriptor went where none belongs')
        except BusError as error:
            assert error.name == 'AccessDenied', error
    wait_for(lambda: endpoint_path('n') not in lab.objects(), 2, 'what the caller held to go')


@case
def taps_pass_through_dbus_broker(lab):
    lab.create_switch('lab')
    many = "dbus.Array([dbus.Dictionary({'Name': name, 'Backend': 'tap', 'Queues': u(7)}, signature='sv') for name in ('ma', 'mb')], signature='a{sv}')"
    with Holder(lab, user='alice') as alice:
        fds = alice.call(switch_path('lab'), 'Switch.AttachMany', many, 'options()')[2]
        assert [alice.do(f'ask({fd})')['name'] for fd in fds] == ['vswp-ma'] * 7 + ['vswp-mb'] * 7
        lab.attach('lab', 'waits', user='alice', Kind='emulated', Lifetime='runtime')
        fds = alice.call(endpoint_path('waits'), 'EmulatedEthernetPort.Open', 'options()')[0]
        assert alice.do(f'ask({fds[0]})')['vnet-header'] is False
        # nobody waits for this one
        alice.do(f'send({switch_path("lab")!r}, "Switch.Attach", options(Name="lost", Backend="tap"), options())')
    wait_for(lambda: lab.ours() == ['vsw-lab', 'vswp-waits'], 3, 'what the caller held to go')


@case
def a_lost_dbus_broker_is_found_again(lab):
    lab.create_switch('lab')
    lab.stop_bus()
    lab.polkit.kill()
    lab.polkit.wait()
    lab.start_bus()
    lab.start_polkit()
    wait_for(lambda: lab.has_owner(NAME), 20, 'the name')
    assert switch_path('lab') in lab.objects()


run(bus='dbus-broker')
