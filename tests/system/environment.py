#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A small host of its own for vmswitchd: private namespaces, users, system bus, real polkitd, and the daemon.

    environment.py --build DIR [options] -- COMMAND...

runs COMMAND inside. Root is needed, systemd is not. Everything lives in new mount, network and pid namespaces
and on a tmpfs there: nothing on the host is written or changed, and all of it goes with the last process. Several may run
at once. The demo, the system tests and the benchmarks use the same environment; tests import it as a module instead
(tap.py does) to have its methods at hand.

What COMMAND finds:
    VSW_ENVIRONMENT           the directory of the environment (on the tmpfs): logs, state, configuration
    DBUS_SYSTEM_BUS_ADDRESS   the private system bus, with the project's bus policy and polkitd on it
    /dev/net/tun              open to everybody
    PATH                      vmswitchctl, vmswitch-bridge-helper, vmswitchd, and start-vmswitchd, which starts the daemon exactly as it was started before
    users                     vmswitch (runs the daemon), alice, bob, carol, dave, erin (see POLKIT_RULES)
"""
import argparse
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
ROOT = Path('/run/vmswitch-environment')
BUS_SOCKET = '/run/dbus/system_bus_socket'
ENTERED = 'VSW_ENVIRONMENT_HOST_NAMESPACE'

# uids far above those that Debian gives out, and beyond 16 bits
USERS = {'vmswitch': 164100, 'alice': 164101, 'bob': 164102, 'carol': 164103, 'dave': 164104, 'erin': 164105}
PASSWORD = 'sesame'
PATIENCE = float(os.environ.get('VSW_PATIENCE', '1'))  # by how much everything is slower here than on hardware

# alice may do everything, bob nothing, carol only after a password; erin may use what is hers and what is shared; dave is
# left to the defaults of the installed policy. A switch called "yes", "no" or "ask" overrides that for every one of them.
POLKIT_RULES = '''
polkit.addRule(function (action, subject) {
  if (action.id.indexOf("org.vmswitch1.") != 0)
    return undefined;
  var seen = ["verb", "switch", "switch-kind", "port", "endpoint", "endpoint-kind", "owner", "caller-uid", "lifetime"].map(
    function (key) { return key + "=" + action.lookup(key); });
  polkit.log("asked " + action.id + " user=" + subject.user + " " + seen.join(" "));
  switch (action.lookup("switch")) {
    case "yes": return polkit.Result.YES;
    case "no": return polkit.Result.NO;
    case "ask": return polkit.Result.AUTH_SELF;
  }
  switch (subject.user) {
    case "alice": return polkit.Result.YES;
    case "bob": return polkit.Result.NO;
    case "carol": return polkit.Result.AUTH_SELF;
    case "erin":
      return action.id == "org.vmswitch1.manage-own" || action.id == "org.vmswitch1.attach-shared"
        ? polkit.Result.YES : polkit.Result.NO;
  }
  return undefined;
});
'''

# As strict as Debian's system.conf: everything is denied that a policy file does not allow.
BUS_CONFIG = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{root}/services</servicedir>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Introspectable"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Properties"/>
  </policy>
  <policy user="root">
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Monitoring"/>
  </policy>
  <includedir>{root}/bus.d</includedir>
</busconfig>
'''


def isolate():
    """Starts this program again inside new namespaces, unless it is there already. Returns only inside."""
    if ENTERED in os.environ:
        if os.environ[ENTERED] == os.readlink('/proc/self/ns/net'):
            sys.exit('environment: refusing to work in the network namespace of the host')
        return
    if os.geteuid() != 0:
        sys.exit('environment: needs root, to make namespaces of its own')
    env = dict(os.environ, **{ENTERED: os.readlink('/proc/self/ns/net')})
    os.execvpe('unshare', ['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc',
                           '--propagation', 'private', sys.executable, *sys.argv], env)


def wait_for(condition, seconds=10.0, what='condition'):
    """Polls until `condition ()` is true and returns its value; fails after that many seconds."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f'{what}: not within {seconds} s')
        time.sleep(0.01)


