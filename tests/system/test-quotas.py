#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How much one user may have and ask for, and that one who asks for all he can get takes nothing from the others."""
import signal
import statistics
import time

from environment import POLKIT_RULES, ROOT, wait_for
from lab import MANAGER, PYTHON, TREE, BusError, Holder, endpoint_path, switch_path
from tap import case, run


def configure(lab, text):
    lab.stop_daemon()
    lab.set_config(text)
    lab.start_daemon()


@case
def a_user_has_so_much_and_no_more(lab):
    limits = {'MaxSwitchesPerUser': 2, 'MaxPortsPerUser': 3, 'MaxEndpointsPerUser': 3, 'MaxSystemsPerUser': 2}
    configure(lab, '\n'.join(f'{key}={value}' for key, value in limits.items()))
    try:
        told = lab.get(MANAGER, 'Manager', 'Limits')
        assert {key: told[key] for key in limits} == limits
        full = 'uid 164101'
        for number in range(2):
            lab.create_switch(f's{number}', user='alice')
            lab.call(MANAGER, 'Manager.DefineSystem', f'v{number}', {}, {}, user='alice')
        lab.refuse('QuotaExceeded', MANAGER, 'Manager.CreateSwitch', 's2', {}, {}, user='alice', says=(full, '2 used', 'limit 2'))
        lab.refuse('QuotaExceeded', MANAGER, 'Manager.DefineSystem', 'v2', {}, {}, user='alice', says=(full, '2 used', 'limit 2'))
        lab.attach('s0', 'n0', user='alice')
        # one too many of a batch is all of it
        many = [{'Name': name, 'Lifetime': 'runtime', 'Backend': 'tap'} for name in ('n1', 'n2', 'n3')]
        before = lab.objects(), lab.shapes()
        lab.refuse('QuotaExceeded', switch_path('s0'), 'Switch.AttachMany', many, {}, user='alice', says=(full, '1 used', '3 wanted', 'limit 3'))
        assert (lab.objects(), lab.shapes()) == before
        lab.call(switch_path('s0'), 'Switch.AttachMany', many[:2], {}, user='alice')
        lab.refuse('QuotaExceeded', switch_path('s1'), 'Switch.Attach', {'Name': 'n3'}, {}, user='alice')
        lab.refuse('QuotaExceeded', switch_path('s0'), 'Switch.CreatePort', 'p', {}, {}, user='alice', says=(full, '3 used', 'limit 3'))
        # a system that is enabled counts as well
        system = f'{TREE}/system/v0'
        lab.call(system, 'VirtualSystem.AddResourceSetting', {'Name': 'net0'}, {}, user='alice')
        lab.refuse('QuotaExceeded', system, 'VirtualSystem.RequestStateChange', 'enabled', {}, user='alice', says='limit 3')
        lab.delete(endpoint_path('n2'), 'EthernetPort')
        lab.call(system, 'VirtualSystem.RequestStateChange', 'enabled', {}, user='alice')
        # what others have is theirs
        lab.create_switch('yes', user='bob')
        lab.attach('yes', 'his', user='bob')
        lab.call(MANAGER, 'Manager.CreateSwitch', 's2', {}, {})
        lab.attach('s0', 'roots')
        for name in ('v0', 'v1'):
            lab.delete(f'{TREE}/system/{name}', 'VirtualSystem')
        for name in ('n0', 'n1', 'his', 'roots'):
            lab.delete(endpoint_path(name), 'EthernetPort')
        for name in ('s0', 's1', 's2', 'yes'):
            lab.delete(switch_path(name), 'Switch')
    finally:
        configure(lab, '')


@case
def a_user_waits_for_so_many_answers_and_no_more(lab):
    configure(lab, 'MaxCallsPerUser=4')
    try:
        lab.create_switch('lab')
        with Holder(lab, user='alice') as alice, Holder(lab, user='alice') as again:
            lab.polkit.send_signal(signal.SIGSTOP)
            for number in range(4):
                alice.do(f'send({switch_path("lab")!r}, "Switch.CreatePort", "p{number}", options(), options())')
            wait_for(lambda: refused_for_calls(lab, again), 5, 'the limit to be reached')
            # others are served meanwhile, and so is who only reads
            lab.create_port('lab', 'by-root')
            again.call(MANAGER, 'Manager.GetStatistics', "dbus.Array([], signature='o')", 'options()')
            lab.polkit.send_signal(signal.SIGCONT)
            wait_for(lambda: len(lab.get(switch_path('lab'), 'Switch', 'Ports')) == 5, 5, 'all to be done')
            again.call(switch_path('lab'), 'Switch.CreatePort', "'more'", 'options()', 'options()')
    finally:
        lab.polkit.send_signal(signal.SIGCONT)
        lab.delete(switch_path('lab'), 'Switch')
        configure(lab, '')


def refused_for_calls(lab, holder):
    try:
        holder.do(f'call({switch_path("lab")!r}, "Switch.CreatePort", "one-more", options(), options(), timeout=0.5)')
    except BusError as error:
        return error.name == 'QuotaExceeded' and 'limit 4' in error.message
    return False


def times(lab, holder, name, seconds):
    """How long a user waits for a NIC, again and again for so long."""
    found = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        fds = holder.call(switch_path('lab'), 'Switch.Attach', f"options(Name='{name}{len(found)}', Backend='tap')", 'options()')[2]
        found.append(time.monotonic() - start)
        for fd in fds:
            holder.do(f'os.close({fd})')
    return found


@case
def a_flood_of_one_user_leaves_another_served_and_the_kernel_clean(lab):
    lab.create_switch('lab', Shared=True)
    lab.attach_guest('lab', 'g1', '10.7.0.1/24')
    lab.attach_guest('lab', 'g2', '10.7.0.2/24')
    with Holder(lab, user='carol') as carol:
        lab.set_rules('polkit.addRule(function (action, subject) { return polkit.Result.YES; });')
        try:
            wait_for(lambda: not lab.is_refused(switch_path('lab'), 'Switch.Attach', {'Name': 'probe', 'Lifetime': 'runtime'}, {}, user='carol'), 5, 'the rules')
            idle = times(lab, carol, 'idle', 2)
            flooders = [lab.spawn(PYTHON, ROOT / 'system' / 'flood.py', switch_path('lab'), f'f{n}', 6, user='alice', stdout=-1) for n in range(4)]
            time.sleep(1)
            busy = times(lab, carol, 'busy', 4)
            attached = sum(int(flooder.communicate(timeout=60)[0]) for flooder in flooders)
        finally:
            lab.set_rules(POLKIT_RULES)
            time.sleep(1)
    worst = {name: statistics.quantiles(sorted(found), n=100)[98] for name, found in (('idle', idle), ('busy', busy))}
    print(f'# {attached} NICs asked for and left; p99 of another user {worst["idle"] * 1000:.0f} ms, {worst["busy"] * 1000:.0f} ms in the flood')
    assert attached > 50 and len(busy) > 10, (attached, len(busy))
    assert worst['busy'] < max(20 * worst['idle'], 1.5), worst
    lab.delete(endpoint_path('probe'), 'EthernetPort')
    wait_for(lambda: lab.ours() == ['vsw-lab', 'vswp-g1', 'vswp-g2'], 10, f'the kernel to be clean; now {len(lab.ours())} devices')
    assert sorted(p for p in lab.objects() if '/endpoint/' in p) == [endpoint_path('g1'), endpoint_path('g2')]
    assert lab.pings('10.7.0.2', 'g1')


run()
