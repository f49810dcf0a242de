#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A TCP connection that is never silent, to be run in the network namespace in question:

    talk.py serve ADDRESS   sends back what comes; prints "ready"
    talk.py talk ADDRESS    prints "connected", sends a number every five milliseconds and waits for it to come back, until a line comes on the
                            standard input; then prints how many there were. Ends with status 1 if one did not come within ten seconds.
"""
import os
import select
import socket
import sys
import time

PORT = 7007
PATIENCE = float(os.environ.get('VSW_PATIENCE', '1'))  # see environment.py


def serve(address):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with socket.create_server((address, PORT), family=family) as listener:
        print('ready', flush=True)
        connection = listener.accept()[0]
        while data := connection.recv(65536):
            connection.sendall(data)


def talk(address):
    connection = socket.create_connection((address, PORT), timeout=10 * PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print('connected', flush=True)
    number = 0
    while not select.select([sys.stdin], [], [], 0.005 * PATIENCE)[0]:
        number += 1
        wanted = f'{number}\n'.encode()
        connection.sendall(wanted)
        seen = b''
        while seen != wanted:
            data = connection.recv(65536)
            if not data:
                sys.exit(f'closed after {number}')
            seen += data
    print(number, flush=True)


if __name__ == '__main__':
    try:
        {'serve': serve, 'talk': talk}[sys.argv[1]](sys.argv[2])
    except OSError as error:
        sys.exit(f'{error} at {time.monotonic()}')
