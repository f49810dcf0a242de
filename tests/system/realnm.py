# SPDX-License-Identifier: GPL-2.0-or-later
"""NetworkManager itself, unpacked and never installed (.ci/unpack-networkmanager), on the private bus of the environment.

VSW_NETWORKMANAGER_ROOT names where it was unpacked; else it is looked for in the build directory, and on the host. It runs as root, as it does, and
with the bus policy and the polkit actions of its package."""
import json
import os
import re
import shutil
import signal
from pathlib import Path

from environment import ROOT, wait_for
from lab import unwrap
from tap import Skip

NM = 'org.freedesktop.NetworkManager'
NM_PATH = '/org/freedesktop/NetworkManager'
PROFILES = Path('/run/profiles')
UUID = '11111111-2222-3333-4444-555555555555'
PROFILE = '''[connection]
id=Wired 1
uuid={uuid}
type=ethernet
interface-name={nic}

[ipv4]
{ipv4}

[ipv6]
{ipv6}
'''


def find_root(lab):
    """Where it is unpacked; '/' if it is installed."""
    for place in (os.environ.get('VSW_NETWORKMANAGER_ROOT', ''), lab.build / 'networkmanager', '/'):
        if place and (Path(place) / 'usr/sbin/NetworkManager').exists():
            return Path(place)
    raise Skip('NetworkManager is not there')


class NetworkManager:
    """One with one profile, "Wired 1", for a NIC. It begins with `start`."""

    def __init__(self, lab, nic='ext0', ipv4='method=auto', ipv6='method=disabled', more=''):
        self.lab, self.nic, self.process = lab, nic, None
        self.root = find_root(lab)
        libraries = [str(p) for p in sorted(self.root.glob('usr/lib/*-linux-gnu')) + sorted(self.root.glob('lib/*-linux-gnu'))]
        self.env = dict(os.environ, LD_LIBRARY_PATH=':'.join(libraries)) if str(self.root) != '/' else None
        self._prepare_host()
        self.write_profile(ipv4, ipv6, more)
        (ROOT / 'nm.conf').write_text(f'[main]\nplugins=keyfile\nno-auto-default=*\ndns=none\ndhcp=internal\n[keyfile]\npath={PROFILES}\n')

    def _prepare_host(self):
        lab = self.lab
        shutil.copy(self.root / f'usr/share/dbus-1/system.d/{NM}.conf', ROOT / 'bus.d')
        lab.bus.send_signal(signal.SIGHUP)
        shutil.copy(self.root / f'usr/share/polkit-1/actions/{NM}.policy', ROOT / 'actions')
        shutil.copy(lab.find('vmswitchd.rules'), ROOT / 'vendor-rules')
        lab.stop_polkit()
        lab.start_polkit()
        lab.run('mount', '-o', 'remount,bind,ro', '/sys', check=False)  # so that it does not wait for udev
        for folder in ('/var/lib/NetworkManager', '/run/NetworkManager'):
            Path(folder).mkdir(parents=True, exist_ok=True)
            lab.run('mount', '-t', 'tmpfs', 'tmpfs', folder)

    def write_profile(self, ipv4, ipv6, more=''):
        shutil.rmtree(PROFILES, ignore_errors=True)
        PROFILES.mkdir(mode=0o700)
        file = PROFILES / 'wired.nmconnection'
        file.write_text(PROFILE.format(uuid=UUID, nic=self.nic, ipv4=ipv4, ipv6=ipv6) + more)
        file.chmod(0o600)

    # --- its life ---

    def start(self):
        log = open(ROOT / 'nm.log', 'ab')
        self.process = self.lab.spawn(self.root / 'usr/sbin/NetworkManager', '--debug', f'--config={ROOT}/nm.conf', f'--config-dir={ROOT}/none',
                                      f'--pid-file={ROOT}/nm.pid', env=self.env, stdout=log, stderr=log)
        wait_for(lambda: self.lab.has_owner(NM), 20, 'NetworkManager')
        return self

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(20)
        wait_for(lambda: not self.lab.has_owner(NM), 10, 'NetworkManager to go')

    def restart(self, how=signal.SIGTERM):
        """As an upgrade of its package does; with SIGKILL, as a crash."""
        self.stop(how)
        self.start()

    def forget(self):
        """What a reboot takes from it."""
        for entry in Path('/run/NetworkManager').iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    # --- what it says ---

    def get_all(self, path, interface):
        done = self.lab.run('busctl', '--json=short', 'call', NM, path, 'org.freedesktop.DBus.Properties', 'GetAll', 's', interface, check=False)
        return unwrap(json.loads(done.stdout))[0] if done.returncode == 0 else {}

    def device(self, nic):
        """Properties of the device; {} if it knows none."""
        done = self.lab.run('busctl', '--system', 'call', NM, NM_PATH, NM, 'GetDeviceByIpIface', 's', nic, check=False)
        return self.get_all(done.stdout.split('"')[1], f'{NM}.Device') if done.returncode == 0 else {}

    def manages(self, nic):
        return self.device(nic).get('Managed')

    def active(self, nic):
        """The active connection of that device; {}: none."""
        path = self.device(nic).get('ActiveConnection', '/')
        return self.get_all(path, f'{NM}.Connection.Active') if path != '/' else {}

    def has_activated(self, nic, profile='Wired 1'):
        active = self.active(nic)
        return active.get('Id') == profile and active.get('State') == 2

    def wait_activated(self, nic, profile='Wired 1', seconds=30):
        wait_for(lambda: self.has_activated(nic, profile), seconds, f'{profile} on {nic}; there is {self.active(nic)} {self.device(nic)}')

    def nmcli(self, *arguments, check=True):
        return self.lab.run('env', f'LD_LIBRARY_PATH={(self.env or {}).get("LD_LIBRARY_PATH", "")}', self.root / 'usr/bin/nmcli', *arguments, check=check).stdout


def lifetime(lab, device, address):
    """Seconds that an address of a device still has; None: it is not there; 'forever'."""
    text = lab.ip('-4', 'address', 'show', 'dev', device, check=False).stdout
    found = re.search(re.escape(address) + r'/\d+ .*\n\s*valid_lft (\w+)', text)
    if not found:
        return None
    return found[1] if found[1] == 'forever' else int(found[1].removesuffix('sec'))

