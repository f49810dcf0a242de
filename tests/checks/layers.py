#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of layers, held: layers.py SOURCE. Reads every include line and reports those that cross it.

Includes of ours carry their folder, so each line shows which layer it reaches into."""
import fnmatch
import re
import sys
import tempfile

from findings import Findings

# The C library where it only computes and prints; nothing that reaches the system.
PLAIN = ['assert.h', 'ctype.h', 'errno.h', 'inttypes.h', 'limits.h', 'math.h', 'stdarg.h', 'stddef.h', 'stdint.h', 'stdio.h',
         'stdlib.h', 'string.h', 'time.h']
SYSTEM = ['fcntl.h', 'poll.h', 'sched.h', 'signal.h', 'unistd.h', 'sys/*.h']
GLIB = ['glib.h', 'glib/*.h']

# What a folder may include: of ours, and from outside.
LAYERS = {
    # unistd.h: a namespace is a descriptor, which is closed with it
    'daemon/model': (['model/*'], PLAIN + GLIB + ['unistd.h']),
    'daemon/plan': (['plan/*', 'model/*'], PLAIN + GLIB),
    'daemon/kernel': (['kernel/*', 'model/*', 'plan/*'],
                      PLAIN + SYSTEM + GLIB + ['glib-object.h', 'glib-unix.h', 'arpa/inet.h', 'linux/*', 'net/*', 'netinet/*', 'netlink/*',
                                               'nftables/*']),
    'daemon/store': (['store/*', 'model/*'], PLAIN + SYSTEM + GLIB + ['sqlite3.h']),
    'daemon/engine': (['engine/*', 'model/*', 'plan/*', 'kernel/kernel.h', 'store/store.h'],
                      PLAIN + GLIB + ['glib-object.h', 'gio/*']),
    'daemon/bus': (['bus/*', 'model/*', 'engine/engine.h', 'introspection/interfaces.h'],
                   PLAIN + SYSTEM + GLIB + ['glib-object.h', 'glib-unix.h', 'gio/*', 'malloc.h']),
    # main.c and what it reads: wiring, so everything
    'daemon': (['*'], ['*']),
    # outside the daemon, as any other client
    'client': (['client/*'],
               PLAIN + SYSTEM + GLIB + ['glib-object.h', 'glib-unix.h', 'gio/*', 'polkitagent/*', 'linux/nsfs.h', 'locale.h',
                                        'pthread.h', 'termios.h']),
}
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')


def matches(name, globs):
    return any(fnmatch.fnmatchcase(name, glob) for glob in globs)


def check_line(folder, match):
    """Why the line is wrong; None if it is not."""
    ours, outside = LAYERS[folder]
    quoted, name = match[1] == '"', match[2]
    if quoted and folder != 'daemon' and '/' not in name:
        return f'"{name}" does not carry its folder'
    if not matches(name, ours if quoted else outside):
        return f'{folder} may not include {name}: it may include {", ".join(ours if quoted else outside)}'
    return None


def check(source, findings):
    files = [f for top in ('daemon', 'client') for f in sorted((source / top).rglob('*')) if f.suffix in ('.c', '.h', '.in')]
    for file in files:
        folder = str(file.parent.relative_to(source))
        if folder not in LAYERS:
            findings.add(file, 1, f'{folder} is not in the table of layers')
            continue
        for number, line in enumerate(file.read_text(encoding='utf-8').splitlines(), 1):
            match = INCLUDE.match(line)
            if match:
                findings.looked_at += 1
                wrong = check_line(folder, match)
                if wrong:
                    findings.add(file, number, wrong)


def check_self():
    """The check finds crossings that are made up, and nothing else."""
    made_up = {
        'daemon/model/port.c': ('#include "model/port.h"\n#include "store/store.h"\n#include <glib.h>\n', [2]),
        'daemon/engine/queue.c': ('#include "kernel/kernel.h"\n#include "kernel/linux.h"\n', [2]),
        'daemon/bus/port.c': ('#  include <sqlite3.h>\n#include "port.h"\n// #include "plan/op.h"\n#include "bus/x.h"\n', [1, 2]),
        'daemon/plan/plan.c': ('#include <sys/socket.h>\n#include <string.h>\n', [1]),
        'daemon/other/new.c': ('#include <glib.h>\n', [1]),
        'daemon/main.c': ('#include "kernel/linux.h"\n#include <systemd/sd-daemon.h>\n', []),
        'client/main.c': ('#include "model/port.h"\n#include <gio/gio.h>\n', [1]),
    }
    with tempfile.TemporaryDirectory() as folder:
        findings = Findings(folder)
        for name, (text, _) in made_up.items():
            file = findings.source / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding='utf-8')
        check(findings.source, findings)
    found = sorted(':'.join(f.split(':')[:2]) for f in findings.found)
    wanted = sorted(f'{name}:{line}' for name, (_, lines) in made_up.items() for line in lines)
    if found != wanted:
        sys.exit(f'layers.py does not work: it found {found} instead of {wanted}')


def main():
    check_self()
    findings = Findings(sys.argv[1])
    check(findings.source, findings)
    findings.finish('include lines')


if __name__ == '__main__':
    main()
