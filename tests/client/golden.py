# SPDX-License-Identifier: GPL-2.0-or-later
"""Golden texts of the client. With VSW_UPDATE_GOLDEN=1 they are written anew; read the difference before you commit it."""
import os
import re
import unicodedata

from client import HERE

GOLDEN = HERE / 'golden.txt'
TOP = '# SPDX-License-Identifier: GPL-2.0-or-later\n# What vmswitchctl prints of tree.gvariant; see test-answers.py.\n'


def read_golden():
    """name → text; each begins with a line `=== name`."""
    parts = re.split('^=== (.+)\n', GOLDEN.read_text(encoding='utf-8'), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def compare(name, text):
    golden = read_golden()
    if os.environ.get('VSW_UPDATE_GOLDEN'):
        golden[name] = text
        GOLDEN.write_text(TOP + ''.join(f'=== {n}\n{t}' for n, t in sorted(golden.items())), encoding='utf-8')
    assert text == golden.get(name), f'{name} in {GOLDEN} is not what came:\n{text}'


def check_harmless(text):
    bad = [c for c in text if c != '\n' and unicodedata.category(c) in ('Cc', 'Cf', 'Cs')]
    assert not bad, bad
