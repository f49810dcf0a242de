#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The first walk of README.md works as it is written: readme.py SOURCE BUILD

Runs its commands, one after another, where `./demo --shell` would. A command that says `# no answer` or `# refused` must fail,
every other must not. Needs root, for namespaces of its own."""
import os
import re
import subprocess
import sys

from findings import SKIPPED, Findings

sys.path.insert(0, sys.argv[1] + '/tests/system')
import environment  # noqa: E402

FAILS = re.compile(r'# (no answer|refused)')


def read_walk(path):
    """(line number, command) of each command; one that ends in a backslash goes on in the next line."""
    lines = path.read_text(encoding='utf-8').splitlines()
    first = lines.index('## A first walk') + 1
    pending = ''
    for number, line in enumerate(lines[first:], first + 1):
        if line.startswith('## '):
            return
        if not line.startswith('    '):
            continue
        pending += line.strip() if not pending else ' ' + line.strip()
        if pending.endswith('\\'):
            pending = pending[:-1]
        else:
            yield number, pending
            pending = ''


def run_walk(findings, readme, shell):
    """One shell for all, as a person would have: it says the status after each."""
    for number, command in read_walk(readme):
        findings.looked_at += 1
        shell.stdin.write(f'{command}\nprintf "\\n%s\\n" "walked $?"\n')
        shell.stdin.flush()
        said = []
        for line in shell.stdout:
            if line.startswith('walked '):
                break
            said.append(line)
        status = line.split()[1] if line.startswith('walked ') else 'none: the shell has ended'
        if (status != '0') != bool(FAILS.search(command)):
            findings.add(readme, number, f'{command}: status {status}:\n{"".join(said)}')


def main():
    source, build = sys.argv[1:]
    if os.geteuid() != 0:
        print('needs root, to make namespaces of its own')
        sys.exit(SKIPPED)
    here = environment.Environment(build)
    here.enter()
    findings = Findings(source)
    try:
        here.start_bus()
        here.start_polkit()
        here.start_daemon()
        with subprocess.Popen(['bash', '-m'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors='replace', cwd='/') as shell:
            run_walk(findings, findings.source / 'README.md', shell)
            shell.stdin.close()
    finally:
        here.close()
    findings.finish('commands')


if __name__ == '__main__':
    main()
