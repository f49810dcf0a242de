# SPDX-License-Identifier: GPL-2.0-or-later
"""Taps: attaching them, and what kernel and service tell of them."""
from environment import wait_for
from lab import MANAGER, endpoint_path, port_path, switch_path


def tap(name='t1', **settings):
    """Arguments of a call that attaches a tap to lab, for Holder.call."""
    nic = {'Name': name, 'Backend': 'tap', **settings}
    return switch_path('lab'), 'Switch.Attach', encode(nic), 'options()'


def encode(nic):
    items = ', '.join(f'{key!r}: {f"u({value})" if type(value) is int else repr(value)}' for key, value in nic.items())
    return f"dbus.Dictionary({{{items}}}, signature='sv')"


def attach(holder, *arguments, **settings):
    """The descriptors of a new tap, as numbers in the holder."""
    return holder.call(*tap(*arguments, **settings))[2]


def device(lab, name='t1'):
    """What the kernel tells of the tap itself."""
    return lab.links()[f'vswp-{name}']


def shape(lab, name='t1'):
    return device(lab, name)['linkinfo']['info_data']


def is_there(lab, name='t1'):
    return endpoint_path(name) in lab.objects() or f'vswp-{name}' in lab.links()


def wait_gone(lab, name='t1', seconds=2.0):
    wait_for(lambda: not is_there(lab, name), seconds, f'{name} to be gone')
    assert port_path('lab', name) not in lab.objects()


def warnings(lab):
    return [code for code, _ in lab.get(MANAGER, 'Manager', 'Warnings')]


def warns(lab, code, part):
    return any(c == code and part in text for c, text in lab.get(MANAGER, 'Manager', 'Warnings'))
