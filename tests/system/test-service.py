#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon as a program: options, configuration, start, stop, loss of the bus, activation, and what it holds on to."""
import os
import re
import time
from pathlib import Path

import leaks
from environment import BUS_SOCKET, ROOT, wait_for
from lab import MANAGER, NAME, Lines, endpoint_path, port_path, switch_path
from tap import case, run

DAEMON = ROOT / 'bin' / 'vmswitchd'


def starter(lab, *arguments):
    """Runs start-vmswitchd to its end; it must fail soon."""
    return lab.run(ROOT / 'bin' / 'start-vmswitchd', *arguments, check=False, timeout=20)


@case
def help_and_version_are_told(lab):
    text = lab.run(DAEMON, '--help').stdout
    for option in ('--state-directory', '--runtime-directory', '--config', '--version', '--help'):
        assert option in text, text
    assert re.fullmatch(r'vmswitchd \d+\.\d+\.\d+\n', lab.run(DAEMON, '--version').stdout)
    for wrong in (['--nonsense'], ['argument'], ['--state-directory']):
        done = lab.run(DAEMON, *wrong, check=False)
        assert done.returncode == 2 and done.stderr, (wrong, done)


@case
def it_runs_as_an_ordinary_user_with_one_capability(lab):
    status = Path(f'/proc/{lab.daemon.pid}/status').read_text()
    fields = dict(line.split(':\t', 1) for line in status.splitlines() if ':\t' in line)
    assert fields['Uid'].split() == ['164100'] * 4, fields['Uid']
    assert fields['Groups'].strip() == ''
    assert {int(fields[c], 16) for c in ('CapPrm', 'CapEff', 'CapBnd')} == {1 << 12}, fields
    assert fields['NoNewPrivs'].strip() == '1' and fields['Seccomp'].strip() == '2', fields


@case
def a_second_instance_refuses_with_a_clear_error(lab):
    lab.create_switch('lab')
    before = lab.objects()
    done = starter(lab)
    assert done.returncode != 0
    assert str(lab.state) in done.stderr and str(lab.daemon.pid) in done.stderr, done.stderr
    assert lab.daemon.poll() is None and lab.objects() == before


@case
def a_second_instance_on_another_state_does_not_take_the_name(lab):
    lab.create_switch('lab')
    before = lab.objects()
    state, runtime = Path('/run/other-state'), Path('/run/other-runtime')
    for folder in (state, runtime):
        folder.mkdir(exist_ok=True)
        os.chown(folder, 164100, 164100)
    done = starter(lab, '--state-directory', state, '--runtime-directory', runtime)
    assert done.returncode != 0 and NAME in done.stderr, done.stderr
    assert lab.objects() == before, 'the first one did not notice'
    lab.kill_daemon()
    lab.start_daemon()
    assert set(lab.objects()) == set(before)


@case
def bad_configurations_are_refused_by_file_and_key(lab):
    lab.stop_daemon()
    for text, key in (('MaxSwitches=many', 'MaxSwitches'), ('MaxPortsPerSwitch=1001', 'MaxPortsPerSwitch'), ('MaxBatch=-1', 'MaxBatch'),
                      ('DynamicMacRange=02:00:00:00:00:01', 'DynamicMacRange'),
                      ('DynamicMacRange=02:00:00:00:00:09-02:00:00:00:00:01', 'DynamicMacRange'),
                      ('DynamicMacRange=03:00:00:00:00:01-03:00:00:00:00:09', 'DynamicMacRange')):
        lab.set_config(text)
        done = starter(lab)
        assert done.returncode == 1 and key in done.stderr and 'vmswitch.conf' in done.stderr, (text, done)
    (ROOT / 'vmswitch.conf').write_text('no group here\n')
    done = starter(lab)
    assert done.returncode == 1 and 'vmswitch.conf' in done.stderr, done
    lab.set_config('')


