#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Taps: what is handed out is what was promised, and it goes with its last descriptor."""
import os
import signal
import time

import frames
import leaks
from environment import USERS, wait_for
from lab import BusError, Capture, Holder, endpoint_path, port_path, send_mark, switch_path
from tap import case, run
from taps import attach, device, encode, is_there, shape, tap, wait_gone

HEADER = '00' * 12  # struct virtio_net_hdr_mrg_rxbuf: nothing is left undone


# --- what is handed out ---

@case
def a_synthetic_tap_has_a_header_and_one_queue(lab):
    lab.create_switch('lab', Mtu=1400)
    with Holder(lab, user='alice') as alice:
        port, nic, fds = alice.call(*tap(MacAddress='02:00:00:00:00:11'))
        assert (port, nic, len(fds)) == (port_path('lab', 't1'), endpoint_path('t1'), 1)
        assert alice.do(f'ask({fds[0]})') == {'name': 'vswp-t1', 'tap': True, 'packet-information': False, 'vnet-header': True,
                                              'queues': False, 'persistent': False, 'vnet-header-size': 12, 'blocking': False}
        link, told = device(lab), shape(lab)
        assert link['master'] == 'vsw-lab' and link['mtu'] == 1400 and 'UP' in link['flags'], link
        assert link['address'] == 'fe:00:00:00:00:11', link
        assert (told['type'], told['vnet_hdr'], told['persist'], told['user']) == ('tap', True, False, 'alice'), told
        assert lab.get(nic, 'EthernetPort', 'MacAddress') == '02:00:00:00:00:11'
        assert (lab.get(nic, 'EthernetPort', 'Lifetime'), lab.get(nic, 'EthernetPort', 'OwnerUid')) == ('descriptor', USERS['alice'])
        assert lab.get(nic, 'SyntheticEthernetPort', 'Backend') == 'tap' and lab.connects(port)
        lab.wait_property(nic, 'EthernetPort', 'State', 'ok')


