#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Descriptors that callers hand over: what is no network namespace of theirs is refused, and nothing leaks."""
import os
import signal
import time
from pathlib import Path

import leaks
from environment import POLKIT_RULES, wait_for
from lab import BusError, Holder, endpoint_path, switch_path
from tap import Skip, case, run


def attach(expression, name='n', interface='eth0', lifetime='runtime'):
    return (switch_path('lab'), 'Switch.Attach',
            f"options(Name={name!r}, Namespace={expression}, InterfaceName={interface!r}, Lifetime={lifetime!r})", 'options()')


@case
def a_name_that_is_taken_in_the_target_is_told(lab):
    lab.create_switch('lab')
    lab.add_guest('g1')
    nic = "options(Name='{}', Namespace=fd('/run/netns/g1'))"
    with Holder(lab) as holder:
        holder.call(switch_path('lab'), 'Switch.Attach', nic.format('one'), 'options()')
        before = lab.shapes()
        holder.refuse('Exists', switch_path('lab'), 'Switch.Attach', nic.format('two'), 'options()',
                      says='the target namespace has an interface eth0 already')
        assert lab.shapes() == before


@case
def a_namespace_at_birth(lab):
    lab.create_switch('lab')
    lab.add_guest('g1')
    with Holder(lab) as holder:
        port, nic, fds = holder.call(*attach("fd('/run/netns/g1')", interface='net7'))
    assert fds == [] and lab.get(nic, 'SyntheticEthernetPort', 'Placed') is True
    assert lab.links('g1')['net7']['address'] == lab.get(nic, 'EthernetPort', 'MacAddress')
    assert lab.links('g1')['net7']['group'] == 'default'
    assert not [n for n in lab.links() if n.startswith('vswg')]
    assert port


@case
def what_is_no_namespace_is_refused(lab):
    lab.create_switch('lab')
    before = lab.ours()
    kinds = {'a file': "fd('/etc/hostname')", 'a directory': "fd('/')", 'a device': "fd('/dev/null')", 'a pipe': 'own_fd(os.pipe()[0])',
             'a socket': 'own_fd(socket.socket(socket.AF_UNIX).detach())', 'an event': 'own_fd(os.eventfd(0))',
             'an O_PATH descriptor': "fd('/proc/self/ns/net', os.O_PATH)", 'a mount namespace': "fd('/proc/self/ns/mnt')",
             'a user namespace': "fd('/proc/self/ns/user')", 'a process': 'own_fd(os.pidfd_open(os.getpid()))'}
    with Holder(lab) as holder:
        for what, expression in kinds.items():
            holder.refuse('InvalidArgument', *attach(expression))
            assert lab.ours() == before, what
        _, nic = lab.attach('lab', 'home')
        for what, expression in kinds.items():
            holder.refuse('InvalidArgument', nic, 'SyntheticEthernetPort.MoveToNamespace', expression, "'eth0'", 'options()')
            assert 'vswg-home' in lab.links(), what


# What a caller may send where a namespace belongs, and how it is refused.
HOSTILE = {
    'a file of memory': "own_fd(os.memfd_create('x'))",
    'a socket of the internet': 'own_fd(socket.socket(socket.AF_INET).detach())',
    'a netlink socket': 'own_fd(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).detach())',
    'an O_PATH directory': "fd('/run/netns', os.O_PATH)",
    'an O_PATH namespace': "fd('/run/netns/g1', os.O_PATH)",
    'the directory of namespaces': "fd('/run/netns')",
    'a process that is gone': 'own_fd(gone())',
    'a process namespace': "fd('/proc/self/ns/pid')",
    'a time namespace': "fd('/proc/self/ns/time')",
    'what taps are made with': "fd('/dev/net/tun', os.O_RDWR)",
    'a terminal': 'own_fd(os.openpty()[0])',
}


