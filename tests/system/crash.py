# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 before a system call that writes, before a later one, and so on, until a request gets through.

That is before every one, or where there are hundreds before one of so many: the first is another in each run (VSW_TEST_SEED), so that in the course
of time it is each of them. VSW_TEST_STRIDE=1 tries all of them at once, which takes an hour.

After each death the daemon is started again, and then store, bus and kernel show the request done wholly or not at all, and done if it was
answered. What the kernel shows is compared with what an undisturbed daemon makes of the same wish. A further restart changes nothing."""
import os
import random
import re
import signal
import subprocess
import time

from environment import ROOT, wait_for
from lab import MANAGER, BusError, Holder
from tap import Skip, case

# `write` for sysctls, which are files
WRITES = 'ioctl,sendmsg,sendto,write,pwrite64,fdatasync,fsync,ftruncate,unlink'
KEPT = ('address', 'mtu', 'master', 'group', 'ifalias', 'inet6_addr_gen_mode')


MORE = []  # what else a file of cases wants compared: functions of the lab that return a dictionary


def facts(lab):
    """What the bus and the kernel show, without what differs between two runs of the same."""
    tree = {}
    for path, interfaces in lab.objects().items():
        if path == MANAGER:
            continue
        for name, properties in interfaces.items():
            for key, value in properties.items():
                if not key.endswith('Timestamp') and key not in ('Id', 'InterfaceIndex', 'MacAddress', 'Carrier', 'LearnedAddresses'):
                    tree[path, name, key] = sorted(value) if key == 'Ports' else value
    links = {}
    for name, link in lab.links().items():
        if name != 'lo':
            links[name] = {key: link.get(key) for key in KEPT}
            links[name]['up'] = 'UP' in link['flags']
            tap = link.get('linkinfo', {}).get('info_data', {}) if link.get('linkinfo', {}).get('info_kind') == 'tun' else {}
            links[name]['tap'] = {key: tap.get(key) for key in ('persist', 'user', 'vnet_hdr', 'multi_queue', 'numqueues')}
            # ids are new in every run; a bridge's own address comes from its id
            links[name]['ifalias'] = re.sub(r':[0-9a-f-]{36}$', '', link.get('ifalias', ''))
            if name in ('vsw-lab', 'vsw-spare', 'vsw-new'):
                del links[name]['address']
    for look in MORE:
        tree.update(look(lab))
    chains = sorted(re.findall(r'chain (\S+)', lab.run('nft', 'list', 'ruleset').stdout))
    return tree, links, chains


def settled(lab):
    """Facts that have stopped changing: the kernel gives carriers and port states a moment after the request that leads to them."""
    seen = [None, 0]

    def is_stable():
        now = facts(lab)
        seen[1] = seen[1] + 1 if now == seen[0] else 0
        seen[0] = now
        time.sleep(0.1)
        return seen[1] == 3
    wait_for(is_stable, 30, 'the network to settle')
    return seen[0]


def await_facts(lab, wanted, what):
    """Waits until the facts are one of those wanted, and says which."""
    now = [None]

    def have_come():
        now[0] = facts(lab)
        return now[0] in wanted
    try:
        wait_for(have_come, 10)
    except TimeoutError:
        raise AssertionError(what + ''.join(f'; instead of what was wanted: {describe(now[0], w)}' for w in wanted)) from None
    return now[0]


def begin_again(lab, prepare):
    lab.kill_daemon()
    for name in lab.links():
        if name != 'lo':
            lab.ip('link', 'delete', name, check=False)
    lab.run('nft', 'flush', 'ruleset')
    for file in lab.state.iterdir():
        file.unlink()
    lab.make_runtime()
    lab.start_daemon()
    prepare(lab)


def arm(lab, number):
    """A tracer that kills the daemon before its number-th writing system call from now on."""
    tracer = subprocess.Popen(
        ['strace', '-f', '-p', str(lab.daemon.pid), '-o', str(ROOT / 'trace'), '-e', f'trace={WRITES}',
         '-e', f'inject={WRITES}:signal=KILL:when={number}'], stderr=subprocess.PIPE, text=True)
    line = tracer.stderr.readline()
    if 'attached' not in line:
        tracer.wait()
        raise Skip(f'strace cannot attach: {line.strip()}')
    return tracer


def disarm(tracer):
    """Whether or not it has struck. A tracer that does not let go is ended by force; the daemon then goes on by itself."""
    tracer.terminate()
    try:
        tracer.communicate(timeout=3)
    except subprocess.TimeoutExpired:
        tracer.kill()
        tracer.communicate()


def is_alive(lab):
    """Who has been struck says nothing any more, though it may take him a moment to be gone."""
    try:
        lab.get(MANAGER, 'Manager', 'Version')
    except RuntimeError:
        return False
    return True


def describe(now, wanted):
    """The differences alone."""
    found = []
    for here, there in zip(now[:2], wanted[:2]):
        found += [f'{key} is {here.get(key)}, not {there.get(key)}' for key in {*here, *there} if here.get(key) != there.get(key)]
    return '; '.join(sorted(map(str, found))) + (f'; chains {now[2]}, not {wanted[2]}' if now[2] != wanted[2] else '')


class Request:
    """What is asked for, by a client that is gone when it has its answer."""

    def __init__(self, *arguments):
        self.arguments = arguments

    def ask(self, lab):
        lab.call(*self.arguments, timeout=20)

    def end(self):
        pass


class Held(Request):
    """The same by a client who keeps the descriptors that he gets until it ends."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.holder = None

    def ask(self, lab):
        self.holder = Holder(lab)
        self.holder.call(*self.arguments)

    def end(self):
        if self.holder:
            self.holder.close()
            self.holder = None


