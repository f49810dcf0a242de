#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Signals: live, complete, in order, and before the reply of the call that caused them."""
from lab import NAME, TREE, Lines, Monitor, endpoint_path, port_path, switch_path
from tap import case, run


def is_call(message, member):
    return message['type'] == 'method_call' and message.get('member') == member


def between(monitor, member):
    """The signals of the service between the call of that member and its reply, and the reply."""
    call = monitor.wait_message(lambda m: is_call(m, member))
    reply = monitor.wait_message(lambda m: m.get('reply_cookie') == call['cookie'] and m.get('destination') == call['sender'])
    messages = monitor.messages()
    inside = messages[messages.index(call):messages.index(reply)]
    return [m for m in inside if m['type'] == 'signal'], reply


def members(signals):
    return [(m['member'], m['path']) for m in signals]


def data(message):
    return message['payload']['data']


@case
def objects_are_announced_before_the_reply(lab):
    with Monitor(lab) as monitor:
        lab.create_switch('lab')
        signals, reply = between(monitor, 'CreateSwitch')
    assert reply['type'] == 'method_return'
    added = [m for m in signals if m['member'] == 'InterfacesAdded']
    assert [data(m)[0] for m in added if m['path'] == TREE] == [switch_path('lab')], members(signals)
    shown = data(next(m for m in added if m['path'] == TREE))[1][f'{NAME}.Switch']
    assert shown['Name']['data'] == 'lab' and shown['Mtu']['data'] == 1500 and shown['InterfaceIndex']['data'] > 0


@case
def connecting_announces_the_connection_and_what_it_changes(lab):
    lab.create_switch('lab')
    port = lab.create_port('lab', 'web')
    _, nic = lab.connect_internal('lab', 'other')
    lab.call(port_path('lab', 'other'), 'SwitchPort.Disconnect', {})
    with Monitor(lab) as monitor:
        lab.call(port, 'SwitchPort.Connect', nic, {})
        signals, reply = between(monitor, 'Connect')
        # this one comes when the kernel says that frames pass, which may be a moment later
        monitor.wait_message(lambda m: m['type'] == 'signal' and m['member'] == 'InterfacesAdded' and m['path'] == TREE
                             and data(m)[0] == port and f'{NAME}.ActiveConnection' in data(m)[1])
    assert reply['type'] == 'method_return'
    changed = {(m['path'], data(m)[0].removeprefix(NAME + '.')): data(m)[1] for m in signals if m['member'] == 'PropertiesChanged'}
    assert changed[(port, 'SwitchPort')]['Connected']['data'] is True
    assert changed[(port, 'SwitchPort')]['Endpoint']['data'] == nic
    assert changed[(nic, 'LanEndpoint')]['SwitchPort']['data'] == port
    assert changed[(nic, 'InternalEthernetPort')]['Switch']['data'] == switch_path('lab')
    assert changed[(switch_path('lab'), 'Switch')]['Kind']['data'] == 'internal'


@case
def disconnecting_takes_the_connection_away_before_the_reply(lab):
    lab.create_switch('lab')
    port, nic = lab.connect_internal('lab', 'host')
    with Monitor(lab) as monitor:
        lab.call(port, 'SwitchPort.Disconnect', {})
        signals, _ = between(monitor, 'Disconnect')
    removed = [data(m) for m in signals if m['member'] == 'InterfacesRemoved' and m['path'] == TREE]
    assert [port, [f'{NAME}.ActiveConnection']] in removed, members(signals)


@case
def deleting_announces_every_object_that_goes(lab):
    lab.create_switch('lab')
    port, nic = lab.connect_internal('lab', 'host')
    with Monitor(lab) as monitor:
        lab.delete(switch_path('lab'), 'Switch')
        signals, _ = between(monitor, 'Delete')
    removed = [data(m)[0] for m in signals if m['member'] == 'InterfacesRemoved' and m['path'] == TREE]
    assert switch_path('lab') in removed and port in removed, removed


@case
def a_change_says_what_changed_and_nothing_else(lab):
    lab.create_switch('lab')
    with Monitor(lab) as monitor:
        lab.call(switch_path('lab'), 'Switch.Modify', {'Description': 'new', 'AgeingSeconds': 60}, {})
        signals, _ = between(monitor, 'Modify')
    changed = [data(m) for m in signals if m['member'] == 'PropertiesChanged']
    assert len(changed) == 1, members(signals)
    assert set(changed[0][1]) == {'Description', 'AgeingSeconds'}, changed


@case
def a_refused_call_signals_nothing(lab):
    lab.create_switch('lab')
    with Monitor(lab) as monitor:
        lab.refuse('Exists', f'{TREE}/Manager', 'Manager.CreateSwitch', 'lab', {}, {})
        lab.refuse('AccessDenied', f'{TREE}/Manager', 'Manager.CreateSwitch', 'other', {}, {}, user='bob')
        lab.get(switch_path('lab'), 'Switch', 'Mtu')
        monitor.wait_message(lambda m: is_call(m, 'Get'))
        signals = [m for m in monitor.messages() if m['type'] == 'signal' and m['path'].startswith(TREE)]
    assert not signals, members(signals)


@case
def the_switch_tells_of_its_own_ports_too(lab):
    lab.create_switch('lab')
    with Monitor(lab) as monitor:
        port = lab.create_port('lab', 'web')
        signals, _ = between(monitor, 'CreatePort')
    assert ('InterfacesAdded', switch_path('lab')) in members(signals), members(signals)
    assert any(m['member'] == 'PropertiesChanged' and 'Ports' in data(m)[2] for m in signals), [data(m) for m in signals]
    assert port


@case
def gdbus_monitor_shows_them_live_to_an_ordinary_user(lab):
    with Lines(lab, 'gdbus', 'monitor', '--system', '-d', NAME, user='bob', ready='is owned by') as monitor:
        lab.create_switch('lab')
        monitor.wait(lambda line: 'InterfacesAdded' in line and '/switch/lab' in line)
        lab.connect_internal('lab', 'host')
        monitor.wait(lambda line: 'InterfacesAdded' in line and 'ActiveConnection' in line)
        lab.call(switch_path('lab'), 'Switch.Modify', {'Mtu': 1400}, {})
        monitor.wait(lambda line: 'PropertiesChanged' in line and "'Mtu': <uint32 1400>" in line)
        lab.delete(switch_path('lab'), 'Switch')
        monitor.wait(lambda line: 'InterfacesRemoved' in line and '/switch/lab' in line)


@case
def carrier_of_a_guest_is_told(lab):
    lab.create_switch('lab')
    port, nic = lab.attach_guest('lab', 'g1')
    lab.wait_property(nic, 'EthernetPort', 'Carrier', True)
    with Lines(lab, 'gdbus', 'monitor', '--system', '-d', NAME, ready='is owned by') as monitor:
        lab.ip('link', 'set', 'eth0', 'down', netns='g1')
        monitor.wait(lambda line: nic in line and "'Carrier': <false>" in line)
        monitor.wait(lambda line: 'InterfacesRemoved' in line and 'ActiveConnection' in line)
        assert not lab.connected(port)
        lab.ip('link', 'set', 'eth0', 'up', netns='g1')
        monitor.wait(lambda line: nic in line and "'Carrier': <true>" in line)
        assert lab.connects(port)
    assert nic == endpoint_path('g1')


run()
