#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Raw Ethernet frames, to be run in the network namespace in question:

    frames.py capture INTERFACE          prints "ready", then every frame that comes in there, in hexadecimal
    frames.py send INTERFACE FRAME [N]   sends a frame (hexadecimal) N times
"""
import socket
import struct
import sys

ETH_P_ALL = 3
PACKET_OUTGOING = 4
TYPE_TEST = 0x88b5  # IEEE 802 local experimental
BROADCAST = 'ff:ff:ff:ff:ff:ff'


def pack_mac(mac):
    return bytes.fromhex(mac.replace(':', ''))


def make(source, target, payload, ethertype=TYPE_TEST):
    return (pack_mac(target) + pack_mac(source) + struct.pack('!H', ethertype) + payload).ljust(60, b'\0')


def make_arp_request(source, sender, wanted):
    """Who has `wanted`? Tell `sender`."""
    body = struct.pack('!HHBBH', 1, 0x0800, 6, 4, 1) + pack_mac(source) + socket.inet_aton(sender) + bytes(6) + socket.inet_aton(wanted)
    return make(source, BROADCAST, body, 0x0806)


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def make_echo_request(source, target, sender, receiver, mark):
    """An IPv4 ping; `mark` (an even number of octets) is its payload."""
    icmp = struct.pack('!BBHHH', 8, 0, 0, 1, 1) + mark
    icmp = icmp[:2] + struct.pack('!H', checksum(icmp)) + icmp[4:]
    head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(icmp), 1, 0, 64, 1, 0, socket.inet_aton(sender), socket.inet_aton(receiver))
    head = head[:10] + struct.pack('!H', checksum(head)) + head[12:]
    return make(source, target, head + icmp, 0x0800)


def make_neighbour_solicitation(source, sender, wanted):
    """IPv6: who has `wanted`? To all nodes, so that everybody who hears it could answer."""
    group = '33:33:00:00:00:01'
    body = struct.pack('!BBHI', 135, 0, 0, 0) + socket.inet_pton(socket.AF_INET6, wanted) + b'\x01\x01' + pack_mac(source)
    addresses = socket.inet_pton(socket.AF_INET6, sender) + socket.inet_pton(socket.AF_INET6, 'ff02::1')
    pseudo = addresses + struct.pack('!II', len(body), 58)
    body = body[:2] + struct.pack('!H', checksum(pseudo + body)) + body[4:]
    return make(source, group, struct.pack('!IHBB', 0x60000000, len(body), 58, 255) + addresses + body, 0x86dd)


def capture(interface):
    listener = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    listener.bind((interface, ETH_P_ALL))
    print('ready', flush=True)
    while True:
        frame, address = listener.recvfrom(65536)
        if address[2] != PACKET_OUTGOING:
            print(frame.hex(), flush=True)


def send(interface, frame, count=1):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind((interface, 0))
        for _ in range(count):
            sender.send(frame)


if __name__ == '__main__':
    if sys.argv[1] == 'capture':
        capture(sys.argv[2])
    else:
        send(sys.argv[2], bytes.fromhex(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 1)
