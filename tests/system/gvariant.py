# SPDX-License-Identifier: GPL-2.0-or-later
"""The text form of GVariant, as gdbus reads and prints it, to and from plain Python values."""
import ast
import re

TOKEN = re.compile(r'''(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
                     |(?P<type>@[a-z(){}]+|\b(?:objectpath|signature|handle|byte|u?int(?:16|32|64)|double|boolean)\b)
                     |(?P<word>\b(?:true|false|nothing|just)\b)|(?P<variant>[<>])|(?P<other>.)''', re.X | re.S)
WORDS = {'true': 'True', 'false': 'False', 'nothing': 'None', 'just': ''}


class Raw(str):
    """Text that already is a GVariant: kept as it is, for values of a type that Python cannot tell (or a wrong one)."""


def encode(value):
    """str, bool, int (uint32), dict (a{sv}) and list, as gdbus takes them for arguments of a known type."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, int):
        return f'uint32 {value}'
    if isinstance(value, str):
        return "'" + value.replace('\\', '\\\\').replace("'", "\\'").replace('\n', '\\n') + "'"
    if isinstance(value, dict):
        return '{' + ', '.join(f'{encode(k)}: <{encode(v)}>' for k, v in value.items()) + '}'
    return '[' + ', '.join(encode(v) for v in value) + ']'


def decode(text):
    """What gdbus prints, without the types."""
    out = []
    for token in TOKEN.finditer(text):
        kind = token.lastgroup
        if kind in ('string', 'other'):
            out.append(token.group())
        elif kind == 'word':
            out.append(WORDS[token.group()])
    return ast.literal_eval(''.join(out).strip())
