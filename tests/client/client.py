# SPDX-License-Identifier: GPL-2.0-or-later
"""vmswitchctl as a user runs it, against a private bus with mock-service on it. Cases are told in TAP.

    @case
    def an_unknown_command_is_a_usage_error(service): ...

    run()

Names on the command line choose cases. VSW_CLIENT and VSW_MOCK are the programs. No root is needed, and nothing of the host is touched."""
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLIENT = os.environ['VSW_CLIENT']
MOCK = os.environ['VSW_MOCK']
ROOT = '/org/vmswitch1'
TIMEOUT = 20
CASES = []
BUS_CONFIG = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
'''


def case(function):
    CASES.append(function)
    return function


class Done:
    """What a run of the client left: status, and what it wrote."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __repr__(self):
        return f'status {self.status}\n--- out\n{self.out}--- err\n{self.err}'

    @property
    def json(self):
        return json.loads(self.out)


class Mock:
    """mock-service on its standard streams."""

    def __init__(self, environment):
        self.process = subprocess.Popen([MOCK, HERE / 'tree.gvariant'], env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.calls = []
        self.wait()

    def wait(self):
        """Reads up to the next ok."""
        while line := self.process.stdout.readline():
            if line == 'ok\n':
                return
            self.calls.append(line.strip())
        raise AssertionError('mock-service is gone')

    def tell(self, command):
        self.process.stdin.write(command + '\n')
        self.process.stdin.flush()
        self.wait()

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(TIMEOUT)


class Service:
    """A bus, and the mock on it. A fresh one for each case."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix='vmswitch-client.')
        config = Path(self.directory.name, 'bus.conf')
        config.write_text(BUS_CONFIG.format(self.directory.name))
        self.bus = subprocess.Popen(['dbus-daemon', f'--config-file={config}', '--nofork', '--nopidfile', '--nosyslog', '--print-address=1'],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        address = self.bus.stdout.readline().strip()
        self.environment = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=address, LC_ALL='C.UTF-8', TZ='UTC', G_DEBUG='fatal-criticals')
        self.mock = Mock(self.environment)

    def close(self):
        if self.mock:
            self.mock.close()
        self.bus.kill()
        self.bus.wait()
        self.bus.stdout.close()
        self.directory.cleanup()

    # --- what the service does ---

    def reply(self, method, value):
        self.mock.tell(f'reply {method} {value}')

    def fail(self, method, error, text):
        self.mock.tell(f'fail {method} {error} {text}')

    def hand(self, method, *files):
        """Descriptors of these files go with the answers of a method."""
        self.mock.tell(f'hand {method} {" ".join(map(str, files))}')

    def after(self, method, path, interface, name, value):
        """What the tree shows once the method was called."""
        self.mock.tell(f'after {method} {path} org.vmswitch1.{interface} {name} {value}')

    def copy(self, path, new_path):
        self.mock.tell(f'copy {path} {new_path}')

    def remove(self, path):
        """The service has no such object any more."""
        self.mock.tell(f'remove {path}')

    def signal(self, path, interface, name, value):
        self.mock.tell(f'signal {path} {interface} {name} {value}')

    def calls(self):
        """What was asked since the last time: `PATH METHOD PARAMETERS interactive|plain FDS`."""
        self.mock.tell('own')
        seen, self.mock.calls = self.mock.calls, []
        return [line.removeprefix('call ') for line in seen]

    # --- the client ---

    def start(self, *arguments, **options):
        return subprocess.Popen([CLIENT, *arguments], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, **options)

    def run(self, *arguments, status=0, **options):
        """Runs it without a terminal and expects an exit status."""
        child = self.start(*arguments, **options)
        out, err = child.communicate(timeout=TIMEOUT)
        done = Done(child.returncode, out, err)
        assert done.status == status, f'{arguments}: expected {status}, got {done}'
        return done

    def refuse(self, *arguments, status):
        """Expects failure told in one line, and nothing else."""
        done = self.run(*arguments, status=status)
        assert done.out == '', done
        assert done.err.startswith('vmswitchctl: ') and done.err.count('\n') == 1 and done.err.endswith('\n'), done
        return done.err.removeprefix('vmswitchctl: ').strip()

    def run_on_terminal(self, *arguments, columns=80, locale='C.UTF-8', status=0):
        """Runs it on a terminal of its own; out is all that came there."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
        child = subprocess.Popen([CLIENT, *arguments], env=dict(self.environment, LC_ALL=locale), stdin=slave, stdout=slave,
                                 stderr=slave, start_new_session=True)
        os.close(slave)
        out = b''
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            if select.select([master], [], [], 0.1)[0]:
                try:
                    data = os.read(master, 65536)
                except OSError:
                    break
                out += data
        os.close(master)
        done = Done(child.wait(TIMEOUT), out.decode().replace('\r\n', '\n'), '')
        assert done.status == status, f'{arguments}: expected {status}, got {done}'
        return done


class Lines:
    """The lines of a running client, as they come."""

    def __init__(self, child):
        self.child, self.buffer = child, b''

    def next(self):
        deadline = time.monotonic() + TIMEOUT
        stream = self.child.stdout.fileno()
        while b'\n' not in self.buffer:
            assert time.monotonic() < deadline, f'no line came; so far {self.buffer}'
            if select.select([stream], [], [], 0.1)[0]:
                data = os.read(stream, 65536)
                assert data, f'it ended: {self.child.wait(TIMEOUT)} {self.child.stderr.read()}'
                self.buffer += data
        line, self.buffer = self.buffer.split(b'\n', 1)
        return line.decode()

    def stop(self, number=signal.SIGINT):
        self.child.send_signal(number)
        out, err = self.child.communicate(timeout=TIMEOUT)
        return Done(self.child.returncode, self.buffer.decode() + out, err)


def run():
    chosen = [c for c in CASES if not sys.argv[1:] or c.__name__ in sys.argv[1:]]
    failed = 0
    print('TAP version 13', f'1..{len(chosen)}', sep='\n')
    for number, function in enumerate(chosen, 1):
        service = Service()
        try:
            function(service)
            verdict = 'ok'
        except Exception:  # pylint: disable=broad-except
            failed += 1
            verdict = 'not ok'
            print(*('# ' + line for line in traceback.format_exc().splitlines()), sep='\n')
        finally:
            service.close()
        print(f'{verdict} {number} - {function.__name__.replace("_", " ")}', flush=True)
    sys.exit(1 if failed else 0)
