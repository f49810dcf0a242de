# SPDX-License-Identifier: GPL-2.0-or-later
"""The environment with its clients at hand: what a test does is done by gdbus, busctl or vmswitchctl, as a process of its own."""
import json
import re
import subprocess
import threading
import time

import gvariant
from environment import PATIENCE, ROOT, Environment, wait_for
from frames import make

NAME = 'org.vmswitch1'
TREE = '/org/vmswitch1'
MANAGER = f'{TREE}/Manager'
ERROR = re.compile(r'GDBus\.Error:([A-Za-z0-9_.]+): (.*)', re.S)
PYTHON = '/usr/bin/python3'


class BusError(Exception):
    """A call was answered with an error: name (without our prefix) and message."""

    def __init__(self, name, message):
        super().__init__(f'{name}: {message}')
        self.name = name.removeprefix('org.vmswitch1.Error.').removeprefix('org.freedesktop.DBus.Error.')
        self.message = message


def unwrap(value):
    """busctl's JSON without its types."""
    if isinstance(value, dict):
        if set(value) == {'type', 'data'}:
            return unwrap(value['data'])
        return {k: unwrap(v) for k, v in value.items()}
    if isinstance(value, list):
        return [unwrap(v) for v in value]
    return value


def escape(name):
    return ''.join(c if c.isalnum() and c.isascii() and not (i == 0 and c.isdigit()) else f'_{ord(c):02x}' for i, c in enumerate(name))


def switch_path(name):
    return f'{TREE}/switch/{escape(name)}'


def port_path(switch, name):
    return f'{switch_path(switch)}/port/{escape(name)}'


def endpoint_path(name):
    return f'{TREE}/endpoint/{escape(name)}'


