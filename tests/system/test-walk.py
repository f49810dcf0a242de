#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The main job, as a newcomer does it with busctl and gdbus."""
import json

from lab import MANAGER, NAME, TREE, Holder, endpoint_path, port_path, switch_path
from tap import case, run


@case
def a_switch_with_the_host_and_two_guests_passes_frames(lab):
    assert lab.create_switch('lab') == switch_path('lab')
    assert lab.get(switch_path('lab'), 'Switch', 'Kind') == 'private'
    port, nic = lab.connect_internal('lab', 'lab-host')
    assert (port, nic) == (port_path('lab', 'lab-host'), endpoint_path('lab-host'))
    assert lab.get(switch_path('lab'), 'Switch', 'Kind') == 'internal'
    assert lab.get(switch_path('lab'), 'Switch', 'HostAccess') is True
    for number in (1, 2):
        lab.attach_guest('lab', f'g{number}', f'10.7.0.{number}/24')
    lab.address(lab.get(nic, 'EthernetPort', 'InterfaceName'), '10.7.0.254/24')
    assert lab.pings('10.7.0.2', 'g1') and lab.pings('10.7.0.1', 'g2')
    assert lab.pings('10.7.0.254', 'g1') and lab.pings('10.7.0.254', 'g2')
    assert lab.pings('10.7.0.1') and lab.pings('10.7.0.2')
    ports = lab.get(switch_path('lab'), 'Switch', 'Ports')
    assert sorted(ports) == [port_path('lab', n) for n in ('g1', 'g2', 'lab-host')], ports
    assert all(lab.connects(p) for p in ports)
    assert lab.get(switch_path('lab'), 'Switch', 'State') == 'ok'


@case
def a_port_made_by_hand_connects_and_disconnects(lab):
    lab.create_switch('lab')
    lab.connect_internal('lab', 'host')
    lab.address(lab.get(endpoint_path('host'), 'EthernetPort', 'InterfaceName'), '10.7.0.254/24')
    port = lab.create_port('lab', 'web', Description='the web server')
    assert lab.get(port, 'SwitchPort', 'Connected') is False
    assert lab.get(port, 'SwitchPort', 'State') == 'disconnected'
    same, nic = lab.attach_guest('lab', 'g1', '10.7.0.1/24', Port='web')
    assert same == port
    assert lab.get(port, 'SwitchPort', 'Endpoint') == nic
    lab.wait_property(port, 'SwitchPort', 'State', 'forwarding')
    assert lab.pings('10.7.0.1')
    index = lab.links('g1')['eth0']['ifindex']
    lab.call(port, 'SwitchPort.Disconnect', {})
    assert not lab.connected(port)
    assert lab.get(port, 'SwitchPort', 'Endpoint') == '/'
    assert lab.get(nic, 'LanEndpoint', 'SwitchPort') == '/'
    assert not lab.pings('10.7.0.1', deadline=0.3)
    lab.call(port, 'SwitchPort.Connect', nic, {})
    assert lab.connects(port)
    assert lab.pings('10.7.0.1')
    assert lab.links('g1')['eth0']['ifindex'] == index
    assert lab.get(port, 'SwitchPort', 'Description') == 'the web server'



@case
def an_internal_nic_is_made_first_and_plugged_later(lab):
    lab.create_switch('lab')
    nic = lab.call(MANAGER, 'Manager.CreateInternalEthernetPort', 'mgmt', {'MacAddress': '02:00:00:00:00:01'}, {})[0]
    assert lab.interfaces(nic) >= {'EthernetPort', 'InternalEthernetPort', 'LanEndpoint'}
    assert lab.get(nic, 'InternalEthernetPort', 'Switch') == '/'
    assert lab.get(nic, 'EthernetPort', 'StaticMacAddress') is True
    assert lab.links()[lab.get(nic, 'EthernetPort', 'InterfaceName')]['address'] == '02:00:00:00:00:01'
    port = lab.create_port('lab', 'm')
    lab.call(port, 'SwitchPort.Connect', nic, {})
    assert lab.get(nic, 'InternalEthernetPort', 'Switch') == switch_path('lab')
    lab.refuse('InUse', nic, 'EthernetPort.Delete', {})
    lab.call(nic, 'EthernetPort.Delete', {'force': True})
    assert lab.get(port, 'SwitchPort', 'Connected') is False
    assert nic not in lab.objects()


@case
def disconnect_internal_takes_nic_and_port_away(lab):
    lab.create_switch('lab')
    port, nic = lab.connect_internal('lab', 'host')
    lab.call(switch_path('lab'), 'Switch.DisconnectInternal', nic, {})
    assert not {port, nic} & set(lab.objects())
    assert lab.get(switch_path('lab'), 'Switch', 'Kind') == 'private'
    assert len(lab.ours()) == 1


