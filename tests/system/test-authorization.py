#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may do what: real polkitd, ordinary users, and every way in which the answer is not yes."""
import os
import pty
import signal
import threading
import time

import session
from calls import find_checkpoint, methods_of_the_interfaces, mutating_calls, prepare
from environment import PASSWORD, POLKIT_RULES, USERS, wait_for
from lab import MANAGER, NAME, BusError, Holder, endpoint_path, port_path, switch_path
from tap import case, give_hosts_back, run

NEEDS_AUTHORIZATION = 'InteractiveAuthorizationRequired'


def picture(lab):
    """Everything but counters."""
    objects = lab.objects()
    for interfaces in objects.values():
        for properties in interfaces.values():
            properties.pop('LearnedAddresses', None)
    return objects


def refuse_all(lab, user, *names):
    """Every method, by that user: one of these errors, and nothing changes."""
    before, links = picture(lab), lab.ours()
    for method, (path, *arguments) in mutating_calls(find_checkpoint(lab)).items():
        try:
            lab.call(path, method, *arguments, user=user)
            raise AssertionError(f'{method} was obeyed for {user}')
        except BusError as error:
            assert error.name in names, f'{method} for {user}: {error}'
    with Holder(lab, user=user) as holder:
        try:
            holder.call(endpoint_path('web'), 'SyntheticEthernetPort.MoveToNamespace', "fd('/run/netns/g1')", "'eth0'", 'options()')
            raise AssertionError('MoveToNamespace was obeyed')
        except BusError as error:
            assert error.name in names, error
    assert picture(lab) == before and lab.ours() == links


@case
def the_list_of_this_test_is_complete(lab):
    listed = set(mutating_calls()) | {'SyntheticEthernetPort.MoveToNamespace'}
    assert listed == methods_of_the_interfaces(), listed ^ methods_of_the_interfaces()


@case
def yes_means_yes_for_every_method(lab):
    for method in mutating_calls():
        prepare(lab)
        if method == 'SwitchPort.Connect':
            lab.call(port_path('lab', 'web'), 'SwitchPort.Disconnect', {})
        path, *arguments = mutating_calls(find_checkpoint(lab))[method]
        lab.call(path, method, *arguments, user='alice')
        while (path := find_checkpoint(lab)) in lab.objects():
            lab.call(path, 'Checkpoint.Confirm', {})
        give_hosts_back(lab)
        for interface in ('VirtualSystem', 'Switch', 'EthernetPort'):
            for path, interfaces in lab.objects().items():
                if f'{NAME}.{interface}' in interfaces and f'{NAME}.ExternalEthernetPort' not in interfaces:
                    lab.delete(path, interface)


@case
def no_means_no_for_every_method(lab):
    prepare(lab)
    lab.add_guest('g1')
    refuse_all(lab, 'bob', 'AccessDenied')


@case
def a_challenge_without_agent_is_no_for_every_method(lab):
    prepare(lab)
    lab.add_guest('g1')
    refuse_all(lab, 'carol', NEEDS_AUTHORIZATION, 'AccessDenied')
    lab.refuse(NEEDS_AUTHORIZATION, MANAGER, 'Manager.CreateSwitch', 'new', {}, {}, user='carol')


@case
def the_installed_defaults_ask_an_ordinary_user_for_an_administrator(lab):
    prepare(lab)
    lab.add_guest('g1')
    refuse_all(lab, 'dave', NEEDS_AUTHORIZATION, 'AccessDenied')


@case
def reading_is_open_to_everybody(lab):
    prepare(lab)
    for user in ('bob', 'dave'):
        assert switch_path('lab') in lab.run('busctl', 'tree', '--list', NAME, user=user).stdout
        assert lab.run('busctl', 'get-property', NAME, switch_path('lab'), f'{NAME}.Switch', 'Mtu', user=user).stdout == 'u 1500\n'
        lab.call(switch_path('lab'), 'Switch.GetForwardingTable', {}, user=user)
        lab.call(MANAGER, 'Manager.GetStatistics', [], {}, user=user)
        lab.call(MANAGER, 'Manager.ResolveDevice', {'InterfaceName': 'vsw-lab'}, {}, user=user)


