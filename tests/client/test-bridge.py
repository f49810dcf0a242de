#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""vmswitch-bridge-helper speaks the protocol of QEMU's own: a command line, and one byte with a descriptor beside it."""
import os
import re
import socket
import subprocess
import tempfile
from pathlib import Path

from client import ROOT, TIMEOUT, Done, case, run

HELPER = os.environ['VSW_BRIDGE_HELPER']
LAB = f'{ROOT}/switch/lab'
DIRECTORY = tempfile.TemporaryDirectory(prefix='vmswitch-client.')


def attach(service, *names):
    for name in names:
        Path(DIRECTORY.name, name).touch()
    service.hand('Attach', *(Path(DIRECTORY.name, name) for name in names))
    handles = ', '.join(f'handle {n}' for n in range(len(names)))
    service.reply('Attach', f"(objectpath '{LAB}/port/n', objectpath '{ROOT}/endpoint/n', @ah [{handles}])")


def ask(service, *arguments, status=0, peer_gone=False):
    """As QEMU does: a socketpair, of which the helper inherits one end. Returns the run, the bytes, and the files behind what came."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    words = [word.replace('SOCKET', str(theirs.fileno())) for word in arguments]
    if peer_gone:
        ours.close()
    with subprocess.Popen([HELPER, *words], env=service.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, pass_fds=[theirs.fileno()]) as child:
        theirs.close()
        data, fds = b'', []
        while not peer_gone:
            more, some, _, _ = socket.recv_fds(ours, 16, 16)
            data, fds = data + more, fds + some
            if not more:
                break
        done = Done(None, *child.communicate(timeout=TIMEOUT))
    done.status = child.returncode
    ours.close()
    files = [os.path.basename(os.readlink(f'/proc/self/fd/{fd}')) for fd in fds]
    for fd in fds:
        os.close(fd)
    assert done.status == status and done.out == '', done
    return done, data, files


def refuse(service, *arguments, **options):
    done, data, files = ask(service, *arguments, status=1, **options)
    assert data == b'' and files == [], (data, files)
    assert done.err.startswith('vmswitch-bridge-helper: ') and done.err.count('\n') == 1, done
    return done.err.removeprefix('vmswitch-bridge-helper: ').strip()


@case
def a_header_means_a_synthetic_nic(service):
    attach(service, 'tap')
    done, data, files = ask(service, '--use-vnet', '--fd=SOCKET', '--br=lab')
    assert (data, files, done.err) == (b'\0', ['tap'], ''), (data, files, done)
    [call] = service.calls()
    # Named after who runs it, which is us.
    comm = Path('/proc/self/comm').read_text(encoding='utf-8').strip()
    wanted = re.escape(f"{LAB} Attach ({{'Name': <'{comm}-{os.getpid()}-NAME'>, 'Kind': <'synthetic'>, 'Backend': <'tap'>, "
                       "'Lifetime': <'descriptor'>}, {}) plain 0").replace('NAME', '[0-9a-f]{8}')
    assert re.fullmatch(wanted, call), call


@case
def without_one_it_is_an_emulated_nic(service):
    attach(service, 'tap')
    _, data, files = ask(service, '--br=lab', '--fd=SOCKET')
    assert (data, files) == (b'\0', ['tap'])
    assert "'Kind': <'emulated'>" in service.calls()[0]


@case
def two_nics_of_one_process_have_two_names(service):
    attach(service, 'tap')
    for _ in range(2):
        ask(service, '--use-vnet', '--br=lab', '--fd=SOCKET')
    one, two = (re.search("'Name': <'(.*?)'>", call)[1] for call in service.calls())
    assert one != two


@case
def a_mistake_on_the_command_line_asks_nothing(service):
    for arguments, part in (([], '--br is missing'), (['--br=lab'], '--fd is missing'), (['--fd=SOCKET'], '--br is missing'),
                            (['--br=lab', '--fd=x'], 'not the number of a descriptor'), (['--br=lab', '--fd=-1'], 'not the number'),
                            (['--br=lab', '--fd=0'], 'descriptor 0 is not a unix socket'), (['--br=lab', '--fd=999'], 'not a unix socket'),
                            (['--br=lab', '--fd=SOCKET', '--colour'], 'unknown argument "--colour"'), (['--br', 'lab'], 'unknown argument')):
        assert part in refuse(service, *arguments), arguments
    assert service.calls() == []


@case
def a_refusal_is_told_in_one_line(service):
    service.fail('Attach', 'org.freedesktop.DBus.Error.AccessDenied', 'polkit said\tno')
    assert refuse(service, '--br=lab', '--fd=SOCKET') == 'cannot attach to switch lab: polkit said\\tno'
    assert refuse(service, '--br=none', '--fd=SOCKET') == 'cannot attach to switch none: there is no switch "none"'
    service.mock.tell('release')
    assert 'org.vmswitch1 is not available' in refuse(service, '--br=lab', '--fd=SOCKET')


@case
def an_answer_without_one_descriptor_is_a_failure(service):
    attach(service)
    service.mock.tell('hand Attach /dev/null')
    assert 'without a descriptor' in refuse(service, '--br=lab', '--fd=SOCKET')


@case
def a_hypervisor_that_is_gone_is_a_failure(service):
    attach(service, 'tap')
    assert 'Broken pipe' in refuse(service, '--br=lab', '--fd=SOCKET', peer_gone=True)


@case
def help_and_version_are_told(service):
    for argument, part in (('--help', '--use-vnet'), ('-h', '--br=SWITCH'), ('--version', 'vmswitch-bridge-helper 0.')):
        done = subprocess.run([HELPER, argument], capture_output=True, text=True, timeout=TIMEOUT, check=True)
        assert part in done.stdout and done.stderr == ''


@case
def the_manual_has_every_option(service):
    text = Path(os.environ['VSW_SOURCE'], 'data', 'man', 'vmswitch-bridge-helper.8.rst').read_text(encoding='utf-8')
    for option in ('--use-vnet', '--br=SWITCH', '--fd=SOCKET', '--help', '--version'):
        assert f'\n{option} ' in text, option


run()
