# SPDX-License-Identifier: GPL-2.0-or-later
"""As much of the D-Bus protocol as it takes to send any call with any number of descriptors, which no command line tool does,
and to answer calls. D-Bus Specification, "Message Protocol" and "Authentication Protocol"."""
import array
import os
import socket
import struct

CALL, RETURN, ERROR = 1, 2, 3
PATH, INTERFACE, MEMBER, ERROR_NAME, REPLY_SERIAL, DESTINATION, SENDER, SIGNATURE, FDS = range(1, 10)
TYPES = {PATH: 'o', REPLY_SERIAL: 'u', SIGNATURE: 'g', FDS: 'u'}  # the others: s
BUS = 'org.freedesktop.DBus'


def pad(data, size):
    return data + b'\0' * (-len(data) % size)


def encode_string(text):
    data = text.encode()
    return struct.pack('<I', len(data)) + data + b'\0'


def encode(kind, serial, fields, body=b''):
    array_data = b''
    for code, value in fields.items():
        kind_of = TYPES.get(code, 's')
        array_data = pad(array_data, 8) + bytes([code, 1]) + kind_of.encode() + b'\0'
        if kind_of == 'g':
            array_data += bytes([len(value)]) + value.encode() + b'\0'
        else:
            array_data = pad(array_data, 4) + (struct.pack('<I', value) if kind_of == 'u' else encode_string(value))
    head = struct.pack('<cBBBIII', b'l', kind, 0, 1, len(body), serial, len(array_data))
    return pad(head + array_data, 8) + body


def decode_fields(data):
    """The header fields of a message; data begins with the length of their array, 12 octets into the message."""
    fields, at, end = {}, 4, 4 + struct.unpack_from('<I', data)[0]
    while at < end:
        at += -(at + 12) % 8
        code, kind_of = data[at], chr(data[at + 2])
        at += 4
        if kind_of == 'g':
            length, start = data[at], at + 1
        else:
            at += -(at + 12) % 4
            length, start = struct.unpack_from('<I', data, at)[0], at + 4
        if kind_of == 'u':
            fields[code], at = length, start
        else:
            fields[code], at = data[start:start + length].decode(), start + length + 1
    return fields


class Connection:
    """To the bus at that socket, as that user. Needs root for another user than one's own."""

    def __init__(self, path, uid):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(10)
        self.serial = 0
        self.buffer = b''
        os.seteuid(uid)  # the bus asks the kernel who connected
        try:
            self.socket.connect(path)
            self.socket.sendall(b'\0AUTH EXTERNAL ' + str(uid).encode().hex().encode() + b'\r\n')
            self._expect(b'OK ')
            self.socket.sendall(b'NEGOTIATE_UNIX_FD\r\n')
            self._expect(b'AGREE_UNIX_FD')
            self.socket.sendall(b'BEGIN\r\n')
        finally:
            os.seteuid(0)
        self.call(BUS, '/org/freedesktop/DBus', BUS, 'Hello')

    def _expect(self, word):
        while b'\r\n' not in self.buffer:
            self.buffer += self.socket.recv(4096)
        line, self.buffer = self.buffer.split(b'\r\n', 1)
        assert line.startswith(word), line

    def close(self):
        self.socket.close()

    def send(self, kind, fields, body=b'', fds=()):
        self.serial += 1
        data = encode(kind, self.serial, fields, body)
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))] if fds else []
        self.socket.sendmsg([data], ancillary)
        return self.serial

    def receive(self):
        """The next message: its kind, serial, header fields and body. Descriptors are dropped."""
        def need(size):
            while len(self.buffer) < size:
                data, ancillary, _, _ = self.socket.recvmsg(65536, 4096)
                for _, _, fds in ancillary:
                    for fd in array.array('i', fds):
                        os.close(fd)
                if not data:
                    raise ConnectionError('the bus closed the connection')
                self.buffer += data
        need(16)
        _, kind, _, _, body_size, serial, fields_size = struct.unpack_from('<cBBBIII', self.buffer)
        head = 16 + fields_size + -fields_size % 8
        need(head + body_size)
        message, self.buffer = self.buffer[:head + body_size], self.buffer[head + body_size:]
        return kind, serial, decode_fields(message[12:]), message[head:]

    def call(self, destination, path, interface, member, signature='', body=b'', fds=()):
        """Sends a call and waits: the name of the error it ends in, '' if none, and the body of the reply."""
        fields = {PATH: path, MEMBER: member, DESTINATION: destination}
        if interface:
            fields[INTERFACE] = interface
        if signature:
            fields[SIGNATURE] = signature
        if fds:
            fields[FDS] = len(fds)
        serial = self.send(CALL, fields, body, fds)
        while True:
            kind, _, fields, body = self.receive()
            if fields.get(REPLY_SERIAL) == serial and kind in (RETURN, ERROR):
                return fields.get(ERROR_NAME, ''), body

    def request_name(self, name):
        """The error, '' if the name is ours."""
        body = encode_string(name)
        return self.call(BUS, '/org/freedesktop/DBus', BUS, 'RequestName', 'su', pad(body, 4) + struct.pack('<I', 4))[0]