@case
def what_only_looks_like_a_namespace_is_refused_and_nothing_leaks(lab):
    lab.create_switch('lab')
    lab.add_guest('g1')
    lab.attach('lab', 'home')
    before = lab.objects(), lab.shapes()

    def all_of_them():
        for what, expression in HOSTILE.items():
            holder.refuse('InvalidArgument', *attach(expression))
            holder.refuse('InvalidArgument', endpoint_path('home'), 'SyntheticEthernetPort.MoveToNamespace', expression, "'eth0'", 'options()')
            # in a batch the others go with it
            good = "dbus.Dictionary({'Name': 'good', 'Namespace': fd('/run/netns/g1'), 'Lifetime': 'runtime'}, signature='sv')"
            bad = f"dbus.Dictionary({{'Name': 'bad', 'Namespace': {expression}, 'Lifetime': 'runtime'}}, signature='sv')"
            holder.refuse('InvalidArgument', switch_path('lab'), 'Switch.AttachMany', f"dbus.Array([{good}, {bad}], signature='a{{sv}}')", 'options()')
            assert (lab.objects(), lab.shapes()) == before, what
    with Holder(lab) as holder:
        all_of_them()
        idle = leaks.settle(lab)
        for _ in range(3):
            all_of_them()
        leaks.check(lab, idle)
    assert list(lab.links('g1')) == ['lo']


@case
def more_descriptors_than_are_named_are_closed(lab):
    lab.create_switch('lab')
    lab.add_guest('g1')
    many = ", ".join(f"'X{n}': own_fd(os.memfd_create('x'))" for n in range(10))
    with Holder(lab) as holder:
        def once():
            holder.refuse('InvalidArgument', switch_path('lab'), 'Switch.Attach', "options(Name='n', X=own_fd(os.memfd_create('x')))", 'options()', says='X')
            nic = f"dbus.Array([dbus.Dictionary({{'Name': 'n', {many}}}, signature='sv')], signature='a{{sv}}')"
            holder.refuse('InvalidArgument', switch_path('lab'), 'Switch.AttachMany', nic, 'options()')
            # the policy of the bus lets a method have as many as it can use
            holder.refuse('AccessDenied', switch_path('lab'), 'Switch.Attach', f"dbus.Dictionary({{'Name': 'n', {many}}}, signature='sv')", 'options()')
            # known keys where they do not belong
            for kind in ("Backend='tap'", "Kind='emulated'"):
                holder.refuse('InvalidArgument', switch_path('lab'), 'Switch.Attach', f"options(Name='n', {kind}, Namespace=fd('/run/netns/g1'))", 'options()')
        once()
        before = leaks.settle(lab)
        for _ in range(5):
            once()
        leaks.check(lab, before)
    assert lab.ours() == ['vsw-lab']


@case
def a_tap_is_not_moved_to_a_namespace(lab):
    lab.create_switch('lab')
    lab.add_guest('g1')
    _, nic = lab.attach('lab', 'tap', Backend='tap')
    with Holder(lab) as holder:
        holder.refuse('NotSupported', nic, 'SyntheticEthernetPort.MoveToNamespace', "fd('/run/netns/g1')", "'eth0'", 'options()')
    assert 'vswp-tap' in lab.links()


@case
def the_namespace_of_the_service_is_refused(lab):
    lab.create_switch('lab')
    with Holder(lab) as holder:
        holder.refuse('InvalidArgument', *attach("fd('/proc/self/ns/net')"))
    with Holder(lab, user='alice') as holder:
        holder.refuse('InvalidArgument', *attach("fd('/proc/self/ns/net')"))
    assert lab.ours() == ['vsw-lab']
    for user in ('root', 'alice'):
        _, nic = lab.attach('lab', user, user=user)
        with Holder(lab, user=user) as holder:
            holder.refuse('InvalidArgument', nic, 'SyntheticEthernetPort.MoveToNamespace', "fd('/proc/self/ns/net')", "'eth0'", 'options()')
        assert lab.get(nic, 'SyntheticEthernetPort', 'Placed') is False
    assert lab.ours() == ['vsw-lab', 'vswg-alice', 'vswg-root', 'vswp-alice', 'vswp-root']


