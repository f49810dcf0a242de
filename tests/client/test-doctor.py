#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""vmswitchctl doctor: what it finds, what it says of it, and its exit status."""
import dbus.bus

from client import ROOT, case, run
from golden import check_harmless, compare

MANY = ("[('uplink-mtu', 'uplink eth0 of switch lab takes at most 1400 octets and the switch 1500: what is larger does not leave the host. "
        "Raise the one: ip link set eth0 mtu 1500; or lower the other: vmswitchctl set switch lab mtu=1400.'), "
        "('bridge-netfilter', 'frames of \\u001b[31mIPv4')]")


def add_polkit(service):
    """Somebody who has polkit's name."""
    connection = dbus.bus.BusConnection(service.environment['DBUS_SYSTEM_BUS_ADDRESS'])
    connection.request_name('org.freedesktop.PolicyKit1')
    return connection


def warn(service, warnings):
    service.after('ResolveDevice', f'{ROOT}/Manager', 'Manager', 'Warnings', warnings)
    service.reply('ResolveDevice', f"(objectpath '{ROOT}/switch/lab',)")
    service.run('resolve', 'vsw-lab')


@case
def nothing_found_is_success(service):
    polkit = add_polkit(service)
    warn(service, '@a(ss) []')
    assert service.run('doctor').out == 'nothing found that harms the switches\n'
    assert service.run('doctor', '--quiet').out == ''
    assert service.run('doctor', '--json').json == []
    polkit.close()


@case
def warnings_are_told_with_their_text_in_lines(service):
    polkit = add_polkit(service)
    warn(service, MANY)
    done = service.run('doctor', status=1)
    assert done.err == ''
    check_harmless(done.out)
    compare('doctor', done.out)
    assert max(map(len, done.out.splitlines())) <= 80
    narrow = service.run_on_terminal('doctor', columns=40, status=1)
    check_harmless(narrow.out)
    assert max(map(len, narrow.out.splitlines())) <= 40 and narrow.out.split() == done.out.split()
    found = service.run('doctor', '--json', status=1).json
    assert [f['Code'] for f in found] == ['uplink-mtu', 'bridge-netfilter'] and found[0]['Text'].endswith('mtu=1400.')
    polkit.close()


@case
def polkit_that_nobody_can_ask_is_found(service):
    warn(service, '@a(ss) []')
    done = service.run('doctor', '--json', status=1)
    assert [f['Code'] for f in done.json] == ['polkit-missing'], done


@case
def a_service_that_is_not_there_is_found(service):
    polkit = add_polkit(service)
    service.mock.tell('release')
    done = service.run('doctor', '--json', status=1)
    assert [f['Code'] for f in done.json] == ['service-unavailable'] and done.err == '', done
    assert 'systemctl start vmswitchd' in done.json[0]['Text']
    polkit.close()


@case
def without_a_bus_that_is_what_is_found(service):
    service.bus.kill()
    service.bus.wait()
    assert service.run('doctor', status=1).out.startswith('service-unavailable\n')


@case
def a_service_that_refuses_is_a_failure(service):
    service.fail('GetManagedObjects', 'org.freedesktop.DBus.Error.AccessDenied', 'no')
    service.refuse('doctor', status=4)


run()
