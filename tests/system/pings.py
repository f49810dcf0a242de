#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An echo request every millisecond, each counted by its number: pings.py TARGET, until its standard input ends.

Prints "ready" with the first answer, and at the end, half a second after the last one, how many were sent, which were not answered, and the longest
time in milliseconds in which this program itself did not get to send. What it could not send in time it sends at once then: a busy machine makes frames
late, and late is not lost; but what happened in that time was not seen. What cannot be sent is lost.

`ping -i 0.001` is no such meter: it waits longer for each answer that does not come, so short outages cost it no frame."""
import json
import os
import select
import socket
import struct
import sys
import time

INTERVAL = 0.001
PATIENCE = float(os.environ.get('VSW_PATIENCE', '1'))  # see environment.py
SOL_RAW, ICMP_FILTER, SO_RCVBUFFORCE = 255, 1, 33  # include/linux/socket.h, include/uapi/linux/icmp.h
REQUEST4, REPLY4, REQUEST6, REPLY6 = 8, 0, 128, 129


class Meter:
    def __init__(self, target):
        self.is_ipv6 = ':' in target
        family, protocol = (socket.AF_INET6, socket.IPPROTO_ICMPV6) if self.is_ipv6 else (socket.AF_INET, socket.IPPROTO_ICMP)
        self.socket = socket.socket(family, socket.SOCK_RAW, protocol)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
        if not self.is_ipv6:
            self.socket.setsockopt(SOL_RAW, ICMP_FILTER, struct.pack('I', 0xffffffff & ~(1 << REPLY4)))
        self.target = target
        self.mark = os.urandom(8)
        self.sent, self.answered = 0, set()

    def send(self):
        body = self.mark + struct.pack('!I', self.sent)
        head = struct.pack('!BBHHH', REQUEST6 if self.is_ipv6 else REQUEST4, 0, 0, 1, self.sent & 0xffff)
        if not self.is_ipv6:  # of IPv6 the kernel makes the checksum
            total = sum(struct.unpack('!10H', head + body))
            total = (total & 0xffff) + (total >> 16)
            total = (total & 0xffff) + (total >> 16)
            head = struct.pack('!BBHHH', REQUEST4, 0, ~total & 0xffff, 1, self.sent & 0xffff)
        self.sent += 1
        try:
            self.socket.sendto(head + body, (self.target, 0))
        except OSError:
            pass

    def receive(self):
        try:
            while True:
                frame = self.socket.recv(256)
                frame = frame if self.is_ipv6 else frame[4 * (frame[0] & 15):]
                if len(frame) >= 20 and frame[0] == (REPLY6 if self.is_ipv6 else REPLY4) and frame[8:16] == self.mark:
                    self.answered.add(struct.unpack('!I', frame[16:20])[0])
        except BlockingIOError:
            pass

    def run(self):
        ready, blind = False, 0.0
        due = last = began = time.monotonic()
        while not select.select([sys.stdin], [], [], 0)[0]:
            now = time.monotonic()
            blind = max(blind, now - last)
            last = now
            while due <= now:
                self.send()
                due += INTERVAL * PATIENCE
            select.select([self.socket], [], [], max(0, due - time.monotonic()))
            self.receive()
            if not ready and now > began + 10 * PATIENCE:
                sys.exit(f'{self.target} does not answer')
            if not ready and self.answered:
                # what was sent while neighbours were asked for is not of the measurement
                ready, blind, self.sent, self.answered, self.mark = True, 0.0, 0, set(), os.urandom(8)
                print('ready', flush=True)
        end = time.monotonic() + 0.5 * PATIENCE
        while (left := end - time.monotonic()) > 0:
            select.select([self.socket], [], [], left)
            self.receive()
        lost = [number for number in range(self.sent) if number not in self.answered]
        print(json.dumps({'sent': self.sent, 'lost': lost, 'blind': round(blind * 1000, 1)}), flush=True)


if __name__ == '__main__':
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        pass  # it then waits for its turn like all others, and says for how long
    Meter(sys.argv[1]).run()
