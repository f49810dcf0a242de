#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Exit statuses: each error of the service has its own, each mistake on the command line is 2, and an absent service is 8."""
import os
import re
import subprocess

from client import CLIENT, ROOT, TIMEOUT, case, run

OURS, BUS = 'org.vmswitch1.Error.', 'org.freedesktop.DBus.Error.'
STATUSES = {
    OURS + 'InvalidArgument': 7, OURS + 'NotFound': 3, OURS + 'Exists': 6, OURS + 'InUse': 6, OURS + 'InvalidState': 6,
    OURS + 'Conflict': 6, OURS + 'RolledBack': 6, OURS + 'NotSupported': 5, OURS + 'NotBridgeable': 5, OURS + 'Kernel': 5,
    OURS + 'QuotaExceeded': 9, OURS + 'Store': 1, OURS + 'OfTheFuture': 1,
    BUS + 'AccessDenied': 4, BUS + 'InteractiveAuthorizationRequired': 4, BUS + 'InvalidArgs': 7, BUS + 'UnknownObject': 3,
    BUS + 'ServiceUnknown': 8, BUS + 'NoReply': 8, BUS + 'Spawn.ExecFailed': 8, BUS + 'LimitsExceeded': 9, BUS + 'Failed': 1,
}


@case
def each_error_of_the_bus_has_its_exit_status(service):
    for error, status in STATUSES.items():
        service.fail('CreateSwitch', error, 'the reason')
        message = service.refuse('create', 'switch', 'lab', status=status)
        assert message.startswith('cannot create switch lab: ') and message.endswith('the reason'), message
        assert 'GDBus' not in message, message


@case
def every_error_that_the_daemon_can_give_is_known(service):
    """daemon/bus/error.c lists the names; each of them is in the table above."""
    source = os.path.join(os.environ['VSW_SOURCE'], 'daemon', 'bus', 'error.c')
    with open(source, encoding='utf-8') as file:
        text = file.read()
    names = {OURS + name for name in re.findall(r'VSW_BUS_ERROR_PREFIX "([A-Za-z]+)"', text)}
    names |= set(re.findall(r'"(org\.freedesktop\.DBus\.Error\.[A-Za-z]+)"', text))
    assert len(names) >= 14 and not names - set(STATUSES), names - set(STATUSES)


@case
def an_object_that_goes_meanwhile_is_not_found(service):
    """Its kind and name are told, not what the bus says of methods."""
    for arguments, method in ((('delete', 'switch', 'lab'), 'Delete'), (('set', 'port', 'lab-2/eth1', 'description=x'), 'Modify'),
                              (('checkpoint', 'confirm', '1'), 'Confirm')):
        kind, name = ('checkpoint', '1') if method == 'Confirm' else arguments[1:3]
        service.mock.tell(f'vanish {method}')
        assert service.refuse(*arguments, status=3).endswith(f': {kind} {name} is not there any more'), arguments


@case
def a_method_that_the_service_does_not_know_is_another_failure(service):
    """It is older than the client, perhaps: the object is there."""
    for path, arguments in ((ROOT, ('create', 'switch', 'new')), (f'{ROOT}/switch/lab', ('delete', 'switch', 'lab'))):
        method = 'CreateSwitch' if path == ROOT else 'Delete'
        service.fail(method, BUS + 'UnknownMethod', 'No such method')
        assert service.refuse(*arguments, status=1).endswith(': No such method')


@case
def an_error_stays_on_one_line_and_cannot_steer_a_terminal(service):
    service.fail('CreateSwitch', OURS + 'Exists', 'first \x1b[31msecond\ttab')
    assert service.refuse('create', 'switch', 'lab', status=6) == 'cannot create switch lab: first \\x1b[31msecond\\ttab'
    assert service.refuse('show', 'a\nb', status=3) == 'there is no switch, port, endpoint or system "a\\nb"'


@case
def a_wrong_command_line_is_status_2(service):
    for arguments in ([], ['no-such-command'], ['create'], ['create', 'bridge', 'x'], ['create', 'switch'],
                      ['create', 'switch', 'a', 'b'], ['list', 'everything'], ['list', '--force'], ['--nonsense'],
                      ['--mtu', '5', 'list'], ['create', 'switch', 'x', '--mtu'], ['create', 'port', 'lab/x', '--mtu', '5'],
                      ['connect', 'lab/web'], ['fdb'], ['set', 'switch', 'lab'], ['resolve', 'x', '--by', 'colour'],
                      ['list', '--json=yes'], ['help', 'no-such-command'], ['fdb', b'\xff\xfe']):
        service.refuse(*arguments, status=2)
    assert service.calls() == []


@case
def two_dashes_end_the_options(service):
    assert service.refuse('show', '--', '--json', status=3) == 'there is no switch, port, endpoint or system "--json"'


@case
def without_a_bus_status_8(service):
    service.environment['DBUS_SYSTEM_BUS_ADDRESS'] = 'unix:path=/nonexistent/bus'
    for arguments in (['list'], ['create', 'switch', 'x'], ['monitor'], ['status']):
        assert 'cannot connect to the system bus' in service.refuse(*arguments, status=8)


@case
def without_the_service_status_8(service):
    service.mock.tell('release')
    for arguments in (['list'], ['create', 'switch', 'x'], ['status'], ['capabilities'], ['resolve', 'x']):
        assert 'org.vmswitch1 is not available' in service.refuse(*arguments, status=8)


@case
def a_service_that_dies_meanwhile_is_status_8(service):
    service.mock.tell('drop CreateSwitch')
    service.refuse('create', 'switch', 'x', status=8)
    service.mock.process.wait(TIMEOUT)
    service.mock.process.stdin.close()
    service.mock.process.stdout.close()
    service.mock = None


@case
def a_tree_that_may_not_be_read_is_status_4(service):
    service.fail('GetManagedObjects', BUS + 'AccessDenied', 'the bus said no')
    assert service.refuse('list', status=4) == 'the bus said no'


@case
def success_says_nothing_on_the_error_stream(service):
    done = subprocess.run([CLIENT, 'list'], env=service.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT,
                          check=True)
    assert done.stderr == b'' and done.stdout


run()