@case
def rules_see_what_is_asked(lab):
    prepare(lab)
    mark = len(lab.log('polkitd'))

    def asked():
        return [line for line in lab.log('polkitd')[mark:].splitlines() if 'asked org.vmswitch1' in line]
    lab.call(switch_path('lab'), 'Switch.CreatePort', 'new', {}, {}, user='alice')
    assert len(asked()) == 1, asked()
    for word in ('manage-ports', 'user=alice', 'switch=lab', 'verb=CreatePort', 'switch-kind=internal', 'owner=0',
                 f'caller-uid={USERS["alice"]}'):
        assert word in asked()[0], (word, asked())
    lab.call(endpoint_path('web'), 'EthernetPort.Modify', {'Description': 'x'}, {}, user='alice')
    for word in ('manage-ports', 'endpoint=web', 'endpoint-kind=synthetic', 'lifetime=runtime'):
        assert word in asked()[1], (word, asked())
    lab.call(port_path('lab', 'spare'), 'SwitchPort.Modify', {'Description': 'x'}, {}, user='alice')
    assert 'port=spare' in asked()[2] and 'switch=lab' in asked()[2], asked()


@case
def a_rule_may_name_a_switch(lab):
    for name in ('yes', 'no', 'lab'):
        lab.create_switch(name)
    lab.create_port('yes', 'p', user='bob')
    lab.refuse('AccessDenied', switch_path('lab'), 'Switch.CreatePort', 'p', {}, {}, user='bob')
    lab.refuse('AccessDenied', switch_path('no'), 'Switch.CreatePort', 'p', {}, {}, user='alice')
    lab.create_switch('yes2', user='alice')
    assert lab.get(switch_path('yes2'), 'Switch', 'OwnerUid') == USERS['alice']


@case
def a_rule_may_name_a_switch_a_kind_and_a_user(lab):
    lab.create_switch('lab')
    lab.create_switch('other')
    rules = """polkit.addRule(function (action, subject) {
      if (action.id.indexOf("org.vmswitch1.") != 0)
        return undefined;
      return action.id == "org.vmswitch1.attach" && action.lookup("switch") == "lab" && subject.user == "dave"
          && action.lookup("endpoint-kind") == "emulated" && action.lookup("lifetime") == "descriptor"
        ? polkit.Result.YES : polkit.Result.NO;
    });"""
    emulated = ({'Name': 'n', 'Kind': 'emulated'}, {})
    lab.set_rules(rules)
    try:
        wait_for(lambda: lab.is_refused(switch_path('lab'), 'Switch.Modify', {'Description': 'x'}, {}, user='alice'), 5, 'the rules')
        lab.call(switch_path('lab'), 'Switch.Attach', *emulated, user='dave')
        lab.refuse('AccessDenied', switch_path('lab'), 'Switch.Attach', *emulated, user='bob')
        lab.refuse('AccessDenied', switch_path('other'), 'Switch.Attach', *emulated, user='dave')
        lab.refuse('AccessDenied', switch_path('lab'), 'Switch.Attach', {'Name': 'n', 'Backend': 'tap'}, {}, user='dave')
        lab.refuse('AccessDenied', switch_path('lab'), 'Switch.Attach', {'Name': 'n', 'Kind': 'emulated', 'Lifetime': 'runtime'}, {}, user='dave')
        # what is asked for is told together: one that is not allowed spoils the rest
        lab.refuse('AccessDenied', switch_path('lab'), 'Switch.AttachMany', [{'Name': 'n', 'Kind': 'emulated'}, {'Name': 'm'}], {}, user='dave')
    finally:
        lab.set_rules(POLKIT_RULES)
        wait_for(lambda: not lab.is_refused(switch_path('lab'), 'Switch.Modify', {'Description': 'x'}, {}, user='alice'), 5, 'the rules')