class Environment:
    """The host: made by `enter`, gone with its pid namespace. Call the methods in the order in which they stand here."""

    def __init__(self, build, bus='dbus-daemon', sandbox=True, config='', state=None, fatal=False):
        self.build = Path(build).resolve()
        self.bus_kind = bus
        self.sandbox = sandbox
        self.config = config
        self.state = Path(state) if state else ROOT / 'state'
        self.fatal = fatal  # GLib criticals end the daemon
        self.runtime = Path('/run/vmswitch')
        self.bus = self.polkit = self.daemon = None
        self.spare = []  # other processes of ours, ended with the environment

    # --- the host ---

    def enter(self):
        """The file system, users and programs as the processes of this host see them."""
        isolate()
        os.umask(0o022)
        run = ['mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', '/run']
        subprocess.run(run, check=True)
        subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
        self._make_devices()
        for folder in ('actions', 'rules', 'vendor-rules', 'bus.d', 'services', 'bin', 'system'):
            (ROOT / folder).mkdir(parents=True)
        for folder in ('/run/dbus', '/run/netns', '/run/systemd/sessions', '/run/systemd/users', '/run/systemd/seats'):
            Path(folder).mkdir(parents=True)
        self._make_users()
        self._make_polkit()
        self._make_programs()
        os.environ['VSW_ENVIRONMENT'] = str(ROOT)
        os.environ['DBUS_SYSTEM_BUS_ADDRESS'] = f'unix:path={BUS_SOCKET}'
        os.environ['DBUS_SESSION_BUS_ADDRESS'] = 'disabled:'
        os.environ['PATH'] = f'{ROOT}/bin:/usr/sbin:/usr/bin:/sbin:/bin'

    @staticmethod
    def _make_devices():
        """A /dev with the few things that everybody needs, and /dev/net/tun for everybody, as udev has it on Debian. The host may have another
        or none. /dev/kvm is not among them: guests run the same everywhere."""
        made = ROOT / 'dev'
        made.mkdir(parents=True)
        mount = ['mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', made]
        subprocess.run(mount, check=True)
        for name in ('null', 'zero', 'full', 'random', 'urandom', 'tty', 'console', 'pts'):
            old, new = Path('/dev') / name, made / name
            if old.is_symlink():
                new.symlink_to(os.readlink(old))
            elif old.is_dir():
                new.mkdir()
                subprocess.run(['mount', '--rbind', old, new], check=True)
            elif old.exists():
                new.touch()
                subprocess.run(['mount', '--bind', old, new], check=True)
        try:
            # Not bound: the kernel looks for pts beside it.
            os.mknod(made / 'ptmx', 0o666 | stat.S_IFCHR, os.makedev(5, 2))
            (made / 'ptmx').chmod(0o666)
        except PermissionError:
            (made / 'ptmx').symlink_to('pts/ptmx')
        for name, target in (('fd', 'fd'), ('stdin', 'fd/0'), ('stdout', 'fd/1'), ('stderr', 'fd/2')):
            (made / name).symlink_to(f'/proc/self/{target}')
        (made / 'shm').mkdir()
        (made / 'shm').chmod(0o1777)
        (made / 'net').mkdir()
        tun = made / 'net' / 'tun'
        try:
            os.mknod(tun, 0o666 | stat.S_IFCHR, os.makedev(10, 200))
            tun.chmod(0o666)
        except PermissionError:
            pass  # in a container that may make no devices; then there are no taps
        subprocess.run(['mount', '--move', made, '/dev'], check=True)

    def _make_users(self):
        # an existing user of the same name is replaced, in our private copies
        digest = subprocess.run(['openssl', 'passwd', '-6', PASSWORD], check=True, capture_output=True, text=True).stdout.strip()
        lines = {'passwd': lambda n, u: f'{n}:x:{u}:{u}::/:/bin/sh', 'group': lambda n, u: f'{n}:x:{u}:',
                 'shadow': lambda n, u: f'{n}:{digest}:19000:0:99999:7:::'}
        for name, line in lines.items():
            old = [o for o in Path(f'/etc/{name}').read_text().splitlines() if o.split(':')[0] not in USERS]
            file = ROOT / name
            file.write_text('\n'.join(old + [line(user, uid) for user, uid in USERS.items()]) + '\n')
            file.chmod(0o640 if name == 'shadow' else 0o644)
            shutil.chown(file, 'root', 'shadow' if name == 'shadow' else 'root')
            self._bind(file, f'/etc/{name}')

    def _make_polkit(self):
        # polkitd reads fixed directories only
        shutil.copy('/usr/share/polkit-1/actions/org.freedesktop.policykit.policy', ROOT / 'actions')
        shutil.copy(self.find('org.vmswitch1.policy'), ROOT / 'actions')
        default = Path('/usr/share/polkit-1/rules.d/50-default.rules')
        if default.exists():
            shutil.copy(default, ROOT / 'vendor-rules')
        self.set_rules(POLKIT_RULES)
        for ours, theirs in (('actions', '/usr/share/polkit-1/actions'), ('vendor-rules', '/usr/share/polkit-1/rules.d'),
                             ('rules', '/etc/polkit-1/rules.d')):
            self._bind(ROOT / ours, theirs)
        # the bus
        shutil.copy('/usr/share/dbus-1/system.d/org.freedesktop.PolicyKit1.conf', ROOT / 'bus.d')
        shutil.copy(self.find('org.vmswitch1.conf'), ROOT / 'bus.d')
        (ROOT / 'bus.conf').write_text(BUS_CONFIG.format(socket=BUS_SOCKET, root=ROOT))

    def _make_programs(self):
        # copies: the build may stand where ordinary users cannot look
        for program in ('daemon/vmswitchd', 'client/vmswitchctl', 'client/vmswitch-bridge-helper'):
            if (self.build / program).exists():
                shutil.copy(self.build / program, ROOT / 'bin')
        for file in HERE.glob('*.py'):
            shutil.copy(file, ROOT / 'system')
        self.state.mkdir(parents=True, exist_ok=True)
        self.state.chmod(0o700)
        shutil.chown(self.state, 'vmswitch', 'vmswitch')
        self.make_runtime()
        self.set_config(self.config)
        self._write_starter()

    def _write_starter(self):
        caps = '-all,+net_admin'
        command = ['setpriv', '--reuid', 'vmswitch', '--regid', 'vmswitch', '--clear-groups', '--inh-caps', caps,
                   '--ambient-caps', caps, '--bounding-set', caps, '--no-new-privs']
        unit = shutil.copy(self.find('vmswitchd.service'), ROOT / 'system')
        command += ['env'] + [line.split('=', 1)[1] for line in Path(unit).read_text().splitlines() if line.startswith('Environment=')]
        if self.sandbox:
            command += ['/usr/bin/python3', f'{ROOT}/system/sandbox.py', f'{ROOT}/system/vmswitchd.service', '--']
        command += [f'{ROOT}/bin/vmswitchd', '--state-directory', str(self.state), '--runtime-directory',
                    str(self.runtime), '--config', f'{ROOT}/vmswitch.conf']
        starter = ROOT / 'bin' / 'start-vmswitchd'
        starter.write_text('#!/bin/sh\n# As the unit does: an ordinary user with one capability, behind the unit\'s system call filter.\n'
                           f'exec {" ".join(command)} "$@"\n')
        starter.chmod(0o755)

    def make_runtime(self):
        """The runtime directory, empty, as after a reboot."""
        shutil.rmtree(self.runtime, ignore_errors=True)
        self.runtime.mkdir(mode=0o700)
        shutil.chown(self.runtime, 'vmswitch', 'vmswitch')

    def set_config(self, text):
        """What follows the group header of the configuration file. Read at the next start."""
        (ROOT / 'vmswitch.conf').write_text(f'[vmswitch]\n{text}\n')

    def set_rules(self, text):
        """polkit's rules; polkitd takes them up by itself within a second."""
        (ROOT / 'rules' / '10-vmswitch.rules').write_text(text)

    def find(self, name):
        """A file of the project by its name: as built, else as in the source."""
        for top in (self.build, SOURCE):
            for folder in ('policy', 'data', 'introspection'):
                found = sorted((top / folder).rglob(name))
                if found:
                    return found[0]
        raise FileNotFoundError(f'{name}: neither in {self.build} nor in {SOURCE}; is it built?')

    @staticmethod
    def _bind(source, target):
        subprocess.run(['mount', '--bind', str(source), str(target)], check=True)

    # --- the bus ---

    def start_bus(self):
        Path(BUS_SOCKET).unlink(missing_ok=True)
        log = open(ROOT / 'bus.log', 'ab')
        if self.bus_kind == 'dbus-broker':
            command = ['/usr/bin/python3', str(HERE / 'broker.py'), str(ROOT / 'bus.conf'), BUS_SOCKET]
        else:
            command = ['dbus-daemon', f'--config-file={ROOT}/bus.conf', '--nofork', '--nopidfile', '--nosyslog']
        self.bus = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        wait_for(self._bus_answers, 20, 'the bus')

    def _bus_answers(self):
        if self.bus.poll() is not None:
            raise RuntimeError('the bus ended: ' + (ROOT / 'bus.log').read_text())
        return self.has_owner('org.freedesktop.DBus')

    @staticmethod
    def has_owner(name):
        done = subprocess.run(['busctl', '--system', 'call', 'org.freedesktop.DBus', '/org/freedesktop/DBus',
                               'org.freedesktop.DBus', 'NameHasOwner', 's', name], capture_output=True, text=True)
        return done.stdout.strip() == 'b true'

    def stop_bus(self):
        """Ends it, and everybody's connection."""
        self._end(self.bus, signal.SIGKILL)

    # --- polkitd ---

    def start_polkit(self):
        log = open(ROOT / 'polkitd.log', 'ab')
        self.polkit = subprocess.Popen(['/usr/lib/polkit-1/polkitd'], stdout=log, stderr=log, start_new_session=True)
        wait_for(lambda: self.has_owner('org.freedesktop.PolicyKit1'), 20, 'polkitd')

    def stop_polkit(self):
        self._end(self.polkit, signal.SIGKILL)
        wait_for(lambda: not self.has_owner('org.freedesktop.PolicyKit1'), 10, 'polkitd to go')

    # --- vmswitchd ---

    def start_daemon(self, *arguments, wait=True, through=()):
        """Starts it and returns when it says that it is ready. With wait=False, returns at once. `through`: the command that is to start it."""
        notify = ROOT / 'notify'
        notify.unlink(missing_ok=True)
        ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        ready.bind(str(notify))
        notify.chmod(0o777)
        env = dict(os.environ, NOTIFY_SOCKET=str(notify))
        if self.fatal:
            env['G_DEBUG'] = 'fatal-criticals'
        log = open(ROOT / 'vmswitchd.log', 'ab')
        self.daemon = subprocess.Popen([*through, f'{ROOT}/bin/start-vmswitchd', *arguments], stdout=log, stderr=log, env=env,
                                       cwd='/', start_new_session=True)
        try:
            if wait:
                self._wait_ready(ready)
        finally:
            ready.close()
        return self.daemon

    def _wait_ready(self, ready):
        ready.settimeout(0.05)
        end = time.monotonic() + 30 * PATIENCE
        while time.monotonic() < end:
            try:
                if b'READY=1' in ready.recv(4096).split(b'\n'):
                    return
            except socket.timeout:
                if self.daemon.poll() is not None:
                    break
        raise RuntimeError(f'vmswitchd is not ready (exit status {self.daemon.poll()}): {self.log()[-3000:]}')

    def kill_daemon(self):
        """kill -9."""
        self._end(self.daemon, signal.SIGKILL)

    def stop_daemon(self):
        """SIGTERM. Returns its exit status."""
        return self._end(self.daemon, signal.SIGTERM)

    def log(self, name='vmswitchd'):
        """The log of vmswitchd, polkitd or bus."""
        file = ROOT / f'{name}.log'
        return file.read_text(errors='backslashreplace') if file.exists() else ''

    # --- guests and commands ---

    @staticmethod
    def command(argv, user=None, netns=None):
        """The command line that runs argv as that user and in that network namespace (ip netns)."""
        argv = [str(a) for a in argv]
        if user and user != 'root':
            argv = ['setpriv', '--reuid', user, '--regid', user, '--clear-groups', '--inh-caps', '-all'] + argv
        if netns:
            argv = ['ip', 'netns', 'exec', netns] + argv
        return argv

    def run(self, *argv, user=None, netns=None, check=True, **options):
        """Runs to the end; the result has stdout and stderr as text. check: a failure is an exception that tells both."""
        options.setdefault('timeout', 60 * PATIENCE)
        done = subprocess.run(self.command(argv, user, netns), capture_output=True, text=True, errors='backslashreplace', **options)
        if check and done.returncode != 0:
            raise RuntimeError(f'{" ".join(str(a) for a in argv)}: status {done.returncode}: {done.stdout}{done.stderr}')
        return done

    def spawn(self, *argv, user=None, netns=None, **options):
        """Starts it; it is ended with the environment at the latest."""
        child = subprocess.Popen(self.command(argv, user, netns), text=True, **options)
        self.spare.append(child)
        return child

    def add_guest(self, name):
        """A network namespace that stands for a container."""
        self.run('ip', 'netns', 'add', name)
        self.run('ip', '-n', name, 'link', 'set', 'lo', 'up')
        return f'/run/netns/{name}'

    def remove_guest(self, name):
        self.run('ip', 'netns', 'del', name)

    # --- the end ---

    def close(self):
        """Ends what was started, in order. The namespaces go with us."""
        for child in self.spare:
            self._end(child, signal.SIGKILL)
        for child in (self.daemon, self.polkit, self.bus):
            self._end(child, signal.SIGTERM)

    @staticmethod
    def _end(child, how):
        if child is None:
            return None
        if child.poll() is None:
            child.send_signal(signal.SIGCONT)
            child.send_signal(how)
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        return child.returncode


def main():
    parser = argparse.ArgumentParser(description='Runs a command on a small private host with vmswitchd.')
    parser.add_argument('--build', required=True, metavar='DIR', help='where the project is built')
    parser.add_argument('--bus', default='dbus-daemon', choices=['dbus-daemon', 'dbus-broker'])
    parser.add_argument('--config', default='', metavar='TEXT', help='keys of the configuration file')
    parser.add_argument('--state', metavar='DIR', help='state directory; else one on the tmpfs')
    parser.add_argument('--no-sandbox', action='store_true', help='without the system call filter of the unit')
    parser.add_argument('--no-daemon', action='store_true', help='COMMAND starts it itself, with start-vmswitchd')
    parser.add_argument('command', nargs='+', metavar='COMMAND')
    options = parser.parse_args()
    here = Environment(options.build, options.bus, not options.no_sandbox, options.config, options.state)
    here.enter()
    try:
        here.start_bus()
        here.start_polkit()
        if not options.no_daemon:
            here.start_daemon()
        return subprocess.call(options.command)
    finally:
        here.close()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, TimeoutError, FileNotFoundError) as failure:
        sys.exit(f'environment: {failure}')
