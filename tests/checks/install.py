#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is installed lands where Debian expects it, and nothing else is: install.py SOURCE BUILD MESON

The list is checked for a build with the prefix /usr (which is configured, not built), then what this build really
installs below an empty directory."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from findings import Findings

INTERFACES = ['ActiveConnection', 'Checkpoint', 'EmulatedEthernetPort', 'EthernetPort', 'ExternalEthernetPort', 'InternalEthernetPort',
              'LanEndpoint', 'Manager', 'ResourceAllocationSetting', 'Switch', 'SwitchPort', 'SyntheticEthernetPort', 'VirtualSystem']
PROGRAMS = ['/usr/bin/vmswitchctl', '/usr/libexec/vmswitch-bridge-helper', '/usr/libexec/vmswitchd']
FILES = PROGRAMS + [
    '/etc/vmswitch/vmswitch.conf',
    '/etc/vmswitch/vmswitch.conf.d/README',
    '/usr/lib/systemd/network/10-vmswitch.link',
    '/usr/lib/systemd/network/10-vmswitch.network',
    '/usr/lib/systemd/system/vmswitchd.service',
    '/usr/lib/sysusers.d/vmswitch.conf',
    '/usr/lib/tmpfiles.d/vmswitch.conf',
    '/usr/lib/udev/rules.d/84-vmswitch.rules',
    '/usr/share/bash-completion/completions/vmswitchctl',
    '/usr/share/dbus-1/system-services/org.vmswitch1.service',
    '/usr/share/dbus-1/system.d/org.vmswitch1.conf',
    '/usr/share/doc/vmswitch/examples/50-vmswitch.rules',
    '/usr/share/man/man1/vmswitchctl.1',
    '/usr/share/man/man5/vmswitch.conf.5',
    '/usr/share/man/man8/vmswitch-bridge-helper.8',
    '/usr/share/man/man8/vmswitchd.8',
    '/usr/share/polkit-1/actions/org.vmswitch1.policy',
    '/usr/share/polkit-1/rules.d/vmswitchd.rules',
] + [f'/usr/share/{place}/org.vmswitch1.{name}.{ending}' for name in INTERFACES
     for place, ending in (('dbus-1/interfaces', 'xml'), ('man/man5', '5'))]


def compare(findings, what, found, wanted):
    for name in sorted(set(found) | set(wanted)):
        findings.looked_at += 1
        if name not in found:
            findings.add('meson.build', 1, f'{what}: {name} is not installed')
        elif name not in wanted:
            findings.add('meson.build', 1, f'{what}: {name} is installed, but nobody expects it')


def check_plan(findings, meson):
    """Where a package would put it."""
    with tempfile.TemporaryDirectory() as build:
        subprocess.run([meson, 'setup', '--prefix=/usr', build, findings.source], check=True, stdout=subprocess.DEVNULL)
        plan = subprocess.run([meson, 'introspect', '--installed', build], check=True, capture_output=True, text=True).stdout
    compare(findings, 'prefix /usr', set(json.loads(plan).values()), FILES)


def check_files(findings, meson, build):
    """What is really there afterwards: names, modes, paths that were filled in."""
    options = json.loads(subprocess.run([meson, 'introspect', '--buildoptions', build], check=True, capture_output=True,
                                        text=True).stdout)
    value = {option['name']: option['value'] for option in options}
    prefix = value['prefix']
    etc = '/etc' if prefix == '/usr' else str(Path(prefix) / value['sysconfdir'])
    wanted = {etc + f[len('/etc'):] if f.startswith('/etc/') else prefix + f[len('/usr'):]: f in PROGRAMS for f in FILES}
    with tempfile.TemporaryDirectory() as root:
        done = subprocess.run([meson, 'install', '-C', build, '--no-rebuild', '--destdir', root], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            findings.add('meson.build', 1, f'meson install: {done.stdout}')
            return
        found = {'/' + str(f.relative_to(root)): f for f in Path(root).rglob('*') if not f.is_dir()}
        compare(findings, 'installed', found, wanted)
        for name in set(found) & set(wanted):
            mode = found[name].stat().st_mode & 0o777
            if mode != (0o755 if wanted[name] else 0o644):
                findings.add('meson.build', 1, f'{name} has mode {mode:o}')
            if not wanted[name] and '@' in found[name].read_text(encoding='utf-8').replace('@system-service', '').replace(
                    '@privileged', '').replace('@resources', '') and name.endswith('.service'):
                findings.add('meson.build', 1, f'{name} has a @placeholder@ left')
        unit = found.get(f'{prefix}/lib/systemd/system/vmswitchd.service')
        if unit and f'ExecStart={prefix}/libexec/vmswitchd\n' not in unit.read_text(encoding='utf-8'):
            findings.add('data/vmswitchd.service.in', 1, 'does not start the program that is installed')


def main():
    source, build, meson = sys.argv[1:]
    findings = Findings(source)
    check_plan(findings, meson)
    check_files(findings, meson, build)
    findings.finish('installed files')


if __name__ == '__main__':
    main()
