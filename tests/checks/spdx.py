#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every file says under which licence it is, and the text of that licence is there: spdx.py SOURCE"""
import re
import sys

from findings import Findings, files_of

MARK = re.compile(r'SPDX-License-Identifier: ([\w.-]+)')
TOP = 6  # lines in which it must be
WITHOUT = ['LICENSES/']  # the licences themselves


def licence_of(path):
    """introspection/ is for everybody's programs, the rest is ours."""
    return 'LGPL-2.1-or-later' if path.startswith('introspection/') else 'GPL-2.0-or-later'


def check(path, text):
    """Why the file is wrong; None if it is not."""
    found = MARK.search('\n'.join(text.splitlines()[:TOP]))
    if not found:
        return f'no SPDX-License-Identifier in the first {TOP} lines'
    if found[1] != licence_of(path):
        return f'is {found[1]}, should be {licence_of(path)}'
    return None


def main():
    findings = Findings(sys.argv[1])
    assert check('a.c', 'int x;\n') and check('introspection/a.c', '/* SPDX-License-Identifier: GPL-2.0-or-later */')
    assert check('a.c', '/* SPDX-License-Identifier: GPL-2.0-or-later */') is None
    for file in files_of(findings.source):
        path = str(file.relative_to(findings.source))
        if any(path.startswith(prefix) for prefix in WITHOUT):
            continue
        data = file.read_bytes()
        if b'\0' in data or not data:  # a database in test data cannot say it; nor can an empty file
            continue
        findings.looked_at += 1
        wrong = check(path, data.decode(errors='replace'))
        if wrong:
            findings.add(file, 1, wrong)
    for licence in ('GPL-2.0-or-later', 'LGPL-2.1-or-later'):
        if not (findings.source / 'LICENSES' / f'{licence}.txt').is_file():
            findings.add(f'LICENSES/{licence}.txt', 1, 'is missing')
    findings.finish('files')


if __name__ == '__main__':
    main()
