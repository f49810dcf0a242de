# SPDX-License-Identifier: GPL-2.0-or-later
"""Generic netlink, as far as the tests need what no program here can say: the mode of a team, the type of a Wi-Fi device."""
import contextlib
import os
import socket
import struct

NETLINK_GENERIC, GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR, NLA_F_NESTED = 1, 4, 2, 0x8000
# include/uapi/linux/if_team.h
TEAM_CMD_OPTIONS_SET, TEAM_ATTR_TEAM_IFINDEX, TEAM_ATTR_LIST_OPTION, TEAM_ATTR_ITEM_OPTION = 1, 1, 2, 1
TEAM_ATTR_OPTION_NAME, TEAM_ATTR_OPTION_TYPE, TEAM_ATTR_OPTION_DATA, NLA_U32, NLA_STRING = 1, 3, 4, 3, 5
# include/uapi/linux/nl80211.h
NL80211_CMD_SET_INTERFACE, NL80211_ATTR_IFINDEX, NL80211_ATTR_IFTYPE, NL80211_ATTR_4ADDR = 6, 3, 5, 83
STATION, ACCESS_POINT = 2, 3


def attribute(kind, value):
    """One attribute; a list of them is nested."""
    if isinstance(value, list):
        kind, value = kind | NLA_F_NESTED, b''.join(value)
    return struct.pack('=HH', 4 + len(value), kind) + value + bytes(-len(value) % 4)


def request(family, version, command, *attributes):
    """Sends it, and returns what came first. An error is an OSError."""
    body = struct.pack('=BBH', command, version, 0) + b''.join(attributes)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC) as line:
        line.bind((0, 0))
        line.settimeout(10)
        line.send(struct.pack('=IHHII', 16 + len(body), family, NLM_F_REQUEST | NLM_F_ACK, 1, 0) + body)
        answer = line.recv(65536)
    if struct.unpack_from('=H', answer, 4)[0] == NLMSG_ERROR:
        code = -struct.unpack_from('=i', answer, 16)[0]
        if code:
            raise OSError(code, os.strerror(code))
    return answer


def find_family(name):
    answer = request(GENL_ID_CTRL, 1, CTRL_CMD_GETFAMILY, attribute(CTRL_ATTR_FAMILY_NAME, name.encode() + b'\0'))
    at = 20
    while at < len(answer):
        size, kind = struct.unpack_from('=HH', answer, at)
        if kind == CTRL_ATTR_FAMILY_ID:
            return struct.unpack_from('=H', answer, at + 4)[0]
        at += size + -size % 4
    raise OSError(f'no family {name}')


def set_team_mode(index, mode):
    """Of a team that has no ports yet."""
    set_team_option(index, 'mode', NLA_STRING, mode.encode() + b'\0')


def set_active_port(index, port):
    """Of a team in the mode `activebackup`: the index of a port of it."""
    set_team_option(index, 'activeport', NLA_U32, struct.pack('=I', port))


def set_team_option(index, name, kind, value):
    option = [attribute(TEAM_ATTR_OPTION_NAME, name.encode() + b'\0'), attribute(TEAM_ATTR_OPTION_TYPE, bytes([kind])),
              attribute(TEAM_ATTR_OPTION_DATA, value)]
    with contextlib.suppress(ProcessLookupError):  # it was done, but nobody listens who could be told
        request(find_family('team'), 1, TEAM_CMD_OPTIONS_SET, attribute(TEAM_ATTR_TEAM_IFINDEX, struct.pack('=I', index)),
                attribute(TEAM_ATTR_LIST_OPTION, [attribute(TEAM_ATTR_ITEM_OPTION, option)]))


def set_wifi(index, kind, four_addresses=False):
    """Of a Wi-Fi device that is down."""
    request(find_family('nl80211'), 0, NL80211_CMD_SET_INTERFACE, attribute(NL80211_ATTR_IFINDEX, struct.pack('=I', index)),
            attribute(NL80211_ATTR_IFTYPE, struct.pack('=I', kind)), attribute(NL80211_ATTR_4ADDR, bytes([four_addresses])))
