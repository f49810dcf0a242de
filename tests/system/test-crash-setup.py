#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 while the host goes over to a switch, back, and back unasked, and while a start mends that: afterwards all or nothing, and the host can be
reached (crash.py).

These requests are of hundreds of writes, so only every so many are tried here; tests/kernel does the same within each step."""
import json
import time

import crash
import outside
from crash import Request, define
from environment import wait_for
from lab import MANAGER, BusError, endpoint_path, switch_path
from outside import HOST4, HOST6, NIC, REMOTE, SLAAC6
from tap import run

EXTERNAL = endpoint_path(NIC)
STRIDE = 53  # of some 240
CUT = 150  # somewhere in the midst of a setup


def prepare_bare(lab):
    """A router, a remote, and a NIC without addresses; the switch `lab`."""
    for guest in (outside.ROUTER, outside.REMOTE):
        lab.run('ip', 'netns', 'del', guest, check=False)
    outside.make(lab)
    # which it gives itself a moment after it got its carrier
    wait_for(lambda: 'fe80:' in lab.ip('-6', 'address', 'show', 'dev', NIC).stdout, 10, 'an address of the link')
    outside.settle(lab)
    lab.create_switch('lab')


def prepare(lab):
    """The same with a NIC that has everything."""
    prepare_bare(lab)
    outside.configure(lab)
    assert lab.pings(HOST4, netns=REMOTE)


def prepare_set_up(lab):
    prepare(lab)
    checkpoint = lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {})[1]
    lab.call(checkpoint, 'Checkpoint.Confirm', {})
    assert lab.pings(HOST4, netns=REMOTE)


class Rollback(Request):
    """What is asked for is the way back from what waits to be confirmed."""
    checkpoint = None

    def __init__(self):
        super().__init__()

    def ask(self, lab):
        lab.call(Rollback.checkpoint, 'Checkpoint.Rollback', {}, timeout=20)


def prepare_unconfirmed(lab):
    prepare(lab)
    Rollback.checkpoint = lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {'confirm-within': 3600})[1]


def prepare_torn_down(lab):
    prepare_set_up(lab)
    Rollback.checkpoint = lab.call(MANAGER, 'Manager.TeardownSwitch', switch_path('lab'), {'confirm-within': 3600})[0]


def prepare_expired(lab):
    """The time to confirm a setup has passed while nobody was there."""
    prepare(lab)
    lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {'confirm-within': 1})
    lab.kill_daemon()
    time.sleep(1.1)


def prepare_expired_teardown(lab):
    prepare_set_up(lab)
    lab.call(MANAGER, 'Manager.TeardownSwitch', switch_path('lab'), {'confirm-within': 1})
    lab.kill_daemon()
    time.sleep(1.1)


def prepare_cut_off(lab):
    """A setup was killed in its midst."""
    prepare(lab)
    tracer = crash.arm(lab, CUT)
    try:
        lab.call(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {}, timeout=20)
        is_done = True
    except (BusError, AssertionError):
        is_done = False
    finally:
        crash.disarm(tracer)
    assert not is_done, 'it was not killed'
    lab.daemon.wait(10)


def is_reachable(lab):
    assert lab.pings(HOST4, netns=REMOTE) and lab.pings(HOST6, netns=REMOTE), lab.ip('address').stdout
    # it has got 3600 seconds not long ago
    ends = {**outside.find_ends(lab, NIC).parse(), **outside.find_ends(lab, 'vswi-lab').parse()}
    assert 3300 < ends[f'{SLAAC6} valid_life_time'] - time.time() < 3605, ends


def sort_addresses(text):
    """Those that were half on the way may come to stand in another order of equals. And without the numbers that the kernel gives to links and namespaces."""
    shown = json.loads(text)
    for link in shown:
        for number in ('ifindex', 'link_index', 'link_netnsid'):
            link.pop(number, None)
        link['addr_info'].sort(key=lambda address: (address['family'], address['local']))
    return json.dumps(shown, indent=1)


def look(lab):
    """What IP has on the NIC, and on the internal one, without what is new in every run, as the numbers of links are."""
    shown = {('ip', key): value for key, value in outside.look(lab).items() if not key.endswith(('settings', 'queueing', 'link', 'ends'))}
    for family in ('-4 address', '-6 address'):
        shown['ip', family] = sort_addresses(shown['ip', family])
    shown['ip', 'internal'] = outside.strip(lab.ip('-j', 'address', 'show', 'dev', 'vswi-lab', check=False).stdout.split('"addr_info"')[-1])
    return shown


crash.MORE.append(look)
define('bind', prepare_bare, Request(switch_path('lab'), 'Switch.BindExternalEthernetPort', EXTERNAL, {}), stride=13)
define('set up', prepare, Request(MANAGER, 'Manager.SetupSwitch', switch_path('lab'), EXTERNAL, {}, {'confirm-within': 3600}),
       stride=STRIDE, check=is_reachable)
define('tear down', prepare_set_up, Request(MANAGER, 'Manager.TeardownSwitch', switch_path('lab'), {'confirm-within': 3600}),
       stride=STRIDE, check=is_reachable)
define('roll a setup back', prepare_unconfirmed, Rollback(), stride=STRIDE, check=is_reachable)
define('roll a teardown back', prepare_torn_down, Rollback(), stride=STRIDE, check=is_reachable)
define('a start that rolls a setup back', prepare_expired, None, stride=STRIDE, check=is_reachable)
define('a start that rolls a teardown back', prepare_expired_teardown, None, stride=STRIDE, check=is_reachable)
define('a start after a setup that was cut off', prepare_cut_off, None, stride=STRIDE, check=is_reachable)

run(config=outside.CONFIG)
