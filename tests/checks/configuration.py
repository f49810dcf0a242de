#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The example configuration and vmswitch.conf(5) tell the keys and defaults that the code has: configuration.py SOURCE"""
import re
import sys

from findings import Findings, line_of

# names of the code that the file spells otherwise
SPELLED = {'max_ports': 'MaxPortsPerSwitch', 'max_static_addresses': 'MaxStaticAddressesPerPort',
           'max_settings': 'MaxSettingsPerSystem'}


def read(path):
    return path.read_text(encoding='utf-8')


def defaults_of_code(source):
    """Limits by key, as the code has them where the file says nothing."""
    text = read(source / 'daemon/model/rules.c') + read(source / 'daemon/model/rules.h')
    constants = dict(re.findall(r'^#define (\w+) (\d+)', text, re.M))
    for name, value in re.findall(r'^\s+\.(max_\w+) = (\w+),', text, re.M):
        yield SPELLED.get(name, re.sub(r'(?:^|_)(\w)', lambda m: m[1].upper(), name)), constants.get(value, value)


def check_against(findings, path, values, keys, defaults):
    for key in sorted(set(values) ^ keys):
        findings.add(path, line_of(path, key), f'{key} is {"no key of vmswitchd" if key in values else "missing"}')
    for key, default in defaults.items():
        findings.looked_at += 1
        if values.get(key, default) != default:
            findings.add(path, line_of(path, key), f'the default of {key} is {default}, not {values[key]}')


def main():
    findings = Findings(sys.argv[1])
    source = findings.source
    code = read(source / 'daemon/config.c')
    keys = set(re.findall(r'\{ "(\w+)", G_STRUCT_OFFSET', code)) | set(re.findall(r'g_str_equal \(key, "(\w+)"\)', code))
    defaults = dict(defaults_of_code(source))
    if not defaults or not set(defaults) <= keys:
        findings.add('daemon/config.c', 1, f'limits {sorted(defaults)} are not among the keys {sorted(keys)}')

    example = source / 'data/vmswitch.conf'
    check_against(findings, example, dict(re.findall(r'^#(\w+)=(.*)', read(example), re.M)), keys, defaults)
    page = source / 'data/man/vmswitch.conf.5.rst'
    entries = re.findall(r'^(\w+)=[A-Z-]+[^\n]*\n((?:    .*\n)+)', read(page), re.M)
    told = {key: m[1] if (m := re.search(r'Default: (\d+)\.', text)) else None for key, text in entries}
    check_against(findings, page, told, keys, defaults)
    findings.finish('defaults')


if __name__ == '__main__':
    main()