def choose_first(stride):
    seed = int(os.environ.get('VSW_TEST_SEED') or random.SystemRandom().getrandbits(32))
    print(f'# VSW_TEST_SEED={seed}')
    return random.Random(seed).randint(1, stride)


def sweep(lab, prepare, request, stride=1, check=None):
    """`prepare (lab)` makes the starting point, the same each time. With a stride only every so many writes are tried. `check (lab)` must hold after
    each start."""
    begin_again(lab, prepare)
    before = settled(lab)
    request.ask(lab)
    after = settled(lab)
    # whoever died with the descriptors in his hands leaves what a client does who goes
    request.end()
    ended = settled(lab)
    deaths, write = 0, choose_first(stride)
    while True:
        begin_again(lab, prepare)
        tracer = arm(lab, write)
        try:
            request.ask(lab)
            answered = True
        except (BusError, AssertionError):
            answered = False
        time.sleep(0.05)
        disarm(tracer)
        if answered and is_alive(lab):
            request.end()
            break
        lab.daemon.wait(10)
        deaths += 1
        assert deaths < 1500, 'a request of more writes than there can be'
        lab.start_daemon()
        now = await_facts(lab, [after] if answered else [before, ended], f'killed before write {write}')
        if check:
            check(lab)
        lab.kill_daemon()
        lab.start_daemon()
        await_facts(lab, [now], f'killed before write {write}, and a second restart changed something')
        request.end()
        write += stride
    assert deaths >= 3, f'only {deaths} deaths: the sweep proves nothing'
    print(f'# {deaths} deaths among fewer than {write} writes, all or nothing each time')


def start_until(lab, number):
    """Starts the daemon, which is killed before its number-th writing system call, counted from its first. Whether it got through; it is gone then, too."""
    tracer = ['strace', '-f', '-o', ROOT / 'trace', '-e', f'trace={WRITES}', '-e', f'inject={WRITES}:signal=KILL:when={number}']
    try:
        lab.start_daemon(through=tracer)
        is_through = True
    except RuntimeError:
        is_through = False
    if lab.daemon.poll() is None:
        os.killpg(lab.daemon.pid, signal.SIGKILL)
    lab.daemon.wait(10)
    return is_through


def sweep_start(lab, prepare, stride=1, check=None):
    """The same of a start that has something to mend: `prepare (lab)` leaves the daemon dead. Whenever it is cut off, the next one mends it all."""
    begin_again(lab, prepare)
    lab.start_daemon()
    wanted = settled(lab)
    deaths, write = 0, choose_first(stride)
    while True:
        begin_again(lab, prepare)
        is_through = start_until(lab, write)
        lab.start_daemon()
        await_facts(lab, [wanted], f'killed before write {write} of a start')
        if check:
            check(lab)
        lab.kill_daemon()
        lab.start_daemon()
        await_facts(lab, [wanted], f'killed before write {write} of a start, and a second restart changed something')
        if is_through:
            break
        deaths += 1
        write += stride
    assert deaths >= 3, f'only {deaths} deaths: the sweep proves nothing'
    print(f'# {deaths} deaths among fewer than {write} writes, mended each time')


def define(title, prepare, request, stride=1, **options):
    """A case of that name. request: None: of the start that follows."""
    stride = int(os.environ.get('VSW_TEST_STRIDE', stride))

    def function(lab):
        if request:
            sweep(lab, prepare, request, stride=stride, **options)
        else:
            sweep_start(lab, prepare, stride=stride, **options)
    function.__name__ = f'killed_at_{"every write" if stride == 1 else f"one write in {stride}"}_of_{title}'.replace(' ', '_')
    case(function)