@case
def the_tree_reads_like_the_network(lab):
    lab.create_switch('lab')
    lab.create_port('lab', 'web-1')
    lab.connect_internal('lab', 'lab-host')
    tree = lab.run('busctl', 'tree', '--list', NAME).stdout.split()
    for path in (TREE, MANAGER, f'{TREE}/switch/lab', f'{TREE}/switch/lab/port/web_2d1', f'{TREE}/switch/lab/port/lab_2dhost',
                 f'{TREE}/endpoint/lab_2dhost'):
        assert path in tree, (path, tree)


@case
def introspection_shows_every_member_to_both_tools(lab):
    lab.create_switch('lab')
    port, nic = lab.connect_internal('lab', 'host')
    shown = lab.run('busctl', 'introspect', NAME, switch_path('lab')).stdout
    for member in ('.CreatePort', '.ConnectInternal', '.Attach', '.GetForwardingTable', '.Modify', '.Delete', '.Mtu', '.Ports',
                   'org.freedesktop.DBus.ObjectManager', 'org.freedesktop.DBus.Properties'):
        assert member in shown, (member, shown)
    for path, members in ((MANAGER, ('CreateSwitch', 'GetStatistics', 'Capabilities')), (port, ('Disconnect', 'Move', 'ActiveConnection')),
                          (nic, ('LanEndpoint', 'InternalEthernetPort', 'Carrier')), (TREE, ('GetManagedObjects', 'InterfacesAdded'))):
        shown = lab.run('gdbus', 'introspect', '--system', '-d', NAME, '-o', path).stdout
        for member in members:
            assert member in shown, (path, member, shown)


@case
def each_switch_is_an_object_manager_of_its_ports(lab):
    for name in ('a', 'b'):
        lab.create_switch(name)
        lab.create_port(name, f'of-{name}')
    inner = lab.call(switch_path('a'), 'org.freedesktop.DBus.ObjectManager.GetManagedObjects')[0]
    assert list(inner) == [port_path('a', 'of-a')], inner


@case
def the_manager_tells_what_it_is_and_what_it_can(lab):
    version = lab.run(f'{lab.run("sh", "-c", "command -v vmswitchd").stdout.strip()}', '--version').stdout
    assert lab.get(MANAGER, 'Manager', 'Version') in version
    capabilities = lab.get(MANAGER, 'Manager', 'Capabilities')
    assert capabilities and capabilities == sorted(capabilities)
    first, last = lab.get(MANAGER, 'Manager', 'DynamicMacRange')
    assert first < last
    limits = lab.get(MANAGER, 'Manager', 'Limits')
    assert {'MaxSwitches', 'MaxPortsPerSwitch', 'MaxEndpoints', 'MaxStaticAddressesPerPort', 'MaxBatch'} <= set(limits), limits
    assert lab.get(MANAGER, 'Manager', 'Warnings') == []


@case
def dynamic_addresses_come_from_the_range_and_differ(lab):
    lab.create_switch('lab')
    first, last = lab.get(MANAGER, 'Manager', 'DynamicMacRange')
    macs = []
    for n in range(5):
        _, nic = lab.attach('lab', f'n{n}')
        macs.append(lab.get(nic, 'EthernetPort', 'MacAddress'))
        assert lab.get(nic, 'EthernetPort', 'StaticMacAddress') is False
    assert len(set(macs)) == 5 and all(first.lower() <= m <= last.lower() for m in macs), macs


@case
def counters_count_what_the_endpoint_sees(lab):
    lab.create_switch('lab')
    lab.connect_internal('lab', 'host')
    lab.address(lab.get(endpoint_path('host'), 'EthernetPort', 'InterfaceName'), '10.7.0.254/24')
    port, nic = lab.attach_guest('lab', 'g1', '10.7.0.1/24')

    def read():
        return lab.call(MANAGER, 'Manager.GetStatistics', [nic, port, switch_path('lab')], {})[0]
    before = read()
    assert lab.pings('10.7.0.1', count=20)
    after = read()
    kernel = json.loads(lab.ip('-s', '-j', 'link', 'show', 'eth0', netns='g1').stdout)[0]['stats64']
    assert after[nic]['rx-packets'] - before[nic]['rx-packets'] >= 20
    assert kernel['rx']['packets'] >= after[nic]['rx-packets'] >= 20
    assert after[port]['rx-packets'] - before[port]['rx-packets'] >= 20
    assert after[switch_path('lab')]['rx-packets'] >= after[port]['rx-packets']
    everything = lab.call(MANAGER, 'Manager.GetStatistics', [], {})[0]
    assert {nic, port, switch_path('lab')} <= set(everything)
    lab.refuse('NotFound', MANAGER, 'Manager.GetStatistics', [switch_path('none')], {}, says='none')


