#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A client that stays connected and can pass descriptors, which the command line tools cannot.

Reads one Python expression a line and answers with one line of JSON: {"value": …} or {"error": name, "message": …}. In the
expressions: call (path, 'Interface.Method', ARGUMENTS…), send (the same; no answer is wanted), u (number), fd (path), own_fd (number),
new_namespace (), steal (pid, number). Descriptors that an answer brings stay open; the value tells their numbers. On those of a tap: ask (number), which
tells what the kernel knows of it, control (number, ioctl, argument), set_mac (number, mac), storm (number, count), write (number, hex),
read (number, hex of a part of the frame that is waited for, seconds), attach_self (name, flags), os.close (number)."""
import ctypes
import fcntl
import json
import os
import select
import signal
import socket
import struct
import sys
import time

import dbus
import dbus.lowlevel

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
bus = dbus.SystemBus(private=True)
bus.set_exit_on_disconnect(False)


def call(path, method, *arguments, timeout=60, signature=None):
    interface, member = method.rsplit('.', 1)
    if not interface.startswith('org.freedesktop'):
        interface = 'org.vmswitch1.' + interface
    return bus.call_blocking('org.vmswitch1', path, interface, member, signature, arguments, timeout)


def options(**keys):
    return dbus.Dictionary(keys, signature='sv')


def u(number):
    return dbus.UInt32(number)


def fd(path, flags=os.O_RDONLY):
    return dbus.types.UnixFd(os.open(path, flags))


def own_fd(number):
    return dbus.types.UnixFd(number)


def new_namespace():
    """A network namespace of this user's own, in a user namespace of his own: the pid of a process that holds it."""
    held, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        library = ctypes.CDLL(None, use_errno=True)
        failed = library.unshare(CLONE_NEWUSER | CLONE_NEWNET)
        os.write(tell, b'\0' if failed == 0 else b'\1')
        while True:
            signal.pause()
    if os.read(held, 1) != b'\0':
        raise OSError('unshare')
    return pid


def lingering():
    """A socket whose last close waits five seconds for its other end, which a process of its own holds and never reads from."""
    listener = socket.create_server(('127.0.0.1', 0))
    near = socket.create_connection(listener.getsockname())
    far, _ = listener.accept()
    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 5))
    if os.fork() == 0:
        near.close()
        while True:
            signal.pause()
    far.close()
    near.setblocking(False)
    try:
        while True:
            near.send(bytes(65536))
    except BlockingIOError:
        return near.detach()


def gone():
    """A descriptor of a process that has ended."""
    child = os.posix_spawn('/bin/true', ['true'], {})
    number = os.pidfd_open(child)
    os.waitpid(child, 0)
    return number


def steal(pid, number):
    """A copy of another process's descriptor (pidfd_getfd), or -1."""
    process = os.pidfd_open(pid)
    own = ctypes.CDLL(None, use_errno=True).syscall(438, process, number, 0)
    os.close(process)
    return own


# --- taps: include/uapi/linux/if_tun.h ---

TUNSETIFF, TUNSETPERSIST, TUNSETOWNER, TUNSETLINK, TUNSETGROUP = 0x400454ca, 0x400454cb, 0x400454cc, 0x400454cd, 0x400454ce
TUNGETIFF, TUNGETVNETHDRSZ, TUNSETVNETHDRSZ, TUNSETCARRIER = 0x800454d2, 0x800454d7, 0x400454d8, 0x400454e2
TUNSETOFFLOAD, TUNSETSNDBUF, SIOCSIFHWADDR = 0x400454d0, 0x400454d4, 0x8924
IFF_TAP, IFF_MULTI_QUEUE, IFF_NO_PI, IFF_VNET_HDR, IFF_PERSIST, IFF_TUN_EXCL = 0x2, 0x100, 0x1000, 0x4000, 0x800, 0x8000


def ask(number):
    """What the kernel tells of a descriptor: the device, its flags, and how long its header is."""
    answer = fcntl.ioctl(number, TUNGETIFF, bytes(40))
    size = struct.unpack('i', fcntl.ioctl(number, TUNGETVNETHDRSZ, bytes(4)))[0]
    flags = struct.unpack('H', answer[16:18])[0]
    return {'name': answer[:16].rstrip(b'\0').decode(), 'tap': bool(flags & IFF_TAP), 'packet-information': not flags & IFF_NO_PI,
            'vnet-header': bool(flags & IFF_VNET_HDR), 'queues': bool(flags & IFF_MULTI_QUEUE), 'persistent': bool(flags & IFF_PERSIST),
            'vnet-header-size': size, 'blocking': os.get_blocking(number)}


def control(number, request, argument):
    """An ioctl whose argument is a number, or a pointer to one."""
    return fcntl.ioctl(number, request, argument) if request in (TUNSETPERSIST, TUNSETOWNER, TUNSETLINK, TUNSETGROUP, TUNSETOFFLOAD) \
        else bool(fcntl.ioctl(number, request, struct.pack('i', argument)))


def set_mac(number, mac):
    fcntl.ioctl(number, SIOCSIFHWADDR, bytes(16) + struct.pack('H', 1) + bytes.fromhex(mac.replace(':', '')) + bytes(16))


def storm(number, count):
    """That many addresses, as fast as the kernel takes them."""
    for step in range(count):
        set_mac(number, f'02:00:00:77:{step >> 8 & 0xff:02x}:{step & 0xff:02x}')


def try_all(number, requests):
    """Each of them; what the kernel refuses is no matter."""
    for request, argument in requests:
        try:
            control(number, request, argument)
        except OSError:
            pass


def write(number, frame):
    return os.write(number, bytes.fromhex(frame))


def read(number, part, seconds):
    """The frame with these octets in it, if it comes within that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([number], [], [], 0.05)[0]:
            frame = os.read(number, 65536)
            if bytes.fromhex(part) in frame:
                return frame.hex()
    return None


def attach_self(name, flags):
    """What anybody may try who can open /dev/net/tun: the number of a descriptor of that tap."""
    number = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(number, TUNSETIFF, struct.pack('16sH22x', name.encode(), flags))
    return number


def send(path, method, *arguments):
    interface, member = method.rsplit('.', 1)
    message = dbus.lowlevel.MethodCallMessage('org.vmswitch1', path, 'org.vmswitch1.' + interface, member)
    message.set_no_reply(True)
    message.append(*arguments)
    bus.send_message(message)
    bus.flush()


def plain(value):
    if isinstance(value, dbus.types.UnixFd):
        return value.take()
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, bool) or isinstance(value, dbus.Boolean):
        return bool(value)
    if isinstance(value, int):
        return int(value)
    return None if value is None else str(value)


NAMES = globals()


def main():
    print(json.dumps({'value': bus.get_unique_name()}), flush=True)
    for line in sys.stdin:
        try:
            answer = {'value': plain(eval(line, NAMES))}
        except dbus.DBusException as failure:
            answer = {'error': failure.get_dbus_name(), 'message': failure.get_dbus_message()}
        except Exception as failure:
            answer = {'error': type(failure).__name__, 'message': str(failure)}
        print(json.dumps(answer), flush=True)


main()
