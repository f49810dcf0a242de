#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""More of other hands than the service can follow, or win against."""
import time

from environment import wait_for
from lab import MANAGER, port_path, switch_path
from tap import case, run


def build(lab):
    """A switch with the host and a guest on it, and a ping between them that works."""
    lab.create_switch('lab')
    lab.connect_internal('lab', 'host')
    lab.attach_guest('lab', 'g1', '10.7.0.1/24')
    lab.address('vswi-host', '10.7.0.254/24')
    assert lab.pings('10.7.0.1')


def warnings(lab, code):
    """The texts of Manager.Warnings of that code."""
    return [text for found, text in lab.get(MANAGER, 'Manager', 'Warnings') if found == code]


@case
def an_overrun_of_the_monitor_is_made_good(lab):
    build(lab)
    lab.daemon.send_signal(19)  # SIGSTOP
    batch = '\n'.join(f'link add name flood{n % 20} type veth peer name dolf{n % 20}\nlink delete flood{n % 20}' for n in range(4000))
    lab.run('ip', '-force', '-batch', '-', input=batch, timeout=300)
    lab.ip('link', 'set', 'vswp-g1', 'nomaster')
    lab.ip('link', 'set', 'vsw-lab', 'mtu', '1400')
    lab.daemon.send_signal(18)  # SIGCONT
    wait_for(lambda: lab.links()['vswp-g1'].get('master') == 'vsw-lab' and lab.links()['vsw-lab']['mtu'] == 1500, 20, 'the repair')
    wait_for(lambda: lab.connected(port_path('lab', 'g1')), 5, 'ActiveConnection')
    assert lab.pings('10.7.0.1')


@case
def a_hand_that_does_not_give_up_is_not_fought_for_ever(lab):
    build(lab)
    script = 'for i in $(seq 400); do ip link set vswp-g1 nomaster; ip link set vswp-g1 mtu 1300; sleep 0.01; done'
    fight = lab.spawn('sh', '-c', script)
    latest, told = 0, []
    while fight.poll() is None:
        told += warnings(lab, 'drift-fight')
        start = time.monotonic()
        lab.get(switch_path('lab'), 'Switch', 'State')
        latest = max(latest, time.monotonic() - start)
        time.sleep(0.05)
    assert latest < 2, f'a property took {latest} s'
    assert any('vswp-g1' in text for text in told), told
    assert len(lab.log()) < 2_000_000
    wait_for(lambda: lab.links()['vswp-g1'].get('master') == 'vsw-lab' and lab.links()['vswp-g1']['mtu'] == 1500, 70, 'peace')
    wait_for(lambda: not warnings(lab, 'drift-fight'), 70, 'the warning to go')


run()