@case
def a_batch_is_one_question(lab):
    lab.create_switch('lab')
    mark = len(lab.log('polkitd'))
    lab.call(switch_path('lab'), 'Switch.CreatePorts', [{'Name': f'p{n}'} for n in range(20)], {}, user='alice')
    assert lab.log('polkitd')[mark:].count('asked org.vmswitch1') == 1


@case
def root_is_not_asked_about(lab):
    mark = len(lab.log('polkitd'))
    lab.create_switch('no')
    assert 'asked org.vmswitch1' not in lab.log('polkitd')[mark:]


def give_to_erin(lab):
    """erin may only use what is hers; a rule lets her make it in the first place."""
    lab.create_switch('yes', user='erin')
    lab.create_port('yes', 'p', user='erin')
    assert lab.get(switch_path('yes'), 'Switch', 'OwnerUid') == USERS['erin']


@case
def the_owner_manages_what_is_his(lab):
    give_to_erin(lab)
    mark = len(lab.log('polkitd'))
    lab.set_rules(POLKIT_RULES.replace('case "yes": return polkit.Result.YES;', ''))
    wait_for(lambda: lab.is_refused(switch_path('yes'), 'Switch.Modify', {'Description': 'b'}, {}, user='bob'), 5, 'the rules')
    try:
        lab.call(switch_path('yes'), 'Switch.Modify', {'Description': 'mine'}, {}, user='erin')
        lab.call(port_path('yes', 'p'), 'SwitchPort.Modify', {'Description': 'mine'}, {}, user='erin')
        lab.create_port('yes', 'q', user='erin')
        lab.attach('yes', 'n', user='erin')
        lab.call(endpoint_path('n'), 'EthernetPort.Delete', {'force': True}, user='erin')
        assert 'asked org.vmswitch1.manage-own user=erin' in lab.log('polkitd')[mark:]
        lab.refuse('AccessDenied', switch_path('yes'), 'Switch.Modify', {'Description': 'not mine'}, {}, user='bob')
        lab.refuse('AccessDenied', MANAGER, 'Manager.CreateSwitch', 'another', {}, {}, user='erin')
        lab.create_switch('foreign')
        lab.refuse('AccessDenied', port_path('yes', 'p'), 'SwitchPort.Move', switch_path('foreign'), {}, user='erin')
        lab.call(switch_path('yes'), 'Switch.Delete', {'force': True}, user='erin')
    finally:
        lab.set_rules(POLKIT_RULES)
        time.sleep(1)


@case
def others_cannot_touch_what_a_user_made(lab):
    prepare(lab, user='alice')
    lab.add_guest('g1')
    refuse_all(lab, 'erin', 'AccessDenied', NEEDS_AUTHORIZATION)


@case
def the_name_of_a_deleted_object_carries_no_rights(lab):
    give_to_erin(lab)
    lab.delete(switch_path('yes'), 'Switch')
    lab.create_switch('no')
    lab.refuse('AccessDenied', switch_path('no'), 'Switch.Modify', {'Description': 'x'}, {}, user='erin')
    lab.create_switch('lab')
    lab.refuse('AccessDenied', switch_path('lab'), 'Switch.Modify', {'Description': 'x'}, {}, user='erin')


@case
def a_shared_switch_takes_guests_of_ordinary_users(lab):
    lab.create_switch('lab', Shared=True)
    lab.create_switch('closed')
    mark = len(lab.log('polkitd'))
    _, nic = lab.attach('lab', 'hers', user='erin')
    assert 'asked org.vmswitch1.attach-shared user=erin' in lab.log('polkitd')[mark:]
    assert lab.get(nic, 'EthernetPort', 'OwnerUid') == USERS['erin']
    lab.refuse('AccessDenied', switch_path('closed'), 'Switch.Attach', {'Name': 'x'}, {}, user='erin')
    lab.refuse('AccessDenied', switch_path('lab'), 'Switch.Modify', {'Shared': False}, {}, user='erin')
    lab.refuse('AccessDenied', switch_path('lab'), 'Switch.CreatePort', 'p', {}, {}, user='erin')
    lab.call(nic, 'EthernetPort.Delete', {'force': True}, user='erin')


