# SPDX-License-Identifier: GPL-2.0-or-later
"""The network that a NIC of the host is on: a router, directly attached, and a remote behind it, each a namespace of its own.

    remote 203.0.113.9 ── 203.0.113.1 router 192.0.2.1 ── ext0, the NIC of the host

The NIC is one end of a pair, which `ExternalInterfaces=ext*` makes count as one. What IP has on it is of every kind that SetupSwitch moves."""
import json
import re
import subprocess
import time

from environment import PATIENCE, ROOT
from lab import PYTHON

CONFIG = 'ExternalInterfaces=ext*'
NIC = 'ext0'
NIC_MAC = '00:16:3e:00:00:05'
ROUTER, REMOTE = 'router', 'remote'
HOST4, SECOND4, HOST6, SLAAC6 = '192.0.2.5', '192.0.2.6', '2001:db8::5', '2001:db8::216:3eff:fe00:5'
FOREVER = 0xffffffff  # seconds
ROUTER4, ROUTER6, REMOTE4, REMOTE6 = '192.0.2.1', '2001:db8::1', '203.0.113.9', '2001:db8:9::9'

HOST_SETUP = f'''
address add {HOST4}/24 brd + dev {NIC}
address add {SECOND4}/24 brd + dev {NIC} label {NIC}:two
address add 198.51.100.9/32 dev {NIC} metric 77
-6 address add {HOST6}/64 dev {NIC} nodad
-6 address add {SLAAC6}/64 dev {NIC} valid_lft 3600 preferred_lft 1800 nodad mngtmpaddr
route add default via {ROUTER4} dev {NIC} metric 100 src {HOST4}
route add 198.18.0.0/15 dev {NIC} scope link metric 5
route add 10.9.0.0/16 via 10.1.1.1 dev {NIC} onlink
route add default via {ROUTER4} dev {NIC} table 100
nexthop add id 9 via {ROUTER4} dev {NIC}
route add 10.8.0.0/16 nhid 9
-6 route add default via {ROUTER6} dev {NIC} metric 1024
-6 route add 2001:db8:77::/48 via {ROUTER6} dev {NIC} table 100
rule add from {SECOND4} lookup 100 priority 1000
rule add iif {NIC} lookup 100 priority 1100
-6 rule add oif {NIC} lookup 100 priority 1200
neighbour add 192.0.2.77 lladdr 02:00:00:00:00:77 nud permanent dev {NIC}
-6 neighbour add 2001:db8::77 lladdr 02:00:00:00:00:77 nud permanent dev {NIC}
neighbour add proxy 192.0.2.88 dev {NIC}
'''


def connect_pair(lab, mac):
    """The NIC, and what it is connected to: `in` at the router."""
    lab.ip('link', 'add', NIC, 'address', mac, 'type', 'veth', 'peer', 'name', 'in', 'netns', ROUTER)


