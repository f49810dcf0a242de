#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The interfaces say all that they must, and policies agree with them: interfaces.py SOURCE

Everything documented; every method with an action that polkit knows, every action used; properties read-only with a
sensible promise about changes; no path or pid from callers; descriptors let through the bus just where a method takes them."""
import re
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

from findings import Findings, line_of

sys.path.insert(0, sys.argv[1] + '/introspection')
import manual  # noqa: E402

FD = 'org.gtk.GDBus.C.UnixFD'
CONSTANT = {'Name', 'Id', 'OwnerUid', 'CreatedTimestamp', 'Lifetime', 'Kind'}
CONSTANT_BUT = {('org.vmswitch1.Switch', 'Kind')}  # derived from what is connected
FORBIDDEN = re.compile(r'(^|_)(path|file|dir|directory|pid)($|_)')
# asked after a method's own action by what it is given, so no annotation can name it
BY_ARGUMENT = {'org.vmswitch1.attach-foreign-namespace'}


class Check:
    def __init__(self, findings, file, actions, errors):
        self.findings, self.file, self.actions, self.errors = findings, file, actions, errors
        self.interface, self.docs = manual.read(file)
        self.name = self.interface.get('name')
        self.used = set()
        self.with_fds = set()

    def add(self, member, text):
        kind, name = member.tag, member.get('name')
        self.findings.add(self.file, line_of(self.file, f'<{kind} name="{name}"'), f'{name}: {text}')

    def run(self):
        if self.file.name != f'{self.name}.xml':
            self.add(self.interface, f'stands in {self.file.name}')
        self.check_docs(self.interface, ['short_description', 'since'])
        for member in self.interface:
            if member.tag not in ('method', 'property'):
                if isinstance(member.tag, str):
                    self.add(member, f'{member.tag} is not among what this API consists of')
                continue
            self.findings.looked_at += 1
            arguments = [a.get('name') for a in member.findall('arg')]
            if None in arguments or len(set(arguments)) != len(arguments):
                self.add(member, 'an argument has no name, or two have the same')
                continue
            self.check_docs(member, arguments + ['since'])
            (self.check_method if member.tag == 'method' else self.check_property)(member)
        names = [member.get('name') for member in self.interface if member.tag in ('method', 'property')]
        for symbol in set(self.docs) - set(names) - {self.name}:
            self.findings.add(self.file, line_of(self.file, symbol + ':'), f'{symbol} is documented, but not there')

    def check_docs(self, member, wanted):
        doc = self.docs.get(member.get('name'))
        if doc is None or not doc.paragraphs:
            self.add(member, 'is not documented')
            return
        for field in wanted:
            if not doc.fields.get(field):
                self.add(member, f'@{field} is not documented')
        for field in set(doc.fields) - set(wanted):
            self.add(member, f'@{field} is documented, but not there')
        if member.tag == 'method':
            self.check_errors(member, doc)

    def check_errors(self, member, doc):
        at = next((i for i, p in enumerate(doc.paragraphs) if p.startswith('Errors:')), None)
        if at is None:
            self.add(member, 'does not tell its errors')
            return
        for name in re.findall(r'^- `(\w+)`:', '\n'.join(doc.paragraphs[at:]), re.M):
            if name not in self.errors:
                self.add(member, f'{name} is no error of the service')

    def check_method(self, method):
        found = {suffix: manual.annotation(method, manual.ACTION + suffix) for suffix in ('', '.Owner', '.Shared')}
        if not found['']:
            self.add(method, f'has no {manual.ACTION}: it would be refused always')
        if found[''] == 'open' and (found['.Owner'] or found['.Shared']):
            self.add(method, 'is open, yet has an action for some')
        for action in set(found.values()) - {None, 'open'}:
            self.used.add(action)
            if action not in self.actions:
                self.add(method, f'{action} is not among the polkit actions')
        self.check_confirm_within(method, found[''])
        given = [a for a in method.findall('arg') if a.get('direction') == 'in']
        if not given or (given[-1].get('name'), given[-1].get('type')) != ('options', 'a{sv}'):
            self.add(method, 'does not end in a{sv} options')
        for argument in given:
            if FORBIDDEN.search(argument.get('name')) and argument.get('type') != 'o':
                self.add(method, f'takes {argument.get("name")} from a caller')
        doc = self.docs.get(method.get('name'))
        text = '\n'.join([*doc.paragraphs, *doc.fields.values()]) if doc else ''
        takes = '` (h)' in text or any('h' in a.get('type') for a in given)
        gives = any('h' in a.get('type') for a in method.findall('arg') if a not in given)
        if bool(takes or gives) != (manual.annotation(method, FD) == 'true'):
            self.add(method, f'{FD} does not say what its arguments say')
        if takes:
            self.with_fds.add((self.name, method.get('name')))

    def check_confirm_within(self, method, action):
        """The option is told by manual.py, of the methods that have it; those that have no other must not say that there is none."""
        said = manual.annotation(method, manual.CONFIRM_WITHIN)
        if said not in (None, 'false') or (said and action == 'open'):
            self.add(method, f'{manual.CONFIRM_WITHIN} is {said}')
        options = self.docs[method.get('name')].fields.get('options', '') if method.get('name') in self.docs else ''
        if options == ('None yet.' if manual.takes_confirm_within(method) else 'None of its own.'):
            self.add(method, f'the options are told as "{options}"')

    def check_property(self, member):
        if member.get('access') != 'read':
            self.add(member, 'can be written; change it by Modify')
        emits = manual.annotation(member, manual.EMITS)
        if emits not in (None, 'const', 'invalidates', 'false'):
            self.add(member, f'{manual.EMITS} is {emits}')
        constant = member.get('name') in CONSTANT and (self.name, member.get('name')) not in CONSTANT_BUT
        if constant and emits != 'const':
            self.add(member, 'never changes, but does not say so')


def check_bus_policy(findings, path, checks):
    """Everybody may send just what is in the interfaces, with descriptors where they are taken."""
    default = ET.parse(path).getroot().find("policy[@context='default']")
    allowed, with_fds = set(), set()
    for rule in default.findall('allow'):
        member, fds = rule.get('send_member'), rule.get('max_fds')
        if fds is None:
            findings.add(path, line_of(path, rule.get('send_interface')), 'lets any number of descriptors through')
        elif int(fds) > 0:
            with_fds.add((rule.get('send_interface'), member))
        if member is None:
            allowed.add(rule.get('send_interface'))
    wanted = {c.name for c in checks if c.interface.find('method') is not None}
    wanted |= {f'org.freedesktop.DBus.{name}' for name in ('Introspectable', 'ObjectManager', 'Peer', 'Properties')}
    for name in sorted(allowed ^ wanted):
        findings.add(path, line_of(path, name), f'{name} is {"allowed but not served" if name in allowed else "not allowed"}')
    for name in sorted(with_fds ^ set().union(*(c.with_fds for c in checks))):
        findings.add(path, line_of(path, name[1] or name[0]), f'{name}: descriptors are not as the interface says')


def check_self(file, actions, errors):
    """Each of these mistakes is found, and the file as it is has none."""
    text = file.read_text(encoding='utf-8')
    mistakes = [('', ''), ('<annotation name="org.vmswitch1.Action" value="org.vmswitch1.manage-ports"/>', ''),
                ('org.vmswitch1.manage-own"/>', 'org.vmswitch1.manage-all"/>'), ('@endpoint:', '@point:'), ('Connected:', 'Con:'),
                ('type="s" access="read"', 'type="s" access="readwrite"'), ('- `InUse`', '- `Used`'), ('"const"', '"never"'),
                ('<arg name="endpoint" type="o"', '<arg name="endpoint" type="h"'),
                ('<arg name="endpoint" type="o"', '<arg name="file" type="s"'), ('@options: None of its own.', '@options: None yet.')]
    with tempfile.TemporaryDirectory() as folder:
        for right, wrong in mistakes:
            copy = Path(folder) / file.name
            copy.write_text(text.replace(right, wrong, 1), encoding='utf-8')
            findings = Findings(folder)
            Check(findings, copy, actions, errors).run()
            if bool(findings.found) != (right != ''):
                sys.exit(f'interfaces.py does not work: with {wrong!r} for {right!r} it finds {findings.found}')


def main():
    findings = Findings(sys.argv[1])
    policy = findings.source / 'policy' / 'org.vmswitch1.policy'
    actions = {action.get('id') for action in ET.parse(policy).getroot().findall('action')}
    errors = (findings.source / 'daemon' / 'bus' / 'error.c').read_text(encoding='utf-8')
    errors = set(re.findall(r'VSW_BUS_ERROR_PREFIX "(\w+)"', errors))

    files = sorted((findings.source / 'introspection').glob('*.xml'))
    check_self(findings.source / 'introspection' / 'org.vmswitch1.SwitchPort.xml', actions, errors)
    checks = [Check(findings, file, actions, errors) for file in files]
    for check in checks:
        check.run()
    used = BY_ARGUMENT.union(*(check.used for check in checks))
    for action in sorted(actions - used):
        findings.add(policy, line_of(policy, f'"{action}"'), f'{action} is asked by no method')
    for action in sorted(BY_ARGUMENT - actions):
        findings.add(policy, 1, f'{action} is missing')
    check_bus_policy(findings, findings.source / 'policy' / 'org.vmswitch1.conf', checks)

    build = findings.source / 'introspection' / 'meson.build'
    for file in files:
        if f"'{file.stem.split('.')[-1]}'" not in build.read_text(encoding='utf-8'):
            findings.add(build, 1, f'{file.name} is not built')
    findings.finish('methods and properties')


if __name__ == '__main__':
    main()
