#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The policies do what they should, on a real bus with a real polkitd: policy.py SOURCE BUILD dbus-daemon|dbus-broker

Runs in namespaces of its own, as root: nothing of the host is used but the programs."""
import os
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET

from findings import SKIPPED, Findings, line_of

sys.path.insert(0, sys.argv[1] + '/tests/system')
import environment  # noqa: E402
import wire  # noqa: E402

NAME = 'org.vmswitch1'
DENIED = 'org.freedesktop.DBus.Error.AccessDenied'
REACHED = 'org.vmswitch1.Error.Reached'
OWNER = ('org.freedesktop.policykit.owner', 'unix-user:vmswitch')
DEFAULTS = ('allow_any', 'allow_inactive', 'allow_active')
LEVELS = ['no', 'yes', 'auth_self', 'auth_admin', 'auth_self_keep', 'auth_admin_keep']
STANDARD = {'Introspectable': ['Introspect'], 'ObjectManager': ['GetManagedObjects'], 'Peer': ['Ping'],
            'Properties': ['Get', 'GetAll']}
WITH_FDS = {('org.vmswitch1.Switch', 'Attach'): 1, ('org.vmswitch1.Switch', 'AttachMany'): 16,
            ('org.vmswitch1.SyntheticEthernetPort', 'MoveToNamespace'): 1}


def check_file(findings, policy):
    """Well-formed by polkit's own DTD; each action owned by the service, with the three defaults."""
    dtd = '/usr/share/polkit-1/policyconfig-1.dtd'
    done = subprocess.run(['xmllint', '--nonet', '--noout', '--dtdvalid', dtd, policy], capture_output=True, text=True)
    if done.returncode != 0:
        findings.add(policy, 1, done.stderr.strip())
    for action in ET.parse(policy).getroot().findall('action'):
        name = action.get('id')
        owners = [(a.get('key'), a.text) for a in action.findall('annotate')]
        if OWNER not in owners:
            findings.add(policy, line_of(policy, name), f'{name} is not owned by {OWNER[1]}: the service could not ask for it')
        for default in DEFAULTS:
            if action.findtext(f'defaults/{default}') not in LEVELS:
                findings.add(policy, line_of(policy, name), f'{name}: {default} is no level')


def check_polkit(findings, policy):
    """polkitd knows exactly our actions, as the file says them."""
    shown = subprocess.run(['pkaction', '--verbose'], capture_output=True, text=True, check=True).stdout
    known = {}
    for block in shown.split('\n\n'):
        lines = block.strip().splitlines()
        if lines and lines[0].startswith(NAME):
            known[lines[0].rstrip(':')] = dict(line.strip().split(':', 1) for line in lines[1:] if ':' in line)
    written = {action.get('id'): action for action in ET.parse(policy).getroot().findall('action')}
    for name in sorted(set(known) ^ set(written)):
        findings.add(policy, line_of(policy, name), f'{name}: {"polkitd does not know it" if name in written else "not written"}')
    for name in set(known) & set(written):
        findings.looked_at += 1
        for default, word in zip(DEFAULTS, ('any', 'inactive', 'active')):
            if known[name][f'implicit {word}'].strip() != written[name].findtext(f'defaults/{default}'):
                findings.add(policy, line_of(policy, name), f'{name}: polkitd takes {default} for {known[name][f"implicit {word}"]}')


def check_owners(findings, config):
    """The service and root may own the name, others may not."""
    for user, uid in {**environment.USERS, 'root': 0}.items():
        connection = wire.Connection(environment.BUS_SOCKET, uid)
        error = connection.request_name(NAME)
        connection.close()
        findings.looked_at += 1
        wanted = '' if user in ('vmswitch', 'root') else DENIED
        if error != wanted:
            findings.add(config, 1, f'{user} asks for the name: {error or "gets it"}')


def serve():
    """Stands for the service: owns the name and answers every call that reaches it. Returns once it does."""
    connection = wire.Connection(environment.BUS_SOCKET, environment.USERS['vmswitch'])
    if connection.request_name(NAME):
        raise RuntimeError('the service cannot own its name')
    connection.socket.settimeout(None)

    def answer():
        while True:
            try:
                kind, serial, fields, _ = connection.receive()
            except ConnectionError:  # the bus has ended
                return
            if kind == wire.CALL:
                connection.send(wire.ERROR, {wire.ERROR_NAME: REACHED, wire.REPLY_SERIAL: serial,
                                             wire.DESTINATION: fields[wire.SENDER]})
    threading.Thread(target=answer, daemon=True).start()


def list_calls(source):
    """(interface, method, descriptors, whether it may pass) to try."""
    methods = [(f'org.freedesktop.DBus.{interface}', method) for interface, names in STANDARD.items() for method in names]
    for file in sorted((source / 'introspection').glob('*.xml')):
        for interface in ET.parse(file).getroot().findall('interface'):
            methods += [(interface.get('name'), method.get('name')) for method in interface.findall('method')]
    for interface, method in methods:
        most = WITH_FDS.get((interface, method), 0)
        for fds in sorted({0, 1, 2, 16, most}):
            yield interface, method, fds, fds <= most
    yield 'org.example.Other', 'Method', 0, False
    yield 'org.freedesktop.DBus.Monitoring', 'BecomeMonitor', 0, False
    yield None, 'Attach', 0, False


def check_calls(findings, config):
    serve()
    null = os.open(os.devnull, os.O_RDONLY)
    connection = wire.Connection(environment.BUS_SOCKET, environment.USERS['dave'])
    for interface, method, fds, may_pass in list_calls(findings.source):
        body = b''.join(i.to_bytes(4, 'little') for i in range(fds))
        error, _ = connection.call(NAME, '/org/vmswitch1', interface, method, 'h' * fds, body, [null] * fds)
        findings.looked_at += 1
        if error != (REACHED if may_pass else DENIED):
            verdict = 'passes' if error == REACHED else f'is answered {error}'
            findings.add(config, line_of(config, interface or NAME), f'{interface}.{method} with {fds} descriptors {verdict}')
    connection.close()


def main():
    source, build, bus = sys.argv[1:]
    if os.geteuid() != 0:
        print('needs root, to make namespaces of its own')
        sys.exit(SKIPPED)
    here = environment.Environment(build, bus)
    here.enter()
    findings = Findings(source)
    policy, config = (findings.source / 'policy' / name for name in ('org.vmswitch1.policy', 'org.vmswitch1.conf'))
    try:
        here.start_bus()
        for line in here.log('bus').splitlines():
            if NAME in line or 'nknown' in line:
                findings.add(config, 1, f'the bus says: {line}')
        here.start_polkit()
        check_file(findings, policy)
        check_polkit(findings, policy)
        check_owners(findings, config)
        check_calls(findings, config)
    finally:
        here.close()
    findings.finish('answers')


if __name__ == '__main__':
    main()
