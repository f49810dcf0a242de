# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole host of its own: Debian's kernel in QEMU, by software emulation always, on the file system of this one.

Its root is that of this host, read-only, under a layer in its memory (machine-init); so what is built here runs there, behind a kernel with
all modules of Debian, with hardware that can be pulled out and with a reset that nothing but the disk outlives. There is no other host in it: what
runs there may do as it likes with its first network namespace.

    with Machine(build, devices) as machine:
        for line in machine.run('python3', 'inner.py'): ...

A program that runs there asks for what only the outside can do with `ask`. The kernel is where `.ci/download-guest-kernel` put it."""
import gzip
import json
import os
import re
import select
import shlex
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from guest import BUSYBOX, QEMU, archive, list_needs, unpack

HERE = Path(__file__).resolve().parent
APPLETS = ['cat', 'cp', 'insmod', 'ln', 'mkdir', 'mount', 'poweroff', 'rm', 'switch_root', 'uname']  # what machine-init calls
# before there is a root with all of them
MODULES = ['virtio_pci', '9pnet_virtio', '9p', 'overlay', 'virtio_console', 'virtio_blk', 'ext4', 'crc32c_generic']
NEEDED = ['bonding', '8021q', 'team', 'mac80211_hwsim', 'e1000', 'e1000e', 'virtio_net', *MODULES[1:7]]
ASKS, ENDED, UP = 'machine: ask ', 'machine: ended ', 'machine: up'
QUICK = 'tsc=reliable no_timer_check mitigations=off apparmor=0 audit=0'  # for the kernel: what costs much under emulation and tests nothing of ours
SILENCE = 300  # seconds without a line, after which it is taken for dead
CONSOLE = 60  # lines of it that are shown


class MachineError(Exception):
    """It could not be started, or died; with the end of its console."""


def find_obstacle(build):
    """Why there can be no machine here; None if there can."""
    kernel = find_kernel(build)
    if shutil.which(QEMU) is None:
        return f'no {QEMU} here'
    if not BUSYBOX.exists() or b'ld-linux' in BUSYBOX.read_bytes()[:4096]:
        return 'no busybox-static here'
    if kernel is None:
        return 'no kernel for guests: .ci/download-guest-kernel did not get one'
    there = {file.stem.replace('-', '_') for file in find_modules(kernel).rglob('*.ko')}
    missing = [name for name in NEEDED if name not in there]
    return f'the kernel for guests is without {", ".join(missing)}: .ci/download-guest-kernel gets another' if missing else None


def find_kernel(build):
    found = sorted((Path(build) / 'guest-kernel' / 'boot').glob('vmlinuz-*'))
    return found[-1] if found else None


def find_modules(kernel):
    return kernel.parent.parent / 'lib' / 'modules'


def make_initramfs(kernel):
    modules = list_needs(find_modules(kernel), MODULES)
    entries = [(name, stat.S_IFDIR | 0o755, b'') for name in ('bin', 'proc', 'sys', 'dev', 'modules')]
    entries += [(f'bin/{name}', stat.S_IFLNK | 0o777, b'busybox') for name in APPLETS]
    entries += [('bin/busybox', stat.S_IFREG | 0o755, BUSYBOX.read_bytes()),
                ('init', stat.S_IFREG | 0o755, (HERE / 'machine-init').read_bytes()),
                ('modules/order', stat.S_IFREG | 0o644, ''.join(f'{m.name}\n' for m in modules).encode())]
    entries += [(f'modules/{m.name}', stat.S_IFREG | 0o644, m.read_bytes()) for m in modules]
    return gzip.compress(archive(entries), 1)


class Monitor:
    """QEMU's own ear (QMP)."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(str(path))
        self.file = self.socket.makefile('rw', encoding='utf-8')
        self.events = []
        self._read()
        self.execute('qmp_capabilities')

    def _read(self):
        line = self.file.readline()
        if not line:
            raise MachineError('QEMU ended')
        message = json.loads(line)
        if 'event' in message:
            self.events.append(message)
        return message

    def execute(self, command, **arguments):
        """What it returned. An error that it tells is one here."""
        self.file.write(json.dumps({'execute': command, 'arguments': arguments}) + '\n')
        self.file.flush()
        message = self._read()
        while 'return' not in message and 'error' not in message:
            message = self._read()
        if 'error' in message:
            raise ValueError(f'{command}: {message["error"]["desc"]}')
        return message['return']

    def wait_event(self, name, device):
        def is_it(message):
            return message.get('event') == name and message['data'].get('device') == device
        while not any(is_it(message) for message in self.events):
            self._read()
        self.events.clear()


