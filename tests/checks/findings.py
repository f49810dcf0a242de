# SPDX-License-Identifier: GPL-2.0-or-later
"""What a check found wrong, as FILE:LINE: TEXT, so that editors jump there."""
import os
import subprocess
import sys
from pathlib import Path

SKIPPED = 77  # what meson takes for a skip


class Findings:
    def __init__(self, source):
        self.source = Path(source).resolve()
        self.found = []
        self.looked_at = 0

    def add(self, path, line, text):
        path = Path(path)
        if path.is_absolute() and path.is_relative_to(self.source):
            path = path.relative_to(self.source)
        self.found.append(f'{path}:{line}: {text}')

    def finish(self, what):
        """Prints them and exits. A check that looked at nothing has failed."""
        for finding in self.found:
            print(finding)
        print(f'{self.looked_at} {what}, {len(self.found)} wrong')
        sys.exit(1 if self.found or self.looked_at == 0 else 0)


def files_of(source):
    """What belongs to the project: what git knows, or without git everything that is not built or hidden."""
    source = Path(source)
    if (source / '.git').exists():
        listed = subprocess.run(['git', '-c', 'safe.directory=*', '-C', source, 'ls-files', '-z'], check=True,
                                capture_output=True).stdout
        return sorted(source / os.fsdecode(name) for name in listed.split(b'\0') if name
                      and (source / os.fsdecode(name)).is_file())
    return sorted(file for file in source.rglob('*') if file.is_file() and not any(
        part.startswith(('build', '.')) or part == '__pycache__' for part in file.relative_to(source).parts))


def line_of(path, text):
    """Number of the first line with that text; 1 if there is none."""
    for number, line in enumerate(Path(path).read_text(encoding='utf-8').splitlines(), 1):
        if text in line:
            return number
    return 1
