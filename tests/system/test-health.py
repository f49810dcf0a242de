#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What on the host harms the switches is named while it does, and what the text says helps."""
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from environment import ROOT, wait_for
from lab import MANAGER, PYTHON, Holder, endpoint_path, switch_path
from tap import Skip, case, run

NETWORKD = '/lib/systemd/systemd-networkd'
ACTIONS = ('org.freedesktop.NetworkManager.network-control', 'org.freedesktop.NetworkManager.settings.modify.own')
SYSCTL = Path('/proc/sys/net/bridge/bridge-nf-call-iptables')
POLICY = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <policy user="{user}"><allow own="{name}"/></policy>
  <policy context="default"><allow send_destination="{name}"/></policy>
</busconfig>
'''


def warnings(lab, code):
    return [text for c, text in lab.get(MANAGER, 'Manager', 'Warnings') if c == code]


def wait_warning(lab, code, *words, seconds=8):
    """The text of that code that has all of these words."""
    def find():
        return [text for text in warnings(lab, code) if all(word in text for word in words)]
    return wait_for(find, seconds, f'{code} with {words} (there is {lab.get(MANAGER, "Manager", "Warnings")})')[0]


def wait_none(lab, code, seconds=8):
    wait_for(lambda: not warnings(lab, code), seconds, f'{code} to go (there is {warnings(lab, code)})')


def allow(lab, name, user):
    (ROOT / 'bus.d' / f'{name}.conf').write_text(POLICY.format(name=name, user=user))
    lab.bus.send_signal(signal.SIGHUP)
    time.sleep(0.3)


def use_our_rules(lab):
    """polkit as it is where NetworkManager and the service are installed."""
    action = '''<action id="{}"><description>d</description><message>m</message>
<defaults><allow_any>auth_admin</allow_any><allow_inactive>no</allow_inactive><allow_active>no</allow_active></defaults></action>'''
    (ROOT / 'actions' / 'nm.policy').write_text(f'''<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE policyconfig PUBLIC "-//freedesktop//DTD PolicyKit Policy Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/PolicyKit/1/policyconfig.dtd">