def make(lab, mac=NIC_MAC, connect=connect_pair):
    """Router, remote and a NIC that is up and bare."""
    for name in (ROUTER, REMOTE):
        lab.add_guest(name)
        lab.run('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1', netns=name)
    connect(lab, mac)
    lab.ip('link', 'add', 'out', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', REMOTE, netns=ROUTER)
    for netns, device, addresses in ((ROUTER, 'in', (f'{ROUTER4}/24', f'{ROUTER6}/64')), (ROUTER, 'out', ('203.0.113.1/24', '2001:db8:9::1/64')),
                                     (REMOTE, 'eth0', (f'{REMOTE4}/24', f'{REMOTE6}/64'))):
        for address in addresses:
            lab.address(device, address, netns=netns)
    lab.ip('route', 'add', 'default', 'via', '203.0.113.1', netns=REMOTE)
    lab.ip('-6', 'route', 'add', 'default', 'via', '2001:db8:9::1', netns=REMOTE)
    lab.ip('route', 'add', '198.51.100.9', 'via', HOST4, netns=ROUTER)
    lab.ip('link', 'set', NIC, 'up')
    lab.run('sysctl', '-qw', f'net.ipv6.conf.{NIC}.accept_ra=2', f'net.ipv4.conf.{NIC}.arp_notify=1', f'net.ipv6.conf.{NIC}.hop_limit=61')


def settle(lab):
    """Until no address waits for its duplicate any more."""
    end = time.monotonic() + 10
    while time.monotonic() < end and 'tentative' in lab.ip('-6', 'address', 'show').stdout:
        time.sleep(0.05)


def configure(lab):
    """Everything that a host may have on its NIC."""
    settle(lab)
    # of an earlier case: they outlive the NIC
    lab.ip_lines(['rule del priority 1000', 'rule del priority 1100', '-6 rule del priority 1200', 'nexthop flush',
                  'neighbour del proxy 192.0.2.88 dev ext0'], force=True)
    lab.ip_lines(HOST_SETUP.strip().splitlines())
    settle(lab)


def strip(text):
    """Without what counts down or up by itself (that is compared as Ends), and without the names that numbers have."""
    text = re.sub(r'"(valid|preferred)_life_time": ?(?!4294967295)\d+', r'"\1_life_time":"counts"', text)
    text = re.sub(r'"expires": ?\d+', '"expires":"counts"', text)
    text = re.sub(r'"aggregator": ?\d+', '"aggregator":"any"', text)  # of a bond, which it chooses anew after a failure
    return text


class Ends(str):
    """When what has a lifetime ends, a line each: its name and the time. Two of them are the same if no time differs by more than is lost on the way: the
    kernel tells and takes whole seconds, and each move reads and writes them once."""
    SLACK = 4  # seconds

    def parse(self):
        return {line.rsplit(' ', 1)[0]: float(line.rsplit(' ', 1)[1]) for line in self.splitlines()}

    def __eq__(self, other):
        mine, his = self.parse(), Ends(other).parse()
        return mine.keys() == his.keys() and all(abs(mine[name] - his[name]) <= Ends.SLACK * PATIENCE for name in mine)

    def __ne__(self, other):
        return not self == other

    __hash__ = str.__hash__


def find_ends(lab, device):
    """Of the addresses and routes of that device."""
    lines = []
    for family in ('-4', '-6'):
        shown = json.loads(lab.ip(family, '-j', 'address', 'show', 'dev', device, check=False).stdout or '[]')
        now = time.time()
        for address in (a for link in shown for a in link.get('addr_info', [])):
            lines += [f'{address["local"]} {kind} {now + address[kind]:.0f}' for kind in ('valid_life_time', 'preferred_life_time')
                      if 0 < address[kind] < FOREVER]
        routes = json.loads(lab.ip(family, '-j', 'route', 'show', 'table', 'all', 'dev', device, check=False).stdout or '[]')
        now = time.time()
        lines += [f'{r["dst"]} table {r.get("table", "main")} metric {r.get("metric", 0)} expires {now + r["expires"]:.0f}' for r in routes if 'expires' in r]
    return Ends('\n'.join(sorted(lines)))


def look(lab):
    """All that `ip` tells of the NIC and of what names it, and of the routes beside them, as text: the same text is the same configuration."""
    shown = {}
    for family in ('-4', '-6'):
        shown[f'{family} address'] = strip(lab.ip(family, '-d', '-j', '-p', 'address', 'show', 'dev', NIC).stdout)
        # in the order in which they stand, among those of all others but ours
        routes = json.loads(lab.ip(family, '-d', '-j', 'route', 'show', 'table', 'all').stdout or '[]')
        shown[f'{family} route'] = strip(json.dumps([r for r in routes if not r.get('dev', '').startswith('vsw')], indent=1))
        shown[f'{family} rule'] = lab.ip(family, '-d', '-j', '-p', 'rule').stdout
        shown[f'{family} neighbour'] = lab.ip(family, '-j', '-p', 'neighbour', 'show', 'nud', 'permanent', 'dev', NIC).stdout
        shown[f'{family} proxy'] = lab.ip(family, '-j', '-p', 'neighbour', 'show', 'proxy').stdout
        conf = f'/proc/sys/net/ipv{family[1]}/conf/{NIC}'
        shown[f'{family} settings'] = lab.run('sh', '-c', f'cd {conf} && grep . * 2>/dev/null; true').stdout
    shown['ends'] = find_ends(lab, NIC)
    shown['next hop'] = lab.ip('-j', '-p', 'nexthop').stdout
    shown['link'] = strip(lab.ip('-d', '-j', '-p', 'link', 'show', 'dev', NIC).stdout)
    shown['queueing'] = lab.run('tc', 'qdisc', 'show', 'dev', NIC).stdout
    return shown


def differences(before, after):
    """What is not the same, readable."""
    found = []
    for key in before:
        if before[key] == after[key]:
            continue
        was, now = before[key].splitlines(), after[key].splitlines()
        found += [f'{key} - {line}' for line in was if line not in now] + [f'{key} + {line}' for line in now if line not in was]
        if before[key] != after[key] and not any(line.startswith(f'{key} ') for line in found):
            found.append(f'{key}: another order')
    return '\n'.join(found)


class Pings:
    """One a millisecond from that namespace (pings.py), until `stop`, which says how many were lost, and of how many. `aim`: so many may be: none to
    whoever is directly attached, one to whoever is behind a router."""

    def __init__(self, lab, netns, target):
        self.name = f'{netns} to {target}'
        self.aim = 0 if netns == ROUTER else 1
        self.process = lab.spawn(PYTHON, ROOT / 'system' / 'pings.py', target, netns=netns, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == 'ready\n', f'{self.name}: no answer'

    def stop(self):
        time.sleep(0.2)
        self.said = json.loads(self.process.communicate('stop\n', timeout=20)[0])
        return len(self.said['lost']), self.said['sent']


def check_losses(pings):
    """Ends them. Each stream is held to its own aim."""
    results = [(p.name, p.aim, *p.stop()) for p in pings]
    for p in pings:
        print(f'# {p.name}: {len(p.said["lost"])} of {p.said["sent"]} lost {p.said["lost"][:20] or ""}; it saw nothing for at most {p.said["blind"]} ms')
    assert all(sent > 100 for _, _, _, sent in results), results
    assert all(lost <= aim for _, aim, lost, _ in results), 'frames were lost: ' + ', '.join(f'{n}: {lost}' for n, a, lost, _ in results if lost > a)


class Talk:
    """A TCP connection from the remote to the host, on which every number comes back (talk.py)."""

    def __init__(self, lab, netns, address):
        self.server = lab.spawn(PYTHON, ROOT / 'system' / 'talk.py', 'serve', address, stdout=subprocess.PIPE)
        assert self.server.stdout.readline() == 'ready\n'
        self.client = lab.spawn(PYTHON, ROOT / 'system' / 'talk.py', 'talk', address, netns=netns, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.client.stdout.readline() == 'connected\n'

    def stop(self):
        """How many numbers came back. Fails if the connection did."""
        said = self.client.communicate('stop\n', timeout=30)[0]
        self.server.kill()
        assert self.client.returncode == 0, said
        return int(said)


class DhcpServer:
    """The router gives out one address, always the same one to the same MAC address."""

    def __init__(self, lab, lease=600):
        (ROOT / 'leases').touch()
        (ROOT / 'udhcpd.conf').write_text(f'start {HOST4}\nend {HOST4}\ninterface in\nlease_file {ROOT}/leases\npidfile {ROOT}/udhcpd.pid\n'
                                          f'option subnet 255.255.255.0\noption router {ROUTER4}\noption lease {lease}\nmin_lease 10\nstatic_lease {NIC_MAC} {HOST4}\n')
        self.process = lab.spawn('busybox', 'udhcpd', '-f', ROOT / 'udhcpd.conf', netns=ROUTER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class DhcpClient:
    """A real one, which keeps an address on that device, with its lifetime, as dhclient's script does, or without, as that of Debian's udhcpc."""

    def __init__(self, lab, device, has_lifetime=True):
        lifetime = 'valid_lft "$lease" preferred_lft "$lease"' if has_lifetime else ''
        script = ROOT / 'udhcpc-script'
        script.write_text('#!/bin/sh\n[ "$1" = bound ] || [ "$1" = renew ] || exit 0\n'
                          f'ip address replace "$ip/$mask" dev "$interface" {lifetime}\n'
                          'ip route replace default via "$router" dev "$interface"\n')
        script.chmod(0o755)
        self.lab, self.device = lab, device
        self.process = lab.spawn('busybox', 'udhcpc', '-f', '-i', device, '-s', script, '-t', '20', '-T', '1', stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)

    def has_lease(self):
        return HOST4 in self.lab.ip('address', 'show', 'dev', self.device).stdout

    def stop(self):
        self.process.kill()
        self.process.wait()


def start_dhclient(lab, *devices):
    """ISC's, for those or for all that it likes, which gives its address no lifetime and listens for everything."""
    script = ROOT / 'dhclient-script'
    script.write_text('#!/bin/sh\ncase "$reason" in BOUND|REBOOT) ip address replace "$new_ip_address/24" dev "$interface";; esac\n')
    script.chmod(0o755)
    return lab.spawn('dhclient', '-d', '-4', '-sf', script, '-lf', ROOT / 'dhclient-leases', '-pf', ROOT / 'dhclient-pid', *devices,
                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