class Lab(Environment):
    # --- gdbus ---

    def call(self, path, method, *arguments, user=None, timeout=60):
        """Calls Interface.Method (ours unless it is a freedesktop one) with gdbus; what it returned as a tuple."""
        if not method.startswith('org.freedesktop'):
            method = f'{NAME}.{method}'
        done = self.run('gdbus', 'call', '--system', '--timeout', timeout, '-d', NAME, '-o', path, '-m', method,
                        *[gvariant.encode(a) for a in arguments], user=user, check=False, timeout=timeout + 10)
        if done.returncode == 0:
            return gvariant.decode(done.stdout)
        found = ERROR.search(done.stderr)
        if not found:
            raise AssertionError(f'gdbus: {method} {arguments}: {done.stderr}')
        raise BusError(found.group(1), found.group(2).strip())

    def refuse(self, name, path, method, *arguments, user=None, says=()):
        """The call must fail with that error, and its message must contain each of `says`."""
        try:
            result = self.call(path, method, *arguments, user=user)
        except BusError as error:
            assert error.name == name, f'{method} {arguments}: expected {name}, got {error}'
            for word in [says] if isinstance(says, str) else says:
                assert word in error.message, f'{method} {arguments}: "{word}" is not in: {error}'
            return error.message
        raise AssertionError(f'{method} {arguments}: expected {name}, got {result}')

    def is_refused(self, path, method, *arguments, user):
        """Whether polkit says no. Whatever else comes of it is no matter."""
        try:
            self.call(path, method, *arguments, user=user)
        except BusError as error:
            return error.name in ('AccessDenied', 'InteractiveAuthorizationRequired')
        return False

    def create_switch(self, name, user=None, **settings):
        return self.call(MANAGER, 'Manager.CreateSwitch', name, settings, {}, user=user)[0]

    def create_port(self, switch, name, user=None, **settings):
        return self.call(switch_path(switch), 'Switch.CreatePort', name, settings, {}, user=user)[0]

    def connect_internal(self, switch, name, user=None, **settings):
        return self.call(switch_path(switch), 'Switch.ConnectInternal', name, settings, {}, user=user)

    def attach(self, switch, name, user=None, **settings):
        """Without a namespace, and kept: lifetime runtime unless told, because gdbus is gone when it returns."""
        settings = {'Name': name, 'Lifetime': 'runtime', **settings}
        return self.call(switch_path(switch), 'Switch.Attach', settings, {}, user=user)[:2]

    def delete(self, path, interface, force=True):
        self.call(path, f'{interface}.Delete', {'force': True} if force else {})

    # --- busctl ---

    def get(self, path, interface, name):
        """A property."""
        done = self.run('busctl', '--json=short', 'get-property', NAME, path, f'{NAME}.{interface}', name)
        return unwrap(json.loads(done.stdout))

    def get_all(self, path):
        """Properties of all interfaces of an object, by their names alone."""
        return {key: value for properties in self.objects()[path].values() for key, value in properties.items()}

    def objects(self):
        """path → interface → property → value, as the ObjectManager lists them."""
        done = self.run('busctl', '--json=short', 'call', NAME, TREE, 'org.freedesktop.DBus.ObjectManager', 'GetManagedObjects')
        return unwrap(json.loads(done.stdout))[0]

    def interfaces(self, path):
        return {i.removeprefix(NAME + '.') for i in self.objects().get(path, {})}

    def connected(self, path):
        return 'ActiveConnection' in self.interfaces(path)

    def connects(self, path):
        """Whether ActiveConnection is there, or comes: the kernel tells of a carrier a moment after it gave it."""
        try:
            return wait_for(lambda: self.connected(path), 3)
        except TimeoutError:
            return False

    def wait_property(self, path, interface, name, value, seconds=5.0):
        seen = []

        def arrived():
            seen[:] = [self.get(path, interface, name)]
            return seen[0] == value
        try:
            wait_for(arrived, seconds)
        except TimeoutError:
            raise AssertionError(f'{path} {name} is {seen}, not {value!r}, after {seconds} s') from None

    # --- vmswitchctl ---

    def ctl(self, *arguments, user=None, check=True, **options):
        return self.run(ROOT / 'bin' / 'vmswitchctl', *arguments, user=user, check=check, **options)

    # --- network ---

    def links(self, netns=None):
        """name → what `ip -d -j link` tells. Not for links whose names JSON cannot hold."""
        command = ['ip'] + (['-n', netns] if netns else []) + ['-d', '-j', 'link']
        return {link['ifname']: link for link in json.loads(self.run(*command).stdout or '[]')}

    def shapes(self):
        """What another hand could have changed of each link, without what the kernel changes by itself."""
        kept = ('ifindex', 'address', 'mtu', 'master', 'group', 'ifalias', 'link', 'num_tx_queues', 'inet6_addr_gen_mode')
        return {name: {k: link.get(k) for k in kept} for name, link in self.links().items()}

    def ours(self):
        """Names of the devices that carry our prefix."""
        return sorted(name for name in self.links() if name.startswith('vsw'))

    def ip(self, *arguments, netns=None, check=True):
        return self.run('ip', *(['-n', netns] if netns else []), *arguments, check=check)

    def ip_lines(self, lines, force=False):
        """Many commands of `ip` in one process; those that begin with `-6` after all others."""
        for family in ('-4', '-6'):
            those = ''.join(f'{line.removeprefix("-6")}\n' for line in lines if line.startswith('-6') == (family == '-6'))
            self.run('ip', family, *(['-force'] if force else []), '-batch', '-', input=those, check=not force)

    def address(self, device, address, netns=None):
        self.ip('address', 'add', address, 'dev', device, 'nodad', netns=netns)
        self.ip('link', 'set', device, 'up', netns=netns)

    def pings(self, target, netns=None, count=1, deadline=5.0):
        """Whether pings from there are answered, within that many seconds: a new port forwards a moment after it was made."""
        end = time.monotonic() + deadline * PATIENCE
        while True:
            done = self.run('ping', '-n', '-q', '-c', count, '-i', '0.05', '-W', min(deadline, 0.5), target, netns=netns, check=False)
            if done.returncode == 0 or time.monotonic() > end:
                return done.returncode == 0

    def attach_guest(self, switch, guest, address=None, **settings):
        """A guest namespace of that name with a NIC eth0 on the switch, as a container runner would make it."""
        self.add_guest(guest)
        port, endpoint = self.attach(switch, guest, **settings)
        self.move_to_namespace(endpoint, guest)
        self.ip('link', 'set', 'eth0', 'up', netns=guest)
        if address:
            self.address('eth0', address, netns=guest)
        return port, endpoint

    def move_to_namespace(self, endpoint, guest, interface='eth0', user=None):
        with Holder(self, user=user) as holder:
            holder.call(endpoint, 'SyntheticEthernetPort.MoveToNamespace', f"fd('/run/netns/{guest}')", repr(interface), 'options()')