@case
def somebody_at_the_console_may_attach_to_a_shared_switch_by_default(lab):
    lab.create_switch('lab', Shared=True)
    lab.create_switch('closed')
    with Holder(lab, user='dave') as dave:
        attach = "dbus.Dictionary({'Name': 'n', 'Lifetime': 'runtime'}, signature='sv')"
        dave.refuse(NEEDS_AUTHORIZATION, switch_path('lab'), 'Switch.Attach', attach, 'options()')
        try:
            session.activate(lab, dave.process.pid, 'dave')
            dave.call(switch_path('lab'), 'Switch.Attach', attach, 'options()')
            dave.refuse(NEEDS_AUTHORIZATION, switch_path('closed'), 'Switch.Attach', attach.replace("'n'", "'m'"), 'options()')
        finally:
            session.forget()
            lab.run('umount', f'/proc/{dave.process.pid}/cgroup', check=False)
    assert lab.get(endpoint_path('n'), 'EthernetPort', 'OwnerUid') == USERS['dave']


def type_password(lab, password, *command):
    """Runs vmswitchctl as carol on a terminal and types the password when asked. (status, what was shown)"""
    master, slave = pty.openpty()
    child = lab.spawn('setsid', '--ctty', '--wait', *command, user='carol', stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    shown = []

    def pump():
        asked = 0
        while True:
            try:
                piece = os.read(master, 4096)
            except OSError:
                return
            if not piece:
                return
            shown.append(piece.decode(errors='replace'))
            if ''.join(shown).count('assword') > asked:
                asked = ''.join(shown).count('assword')
                time.sleep(0.3)
                os.write(master, password.encode() + b'\n')
    reader = threading.Thread(target=pump, daemon=True)
    reader.start()
    status = child.wait(60)
    reader.join(2)
    os.close(master)
    return status, ''.join(shown)


@case
def a_password_on_the_terminal_turns_a_challenge_into_yes(lab):
    status, shown = type_password(lab, PASSWORD, 'vmswitchctl', 'create', 'switch', 'mine')
    assert status == 0, shown
    assert lab.get(switch_path('mine'), 'Switch', 'OwnerUid') == USERS['carol']


@case
def a_wrong_password_is_no(lab):
    status, shown = type_password(lab, 'wrong', 'vmswitchctl', 'create', 'switch', 'mine')
    assert status == 4, (status, shown)
    assert switch_path('mine') not in lab.objects()


@case
def no_password_is_asked_for_when_the_user_says_so(lab):
    status, shown = type_password(lab, PASSWORD, 'vmswitchctl', '--no-ask-password', 'create', 'switch', 'mine')
    assert status == 4 and 'assword:' not in shown, (status, shown)


@case
def without_polkitd_nobody_but_root_is_obeyed(lab):
    prepare(lab)
    lab.add_guest('g1')
    lab.stop_polkit()
    refuse_all(lab, 'alice', 'AccessDenied', NEEDS_AUTHORIZATION)
    lab.create_port('lab', 'by-root')
    lab.start_polkit()
    lab.create_port('lab', 'again', user='alice')


@case
def a_polkitd_that_dies_with_the_question_open_means_no(lab):
    lab.create_switch('lab')
    lab.polkit.send_signal(signal.SIGSTOP)
    verdict = []

    def ask():
        try:
            verdict.append(lab.create_port('lab', 'p', user='alice'))
        except BusError as error:
            verdict.append(error)
    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.5)
    assert not verdict
    lab.stop_polkit()
    asking.join(20)
    assert isinstance(verdict[0], BusError) and verdict[0].name in ('AccessDenied', NEEDS_AUTHORIZATION), verdict
    assert port_path('lab', 'p') not in lab.objects()