@case
def drop_ins_are_read_after_the_file(lab):
    lab.stop_daemon()
    lab.set_config('MaxSwitches=7\nMaxBatch=9')
    folder = ROOT / 'vmswitch.conf.d'
    folder.mkdir(exist_ok=True)
    (folder / '10-a.conf').write_text('[vmswitch]\nMaxSwitches=8\n')
    (folder / '20-b.conf').write_text('[vmswitch]\nMaxSwitches=3\n')
    (folder / 'README').write_text('no configuration')
    lab.start_daemon()
    limits = lab.get(MANAGER, 'Manager', 'Limits')
    assert limits['MaxSwitches'] == 3 and limits['MaxBatch'] == 9, limits
    (folder / '20-b.conf').write_text('[vmswitch]\nMaxSwitches=x\n')
    lab.stop_daemon()
    done = starter(lab)
    assert done.returncode == 1 and '20-b.conf' in done.stderr and 'MaxSwitches' in done.stderr, done
    for file in folder.iterdir():
        file.unlink()
    lab.set_config('')


@case
def an_unreadable_state_directory_is_told(lab):
    lab.stop_daemon()
    done = starter(lab, '--state-directory', '/nonexistent/state')
    assert done.returncode == 1 and '/nonexistent/state' in done.stderr, done
    Path('/run/rootonly').mkdir(exist_ok=True, mode=0o700)
    done = starter(lab, '--state-directory', '/run/rootonly')
    assert done.returncode == 1 and '/run/rootonly' in done.stderr, done


@case
def a_damaged_store_is_refused_and_left_alone(lab):
    lab.create_switch('lab')
    lab.stop_daemon()
    files = {f: f.read_bytes() for f in lab.state.iterdir() if f.is_file()}
    database = max(files, key=lambda f: len(files[f]))
    database.write_bytes(b'this is no database' * 1000)
    done = starter(lab)
    assert done.returncode == 1 and str(lab.state) in done.stderr, done
    assert database.read_bytes() == b'this is no database' * 1000
    assert 'vsw-lab' in lab.links()
    for file in lab.state.iterdir():
        if file.is_file():
            file.unlink()
    for file, content in files.items():
        file.write_bytes(content)
        os.chown(file, 164100, 164100)
    lab.start_daemon()
    assert switch_path('lab') in lab.objects()


@case
def sigterm_and_sigint_end_it_cleanly(lab):
    lab.create_switch('lab')
    for number in (15, 2):
        start = time.monotonic()
        lab.daemon.send_signal(number)
        assert lab.daemon.wait(5) == 0
        assert time.monotonic() - start < 2
        lab.start_daemon()
    assert switch_path('lab') in lab.objects()


@case
def a_lost_bus_is_found_again_with_the_same_objects(lab):
    lab.create_switch('lab')
    lab.connect_internal('lab', 'host')
    lab.attach_guest('lab', 'g1', '10.7.0.1/24')
    lab.address('vswi-host', '10.7.0.254/24')
    before, links, pid = set(lab.objects()), lab.ours(), lab.daemon.pid
    for _ in range(2):
        lab.stop_bus()
        assert lab.pings('10.7.0.1')
        time.sleep(0.5)
        lab.polkit.kill()
        lab.polkit.wait()
        lab.start_bus()
        lab.start_polkit()
        wait_for(lambda: lab.has_owner(NAME), 20, 'the name')
        assert lab.daemon.poll() is None and lab.daemon.pid == pid
        assert set(lab.objects()) == before and lab.ours() == links
    lab.create_port('lab', 'after', user='alice')
    with Lines(lab, 'gdbus', 'monitor', '--system', '-d', NAME, ready='is owned by') as signals:
        lab.create_port('lab', 'signal')
        signals.wait(lambda line: 'InterfacesAdded' in line and 'signal' in line)


@case
def without_a_bus_at_the_start_it_waits_for_one(lab):
    lab.stop_daemon()
    lab.stop_bus()
    lab.polkit.kill()
    lab.polkit.wait()
    Path(BUS_SOCKET).unlink(missing_ok=True)
    lab.start_daemon(wait=False)
    time.sleep(1)
    alive = lab.daemon.poll() is None
    lab.start_bus()
    lab.start_polkit()
    if alive:
        wait_for(lambda: lab.has_owner(NAME), 20, 'the name')
    else:
        assert lab.daemon.returncode == 1