class Holder:
    """One connection to the bus, held open (holder.py). Arguments of call are Python expressions."""

    def __init__(self, lab, user=None):
        self.process = lab.spawn(PYTHON, ROOT / 'system' / 'holder.py', user=user, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.name = self._read()

    def _read(self):
        line = self.process.stdout.readline()
        assert line, 'the client ended'
        answer = json.loads(line)
        if 'error' in answer:
            raise BusError(answer['error'], answer['message'])
        return answer['value']

    def do(self, expression):
        self.process.stdin.write(expression + '\n')
        self.process.stdin.flush()
        return self._read()

    def call(self, path, method, *expressions):
        return self.do(f'call({path!r}, {method!r}, {", ".join(expressions)})')

    def refuse(self, name, path, method, *expressions, says=''):
        try:
            result = self.call(path, method, *expressions)
        except BusError as error:
            assert error.name == name, f'{method} {expressions}: expected {name}, got {error}'
            assert says in error.message, f'{method} {expressions}: "{says}" is not in: {error}'
            return error.message
        raise AssertionError(f'{method} {expressions}: expected {name}, got {result}')

    def close(self):
        """Gone, as a crashed client is."""
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Lines:
    """The lines that a process prints, as they come."""

    def __init__(self, lab, *command, ready=None, **options):
        self.lines = []
        self.process = lab.spawn(*command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors='backslashreplace', **options)
        threading.Thread(target=self._pump, daemon=True).start()
        if ready:
            wait_for(lambda: any(ready in line for line in self.lines), 10, ready)

    def _pump(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip('\n'))

    def wait(self, condition, seconds=5.0):
        """Waits until a line fulfils the condition; returns it."""
        try:
            return wait_for(lambda: next((line for line in list(self.lines) if condition(line)), None), seconds)
        except TimeoutError:
            raise AssertionError('no such line within %s s; seen:\n%s' % (seconds, '\n'.join(self.lines[-40:]))) from None

    def close(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Monitor(Lines):
    """Every message of the private bus from and to the service, in order, as `busctl monitor` shows them to root."""

    def __init__(self, lab):
        super().__init__(lab, 'busctl', 'monitor', '--json=short', NAME, ready='Monitoring')

    def messages(self):
        return [json.loads(line) for line in list(self.lines) if line.startswith('{')]

    def wait_message(self, condition, seconds=5.0):
        return wait_for(lambda: next((m for m in self.messages() if condition(m)), None), seconds, 'a message')


class Capture(Lines):
    """The frames that come in on an interface."""

    def __init__(self, lab, interface, netns=None):
        super().__init__(lab, PYTHON, ROOT / 'system' / 'frames.py', 'capture', interface, netns=netns, ready='ready')

    def frames(self):
        return [bytes.fromhex(line) for line in list(self.lines) if line != 'ready']

    def saw(self, mark, seconds=1.0):
        """Whether a frame with these octets in it comes within that time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if any(mark in frame for frame in self.frames()):
                return True
            time.sleep(0.02)
        return False


def send(lab, interface, frame, netns=None, count=1):
    lab.run(PYTHON, ROOT / 'system' / 'frames.py', 'send', interface, frame.hex(), count, netns=netns)


def send_mark(lab, interface, source, target, mark, netns=None):
    send(lab, interface, make(source, target, mark), netns)