@case
def an_index_out_of_range_is_refused(lab):
    lab.create_switch('lab')
    # a handle inside a variant is sent by gdbus as it is, without any descriptor; MoveToNamespace is tested so in tests/bus
    for number in (5, 0, -1, 2147483647, -2147483648):
        for method, arguments in (('Switch.Attach', [f"{{'Name': <'n'>, 'Namespace': <handle {number}>}}"]),
                                  ('Switch.AttachMany', [f"[{{'Name': <'n'>, 'Namespace': <handle {number}>}}]"])):
            done = lab.run('gdbus', 'call', '--system', '-d', 'org.vmswitch1', '-o', switch_path('lab'), '-m', f'org.vmswitch1.{method}',
                           *arguments, '{}', check=False)
            assert done.returncode != 0 and ('InvalidArgument' in done.stderr or 'out of range' in done.stderr), (number, method, done)
    assert lab.ours() == ['vsw-lab']


@case
def a_user_may_use_a_namespace_of_his_own(lab):
    lab.create_switch('lab')
    with Holder(lab, user='alice') as alice:
        try:
            pid = alice.do('new_namespace()')
        except BusError as error:
            raise Skip(f'ordinary users may not make user namespaces here: {error}') from None
        _, nic, _ = alice.call(*attach(f"fd('/proc/{pid}/ns/net')"))
        assert lab.get(nic, 'SyntheticEthernetPort', 'Placed') is True
        assert lab.get(nic, 'EthernetPort', 'OwnerUid') == 164101
        inside = lab.run('nsenter', '-t', pid, '-U', '-n', '--preserve-credentials', 'ip', 'link', 'show', 'eth0').stdout
        assert lab.get(nic, 'EthernetPort', 'MacAddress') in inside


@case
def a_namespace_of_another_user_is_refused(lab):
    lab.create_switch('lab')
    with Holder(lab, user='carol') as carol, Holder(lab, user='alice') as alice:
        try:
            pid = carol.do('new_namespace()')
        except BusError as error:
            raise Skip(f'ordinary users may not make user namespaces here: {error}') from None
        # root opens it for alice: what matters is whose it is, not who can open it
        held = os.open(f'/proc/{pid}/ns/net', os.O_RDONLY)
        os.close(held)
        lab.run('touch', '/run/held')
        lab.run('mount', '--bind', f'/proc/{pid}/ns/net', '/run/held')
        try:
            alice.refuse('AccessDenied', *attach("fd('/run/held')"))
            _, nic = lab.attach('lab', 'home', user='alice')
            alice.refuse('AccessDenied', nic, 'SyntheticEthernetPort.MoveToNamespace', "fd('/run/held')", "'eth0'", 'options()')
        finally:
            lab.run('umount', '--lazy', '/run/held')
    assert 'vswg-home' in lab.links()


@case
def a_namespace_of_the_host_is_a_question_of_its_own(lab):
    lab.create_switch('lab')
    lab.add_guest('g1')
    rules = ('polkit.addRule(function (action, subject) { polkit.log("%s asked " + action.id);'
             ' return action.id == "org.vmswitch1.%s" ? polkit.Result.YES : polkit.Result.NO; });')
    try:
        for allowed in ('attach', 'attach-foreign-namespace'):
            lab.set_rules(rules % (allowed, allowed))
            wait_for(lambda: f'{allowed} asked org.vmswitch1' in ask(lab), 5, 'the rules')
            with Holder(lab, user='alice') as alice:
                alice.refuse('AccessDenied', *attach("fd('/run/netns/g1')"))
        assert 'attach asked org.vmswitch1.attach-foreign-namespace' in lab.log('polkitd')
        assert 'attach-foreign-namespace asked org.vmswitch1.attach-foreign-namespace' not in lab.log('polkitd')
    finally:
        lab.set_rules(POLKIT_RULES)
    wait_for(lambda: restored(lab), 5, 'the rules')
    with Holder(lab, user='alice') as alice:
        alice.call(*attach("fd('/run/netns/g1')", name='yes'))
    assert 'eth0' in lab.links('g1')


