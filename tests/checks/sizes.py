#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A file is one thought, a function fits a screen: sizes.py SOURCE

A file or function that is better long says why, in a comment within it: `size waiver: REASON`."""
import ast
import re
import sys

from findings import Findings, files_of

MAX_FILE = 500
MAX_FUNCTION = 80
WAIVER = re.compile(r'size waiver: *(\S.*)')
CODE = ('.c', '.h', '.cc', '.cpp', '.py', '.sh')


def functions_of_c(lines):
    """(first line, last line, name) of each function; the braces of ours stand alone in the first column."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == '{' and number > 1 and lines[number - 2].rstrip().endswith((')', '*/')):
            start = number
        elif line.startswith('}') and start:
            name = next((m[1] for n in range(start - 1, 0, -1) if (m := re.match(r'(\w+(?: \(\w+, \w+\))?)', lines[n - 1]))), '?')
            yield start, number, name
            start = None


def functions_of_python(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno, node.name


def check(path, text):
    """(line, what is wrong) of each thing that is too long and does not say why."""
    lines = text.splitlines()
    functions = functions_of_python(text) if path.endswith('.py') else functions_of_c(lines)
    for first, last, name in functions:
        if last - first + 1 > MAX_FUNCTION and not WAIVER.search('\n'.join(lines[first - 1:last])):
            yield first, f'{name} has {last - first + 1} lines, more than {MAX_FUNCTION}'
    if len(lines) > MAX_FILE and not WAIVER.search(text):
        yield 1, f'has {len(lines)} lines, more than {MAX_FILE}'


def check_self():
    long = 'static int\nf (int x)\n{\n' + '  x++;\n' * MAX_FUNCTION + '  return x;\n}\n'
    assert [line for line, _ in check('a.c', long)] == [3], 'a long C function passes'
    assert not list(check('a.c', long.replace('  x++;', '  /* size waiver: a table */', 1))), 'a waiver does not count'
    assert [line for line, _ in check('a.py', 'def f(x):\n' + '    x += 1\n' * MAX_FUNCTION)] == [1], 'a long def passes'
    assert [line for line, _ in check('a.h', '\n' * (MAX_FILE + 1))] == [1], 'a long file passes'


def main():
    check_self()
    findings = Findings(sys.argv[1])
    for file in files_of(findings.source):
        if file.suffix in CODE:
            findings.looked_at += 1
            for line, wrong in check(file.name, file.read_text(encoding='utf-8')):
                findings.add(file, line, wrong)
    findings.finish('files')


if __name__ == '__main__':
    main()
