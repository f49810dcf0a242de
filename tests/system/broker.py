#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Starts dbus-broker where no systemd runs: broker.py CONFIG SOCKET

dbus-broker-launch wants its listening socket handed over as systemd does it (descriptor 3, LISTEN_FDS, LISTEN_PID), and
a journal to write to; here the journal is this program's child, which prints the messages to its standard error."""
import os
import socket
import sys

JOURNAL = '/run/systemd/journal/socket'


def print_journal(journal):
    while True:
        for line in journal.recv(65536).split(b'\n'):
            if line.startswith(b'MESSAGE='):
                os.write(2, line[len(b'MESSAGE='):] + b'\n')


def main():
    config, path = sys.argv[1:]
    os.makedirs(os.path.dirname(JOURNAL), exist_ok=True)
    journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    if os.path.exists(JOURNAL):
        os.unlink(JOURNAL)
    journal.bind(JOURNAL)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    os.chmod(path, 0o666)
    listener.listen(128)
    if os.fork() == 0:
        listener.close()
        print_journal(journal)
    journal.close()
    if listener.fileno() != 3:
        os.dup2(listener.fileno(), 3)
    os.set_inheritable(3, True)
    os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES='dbus.socket')
    os.execvp('dbus-broker-launch', ['dbus-broker-launch', '--scope', 'system', f'--config-file={config}'])


main()
