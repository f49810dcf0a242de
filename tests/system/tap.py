# SPDX-License-Identifier: GPL-2.0-or-later
"""Cases of a system test, one environment a file, told in TAP.

    @case
    def a_private_switch_leaks_nothing(lab): ...

    run()

Each case begins with an empty service and ends with one: what it leaves behind in the kernel is its failure. Names on the command
line choose cases; VSW_BUILD_DIR says where the project is built, VSW_DIRECT that the bus is spoken with by the test itself (direct.py)."""
import os
import re
import sys
import traceback

import environment
from lab import TREE, BusError, Lab
from environment import wait_for

CASES = []
TROUBLE = re.compile(r'CRITICAL|AddressSanitizer|runtime error:|Assertion|assertion .* failed')


def case(function):
    CASES.append(function)
    return function


class Skip(Exception):
    """This machine cannot; the reason."""


def give_hosts_back(lab):
    """Switches that the host is reached through are not deleted by any force."""
    for path, interfaces in lab.objects().items():
        if interfaces.get('org.vmswitch1.Switch', {}).get('ExternalPort', '/') == '/':
            continue
        try:
            checkpoint = lab.call(f'{TREE}/Manager', 'Manager.TeardownSwitch', path, {'drop-addresses': True})[0]
        except BusError:
            continue  # its NIC was only bound
        lab.call(checkpoint, 'Checkpoint.Confirm', {})


def clean(lab):
    """Everything of ours deleted through the service, and every foreign link that a case made. Returns what stayed."""
    for polled in (lab.daemon, lab.polkit):
        if polled and polled.poll() is None:
            polled.send_signal(18)  # SIGCONT
    for child in lab.spare:
        if child.poll() is None:
            child.kill()
            child.wait()
    lab.spare.clear()
    if lab.bus.poll() is not None:
        lab.start_bus()
    if lab.polkit.poll() is not None:
        lab.start_polkit()
    if lab.daemon.poll() is not None:
        lab.start_daemon()
    wait_for(lambda: lab.has_owner('org.vmswitch1'), 20, 'org.vmswitch1')
    for path in lab.objects():
        if '/checkpoint/' in path:
            lab.call(path, 'Checkpoint.Confirm', {})
    give_hosts_back(lab)
    for interface in ('VirtualSystem', 'Switch', 'EthernetPort'):
        for path, interfaces in lab.objects().items():
            if f'org.vmswitch1.{interface}' in interfaces and 'org.vmswitch1.ExternalEthernetPort' not in interfaces:
                lab.delete(path, interface)
    for guest in os.listdir('/run/netns'):
        lab.remove_guest(guest)
    left = [name for name in lab.ours()] + [path for path in lab.objects() if path != f'{TREE}/Manager' and '/endpoint/' not in path]
    for name in lab.links():
        if name != 'lo':
            lab.ip('link', 'delete', name, check=False)
    rules = lab.run('nft', 'list', 'ruleset', check=False).stdout
    left += [line.strip() for line in rules.splitlines() if 'chain' in line and ('vsw' in rules or 'vmswitch' in rules)]
    return left


def scorch(lab):
    """A new start from nothing, when the service could not be brought to clean up: the next case must not suffer."""
    lab.kill_daemon()
    for name in lab.links():
        lab.ip('link', 'delete', name, check=False)
    lab.run('nft', 'flush', 'ruleset')
    for file in lab.state.iterdir():
        file.unlink()
    lab.make_runtime()
    lab.start_daemon()


def run_case(lab, function):
    """None, or what went wrong."""
    mark = len(lab.log())
    trouble = None
    try:
        function(lab)
    except Skip:
        raise
    except Exception:
        trouble = traceback.format_exc()
    try:
        left = clean(lab)
        if left and not trouble:
            trouble = f'left behind: {left}'
    except Exception:
        trouble = (trouble or '') + 'while cleaning up:\n' + traceback.format_exc()
        scorch(lab)
    log = lab.log()[mark:]
    if not trouble and TROUBLE.search(log):
        trouble = 'the log of the service has trouble in it'
    if trouble:
        trouble += '\nlog of vmswitchd:\n' + '\n'.join(log.splitlines()[-40:])
        trouble += '\nlog of polkitd:\n' + '\n'.join(lab.log('polkitd').splitlines()[-5:])
    return trouble


def make_lab(*arguments, **options):
    if 'VSW_DIRECT' not in os.environ:
        return Lab(*arguments, **options)
    from direct import DirectLab  # not everywhere is what that needs
    return DirectLab(*arguments, **options)


def run(**options):
    """Runs the cases of the file that calls it; ends the process."""
    if os.geteuid() != 0:
        print('1..0 # SKIP needs root for namespaces')
        sys.exit(0)
    environment.isolate()
    wanted = [f for f in CASES if len(sys.argv) < 2 or f.__name__ in sys.argv[1:]]
    print(f'1..{len(wanted)}', flush=True)
    lab = make_lab(os.environ.get('VSW_BUILD_DIR', environment.SOURCE / 'build'), fatal=True, **options)
    failed = 0
    try:
        lab.enter()
        lab.start_bus()
        lab.start_polkit()
        lab.start_daemon()
        for number, function in enumerate(wanted, 1):
            title = function.__name__.replace('_', ' ')
            try:
                trouble = run_case(lab, function)
            except Skip as reason:
                print(f'ok {number} - {title} # SKIP {reason}', flush=True)
                continue
            failed += bool(trouble)
            if trouble:  # on the standard error output, which meson shows of a test that failed
                print(f'{title}:\n{trouble}', file=sys.stderr, flush=True)
            print(f'{"not ok" if trouble else "ok"} {number} - {title}')
            sys.stdout.flush()
    except Exception:
        print('Bail out! ' + traceback.format_exc().replace('\n', ' | '))
        failed += 1
    finally:
        lab.close()
    sys.exit(1 if failed else 0)