@case
def the_bus_starts_it_on_demand(lab):
    lab.create_switch('lab')
    lab.stop_daemon()
    # as the installed file has it, except that what systemd would do is done by our starter
    text = lab.find('org.vmswitch1.service').read_text()
    assert f'Name={NAME}' in text and 'SystemdService=vmswitchd.service' in text, text
    assert f'BusName={NAME}' in lab.find('vmswitchd.service').read_text()
    (ROOT / 'services' / 'org.vmswitch1.service').write_text(re.sub('(?m)^Exec=.*', f'Exec={ROOT}/bin/start-vmswitchd', text))
    lab.run('busctl', 'call', 'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'ReloadConfig')
    try:
        assert lab.run('busctl', 'get-property', NAME, switch_path('lab'), f'{NAME}.Switch', 'Name', user='bob').stdout == 's "lab"\n'
        shown = lab.run('busctl', 'call', 'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetConnectionUnixProcessID',
                        's', NAME).stdout
        pid = int(shown.split()[1])
        assert '/vmswitchd' in Path(f'/proc/{pid}/cmdline').read_text()
        os.kill(pid, 15)
        wait_for(lambda: not lab.has_owner(NAME), 5, 'the end')
    finally:
        (ROOT / 'services' / 'org.vmswitch1.service').unlink()
        lab.run('busctl', 'call', 'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'ReloadConfig')


@case
def the_name_is_owned_only_when_the_tree_is_ready(lab):
    lab.create_switch('lab')
    lab.call(switch_path('lab'), 'Switch.CreatePorts', [{'Name': f'p{n}'} for n in range(200)], {})
    for _ in range(3):
        lab.kill_daemon()
        wait_for(lambda: not lab.has_owner(NAME), 5, 'the name to be free')
        lab.start_daemon(wait=False)
        wait_for(lambda: lab.has_owner(NAME), 10, 'the name')
        objects = lab.objects()
        assert sum('/port/' in p for p in objects) == 200


def resident(lab):
    """Kilobytes."""
    return int(re.search(r'VmRSS:\s+(\d+)', Path(f'/proc/{lab.daemon.pid}/status').read_text()).group(1))


@case
def many_calls_leave_neither_memory_nor_descriptors(lab):
    lab.kill_daemon()
    lab.start_daemon()
    lab.create_switch('lab')
    script = 'for i in $(seq 1 {n}); do ' \
             'gdbus call --system -d {b} -o {s} -m {b}.Switch.Attach "{{\'Name\': <\'n\'>, \'Lifetime\': <\'runtime\'>}}" "{{}}" >/dev/null; ' \
             'gdbus call --system -d {b} -o {s} -m {b}.Switch.GetForwardingTable "{{}}" >/dev/null; ' \
             'gdbus call --system -d {b} -o {e} -m {b}.EthernetPort.Delete "{{\'force\': <true>}}" >/dev/null; ' \
             'gdbus call --system -d {b} -o {m} -m {b}.Manager.CreateSwitch lab "{{}}" "{{}}" 2>/dev/null; done; true'

    def churn(n):
        lab.run('sh', '-c', script.format(n=n, b=NAME, s=switch_path('lab'), e=endpoint_path('n'), m=MANAGER), timeout=300)
    churn(40)
    open_before, before = leaks.settle(lab), resident(lab)
    churn(120)
    leaks.check(lab, open_before)
    leaks.settle(lab)
    assert resident(lab) - before < 2048, f'{before} kB before, {resident(lab)} kB after'
    assert lab.ours() == ['vsw-lab']


@case
def when_all_is_deleted_nothing_is_left(lab):
    links = lab.links()
    rules = lab.run('nft', 'list', 'ruleset').stdout
    lab.create_switch('lab')
    lab.call(switch_path('lab'), 'Switch.CreatePorts', [{'Name': f'p{n}'} for n in range(30)], {})
    lab.call(switch_path('lab'), 'Switch.AttachMany', [{'Name': f'n{n}', 'Port': f'p{n}', 'Lifetime': 'persistent'} for n in range(30)], {})
    lab.connect_internal('lab', 'host')
    assert len(lab.links()) == len(links) + 63
    lab.delete(switch_path('lab'), 'Switch')
    rest = [p for p in lab.objects() if '/endpoint/' in p]
    for path in rest:
        lab.delete(path, 'EthernetPort')
    assert lab.links() == links, set(lab.links()) ^ set(links)
    assert set(lab.objects()) == {MANAGER}, list(lab.objects())
    after = lab.run('nft', 'list', 'ruleset').stdout
    assert 'chain' not in after, (rules, after)
    assert port_path('lab', 'p1') not in lab.objects()


@case
def the_log_never_prints_what_a_terminal_would_obey(lab):
    assert not re.search(r'[\x00-\x08\x0b-\x1f\x7f]', lab.log())


run()
