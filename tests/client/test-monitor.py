#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Signals as they come: one line each, only the service's own, across its restart, until somebody stops it."""
import json
import signal
import subprocess

from client import ROOT, TIMEOUT, Lines, Mock, case, run

MANAGER = 'org.freedesktop.DBus.ObjectManager'
PROPERTIES = 'org.freedesktop.DBus.Properties'
PORT = f'{ROOT}/switch/lab/port/web'
ADDED = f"(objectpath '{PORT}', {{'org.vmswitch1.ActiveConnection': {{'InterfaceName': <'vswp-web'>}}, 'org.freedesktop.X': @a{{sv}} {{}}}})"
REMOVED = f"(objectpath '{PORT}', ['org.vmswitch1.ActiveConnection'])"
CHANGED = "('org.vmswitch1.SwitchPort', {'State': <'forwarding'>, 'Description': <'a\\u001bb'>, 'X\\u001b': <1>}, ['Ports'])"


def start(service, *arguments):
    lines = Lines(service.start(*arguments, 'monitor'))
    return lines, lines.next()


def send_all(service):
    service.signal(ROOT, MANAGER, 'InterfacesAdded', ADDED)
    service.signal(PORT, PROPERTIES, 'PropertiesChanged', CHANGED)
    service.signal(ROOT, MANAGER, 'InterfacesRemoved', REMOVED)


def rest(line):
    """Without the time."""
    return line.split(' ', 1)[1]


@case
def each_signal_is_one_line(service):
    lines, first = start(service)
    assert rest(first) == 'service  is there', first
    send_all(service)
    assert rest(lines.next()) == 'added    port lab/web: ActiveConnection'
    assert rest(lines.next()) == 'changed  port lab/web: SwitchPort State=forwarding Description=a\\x1bb X\\x1b=1 Ports'
    assert rest(lines.next()) == 'removed  port lab/web: ActiveConnection'
    done = lines.stop()
    assert done.status == 0 and done.out == done.err == '', done


@case
def systems_and_their_nics_go_by_name(service):
    lines, _ = start(service)
    system, setting = f'{ROOT}/system/vm1', f'{ROOT}/system/vm1/setting/net0'
    service.signal(ROOT, MANAGER, 'InterfacesAdded', f"(objectpath '{system}', {{'org.vmswitch1.VirtualSystem': {{'Name': <'vm1'>}}}})")
    service.signal(system, PROPERTIES, 'PropertiesChanged',
                   f"('org.vmswitch1.VirtualSystem', {{'EnabledState': <'enabled'>, 'EthernetPorts': <[objectpath '{ROOT}/endpoint/a']>}}, @as [])")
    service.signal(setting, PROPERTIES, 'PropertiesChanged',
                   "('org.vmswitch1.ResourceAllocationSetting', {'PendingChanges': <['Queues', 'Address']>}, @as [])")
    assert rest(lines.next()) == 'added    system vm1: VirtualSystem'
    assert rest(lines.next()) == 'changed  system vm1: VirtualSystem EnabledState=enabled EthernetPorts=endpoint a'
    assert rest(lines.next()) == 'changed  setting vm1/net0: ResourceAllocationSetting PendingChanges=Queues, Address'
    assert lines.stop().status == 0


@case
def as_json_each_signal_is_one_object(service):
    lines, first = start(service, '--json')
    assert json.loads(first)['Event'] == 'service' and json.loads(first)['Present'] is True
    send_all(service)
    added, changed, removed = (json.loads(lines.next()) for _ in range(3))
    assert added['Event'] == 'added' and added['Path'] == PORT and added['Timestamp'] > 1e15
    assert added['Interfaces']['org.vmswitch1.ActiveConnection'] == {'InterfaceName': 'vswp-web'}
    assert changed['Interface'] == 'org.vmswitch1.SwitchPort' and changed['Path'] == PORT
    assert changed['Changed'] == {'State': 'forwarding', 'Description': 'a\x1bb', 'X\x1b': 1} and changed['Invalidated'] == ['Ports']
    assert removed['Event'] == 'removed' and removed['Interfaces'] == ['org.vmswitch1.ActiveConnection']
    assert lines.stop(signal.SIGTERM).status == 0


@case
def it_survives_a_restart_of_the_service(service):
    lines, _ = start(service)
    service.mock.close()
    assert rest(lines.next()) == 'service  is not there'
    service.mock = Mock(service.environment)
    assert rest(lines.next()) == 'service  is there'
    send_all(service)
    assert rest(lines.next()).startswith('added ')
    assert lines.stop().status == 0


@case
def it_waits_for_a_service_that_is_not_there_yet(service):
    service.mock.tell('release')
    lines, first = start(service)
    assert rest(first) == 'service  is not there'
    service.mock.tell('own')
    assert rest(lines.next()) == 'service  is there'
    assert lines.stop().status == 0


@case
def signals_of_others_are_not_believed(service):
    lines, _ = start(service)
    # Not "gdbus emit", which now and then fails to flush.
    subprocess.run(['busctl', f'--address={service.environment["DBUS_SYSTEM_BUS_ADDRESS"]}', 'emit', ROOT, MANAGER, 'InterfacesRemoved', 'oas',
                    PORT, '1', 'org.vmswitch1.Forged'], check=True, timeout=TIMEOUT)
    # The same from a switch as an object manager of its own is a repetition.
    service.signal(f'{ROOT}/switch/lab', MANAGER, 'InterfacesRemoved', REMOVED)
    service.signal(ROOT, MANAGER, 'InterfacesAdded', ADDED)
    assert rest(lines.next()) == 'added    port lab/web: ActiveConnection'
    assert lines.stop().out == ''


@case
def malformed_signals_are_passed_over(service):
    lines, _ = start(service)
    service.signal(ROOT, MANAGER, 'InterfacesAdded', '(1,)')
    service.signal(PORT, PROPERTIES, 'PropertiesChanged', "('x',)")
    service.signal(PORT, 'org.vmswitch1.SwitchPort', 'InterfacesAdded', '()')
    service.signal(ROOT, MANAGER, 'InterfacesAdded', ADDED)
    assert rest(lines.next()).startswith('added ')
    assert lines.stop().status == 0


@case
def it_ends_when_nobody_reads(service):
    lines, _ = start(service)
    lines.child.stdout.close()
    send_all(service)
    assert lines.child.wait(TIMEOUT) == 1
    assert lines.child.stderr.read() == ''
    lines.child.stderr.close()


@case
def it_fails_when_the_bus_is_gone(service):
    lines, _ = start(service)
    mock, service.mock = service.mock, None
    service.bus.kill()
    out, err = lines.child.communicate(timeout=TIMEOUT)
    assert lines.child.returncode == 8 and err.startswith('vmswitchctl: the connection to the system bus is lost'), (out, err)
    mock.process.kill()
    mock.process.wait()
    mock.process.stdin.close()
    mock.process.stdout.close()


run()