@case
def eight_queues_are_eight_descriptors_of_one_tap(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice:
        fds = attach(alice, Queues=8)
        answers = [alice.do(f'ask({fd})') for fd in fds]
        assert len(set(fds)) == 8 and all(a == answers[0] for a in answers), answers
        assert answers[0]['queues'] and answers[0]['vnet-header'] and answers[0]['vnet-header-size'] == 12
        assert shape(lab)['numqueues'] == 8 and lab.get(endpoint_path('t1'), 'SyntheticEthernetPort', 'Queues') == 8
        alice.refuse('InvalidArgument', *tap('t2', Queues=9), says='8')
        alice.refuse('InvalidArgument', *tap('t2', Queues=0))
        assert not is_there(lab, 't2')


@case
def an_emulated_tap_carries_bare_frames(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice:
        fds = alice.call(switch_path('lab'), 'Switch.Attach', encode({'Name': 't1', 'Kind': 'emulated'}), 'options()')[2]
        told = alice.do(f'ask({fds[0]})')
        assert len(fds) == 1 and not told['vnet-header'] and not told['queues'], told
        assert lab.interfaces(endpoint_path('t1')) == {'EthernetPort', 'EmulatedEthernetPort', 'LanEndpoint'}
        for wrong in ({'Queues': 2}, {'Backend': 'veth'}):
            try:
                alice.call(switch_path('lab'), 'Switch.Attach', encode({'Name': 't2', 'Kind': 'emulated', **wrong}), 'options()')
                raise AssertionError(wrong)
            except BusError as error:
                assert error.name in ('InvalidArgument', 'NotSupported'), error


@case
def frames_pass_between_taps_and_containers(lab):
    lab.create_switch('lab')
    lab.attach_guest('lab', 'g1')
    with Holder(lab, user='alice') as alice, Holder(lab, user='carol') as carol:
        one = attach(alice, 'one', MacAddress='02:00:00:00:00:11', Queues=2)
        lab.call(switch_path('lab'), 'Switch.Modify', {'Shared': True}, {})
        lab.create_switch('yes')
        two = carol.call(switch_path('yes'), 'Switch.Attach', encode({'Name': 'two', 'Kind': 'emulated', 'MacAddress': '02:00:00:00:00:22'}),
                         'options()')[2]
        lab.call(port_path('yes', 'two'), 'SwitchPort.Move', switch_path('lab'), {})
        assert lab.connects(port_path('lab', 'one')) and lab.connects(port_path('lab', 'two'))
        hello = frames.make('02:00:00:00:00:11', frames.BROADCAST, b'hello everybody').hex()
        with Capture(lab, 'eth0', 'g1') as capture:
            alice.do(f'write({one[1]}, {HEADER + hello!r})')
            assert capture.saw(b'hello everybody', 3)
        assert carol.do(f'read({two[0]}, {b"hello everybody".hex()!r}, 3)')
        back = frames.make('02:00:00:00:00:22', '02:00:00:00:00:11', b'hello you').hex()
        carol.do(f'write({two[0]}, {back!r})')
        seen = [alice.do(f'read({fd}, {b"hello you".hex()!r}, 1)') for fd in one]
        assert [s for s in seen if s and s.startswith(HEADER) and s[24:] == back], seen
        send_mark(lab, 'eth0', lab.links('g1')['eth0']['address'], '02:00:00:00:00:22', b'from the container', 'g1')
        assert carol.do(f'read({two[0]}, {b"from the container".hex()!r}, 3)')


@case
def fourteen_descriptors_are_a_message_full(lab):
    lab.create_switch('lab')
    many = 'Switch.AttachMany'

    def nics(*queues):
        return 'dbus.Array([' + ', '.join(encode({'Name': f'm{n}', 'Backend': 'tap', 'Queues': q}) for n, q in enumerate(queues)) + "], signature='a{sv}')"
    with Holder(lab, user='alice') as alice:
        before = lab.objects(), lab.shapes()
        alice.refuse('InvalidArgument', switch_path('lab'), many, nics(8, 7), 'options()', says='14')
        assert (lab.objects(), lab.shapes()) == before
        ports, endpoints, fds = alice.call(switch_path('lab'), many, nics(8, 6), 'options()')
        assert len(ports) == len(endpoints) == 2 and len(set(fds)) == 14
        assert [alice.do(f'ask({fd})')['name'] for fd in fds] == ['vswp-m0'] * 8 + ['vswp-m1'] * 6


@case
def open_tells_what_was_set(lab):
    lab.create_switch('lab')
    lab.attach('lab', 't1', user='alice', Backend='tap', Queues=4, Lifetime='runtime', MacAddress='02:00:00:00:00:11')
    path, method = endpoint_path('t1'), 'SyntheticEthernetPort.Open'
    lab.attach('lab', 'pair', user='alice')
    with Holder(lab, user='alice') as alice:
        assert lab.get(path, 'EthernetPort', 'State') == 'down' and shape(lab)['persist'] is True
        alice.refuse('NotSupported', endpoint_path('pair'), method, 'options()')
        alice.refuse('InvalidArgument', path, method, 'options(queues=u(5))', says='4')
        alice.refuse('InvalidArgument', path, method, 'options(quues=u(1))', says='quues')
        fds, info = alice.call(path, method, 'options(queues=u(2))')
        assert len(fds) == 2 and shape(lab)['numqueues'] == 2
        assert info == {'queues': 2, 'vnet-header': True, 'vnet-header-size': 12, 'interface-name': 'vswp-t1', 'mtu': 1500,
                        'mac-address': '02:00:00:00:00:11', 'offloads': info['offloads']}, info
        assert set(info['offloads']) <= {'checksum', 'tso4', 'tso6', 'tso-ecn'}
        alice.refuse('InUse', path, method, 'options()')
        lab.wait_property(path, 'EthernetPort', 'State', 'ok')
        for fd in fds:
            alice.do(f'os.close({fd})')
        # lifetime runtime: the tap waits for the next one
        lab.wait_property(path, 'EthernetPort', 'State', 'down')
        assert len(alice.call(path, method, 'options()')[0]) == 4


@case
def a_tap_of_lifetime_descriptor_is_opened_once(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice:
        attach(alice)
        alice.refuse('InUse', endpoint_path('t1'), 'SyntheticEthernetPort.Open', 'options()')


# --- how it goes ---

@case
def a_tap_goes_with_its_last_descriptor(lab):
    lab.create_switch('lab')
    lab.create_port('lab', 'kept')
    with Holder(lab, user='alice') as alice:
        first, *rest = attach(alice, Queues=4)
        attach(alice, 't2', Port='kept')
        for fd in rest:
            alice.do(f'os.close({fd})')
        time.sleep(0.3)
        assert is_there(lab) and lab.connected(port_path('lab', 't1'))
        alice.do(f'os.close({first})')
        wait_gone(lab, seconds=1)
        assert lab.connected(port_path('lab', 'kept'))
    wait_gone(lab, 't2', seconds=1)
    assert lab.get(port_path('lab', 'kept'), 'SwitchPort', 'Connected') is False


@case
def whoever_has_a_copy_keeps_it(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice:
        fd = attach(alice)[0]
        heir = alice.do(f'os.posix_spawn("/bin/sleep", ["sleep", "60"], {{}}, file_actions=[(os.POSIX_SPAWN_DUP2, {fd}, 9)])')
    time.sleep(0.3)
    assert is_there(lab)
    lab.kill_daemon()
    lab.start_daemon()
    assert is_there(lab) and lab.connects(port_path('lab', 't1'))
    os.kill(heir, signal.SIGKILL)
    wait_gone(lab, seconds=1)


@case
def who_goes_before_the_answer_leaves_nothing(lab):
    lab.create_switch('lab')
    before = leaks.settle(lab)
    for _ in range(5):
        with Holder(lab, user='alice') as alice:
            lab.daemon.send_signal(signal.SIGSTOP)
            alice.process.stdin.write(f'call({switch_path("lab")!r}, "Switch.Attach", {encode({"Name": "t1", "Backend": "tap"})}, options())\n')
            alice.process.stdin.flush()
            time.sleep(0.2)
        lab.daemon.send_signal(signal.SIGCONT)
        wait_for(lambda: lab.get(switch_path('lab'), 'Switch', 'Ports') == [], 3, 'nothing to be there')
    time.sleep(0.5)
    assert not is_there(lab) and lab.ours() == ['vsw-lab']
    leaks.check(lab, before)


@case
def who_wants_no_answer_gets_no_tap(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice:
        alice.do(f'send({", ".join([repr(switch_path("lab")), repr("Switch.Attach"), encode({"Name": "t1", "Backend": "tap"}), "options()"])})')
        time.sleep(0.5)
        assert not is_there(lab)
        assert len(attach(alice)) == 1


@case
def no_descriptor_leaks_in_a_hundred_taps(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice:
        def once():
            for fd in attach(alice, Queues=3):
                alice.do(f'os.close({fd})')
            wait_gone(lab)
        once()
        before = leaks.settle(lab)
        for _ in range(33):
            once()
        leaks.check(lab, before)


# --- whose it is ---

@case
def nobody_else_can_take_a_tap(lab):
    lab.create_switch('lab')
    lab.attach('lab', 'waits', user='alice', Backend='tap', Queues=2, Lifetime='runtime')
    assert shape(lab, 'waits')['user'] == 'alice' and shape(lab, 'waits')['persist'] is True
    with Holder(lab, user='alice') as alice, Holder(lab, user='bob') as bob:
        attach(alice, Queues=2)
        for name in ('vswp-t1', 'vswp-waits', 'vsw-lab'):
            for flags in ('IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE', 'IFF_TAP | IFF_NO_PI', 'IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL'):
                try:
                    bob.do(f'attach_self({name!r}, {flags})')
                    raise AssertionError(f'bob has {name}')
                except BusError as error:
                    assert error.name in ('PermissionError', 'OSError'), error
        bob.refuse('AccessDenied', endpoint_path('waits'), 'SyntheticEthernetPort.Open', 'options()')
        assert lab.get(endpoint_path('waits'), 'EthernetPort', 'State') == 'down'


run()