def ask(lab):
    """What polkitd logs about one question of alice's."""
    mark = len(lab.log('polkitd'))
    try:
        lab.attach('lab', 'probe', user='alice')
        lab.delete(endpoint_path('probe'), 'EthernetPort')
    except BusError:
        pass
    text = lab.log('polkitd')[mark:]
    return text if 'user=' not in text else ''


def restored(lab):
    try:
        lab.call(switch_path('lab'), 'Switch.Modify', {'Description': 'asked'}, {}, user='alice')
        return True
    except BusError:
        return False


@case
def bad_interface_names_are_refused(lab):
    lab.create_switch('lab')
    lab.add_guest('g1')
    with Holder(lab) as holder:
        for name in ('', '.', '..', 'a/b', 'x' * 16, 'a b', 'tap%d', 'a:b'):
            holder.refuse('InvalidArgument', *attach("fd('/run/netns/g1')", interface=name))
    assert list(lab.links('g1')) == ['lo'], lab.links('g1')


@case
def an_interface_name_without_namespace_is_refused(lab):
    lab.create_switch('lab')
    lab.refuse('InvalidArgument', switch_path('lab'), 'Switch.Attach', {'Name': 'n', 'InterfaceName': 'eth0'}, {}, says='InterfaceName')


@case
def a_name_taken_in_the_namespace_leaves_nothing(lab):
    lab.create_switch('lab')
    lab.add_guest('g1')
    lab.ip('link', 'add', 'eth0', 'type', 'bridge', netns='g1')
    with Holder(lab) as holder:
        holder.refuse('Exists', *attach("fd('/run/netns/g1')"), says='eth0')
    assert lab.ours() == ['vsw-lab'] and endpoint_path('n') not in lab.objects()


@case
def descriptors_where_none_belong_are_not_let_through(lab):
    with Holder(lab) as holder:
        holder.refuse('AccessDenied', '/org/vmswitch1/Manager', 'Manager.CreateSwitch', "'lab'", "options(Namespace=fd('/etc/hostname'))", 'options()')


@case
def one_that_takes_long_to_close_keeps_nobody_waiting(lab):
    lab.create_switch('lab')
    # One that nobody asked for, and in the service's hands the last one: what sent it is gone before the service sees it.
    lab.daemon.send_signal(signal.SIGSTOP)
    with Holder(lab) as holder:
        holder.do(f"send({switch_path('lab')!r}, 'Switch.Attach', options(Name=own_fd(lingering())), options())")
    begin = time.monotonic()
    lab.daemon.send_signal(signal.SIGCONT)
    for _ in range(5):
        lab.get(switch_path('lab'), 'Switch', 'State')
    assert time.monotonic() - begin < 4, 'the service waited for the descriptor'
    names = [(task / 'comm').read_text().strip() for task in Path(f'/proc/{lab.daemon.pid}/task').iterdir()]
    assert 'close' in names, f'nothing takes long to close, which proves nothing: {names}'


@case
def no_descriptor_leaks(lab):
    lab.create_switch('lab')
    lab.add_guest('g1')
    with Holder(lab) as holder:
        def once():
            holder.call(*attach("fd('/run/netns/g1')"))
            lab.delete(endpoint_path('n'), 'EthernetPort')
            for expression in ("fd('/etc/hostname')", 'own_fd(os.pipe()[0])', "fd('/proc/self/ns/net')"):
                holder.refuse('InvalidArgument', *attach(expression))
            holder.refuse('InvalidArgument', switch_path('lab'), 'Switch.Attach', "options(Name='', Namespace=fd('/run/netns/g1'))", 'options()')
        once()
        before = leaks.settle(lab)
        for _ in range(10):
            once()
        leaks.check(lab, before)


run()
