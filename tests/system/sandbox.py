#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a program behind the system call filter of a systemd unit, without systemd: sandbox.py UNIT -- PROGRAM...

Takes SystemCallFilter=, RestrictNamespaces= and RestrictAddressFamilies= from the unit, has
systemd-analyze name the members of the groups, and loads the filter with libseccomp. What is not allowed fails with EPERM, as
SystemCallErrorNumber=EPERM says. The caller has set no_new_privs."""
import ctypes
import errno
import os
import socket
import subprocess
import sys

SCMP_ACT_ALLOW = 0x7fff0000
SCMP_ACT_ERRNO = 0x00050000
SCMP_CMP_EQ = 4


class Comparison(ctypes.Structure):
    _fields_ = [('argument', ctypes.c_uint), ('operator', ctypes.c_int), ('a', ctypes.c_uint64), ('b', ctypes.c_uint64)]


def read_unit(path, key):
    with open(path, encoding='utf-8') as unit:
        return [line.split('=', 1)[1].strip() for line in unit if line.startswith(key + '=')]


def expand(names):
    """The system calls that a list of names and @groups means."""
    calls = set()
    for name in names:
        if not name.startswith('@'):
            calls.add(name)
            continue
        text = subprocess.run(['systemd-analyze', 'syscall-filter', name], check=True, capture_output=True, text=True).stdout
        members = [line.strip() for line in text.splitlines()[1:]]
        calls |= expand([m for m in members if m and not m.startswith('#')])
    return calls


def read_filter(path):
    """The allowed calls. As systemd reads it: the first line decides that it is a list of what is allowed, later ones add, ~ takes away."""
    allowed = expand(['@default'])
    for line in read_unit(path, 'SystemCallFilter'):
        if line.startswith('~'):
            allowed -= expand(line[1:].split())
        else:
            allowed |= expand(line.split())
    if read_unit(path, 'RestrictNamespaces') == ['yes']:
        allowed -= {'setns', 'unshare'}
    return allowed


def load(path):
    library = ctypes.CDLL('libseccomp.so.2')
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint,
                                               ctypes.POINTER(Comparison)]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    context = library.seccomp_init(SCMP_ACT_ERRNO | errno.EPERM)
    allowed = read_filter(path) | {'execve'}  # systemd executes the program behind the filter, so do we
    families = [getattr(socket, name) for line in read_unit(path, 'RestrictAddressFamilies') for name in line.split()]
    if families:
        allowed.discard('socket')
        for family in families:
            number = library.seccomp_syscall_resolve_name(b'socket')
            only = Comparison(0, SCMP_CMP_EQ, family, 0)
            library.seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number, 1, ctypes.byref(only))
    for name in sorted(allowed):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            library.seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number, 0, None)
    failed = library.seccomp_load(context)
    if failed:
        sys.exit(f'sandbox: the filter was not taken: {os.strerror(-failed)}')


def main():
    unit, separator, *program = sys.argv[1:]
    assert separator == '--'
    load(unit)
    os.execvp(program[0], program)


main()
