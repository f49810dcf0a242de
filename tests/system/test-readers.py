#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whoever may only look cannot keep others waiting, however much he asks."""
import time

from lab import PYTHON, ROOT, Lines, switch_path
from tap import case, run

PORTS = 200
CLIENTS = 8
ASKED = {'objects': ('/org/vmswitch1', 'org.freedesktop.DBus.ObjectManager', 'GetManagedObjects', ''),
         'table': (switch_path('lab'), 'org.vmswitch1.Switch', 'GetForwardingTable', 'options'),
         'counters': ('/org/vmswitch1/Manager', 'org.vmswitch1.Manager', 'GetStatistics', 'all')}


def slowest(lab, seconds):
    """The longest that an administrator's call takes, one after another."""
    worst, end, number = 0, time.monotonic() + seconds, 0
    while time.monotonic() < end:
        begin = time.monotonic()
        lab.call(switch_path('lab'), 'Switch.Modify', {'Description': f'change {number}'}, {})
        worst, number = max(worst, time.monotonic() - begin), number + 1
    return worst


@case
def a_flood_of_questions_leaves_changes_served(lab):
    lab.create_switch('lab')
    lab.call(switch_path('lab'), 'Switch.CreatePorts', [{'Name': f'p{i}'} for i in range(PORTS)], {})
    idle = slowest(lab, 1)
    for what, question in ASKED.items():
        floods = [Lines(lab, PYTHON, ROOT / 'system' / 'reader.py', *question, user='bob', ready='answered') for _ in range(CLIENTS)]
        try:
            busy = slowest(lab, 3)
        finally:
            for flood in floods:
                flood.close()
        assert busy < max(1, 20 * idle), f'{what}: {busy:.2f} s, {idle:.3f} s without the flood'
        assert lab.daemon.poll() is None


run()
