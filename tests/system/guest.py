# SPDX-License-Identifier: GPL-2.0-or-later
"""Real guests: Debian's kernel and a few kilobytes of file system (guest-init) in QEMU, by software emulation always.

The kernel is where `.ci/download-guest-kernel` put it (./check does that). Nothing here needs any privilege: the command line of
a guest is what a user would type."""
import gzip
import lzma
import re
import shutil
import stat
from pathlib import Path

from environment import HERE, ROOT
from lab import Lines
from tap import Skip

QEMU = 'qemu-system-x86_64'
BUSYBOX = Path('/bin/busybox')
APPLETS = ['cat', 'insmod', 'ip', 'ls', 'mount', 'ping', 'poweroff', 'sleep', 'wc']  # what guest-init calls
MODULES = ['virtio_pci', 'virtio_net', 'e1000', '8139cp', '8139too']
MODELS = {'virtio': 'virtio-net-pci', 'e1000': 'e1000', 'rtl8139': 'rtl8139'}
INTERVAL = 0.1  # seconds between two pings
REPLY = re.compile(r'bytes from \S+: seq=(\d+)')


def find_kernel(lab):
    found = sorted((lab.build / 'guest-kernel' / 'boot').glob('vmlinuz-*'))
    return found[-1] if found else None


def require(lab):
    """Skips the case where this machine cannot run guests, and says why."""
    if shutil.which(QEMU) is None:
        raise Skip(f'no {QEMU} here')
    if not BUSYBOX.exists() or b'ld-linux' in BUSYBOX.read_bytes()[:4096]:
        raise Skip('no busybox-static here')
    if find_kernel(lab) is None:
        raise Skip('no kernel for guests: .ci/download-guest-kernel did not get one')


def list_needs(folder, wanted):
    """Files of modules, each after those it needs. A module says itself what it needs, so no modules.dep is needed."""
    files = {file.name.removesuffix('.ko'): file for file in folder.rglob('*.ko')}
    order = []

    def add(name):
        if name not in files:
            return  # built in
        needs = re.search(rb'\0depends=([^\0]*)\0', files[name].read_bytes())
        for need in needs[1].decode().split(',') if needs else []:
            add(need)
        if files[name] not in order:
            order.append(files[name])
    for name in wanted:
        add(name)
    return order


def archive(entries):
    """A cpio archive of the format "newc", which the kernel unpacks as its first file system: (name, mode, content)."""
    out = bytearray()
    for number, (name, mode, content) in enumerate([*entries, ('TRAILER!!!', 0, b'')], 1):
        fields = [number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0]
        out += b'070701' + b''.join(b'%08x' % field for field in fields) + name.encode() + b'\0'
        out += bytes(-len(out) % 4) + content
        out += bytes(-len(out) % 4)
    return bytes(out)


def unpack(image):
    """The kernel itself (ELF) out of a bzImage: to unpack it here takes a second, in the guest half of its start."""
    at = image.find(b'\xfd7zXZ\0')
    return lzma.LZMADecompressor().decompress(image[at:]) if at >= 0 else image


def make_files(kernel, folder):
    """kernel and initramfs, where every user can read them."""
    modules = list_needs(kernel.parent.parent / 'lib' / 'modules', MODULES)
    entries = [(name, stat.S_IFDIR | 0o755, b'') for name in ('bin', 'proc', 'sys', 'dev', 'modules')]
    entries += [(f'bin/{name}', stat.S_IFLNK | 0o777, b'busybox') for name in APPLETS]
    entries += [('bin/busybox', stat.S_IFREG | 0o755, BUSYBOX.read_bytes()),
                ('init', stat.S_IFREG | 0o755, (HERE / 'guest-init').read_bytes()),
                ('modules/order', stat.S_IFREG | 0o644, ''.join(f'{m.name}\n' for m in modules).encode())]
    entries += [(f'modules/{m.name}', stat.S_IFREG | 0o644, m.read_bytes()) for m in modules]
    folder.mkdir()
    (folder / 'initramfs').write_bytes(gzip.compress(archive(entries), 1))
    (folder / 'kernel').write_bytes(unpack(kernel.read_bytes()))


def command(lab, address, peer, netdev, model='virtio', mac=None, queues=1, seconds=0, interval=INTERVAL):
    """The command line of a guest with one NIC: `netdev` is the value of -netdev, whose id is n0. The kernel keeps its warnings, of a slow clock for
    instance, to itself: they would be in the middle of what the guest tells."""
    folder = ROOT / 'guest'
    if not folder.exists():
        make_files(find_kernel(lab), folder)
    device = f'{MODELS[model]},netdev=n0' + (f',mac={mac}' if mac else '')
    if queues > 1:
        device += f',mq=on,vectors={2 * queues + 2}'
    told = f'vsw.address={address}/24 vsw.peer={peer} vsw.seconds={seconds} vsw.interval={interval}'
    return [QEMU, '-M', 'pc', '-accel', 'tcg', '-m', '192', '-smp', queues, '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot',
            '-serial', 'stdio', '-kernel', folder / 'kernel', '-initrd', folder / 'initramfs',
            '-append', f'console=ttyS0 panic=-1 loglevel=1 {told}', '-netdev', netdev, '-device', device]


class Guest(Lines):
    """What a guest tells on its console, started by any command that ends in one of `command`."""

    def __init__(self, lab, *argv, user='erin'):
        super().__init__(lab, *argv, user=user, stdin=-3)

    def wait_up(self, seconds=60):
        """(number of queues, MAC address), as the guest sees its NIC."""
        _, _, queues, mac = self.wait(lambda line: line.startswith('guest: up'), seconds).split()
        return int(queues), mac

    def replies(self):
        """Sequence numbers of the pings that were answered so far, in the order of arrival."""
        return [int(found[1]) for found in map(REPLY.search, list(self.lines)) if found]

    def wait_reply(self, number=0, seconds=30):
        """Until a ping of a higher number is answered; returns that number."""
        def is_later(line):
            found = REPLY.search(line)
            return found and int(found[1]) > number
        return int(REPLY.search(self.wait(is_later, seconds))[1])

    def count_lost(self, first, last):
        """How many of the pings of these numbers were not answered."""
        return len(set(range(first, last + 1)) - set(self.replies()))