class Machine:
    """Runs until the end of the `with`. `devices`: further arguments of QEMU. `disk`: a file that it has at /machine/disk, ext4."""

    def __init__(self, build, devices=(), disk=None, memory=1024):
        self.folder = Path(tempfile.mkdtemp(prefix='vmswitch-machine-'))
        self.console = self.folder / 'console'
        self.process = self.monitor = None
        kernel = find_kernel(build)
        (self.folder / 'kernel').write_bytes(unpack(kernel.read_bytes()))
        (self.folder / 'initramfs').write_bytes(make_initramfs(kernel))
        told = f'console=ttyS0 panic=-1 quiet {QUICK} vsw.modules={find_modules(kernel.resolve())}'
        self.command = [
            QEMU, '-M', 'pc', '-accel', 'tcg,thread=multi', '-m', str(memory), '-smp', '1', '-nodefaults', '-no-user-config',
            '-display', 'none', '-kernel', self.folder / 'kernel', '-initrd', self.folder / 'initramfs', '-append', told,
            '-chardev', f'file,id=console,path={self.console}', '-serial', 'chardev:console',
            '-chardev', f'socket,id=line,path={self.folder}/line,server=on,wait=off', '-device', 'virtio-serial-pci',
            '-device', 'virtserialport,chardev=line,nr=1', '-qmp', f'unix:{self.folder}/qmp,server=on,wait=off', '-device', 'virtio-rng-pci',
            '-virtfs', 'local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap',
            *(['-drive', f'if=virtio,format=raw,file={disk}'] if disk else []), *devices]

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        self.process = subprocess.Popen([str(word) for word in self.command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(self.console, 'ab'))
        end = time.monotonic() + 30
        while not (self.folder / 'qmp').exists() or not (self.folder / 'line').exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise MachineError(f'QEMU does not start: {self.tail()}')
            time.sleep(0.05)
        self.monitor = Monitor(self.folder / 'qmp')
        self.line = socket.socket(socket.AF_UNIX)
        self.line.connect(str(self.folder / 'line'))
        self.rest = b''
        self._wait_up()

    def __exit__(self, *_):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def tail(self):
        """The end of its console."""
        text = self.console.read_text(errors='backslashreplace') if self.console.exists() else ''
        return '\n'.join(re.sub(r'\x1b\[[0-9;?]*[A-Za-z]|\x1bc|\r', '', text).splitlines()[-CONSOLE:])

    def _read_line(self, silence=SILENCE):
        while b'\n' not in self.rest:
            ready = select.select([self.line], [], [], silence)[0]
            got = self.line.recv(65536) if ready else b''
            if not got:
                raise MachineError(f'the machine {"died" if ready else f"said nothing for {silence} s"}; its console:\n{self.tail()}')
            self.rest += got
        line, self.rest = self.rest.split(b'\n', 1)
        return line.decode(errors='backslashreplace').rstrip('\r')

    def _wait_up(self):
        while self._read_line() != UP:
            pass

    def _answer(self, question):
        """What a program in there asked for: a command of QEMU's monitor."""
        asked = json.loads(question)
        try:
            answer = {'value': self.monitor.execute(asked['command'], **asked['arguments'])}
            if asked['command'] == 'device_del':
                self.monitor.wait_event('DEVICE_DELETED', asked['arguments']['id'])
        except ValueError as error:
            answer = {'error': str(error)}
        self.line.sendall(json.dumps(answer).encode() + b'\n')

    def run(self, *argv, **environment):
        """The lines that a command prints there, as they come, both streams; returns its exit status to `yield from`."""
        words = [f'{name}={shlex.quote(str(value))}' for name, value in environment.items()]
        self.line.sendall(' '.join([*words, *(shlex.quote(str(word)) for word in argv)]).encode() + b'\n')
        while True:
            line = self._read_line()
            if line.startswith(ASKS):
                self._answer(line.removeprefix(ASKS))
            elif line.startswith(ENDED):
                return int(line.removeprefix(ENDED))
            else:
                yield line

    def reset(self):
        """The button: nothing is written, nobody is told. Returns when it is up again."""
        self.monitor.execute('system_reset')
        self._wait_up()


class Outside:
    """The other end of the line, for a program that `Machine.run` runs. Made first of all: what is started later must not have the line."""

    def __init__(self):
        self.input = os.fdopen(os.dup(0), 'r', encoding='utf-8')
        nothing = os.open('/dev/null', os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)

    def ask(self, command, **arguments):
        """Has QEMU's monitor execute that; what it returned. `device_del` returns when the device has gone."""
        print(ASKS + json.dumps({'command': command, 'arguments': arguments}), flush=True)
        answer = json.loads(self.input.readline())
        if 'error' in answer:
            raise RuntimeError(answer['error'])
        return answer['value']


if __name__ == '__main__':
    sys.exit('machine: a module of the system tests')
