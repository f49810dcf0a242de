#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""udev and systemd-networkd themselves keep off our devices, with the files of data/ and a neighbour's that matches everything: neighbours.py SOURCE

Their own programs read the files, in namespaces of their own, where there is a device of every prefix that the code uses. Needs root for these."""
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from findings import SKIPPED, Findings, line_of

INSIDE = 'inside'
NETWORKD = '/lib/systemd/systemd-networkd'
RULES, LINK, NETWORK = '84-vmswitch.rules', '10-vmswitch.link', '10-vmswitch.network'
OURS = {'ID_NET_MANAGED_BY': 'org.vmswitch1', 'NM_UNMANAGED': '1'}
HOSTS = 'i-'  # behind the common prefix: NICs of the host, which are the host's to configure
OTHERS = ['eth0', 'br0']
CATCH_ALL = '[Match]\nName=*\n\n[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n'
PREFIX = re.compile(r'VSW_DEVICE_PREFIX "([a-z]*-)"|new_name \("([^"]+)"\)')
SECONDS = 20


def run(*command, **options):
    return subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


def prefixes_of(source):
    """What the code puts behind the common prefix: kinds of devices."""
    common = re.search(r'#define VSW_DEVICE_PREFIX "(.*)"', (source / 'daemon/model/name.h').read_text(encoding='utf-8'))[1]
    kinds = set()
    for file in (source / 'daemon').rglob('*.c'):
        kinds |= {a or b for a, b in PREFIX.findall(file.read_text(encoding='utf-8'))}
    return common, kinds


def check_prefixes(findings, common, kinds):
    """Each file names exactly the prefixes that the code uses."""
    data = findings.source / 'data'
    for name, pattern, split in ((LINK, r'^OriginalName=(.*)', None), (NETWORK, r'^Name=(.*)', None), (RULES, r'^ENV{INTERFACE}!="(.*?)"', '|')):
        globs = re.search(pattern, (data / name).read_text(encoding='utf-8'), re.M)[1].split(split)
        wanted = {f'{common}{kind}*' for kind in kinds if name == LINK or kind != HOSTS}
        findings.looked_at += 1
        if set(globs) != wanted:
            findings.add(data / name, line_of(data / name, globs[0]), f'matches {sorted(globs)}, but the code makes {sorted(wanted)}')


def prepare(source):
    """Mounts of our own, with nobody's files but ours and the catch-all; a device of every kind."""
    for command in (['mount', '--make-rprivate', '/'], ['mount', '-t', 'sysfs', '-o', 'ro', 'sysfs', '/sys'], ['mount', '-t', 'tmpfs', 'tmpfs', '/run']):
        subprocess.run(command, check=True)
    for folder in ('/etc/udev/rules.d', '/etc/systemd/network', '/run/udev', '/run/systemd/netif/links', '/run/systemd/netif/leases',
                   '/run/systemd/netif/lldp'):
        Path(folder).mkdir(parents=True, exist_ok=True)
    for folder in ('/etc/udev/rules.d', '/etc/systemd/network'):
        subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', folder], check=True)
    shutil.copy(source / 'data' / RULES, '/etc/udev/rules.d')
    for name in (LINK, NETWORK):
        shutil.copy(source / 'data' / name, '/etc/systemd/network')
    Path('/etc/systemd/network/90-all.network').write_text(CATCH_ALL, encoding='utf-8')
    subprocess.run(['chown', '-R', 'systemd-network:', '/run/systemd/netif'], check=True)


def index_of(device):
    return Path(f'/sys/class/net/{device}/ifindex').read_text(encoding='utf-8').strip()


# --- udev ---

def check_syntax(findings):
    """`udevadm verify` is there since 254; what `udevadm test` says of a rule that it does not understand is seen below in any case."""
    if 'verify' in run('udevadm', '--help').stdout:
        findings.looked_at += 1
        done = run('udevadm', 'verify', f'/etc/udev/rules.d/{RULES}')
        if done.returncode != 0:
            findings.add(findings.source / 'data' / RULES, 1, done.stdout)


def ask_udev(device):
    """What its rules say of the device, and what it said of the rules."""
    said = run('udevadm', 'test', '--action=add', f'/sys/class/net/{device}').stdout
    complaints = [line for line in said.splitlines() if line.startswith(f'/etc/udev/rules.d/{RULES}:')]
    return dict(re.findall(r'^(\w+)=(.*)$', said, re.M)), complaints


def check_udev(findings, device, is_ours, is_host):
    properties, complaints = ask_udev(device)
    data = findings.source / 'data'
    findings.looked_at += 1
    for complaint in complaints:
        findings.add(data / RULES, 1, complaint)
    if properties.get('ID_NET_NAME', device) != device:
        findings.add(data / LINK, 1, f'{device} would be called {properties["ID_NET_NAME"]}')
    if properties.get('ID_NET_LINK_FILE', '').endswith(LINK) != (is_ours or is_host):
        findings.add(data / LINK, 1, f'{device} is configured by {properties.get("ID_NET_LINK_FILE")}')
    for key, value in OURS.items():
        if properties.get(key) != (value if is_ours else None):
            findings.add(data / RULES, 1, f'{device} has {key}={properties.get(key)}')


# --- systemd-networkd ---

def state_of(device):
    """As networkd has it; None: it has not looked yet."""
    file = Path('/run/systemd/netif/links') / index_of(device)
    found = re.search(r'^ADMIN_STATE=(.*)$', file.read_text(encoding='utf-8'), re.M) if file.exists() else None
    return found[1] if found else None


def check_networkd(findings, devices):
    """devices: name → whether it must keep off. Without udev it takes devices as they are, because /sys is not to be written to."""
    with subprocess.Popen([NETWORKD], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as networkd:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and any(state_of(d) in (None, 'pending', 'initialized') for d in devices):
            time.sleep(0.1)
        for device, keeps_off in devices.items():
            findings.looked_at += 1
            state = state_of(device)
            if state is None or (state == 'unmanaged') != keeps_off:
                findings.add(findings.source / 'data' / NETWORK, 1, f'systemd-networkd says of {device} that it is {state}')
        networkd.terminate()


def inside(findings):
    common, kinds = prefixes_of(findings.source)
    check_prefixes(findings, common, kinds)
    prepare(findings.source)
    ours = [f'{common}{kind}x' for kind in sorted(kinds - {HOSTS})]
    hosts = [f'{common}{HOSTS}x']
    for device in ours + hosts + OTHERS:
        subprocess.run(['ip', 'link', 'add', 'name', device, 'type', 'bridge'], check=True)
    check_syntax(findings)
    for device in ours + hosts + OTHERS:
        check_udev(findings, device, device in ours, device in hosts)
    check_networkd(findings, {device: device in ours for device in ours + hosts + OTHERS})
    findings.finish('facts')


def main():
    if os.geteuid() != 0:
        print('needs root, to make namespaces of its own')
        sys.exit(SKIPPED)
    if sys.argv[2:] != [INSIDE]:
        os.execvp('unshare', ['unshare', '--mount', '--net', '--pid', '--fork', '--mount-proc', '--kill-child', sys.executable, __file__,
                              sys.argv[1], INSIDE])
    inside(Findings(sys.argv[1]))


if __name__ == '__main__':
    main()
