#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The unit keeps its sandbox, and what systemd reads beside it is right: unit.py SOURCE BUILD"""
import configparser
import fnmatch
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from findings import Findings, line_of

MOST_EXPOSED = 1.5  # systemd-analyze security: 0 is locked up, 10 is open; 0.2 of it is sockets of IPv6, for an ioctl, and 0.1 to see other processes
ALONE = ['vsw-lab', 'vswp-web', 'vswg-web', 'vswp-0123abcd']  # devices that nobody but us configures
SHARED = ['vswi-host']  # the host's own NICs: names and MAC addresses stay, the rest is the host's
OTHERS = ['eth0', 'vswitch0', 'vsw0', 'br0', 'veth1']


def run(*command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


def check_exposure(findings, unit):
    done = run('systemd-analyze', 'security', '--offline=true', f'--threshold={MOST_EXPOSED * 10:.0f}', '--no-pager', unit)
    verdict = re.search(r'Overall exposure level for .*: ([\d.]+)', done.stdout)
    if verdict is None:
        findings.add('data/vmswitchd.service.in', 1, f'systemd-analyze: {done.stdout.strip()}')
    elif done.returncode != 0 or float(verdict[1]) > MOST_EXPOSED:
        findings.add('data/vmswitchd.service.in', 1, f'exposure {verdict[1]}, more than {MOST_EXPOSED}')


def check_syntax(findings, text):
    """systemd understands every line. The program is another one, which is there."""
    with tempfile.TemporaryDirectory() as folder:
        unit = Path(folder) / 'vmswitchd.service'
        unit.write_text(re.sub(r'^ExecStart=.*', 'ExecStart=/bin/true', text, flags=re.M), encoding='utf-8')
        done = run('systemd-analyze', 'verify', '--man=no', '--recursive-errors=no', unit)
        for line in done.stdout.splitlines():
            if 'vmswitchd.service' in line:
                findings.add('data/vmswitchd.service.in', 1, line)


def check_lines(findings, source, text):
    """What the rest of the project counts on."""
    keys = dict(line.split('=', 1) for line in text.splitlines() if re.match(r'\w+=', line))
    for key, value in {'User': 'vmswitch', 'CapabilityBoundingSet': 'CAP_NET_ADMIN', 'AmbientCapabilities': 'CAP_NET_ADMIN',
                       'StateDirectory': 'vmswitch', 'RuntimeDirectory': 'vmswitch', 'RuntimeDirectoryPreserve': 'yes',
                       'BusName': 'org.vmswitch1', 'Type': 'notify',
                       # DHCP clients that sleep show among the processes alone
                       'ProtectProc': 'default', 'ProcSubset': 'all',
                       # of all devices the one that taps are made with, which is missing where the kernel has none
                       'PrivateDevices': 'yes', 'BindPaths': '-/dev/net/tun', 'DevicePolicy': 'closed',
                       'DeviceAllow': '/dev/net/tun rw'}.items():
        findings.looked_at += 1
        if keys.get(key) != value:
            findings.add('data/vmswitchd.service.in', 1, f'{key} is {keys.get(key)}, not {value}')
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r'\w+=.*\s#', line):
            findings.add('data/vmswitchd.service.in', number, 'systemd takes a comment at the end of a line for a value')
    activation = configparser.ConfigParser()
    activation.read(source / 'data' / 'org.vmswitch1.service')
    if dict(activation['D-BUS Service']) != {'name': 'org.vmswitch1', 'exec': '/bin/false', 'user': 'root',
                                             'systemdservice': 'vmswitchd.service'}:
        findings.add('data/org.vmswitch1.service', 1, 'does not have systemd start vmswitchd.service')


def check_directories(findings, source):
    """sysusers and tmpfiles, for an empty host below a directory: the user, and both directories, its own alone."""
    if os.geteuid() != 0:
        return
    with tempfile.TemporaryDirectory() as root:
        (Path(root) / 'etc').mkdir()
        (Path(root) / 'etc' / 'passwd').write_text('root:x:0:0::/root:/bin/sh\n')
        (Path(root) / 'etc' / 'group').write_text('root:x:0:\n')
        users = run('systemd-sysusers', f'--root={root}', source / 'data' / 'sysusers.conf')
        passwd = (Path(root) / 'etc' / 'passwd').read_text()
        entry = re.search(r'^vmswitch:x:(\d+):(\d+):.*:/usr/sbin/nologin$', passwd, re.M)
        if users.returncode != 0 or entry is None:
            findings.add('data/sysusers.conf', 1, f'makes no such user: {users.stdout}{passwd}')
            return
        made = run('systemd-tmpfiles', '--create', f'--root={root}', source / 'data' / 'tmpfiles.conf')
        for name in ('var/lib/vmswitch', 'run/vmswitch'):
            findings.looked_at += 1
            at = Path(root) / name
            status = at.stat() if at.is_dir() else None
            if status is None or (status.st_mode & 0o7777, status.st_uid, status.st_gid) != (0o700, int(entry[1]), int(entry[2])):
                findings.add('data/tmpfiles.conf', line_of(source / 'data' / 'tmpfiles.conf', name),
                             f'/{name} is {status}: {made.stdout}')


def check_devices(findings, source):
    """Others keep off those devices that are ours alone, and no others."""
    data = source / 'data'
    texts = {name: (data / name).read_text(encoding='utf-8') for name in
             ('10-vmswitch.link', '10-vmswitch.network', '84-vmswitch.rules')}
    globs = {'10-vmswitch.link': re.search(r'^OriginalName=(.*)', texts['10-vmswitch.link'], re.M)[1].split(),
             '10-vmswitch.network': re.search(r'^Name=(.*)', texts['10-vmswitch.network'], re.M)[1].split(),
             '84-vmswitch.rules': re.search(r'^ENV{INTERFACE}!="(.*?)"', texts['84-vmswitch.rules'], re.M)[1].split('|')}
    for name, patterns in globs.items():
        for device in ALONE + SHARED + OTHERS:
            findings.looked_at += 1
            matches = any(fnmatch.fnmatchcase(device, pattern) for pattern in patterns)
            if matches != (device in ALONE or (device in SHARED and name.endswith('.link'))):
                findings.add(data / name, line_of(data / name, patterns[0]), f'{device} is {"" if matches else "not "}matched')
    for name, line in (('10-vmswitch.link', 'MACAddressPolicy=none'), ('10-vmswitch.network', 'Unmanaged=yes'),
                       ('10-vmswitch.network', 'RequiredForOnline=no'), ('84-vmswitch.rules', 'ENV{NM_UNMANAGED}="1"'),
                       ('84-vmswitch.rules', 'ENV{ID_NET_MANAGED_BY}="org.vmswitch1"')):
        if line not in texts[name].splitlines():
            findings.add(data / name, 1, f'{line} is missing')


def main():
    source, build = sys.argv[1:]
    findings = Findings(source)
    unit = Path(build) / 'data' / 'vmswitchd.service'
    text = unit.read_text(encoding='utf-8')
    check_exposure(findings, unit)
    check_syntax(findings, text)
    check_lines(findings, findings.source, text)
    check_directories(findings, findings.source)
    check_devices(findings, findings.source)
    findings.finish('facts')


if __name__ == '__main__':
    main()
