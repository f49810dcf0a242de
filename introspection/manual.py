#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the manual page of one interface, as reStructuredText for rst2man: manual.py XML OUTPUT

What a page says stands in the comments of the XML, in the style of gdbus-codegen: the name of the member and a colon, lines
`@argument: text`, an empty line, paragraphs. `literal` is literal."""
import re
import sys
import textwrap
import xml.etree.ElementTree as ET

ACTION = 'org.vmswitch1.Action'
CONFIRM_WITHIN = 'org.vmswitch1.ConfirmWithin'
EMITS = 'org.freedesktop.DBus.Property.EmitsChangedSignal'
EMITTED = {'const': 'Never changes.', 'invalidates': 'Changes are signalled without the new value.',
           'false': 'Changes are not signalled.', 'true': 'Changes are signalled.'}


class Doc:
    """A comment, taken apart."""

    def __init__(self, text):
        first, _, rest = text.strip().partition('\n')
        lines = textwrap.dedent(rest).splitlines()
        self.symbol = first.rstrip(':')
        self.fields = {}
        while lines and (field := re.match(r'@(\w+): (.*)', lines[0])):
            self.fields[field[1]] = field[2]
            lines.pop(0)
        self.paragraphs = [p for p in '\n'.join(lines).strip().split('\n\n') if p]


def read(path):
    """The interface, and the Doc of each of its members by name; that of the interface itself under its name."""
    root = ET.parse(path, ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))).getroot()
    docs, last = {}, None
    for element in root.iter():
        if element.tag is ET.Comment:
            last = Doc(element.text)
        elif last is not None and element.get('name') == last.symbol:
            docs[last.symbol], last = last, None
    return root.find('interface'), docs


def annotation(member, name):
    found = member.find(f"annotation[@name='{name}']")
    return None if found is None else found.get('value')


def literal(text):
    """`x` of the comments is ``x`` here; what the markup would take for its own is escaped outside."""
    parts = re.split(r'`([^`]*)`', text)
    for i, part in enumerate(parts):
        parts[i] = f'``{part}``' if i % 2 else re.sub(r'([*\\|_])', r'\\\1', part)
    return ''.join(parts)


def indent(text, depth=1):
    return textwrap.indent(text, '    ' * depth)


def title(text, line, over=False):
    return ([line * len(text)] if over else []) + [text, line * len(text), '']


def signature(method):
    def side(direction):
        return ', '.join(f'**{a.get("type")}** *{a.get("name")}*' for a in method.findall('arg')
                         if a.get('direction') == direction)
    back = side('out')
    return f'**{method.get("name")}** ({side("in")})' + (f' → ({back})' if back else '')


def authorization(method):
    action, owner, shared = (annotation(method, ACTION + suffix) for suffix in ('', '.Owner', '.Shared'))
    if action == 'open':
        return 'Everybody may call it.'
    text = f'Action: ``{action}``'
    if shared:
        text += f'; on a shared switch ``{shared}``'
    if owner:
        text += f'; on what is all the caller\'s own ``{owner}``'
    return text + '.'


def takes_confirm_within(method):
    """As the daemon decides it (bus/call.c): every method that changes something, unless it says otherwise."""
    return annotation(method, ACTION) != 'open' and annotation(method, CONFIRM_WITHIN) != 'false'


def describe_method(method, doc):
    yield signature(method)
    for number, paragraph in enumerate(doc.paragraphs):
        yield from (indent(literal(paragraph)), '')
        if number == 0:
            for argument in method.findall('arg'):
                yield indent(f'*{argument.get("name")}*')
                text = doc.fields[argument.get('name')]
                if argument.get('name') == 'options' and takes_confirm_within(method):
                    text = text.replace('None of its own.', '').strip()
                    text += (' Also ' if text else '') + '`confirm-within` (u): seconds; see org.vmswitch1.Manager(5).'
                yield indent(literal(text), 2)
            yield ''
    yield from (indent(f'{authorization(method)} Since {doc.fields["since"]}.'), '')


def describe_property(member, doc):
    yield f'**{member.get("name")}** (**{member.get("type")}**)'
    for paragraph in doc.paragraphs:
        yield from (indent(literal(paragraph)), '')
    yield from (indent(f'{EMITTED[annotation(member, EMITS) or "true"]} Since {doc.fields["since"]}.'), '')


def write(interface, docs):
    name = interface.get('name')
    yield from ('.. SPDX-License-Identifier: LGPL-2.1-or-later', '')
    yield from title(name, '=', over=True)
    yield from title(docs[name].fields['short_description'], '-', over=True)
    yield from (':Manual section: 5', ':Manual group: vmswitch', '')
    # names are long: neither hyphens in them nor gaps around them
    yield from ('.. raw:: manpage', '', '    .nh', '    .ad l', '')
    yield from title('DESCRIPTION', '=')
    for paragraph in docs[name].paragraphs:
        yield from (literal(paragraph), '')
    for heading, tag, describe in (('METHODS', 'method', describe_method), ('PROPERTIES', 'property', describe_property)):
        members = interface.findall(tag)
        if members:
            yield from title(heading, '=')
        for member in members:
            yield from describe(member, docs[member.get('name')])
    if interface.find('method') is not None:
        yield from title('ERRORS', '=')
        yield from ('Errors without a prefix are those of ``org.vmswitch1.Error``.', '')
    yield from title('SEE ALSO', '=')
    yield '**vmswitchd**\\(8), **vmswitchctl**\\(1), **org.vmswitch1.Manager**\\(5)'


def main():
    source, output = sys.argv[1:]
    text = '\n'.join(write(*read(source))) + '\n'
    with open(output, 'w', encoding='utf-8') as page:
        page.write(text)


if __name__ == '__main__':
    main()