@case
def a_device_resolves_to_its_object(lab):
    lab.create_switch('lab')
    _, nic = lab.connect_internal('lab', 'host')
    bridge = lab.get(switch_path('lab'), 'Switch', 'InterfaceName')
    device = lab.get(nic, 'EthernetPort', 'InterfaceName')
    index = lab.get(nic, 'EthernetPort', 'InterfaceIndex')

    def resolve(by):
        return lab.call(MANAGER, 'Manager.ResolveDevice', by, {})[0]
    assert resolve({'InterfaceName': bridge}) == switch_path('lab')
    assert resolve({'InterfaceName': device}) == nic
    assert resolve({'InterfaceIndex': index}) == nic == resolve({'MacAddress': lab.get(nic, 'EthernetPort', 'MacAddress')})
    lab.refuse('NotFound', MANAGER, 'Manager.ResolveDevice', {'InterfaceName': 'lo'}, {}, says='lo')
    lab.refuse('InvalidArgument', MANAGER, 'Manager.ResolveDevice', {}, {})
    lab.refuse('InvalidArgument', MANAGER, 'Manager.ResolveDevice', {'InterfaceName': device, 'InterfaceIndex': index}, {})


@case
def batches_are_all_or_nothing(lab):
    lab.create_switch('lab')
    made = lab.call(switch_path('lab'), 'Switch.CreatePorts', [{'Name': f'p{n}'} for n in range(50)], {})[0]
    assert made == [port_path('lab', f'p{n}') for n in range(50)]
    lab.refuse('Exists', switch_path('lab'), 'Switch.CreatePorts', [{'Name': 'fresh'}, {'Name': 'p7'}], {}, says='p7')
    assert len(lab.get(switch_path('lab'), 'Switch', 'Ports')) == 50
    nics = [{'Name': f'n{n}', 'Port': f'p{n}', 'Lifetime': 'runtime'} for n in range(40)]
    ports, endpoints, fds = lab.call(switch_path('lab'), 'Switch.AttachMany', nics, {})
    assert ports == made[:40] and endpoints == [endpoint_path(f'n{n}') for n in range(40)] and fds == []
    before = lab.ours()
    lab.refuse('NotFound', switch_path('lab'), 'Switch.AttachMany',
               [{'Name': 'x1', 'Port': 'p40', 'Lifetime': 'runtime'}, {'Name': 'x2', 'Port': 'nowhere', 'Lifetime': 'runtime'}], {}, says='nowhere')
    assert lab.ours() == before and endpoint_path('x1') not in lab.objects()


@case
def attach_many_gives_each_guest_its_nic(lab):
    lab.create_switch('lab')
    for n in range(8):
        lab.add_guest(f'g{n}')
    with Holder(lab) as holder:
        entries = ', '.join(f"options(Name='n{n}', Namespace=fd('/run/netns/g{n}'), InterfaceName='net0')" for n in range(8))
        holder.call(switch_path('lab'), 'Switch.AttachMany', f"dbus.Array([{entries}], signature='a{{sv}}')", 'options()')
        for n in range(8):
            lab.address('net0', f'10.7.0.{n + 1}/24', netns=f'g{n}')
            assert lab.get(endpoint_path(f'n{n}'), 'SyntheticEthernetPort', 'Placed') is True
        assert all(lab.pings(f'10.7.0.{n + 1}', 'g0') for n in range(1, 8))


@case
def names_of_every_allowed_kind_work(lab):
    for name in ('a', '9', 'A.b_c-d', 'x' * 63, 'very-long-name-that-does-not-fit-a-device'):
        path = lab.create_switch(name)
        assert path == switch_path(name)
        assert lab.get(path, 'Switch', 'Name') == name
        device = lab.get(path, 'Switch', 'InterfaceName')
        assert device.startswith('vsw-') and len(device) <= 15
        port, nic = lab.connect_internal(name, f'{name[:40]}-h')
        assert lab.connects(port)


@case
def devices_of_ours_are_quiet_and_marked(lab):
    lab.create_switch('lab', MacAddress='02:00:00:00:0a:01')
    lab.connect_internal('lab', 'host')
    _, nic = lab.attach('lab', 'web')
    links = lab.links()
    assert set(lab.ours()) == {'vsw-lab', 'vswp-host', 'vswi-host', 'vswp-web', 'vswg-web'}, lab.ours()
    bridge = links['vsw-lab']
    assert bridge['address'] == '02:00:00:00:0a:01'
    assert bridge['linkinfo']['info_data']['forward_delay'] == 0 and bridge['linkinfo']['info_data']['stp_state'] == 0
    assert links['vswp-host']['address'].startswith('fe:') and links['vswp-web']['address'].startswith('fe:')
    for name in ('vsw-lab', 'vswp-host', 'vswp-web'):
        assert links[name]['inet6_addr_gen_mode'] == 'none', links[name]
        assert links[name]['ifalias'].startswith('vmswitch:'), links[name]
    for name in lab.ours():
        assert not any(a['family'] == 'inet6' for a in json.loads(lab.ip('-j', 'address', 'show', name).stdout)[0]['addr_info']
                       if name not in ('vswi-host',)), name


run()
