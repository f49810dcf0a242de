#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A router of IPv6 that says so every second: advertise.py DEVICE PREFIX (of 64 bits); with a third argument once, with that lifetime of its own."""
import socket
import struct
import sys
import time

ALL_NODES = 'ff02::1'
LIFETIME = 1800  # seconds


def advertisement(prefix, lifetime):
    head = struct.pack('!BBHBBHII', 134, 0, 0, 64, 0, lifetime, 0, 0)  # the kernel fills in the checksum
    on_link_and_autonomous = 0xc0
    return head + struct.pack('!BBBBIII', 3, 4, 64, on_link_and_autonomous, LIFETIME, LIFETIME, 0) + socket.inet_pton(socket.AF_INET6, prefix)


def main():
    device, prefix = sys.argv[1:3]
    once = sys.argv[3:]
    index = socket.if_nametoindex(device)
    out = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    while True:
        out.sendto(advertisement(prefix, int(once[0]) if once else LIFETIME), (ALL_NODES, 0, 0, index))
        if once:
            break
        time.sleep(1)


main()
