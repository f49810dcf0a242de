#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every header compiles by itself, as C and as C++ (tests are C++): headers.py SOURCE BUILD CC CXX"""
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from findings import Findings, line_of

PACKAGES = ['gio-unix-2.0', 'libnl-route-3.0', 'libnl-genl-3.0', 'libnftables', 'sqlite3', 'libsystemd', 'polkit-agent-1']
DEFINES = ['-D_GNU_SOURCE', '-DPOLKIT_AGENT_I_KNOW_API_IS_SUBJECT_TO_CHANGE']
FOLDERS = ['daemon', 'client', 'tests']


def compile_alone(compiler, flags, header):
    """What the compiler says, empty if all is well. Included twice: it must not mind."""
    return subprocess.run(compiler.split() + flags + ['-fsyntax-only', '-Wall', '-Werror', '-include', header, '-include', header,
                                                      os.devnull], capture_output=True, text=True).stderr


def only_cxx(header):
    """Fixtures of tests are C++; what they share with C says so."""
    return 'tests' in header.parts and 'G_BEGIN_DECLS' not in header.read_text(encoding='utf-8')


def main():
    source, build, cc, cxx = sys.argv[1:]
    findings = Findings(source)
    flags = subprocess.run(['pkg-config', '--cflags', *PACKAGES], check=True, capture_output=True, text=True).stdout.split()
    flags += DEFINES + [f'-I{top}/{folder}' for top in (findings.source, build) for folder in ('.', 'daemon', 'tests')]
    languages = ((cc, ['-x', 'c', '-std=gnu17'], 'C'), (cxx, ['-x', 'c++', '-std=gnu++17'], 'C++'))

    with tempfile.TemporaryDirectory() as folder:
        broken = Path(folder) / 'broken.h'
        broken.write_text('vsw_never_declared_type x;\n', encoding='utf-8')
        if not all(compile_alone(compiler, extra + flags, broken) for compiler, extra, _ in languages):
            sys.exit('headers.py does not work: a broken header compiles')

    headers = [h for folder in FOLDERS for h in sorted((findings.source / folder).rglob('*.h'))]
    headers += sorted((Path(build) / 'introspection').glob('*.h'))
    jobs = [(header, *language) for header in headers for language in languages if language[2] == 'C++' or not only_cxx(header)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        said = pool.map(lambda job: compile_alone(job[1], job[2] + flags, job[0]), jobs)
    for (header, _, _, language), text in zip(jobs, said):
        findings.looked_at += 1
        if text:
            findings.add(header, line_of(header, '#include'), f'does not compile alone as {language}:\n{text}')
    findings.finish('compilations of headers')


if __name__ == '__main__':
    main()