<policyconfig>{''.join(action.format(name) for name in ACTIONS)}</policyconfig>''')
    shutil.copy(lab.find('vmswitchd.rules'), ROOT / 'vendor-rules')
    lab.stop_polkit()
    lab.start_polkit()


def stir(lab):
    """Something changes, so that everybody looks: sysctls and rules of others tell nobody."""
    lab.ip('link', 'add', 'name', 'stirred', 'type', 'bridge')
    lab.ip('link', 'delete', 'stirred')


def add_uplink(lab, name='ext0'):
    """A NIC that is bound to a switch."""
    lab.create_switch('lab')
    lab.ip('link', 'add', name, 'type', 'veth', 'peer', 'name', f'far-{name}')
    lab.ip('link', 'set', f'far-{name}', 'up')
    wait_for(lambda: endpoint_path(name) in lab.objects(), 5, 'the NIC on the bus')
    lab.call(switch_path('lab'), 'Switch.BindExternalEthernetPort', endpoint_path(name), {})


def make_pair(lab):
    """Two guests on a switch, which bridge netfilter shows to the firewall."""
    if not SYSCTL.exists():
        raise Skip('this kernel has no bridge netfilter')
    lab.create_switch('lab')
    lab.attach_guest('lab', 'one', '192.0.2.1/24')
    lab.attach_guest('lab', 'two', '192.0.2.2/24')
    SYSCTL.write_text('1')
    assert lab.pings('192.0.2.2', netns='one'), 'a firewall without rules lets everything pass'


def doctor(lab, status):
    done = lab.ctl('doctor', '--json', check=False)
    assert done.returncode == status, done
    return done.stdout


@case
def a_firewall_that_drops_what_passes_through_a_switch_is_named(lab):
    make_pair(lab)
    assert not warnings(lab, 'bridge-netfilter')
    lab.run('nft', 'add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }')
    stir(lab)
    text = wait_warning(lab, 'bridge-netfilter', 'chain FORWARD of table ip filter')
    assert not lab.pings('192.0.2.2', netns='one', deadline=1), 'so it is no harm'
    assert 'bridge-netfilter' in doctor(lab, 1)
    # what it says helps does
    cure = re.search(r'sysctl -w (net\.bridge\.[^ .]*)=0\.$', text)
    (Path('/proc/sys') / cure[1].replace('.', '/')).write_text('0')
    assert lab.pings('192.0.2.2', netns='one')
    stir(lab)
    wait_none(lab, 'bridge-netfilter')
    assert 'bridge-netfilter' not in doctor(lab, 0)
    lab.run('nft', 'delete table ip filter')


@case
def a_rule_for_our_bridges_is_the_other_cure(lab):
    make_pair(lab)
    lab.run('nft', 'add table inet fw; add chain inet fw passing { type filter hook forward priority 0; policy accept; }; add rule inet fw passing reject')
    stir(lab)
    text = wait_warning(lab, 'bridge-netfilter', 'chain passing of table inet fw', 'a rule for all')
    assert not lab.pings('192.0.2.2', netns='one', deadline=1)
    lab.run('nft', re.search(r'nft (insert rule .* accept);', text)[1])
    assert lab.pings('192.0.2.2', netns='one')
    stir(lab)
    wait_none(lab, 'bridge-netfilter')
    SYSCTL.write_text('0')
    lab.run('nft', 'delete table inet fw')


@case
def it_is_known_when_the_service_starts_and_without_anything_happening(lab):
    make_pair(lab)
    lab.run('nft', 'add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }')
    lab.stop_daemon()
    lab.start_daemon()
    assert warnings(lab, 'bridge-netfilter')
    lab.run('nft', 'delete table ip filter')
    wait_none(lab, 'bridge-netfilter', 40)
    SYSCTL.write_text('0')


@case
def an_uplink_that_is_too_narrow_is_named(lab):
    add_uplink(lab)
    # it is given the MTU of the switch again, until that helps no more

    def insists():
        lab.ip('link', 'set', 'ext0', 'mtu', '1400')
        return warnings(lab, 'drift-fight')
    wait_for(insists, 20, 'a fight')
    text = wait_warning(lab, 'uplink-mtu', 'uplink ext0 of switch lab')
    lab.run(*re.search(r'(ip link set ext0 mtu \d+);', text)[1].split(' '))
    wait_none(lab, 'uplink-mtu')


@case
def addresses_of_the_host_on_an_uplink_are_named(lab):
    add_uplink(lab)
    time.sleep(1.5)
    assert not warnings(lab, 'uplink-managed'), 'what the NIC gives itself is nobody\'s doing'
    lab.ip('address', 'add', '192.0.2.5/24', 'dev', 'ext0')
    stir(lab)
    text = wait_warning(lab, 'uplink-managed', '192.0.2.5/24', 'switch lab')
    lab.run(*re.search(r'(ip address flush dev ext0)\.$', text)[1].split(' '))
    stir(lab)
    wait_none(lab, 'uplink-managed')


@case
def an_uplink_that_networkmanager_holds_is_named(lab):
    allow(lab, 'org.freedesktop.NetworkManager', 'root')
    add_uplink(lab)
    manager = lab.spawn(PYTHON, ROOT / 'system' / 'networkmanager.py', 'ext0', stdout=subprocess.PIPE)
    assert manager.stdout.readline() == 'ready\n'
    stir(lab)
    wait_warning(lab, 'uplink-managed', 'NetworkManager (connection "Wired 1")', 'nmcli device set ext0 managed no')
    lab.run('busctl', '--system', 'set-property', 'org.freedesktop.NetworkManager', '/org/freedesktop/NetworkManager/Devices/2',
            'org.freedesktop.NetworkManager.Device', 'Managed', 'b', 'false')
    stir(lab)
    wait_none(lab, 'uplink-managed')


@case
def the_service_and_nobody_else_may_have_networkmanager_let_go_and_go_on(lab):
    use_our_rules(lab)
    for user, is_allowed in (('vmswitch', True), ('alice', False)):
        for action in ACTIONS:
            with Holder(lab, user=user) as holder:
                answer = lab.run('busctl', '--system', 'call', 'org.freedesktop.PolicyKit1', '/org/freedesktop/PolicyKit1/Authority',
                                 'org.freedesktop.PolicyKit1.Authority', 'CheckAuthorization', '(sa{sv})sa{ss}us', 'system-bus-name', '1', 'name', 's',
                                 holder.name, action, '0', '0', '').stdout
            assert answer.startswith(f'(bba{{ss}}) {str(is_allowed).lower()} '), f'{user}, {action}: {answer}'


def prepare_networkd(lab):
    """What it needs to run here. Returns the folder of its networks."""
    if not Path(NETWORKD).exists():
        raise Skip('systemd-networkd is not installed')
    shutil.copy('/usr/share/dbus-1/system.d/org.freedesktop.network1.conf', ROOT / 'bus.d')
    lab.bus.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    for folder in ('links', 'leases', 'lldp'):
        (Path('/run/systemd/netif') / folder).mkdir(parents=True, exist_ok=True)
    lab.run('chown', '-R', 'systemd-network:', '/run/systemd/netif')
    lab.run('mount', '-o', 'remount,bind,ro', '/sys', check=False)  # so that it does not wait for udev
    networks = Path('/run/systemd/network')
    shutil.rmtree(networks, ignore_errors=True)
    networks.mkdir()
    shutil.copy(lab.find('10-vmswitch.network'), networks)
    return networks


def start_networkd(lab):
    networkd = lab.spawn(NETWORKD, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: lab.has_owner('org.freedesktop.network1'), 20, 'systemd-networkd')
    return networkd


@case
def systemd_networkd_itself_keeps_off_a_switch_and_is_named_on_an_uplink(lab):
    networks = prepare_networkd(lab)
    catch_all = networks / '90-all.network'
    catch_all.write_text('[Match]\nName=ext* vsw*\n\n[Network]\nLinkLocalAddressing=no\nAddress=192.0.2.77/24\n')
    add_uplink(lab)
    lab.attach('lab', 'web')
    before = {name: shape for name, shape in lab.shapes().items() if name != 'ext0'}
    networkd = start_networkd(lab)
    stir(lab)
    wait_warning(lab, 'uplink-managed', 'uplink ext0 of switch lab is managed by systemd-networkd', 'Unmanaged=yes')
    after = lab.shapes()
    assert {name: after[name] for name in before} == before, 'it has changed devices of ours'
    catch_all.write_text('[Match]\nName=ext*\n\n[Link]\nUnmanaged=yes\n')
    lab.run('networkctl', 'reload')
    wait_for(lambda: 'ADMIN_STATE=unmanaged' in (Path('/run/systemd/netif/links') / str(lab.links()['ext0']['ifindex'])).read_text(), 10,
             'systemd-networkd to let go')
    lab.ip('address', 'flush', 'dev', 'ext0')
    stir(lab)
    wait_none(lab, 'uplink-managed')
    assert networkd.poll() is None
    networkd.kill()
    networkd.wait()


@case
def systemd_networkd_itself_is_not_fought_with(lab):
    networks = prepare_networkd(lab)
    network = networks / '90-ext.network'
    network.write_text('[Match]\nName=ext0\n\n[Network]\nLinkLocalAddressing=no\nAddress=192.0.2.5/24\n')
    lab.create_switch('lab')
    lab.ip('link', 'add', 'ext0', 'type', 'veth', 'peer', 'name', 'far-ext0')
    lab.ip('link', 'set', 'far-ext0', 'up')
    networkd = start_networkd(lab)
    wait_for(lambda: '192.0.2.5' in lab.ip('address', 'show', 'dev', 'ext0').stdout, 20, 'its address')
    state = Path('/run/systemd/netif/links') / str(lab.links()['ext0']['ifindex'])
    wait_for(lambda: 'ADMIN_STATE=configured' in state.read_text(), 20, 'systemd-networkd to be done')
    before = lab.ip('-o', 'address', 'show', 'dev', 'ext0').stdout
    for options in ({}, {'take-over': True}, {'dry-run': True}):
        lab.refuse('Conflict', MANAGER, 'Manager.SetupSwitch', switch_path('lab'), endpoint_path('ext0'), {}, options,
                   says=('is managed by systemd-networkd', 'Unmanaged=yes', 'networkctl reload'))
    for options in ({'drop-addresses': True}, {'drop-addresses': True, 'take-over': True}):
        lab.refuse('Conflict', switch_path('lab'), 'Switch.BindExternalEthernetPort', endpoint_path('ext0'), options, says='systemd-networkd')
    assert lab.ip('-o', 'address', 'show', 'dev', 'ext0').stdout == before
    # what the message says helps
    network.write_text(network.read_text() + '\n[Link]\nUnmanaged=yes\n')
    lab.run('networkctl', 'reload')
    wait_for(lambda: 'ADMIN_STATE=unmanaged' in state.read_text(), 10, 'systemd-networkd to let go')
    lab.ip('address', 'replace', '192.0.2.5/24', 'dev', 'ext0')
    for method, arguments in (('Manager.SetupSwitch', [switch_path('lab'), endpoint_path('ext0'), {}, {}]),
                              ('Manager.TeardownSwitch', [switch_path('lab'), {}])):
        lab.call(lab.call(MANAGER, method, *arguments)[-2], 'Checkpoint.Confirm', {})
    assert '192.0.2.5/24' in lab.ip('address', 'show', 'dev', 'ext0').stdout
    networkd.kill()
    networkd.wait()


run(config='ExternalInterfaces=ext*')