@case
def a_polkitd_that_does_not_answer_means_no_and_blocks_nobody(lab):
    lab.create_switch('lab')
    lab.polkit.send_signal(signal.SIGSTOP)
    asking = lab.spawn('gdbus', 'call', '--system', '--timeout', 60, '-d', NAME, '-o', switch_path('lab'), '-m', f'{NAME}.Switch.CreatePort',
                       "'p'", '{}', '{}', user='alice', stdout=-1, stderr=-2)
    start = time.monotonic()
    for number in range(5):
        lab.get(switch_path('lab'), 'Switch', 'Mtu')
        lab.create_port('lab', f'r{number}')
    assert time.monotonic() - start < 5
    status = asking.wait(30)
    out = asking.stdout.read()
    lab.polkit.send_signal(signal.SIGCONT)
    assert status != 0 and 'AccessDenied' in out, out
    time.sleep(0.5)
    assert port_path('lab', 'p') not in lab.objects(), out


@case
def who_goes_while_he_is_asked_about_changes_nothing(lab):
    lab.create_switch('lab')
    lab.polkit.send_signal(signal.SIGSTOP)
    askers = [lab.spawn('busctl', 'call', NAME, switch_path('lab'), f'{NAME}.Switch', 'CreatePort', 'sa{sv}a{sv}', f'p{n}', 0, 0, user='alice',
                        stdout=-3, stderr=-3) for n in range(5)]
    time.sleep(0.5)
    for asker in askers:
        asker.kill()
        asker.wait()
    lab.polkit.send_signal(signal.SIGCONT)
    time.sleep(0.7)
    assert lab.get(switch_path('lab'), 'Switch', 'Ports') == []


@case
def what_is_replaced_while_polkit_thinks_is_not_touched(lab):
    lab.create_switch('lab')
    lab.create_port('lab', 'p')
    lab.polkit.send_signal(signal.SIGSTOP)
    asking = lab.spawn('busctl', 'call', NAME, port_path('lab', 'p'), f'{NAME}.SwitchPort', 'Delete', 'a{sv}', 0, user='alice', stdout=-1, stderr=-2)
    time.sleep(0.5)
    lab.delete(port_path('lab', 'p'), 'SwitchPort')
    lab.create_port('lab', 'p', Description='another')
    lab.polkit.send_signal(signal.SIGCONT)
    assert asking.wait(20) != 0, asking.stdout.read()
    assert lab.get(port_path('lab', 'p'), 'SwitchPort', 'Description') == 'another'


@case
def very_high_uids_are_nobody_special(lab):
    before = picture(lab)
    for uid in ('2147483647', '2147483648', '3000000000', '4294967294'):
        done = lab.run('setpriv', '--reuid', uid, '--regid', uid, '--clear-groups', 'gdbus', 'call', '--system', '-d', NAME, '-o', MANAGER, '-m',
                       f'{NAME}.Manager.CreateSwitch', "'new'", '{}', '{}', check=False)
        assert done.returncode != 0, (uid, done)
    assert picture(lab) == before


@case
def forged_signals_are_not_believed(lab):
    lab.create_switch('lab')
    with Holder(lab) as holder:
        holder.call(switch_path('lab'), 'Switch.Attach', "options(Name='held')", 'options()')
        for owner in (holder.name, NAME, 'org.freedesktop.PolicyKit1'):
            lab.run('gdbus', 'emit', '--system', '--dest', NAME, '-o', '/org/freedesktop/DBus', '-s', 'org.freedesktop.DBus.NameOwnerChanged',
                    f"'{owner}'", f"'{holder.name}'", "''", user='bob', check=False)
        time.sleep(0.5)
        assert endpoint_path('held') in lab.objects() and lab.has_owner(NAME)
        lab.create_port('lab', 'p', user='alice')


@case
def nobody_else_may_own_the_name(lab):
    lab.kill_daemon()
    wait_for(lambda: not lab.has_owner(NAME), 5, 'the name to be free')
    done = lab.run('busctl', 'call', 'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'RequestName', 'su', NAME, 4,
                   user='alice', check=False)
    assert done.returncode != 0, done.stdout


run(config='ExternalInterfaces=ext*')
