#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Virtual systems: every state and what leads where, all NICs or none, and what is left of them after kill -9, restart and reboot."""
import subprocess

from environment import ROOT, USERS, wait_for
from gvariant import Raw
from lab import MANAGER, TREE, BusError, Holder, endpoint_path, escape, port_path, switch_path
from tap import Skip, case, run

SYSTEM = f'{TREE}/system/vm'
STATES = ('disabled', 'enabled', 'saved')
LEADS = {('disabled', 'enabled'), ('enabled', 'disabled'), ('enabled', 'saved'), ('saved', 'enabled'), ('saved', 'disabled')}


def setting(name):
    return f'{SYSTEM}/setting/{escape(name)}'


def path(text):
    return Raw(f"objectpath '{text}'")


def define(lab, user=None, options=None, **settings):
    return lab.call(MANAGER, 'Manager.DefineSystem', 'vm', settings, options or {}, user=user)[0]


def add(lab, name, connection=None, user=None, **settings):
    if connection:
        settings['Connection'] = path(connection)
    return lab.call(SYSTEM, 'VirtualSystem.AddResourceSetting', {'Name': name, **settings}, {}, user=user)[0]


def request(lab, state, user=None):
    lab.call(SYSTEM, 'VirtualSystem.RequestStateChange', state, {}, user=user)


def state(lab):
    return lab.get(SYSTEM, 'VirtualSystem', 'EnabledState')


def get(lab, name, key):
    return lab.get(setting(name), 'ResourceAllocationSetting', key)


def build(lab, user=None):
    """A system of every kind of NIC: on a switch, on an administrator's port, for a container, unplugged."""
    lab.create_switch('lab', user=user)
    lab.create_port('lab', 'desk', user=user)
    define(lab, user)
    add(lab, 'net0', switch_path('lab'), user, Queues=2)
    add(lab, 'net1', port_path('lab', 'desk'), user, ResourceSubType='emulated', Address='02:00:00:00:00:21')
    add(lab, 'net2', switch_path('lab'), user, Backend='veth')
    add(lab, 'net3', switch_path('lab'), user, AutomaticConnection=False)


NAMES = ('net0', 'net1', 'net2', 'net3')
DEVICES = ['vsw-lab', 'vswg-vm-net2', 'vswp-vm-net0', 'vswp-vm-net1', 'vswp-vm-net2', 'vswp-vm-net3']


def facts(lab):
    """Everything on the bus that does not change by itself, and the devices."""
    kept = {}
    for where, interfaces in lab.objects().items():
        for interface, properties in interfaces.items():
            for key, value in properties.items():
                if key not in ('LearnedAddresses', 'Carrier', 'SinceTimestamp', 'State', 'ForwardingState') and 'ActiveConnection' not in interface:
                    kept[where, interface, key] = sorted(value) if isinstance(value, list) and key != 'Warnings' else value
    return kept, lab.shapes()


def open_all(lab, holder, *names):
    """The descriptors of these NICs, by name, as numbers in the holder."""
    kinds = {name: get(lab, name, 'ResourceSubType').capitalize() for name in names}
    return {name: holder.call(endpoint_path(f'vm-{name}'), f'{kinds[name]}EthernetPort.Open', 'options()')[0] for name in names}


# --- states ---

@case
def every_state_leads_where_it_may_and_nowhere_else(lab):
    roads = {'disabled': ['disabled'], 'enabled': ['disabled', 'enabled'], 'saved': ['disabled', 'enabled', 'saved']}
    lab.create_switch('lab')
    define(lab)
    add(lab, 'net0', switch_path('lab'))
    for here in STATES:
        for there in STATES:
            now = state(lab)
            if now != 'disabled':
                request(lab, 'disabled')
            for step in roads[here][1:]:
                request(lab, step)
            assert state(lab) == here
            if (here, there) in LEADS:
                request(lab, there)
                assert state(lab) == there
                continue
            before = facts(lab)
            lab.refuse('InvalidState', SYSTEM, 'VirtualSystem.RequestStateChange', there, {}, says=(here, there))
            assert facts(lab) == before, (here, there)
    for nonsense in ('paused', '', 'Enabled', 'enabled '):
        lab.refuse('InvalidArgument', SYSTEM, 'VirtualSystem.RequestStateChange', nonsense, {})
    lab.refuse('InvalidArgument', SYSTEM, 'VirtualSystem.RequestStateChange', 'enabled', {'force': True}, says='force')


@case
def enabled_means_that_each_setting_is_a_nic(lab):
    build(lab)
    macs = {name: get(lab, name, 'Address') for name in NAMES}
    assert len(set(macs.values())) == 4 and macs['net1'] == '02:00:00:00:00:21'
    assert [get(lab, name, 'StaticMacAddress') for name in NAMES] == [False, True, False, False]
    assert lab.ours() == ['vsw-lab'] and [get(lab, name, 'EthernetPort') for name in NAMES] == ['/'] * 4
    request(lab, 'enabled')
    assert lab.get(SYSTEM, 'VirtualSystem', 'EthernetPorts') == [endpoint_path(f'vm-{name}') for name in NAMES]
    assert lab.get(SYSTEM, 'VirtualSystem', 'ResourceSettings') == [setting(name) for name in NAMES]
    assert lab.ours() == DEVICES
    kinds = {'net0': 'SyntheticEthernetPort', 'net1': 'EmulatedEthernetPort', 'net2': 'SyntheticEthernetPort', 'net3': 'SyntheticEthernetPort'}
    for name in NAMES:
        nic = endpoint_path(f'vm-{name}')
        assert get(lab, name, 'EthernetPort') == nic
        assert lab.get(nic, 'EthernetPort', 'MacAddress') == macs[name]
        assert lab.get(nic, kinds[name], 'VirtualSystem') == SYSTEM
        assert lab.get(nic, 'LanEndpoint', 'Role') == 'vm'
    plugged = {name: lab.get(endpoint_path(f'vm-{name}'), 'LanEndpoint', 'SwitchPort') for name in NAMES}
    assert plugged == {'net0': port_path('lab', 'vm-net0'), 'net1': port_path('lab', 'desk'), 'net2': port_path('lab', 'vm-net2'), 'net3': '/'}
    request(lab, 'disabled')
    assert lab.ours() == ['vsw-lab'] and lab.get(SYSTEM, 'VirtualSystem', 'EthernetPorts') == []
    assert lab.get(switch_path('lab'), 'Switch', 'Ports') == [port_path('lab', 'desk')]
    assert lab.get(port_path('lab', 'desk'), 'SwitchPort', 'Connected') is False
    assert {name: get(lab, name, 'Address') for name in NAMES} == macs


@case
def saved_brings_back_the_same(lab):
    build(lab)
    request(lab, 'enabled')

    def shape():
        return [{key: value for key, value in lab.get_all(endpoint_path(f'vm-{name}')).items() if key in
                 ('Name', 'Kind', 'MacAddress', 'SwitchPort', 'Lifetime', 'Queues', 'Backend', 'OwnerUid', 'Mtu')} for name in NAMES]
    before = shape()
    settings = [lab.get_all(setting(name)) for name in NAMES]
    request(lab, 'saved')
    assert lab.ours() == ['vsw-lab'] and state(lab) == 'saved'
    # somebody takes addresses meanwhile: not these
    lab.attach('lab', 'other')
    assert lab.get(endpoint_path('other'), 'EthernetPort', 'MacAddress') not in [s['Address'] for s in settings]
    lab.refuse('Exists', switch_path('lab'), 'Switch.Attach', {'Name': 'thief', 'MacAddress': settings[0]['Address'], 'Lifetime': 'runtime'}, {})
    request(lab, 'enabled')
    assert shape() == before
    assert [lab.get_all(setting(name)) for name in NAMES] == settings


@case
def what_a_guest_holds_goes_when_it_is_saved(lab):
    build(lab, 'alice')
    request(lab, 'enabled', 'alice')
    with Holder(lab, user='alice') as alice:
        fds = open_all(lab, alice, 'net0', 'net1')
        assert lab.connects(port_path('lab', 'desk')) and len(fds['net0']) == 2
        request(lab, 'saved', 'alice')
        assert lab.ours() == ['vsw-lab'] and state(lab) == 'saved'
        try:
            alice.do(f'write({fds["net1"][0]}, {"00" * 60!r})')
            raise AssertionError('the descriptor of what is gone still takes frames')
        except BusError as error:
            assert error.name == 'OSError', error
        request(lab, 'enabled', 'alice')
        open_all(lab, alice, 'net0', 'net1', 'net3')
        assert lab.connects(port_path('lab', 'desk'))


# --- all or none ---

def refuse_ioctl(lab, number):
    """From now on the number-th ioctl of the service fails as if there were no memory."""
    tracer = subprocess.Popen(['strace', '-f', '-p', str(lab.daemon.pid), '-o', str(ROOT / 'trace'), '-e', 'trace=ioctl',
                               '-e', f'inject=ioctl:error=ENOMEM:when={number}'], stderr=subprocess.PIPE, text=True)
    line = tracer.stderr.readline()
    if 'attached' not in line:
        tracer.wait()
        raise Skip(f'strace cannot attach: {line.strip()}')
    return tracer


def end(tracer):
    tracer.terminate()
    tracer.communicate(timeout=10)


@case
def a_nic_that_cannot_be_made_leaves_none(lab):
    """The kernel refuses the 1st, 2nd, 3rd ... of the requests that taps are made with, until it refuses none."""
    lab.create_switch('lab')
    define(lab)
    for number in range(3):
        add(lab, f'net{number}', switch_path('lab'), Queues=2)
    before = facts(lab)
    refused = set()
    for number in range(1, 100):
        tracer = refuse_ioctl(lab, number)
        try:
            request(lab, 'enabled')
        except BusError as error:
            assert error.name in ('Kernel', 'NotSupported', 'InUse', 'Exists', 'Conflict'), error
            refused |= {name for name in ('vswp-vm-net0', 'vswp-vm-net1', 'vswp-vm-net2') if name in error.message}
        end(tracer)
        if state(lab) == 'enabled':
            request(lab, 'disabled')
            if 'INJECTED' not in (ROOT / 'trace').read_text():
                break
        wait_for(lambda: facts(lab) == before, 2, f'nothing to be left after refusal {number}')
    assert number >= 10 and len(refused) == 3, (number, refused)


@case
def what_is_in_the_way_on_the_bus_leaves_none_too(lab):
    build(lab)
    lab.attach('lab', 'guest', Port='desk')
    before = facts(lab)
    lab.refuse('InUse', SYSTEM, 'VirtualSystem.RequestStateChange', 'enabled', {}, says='desk')
    assert facts(lab) == before
    lab.delete(endpoint_path('guest'), 'EthernetPort')
    lab.create_port('lab', 'vm-net2')
    before = facts(lab)
    lab.refuse('Exists', SYSTEM, 'VirtualSystem.RequestStateChange', 'enabled', {}, says='vm-net2')
    assert facts(lab) == before
    lab.delete(port_path('lab', 'vm-net2'), 'SwitchPort')
    request(lab, 'enabled')


@case
def nobody_takes_the_name_that_a_nic_will_have(lab):
    build(lab)
    for method, *arguments in (('Attach', {'Name': 'vm-net0'}), ('ConnectInternal', 'vm-net0', {})):
        lab.refuse('Exists', switch_path('lab'), f'Switch.{method}', *arguments, {}, says='setting net0 of system vm')
    other = lab.call(MANAGER, 'Manager.DefineSystem', 'vm-net0', {}, {})[0]
    lab.call(other, 'VirtualSystem.AddResourceSetting', {'Name': 'x'}, {})
    lab.refuse('Exists', SYSTEM, 'VirtualSystem.AddResourceSetting', {'Name': 'net0-x'}, {}, says='vm-net0-x')
    lab.attach('lab', 'vm-later')
    lab.refuse('Exists', SYSTEM, 'VirtualSystem.AddResourceSetting', {'Name': 'later'}, {}, says='vm-later')
    request(lab, 'enabled')


@case
def an_address_that_a_device_of_the_host_has_taken_meanwhile_is_refused(lab):
    build(lab)
    address = get(lab, 'net0', 'Address')
    lab.run('ip', 'link', 'add', 'foreign0', 'address', address, 'type', 'veth', 'peer', 'name', 'foreign1')
    before = facts(lab)
    lab.refuse('Exists', SYSTEM, 'VirtualSystem.RequestStateChange', 'enabled', {}, says=f'setting net0: MAC address {address} is by now that of device foreign0')
    assert facts(lab) == before
    lab.run('ip', 'link', 'delete', 'foreign0')
    request(lab, 'enabled')


@case
def addresses_are_nobody_elses(lab):
    lab.create_switch('lab')
    define(lab)
    add(lab, 'net0', Address='02:00:00:00:00:21')
    lab.refuse('Exists', SYSTEM, 'VirtualSystem.AddResourceSetting', {'Name': 'net1', 'Address': '02:00:00:00:00:21'}, {}, says='02:00:00:00:00:21')
    add(lab, 'net1')
    pooled = get(lab, 'net1', 'Address')
    lab.refuse('Exists', SYSTEM, 'VirtualSystem.AddResourceSetting', {'Name': 'net2', 'Address': pooled}, {}, says=pooled)
    lab.refuse('Exists', setting('net0'), 'ResourceAllocationSetting.Modify', {'Address': pooled}, {}, says=pooled)
    lab.refuse('InvalidArgument', SYSTEM, 'VirtualSystem.AddResourceSetting', {'Name': 'net2', 'Address': '01:00:00:00:00:21'}, {})
    lab.refuse('Exists', SYSTEM, 'VirtualSystem.AddResourceSetting', {'Name': 'net0'}, {}, says='net0')
    lab.call(setting('net0'), 'ResourceAllocationSetting.Modify', {'Address': ''}, {})
    assert get(lab, 'net0', 'StaticMacAddress') is False and get(lab, 'net0', 'Address') not in (pooled, '02:00:00:00:00:21')


@case
def a_dry_range_of_addresses_makes_no_setting(lab):
    lab.stop_daemon()
    lab.set_config('DynamicMacRange=02:11:22:33:44:00-02:11:22:33:44:01')
    lab.start_daemon()
    try:
        define(lab)
        add(lab, 'net0')
        add(lab, 'net1')
        before = facts(lab)
        lab.refuse('QuotaExceeded', SYSTEM, 'VirtualSystem.AddResourceSetting', {'Name': 'net2'}, {})
        assert facts(lab) == before
        add(lab, 'net2', Address='02:00:00:00:00:21')
        lab.call(setting('net1'), 'ResourceAllocationSetting.Remove', {})
        add(lab, 'net3')
        lab.delete(SYSTEM, 'VirtualSystem')
    finally:
        lab.stop_daemon()
        lab.set_config('')
        lab.start_daemon()


# --- changes ---

@case
def a_setting_changed_while_enabled_takes_effect_where_it_can(lab):
    lab.create_switch('lab')
    lab.create_switch('other', Mtu=9000)
    define(lab, 'alice')
    add(lab, 'net0', switch_path('lab'), 'alice')
    request(lab, 'enabled', 'alice')
    with Holder(lab, user='alice') as alice:
        fds = open_all(lab, alice, 'net0')['net0']
        index = lab.links()['vswp-vm-net0']['ifindex']
        change = (setting('net0'), 'ResourceAllocationSetting.Modify')
        lab.call(*change, {'Connection': path(switch_path('other')), 'Mtu': 4000}, {}, user='alice')
        link = lab.links()['vswp-vm-net0']
        assert (link['master'], link['mtu'], link['ifindex']) == ('vsw-other', 4000, index), link
        assert lab.connects(port_path('other', 'vm-net0')) and port_path('lab', 'vm-net0') not in lab.objects()
        assert get(lab, 'net0', 'PendingChanges') == []
        before = get(lab, 'net0', 'Address')
        lab.call(*change, {'Queues': 4, 'Address': '02:00:00:00:00:31'}, {}, user='alice')
        assert sorted(get(lab, 'net0', 'PendingChanges')) == ['Address', 'Queues']
        assert lab.get(endpoint_path('vm-net0'), 'EthernetPort', 'MacAddress') == before
        lab.call(*change, {'Queues': 1}, {}, user='alice')
        assert get(lab, 'net0', 'PendingChanges') == ['Address']
        lab.call(*change, {'Queues': 4, 'Connection': path('/')}, {}, user='alice')
        assert 'master' not in lab.links()['vswp-vm-net0']
        assert alice.do(f'ask({fds[0]})')['name'] == 'vswp-vm-net0'
        request(lab, 'saved', 'alice')
        assert get(lab, 'net0', 'PendingChanges') == []
        request(lab, 'enabled', 'alice')
        assert lab.get(endpoint_path('vm-net0'), 'EthernetPort', 'MacAddress') == '02:00:00:00:00:31'
        assert len(open_all(lab, alice, 'net0')['net0']) == 4


@case
def what_is_changed_of_the_nic_itself_is_there_again(lab):
    lab.create_switch('lab')
    lab.create_switch('other')
    lab.create_port('other', 'desk')
    define(lab, 'alice')
    for name in ('net0', 'net1', 'net2'):
        add(lab, name, switch_path('lab'), 'alice')
    request(lab, 'enabled', 'alice')
    lab.call(port_path('lab', 'vm-net0'), 'SwitchPort.Move', path(switch_path('other')), {})
    lab.call(port_path('lab', 'vm-net1'), 'SwitchPort.Disconnect', {})
    lab.call(port_path('other', 'desk'), 'SwitchPort.Connect', path(endpoint_path('vm-net1')), {})
    lab.call(port_path('lab', 'vm-net2'), 'SwitchPort.Disconnect', {})
    assert [get(lab, name, 'PendingChanges') for name in ('net0', 'net1', 'net2')] == [['Connection']] * 3
    lab.call(endpoint_path('vm-net0'), 'EthernetPort.Modify', {'MacAddress': '02:00:00:00:00:41', 'Mtu': 1400}, {}, user='alice')
    request(lab, 'saved')
    request(lab, 'enabled')
    places = {name: lab.get(endpoint_path(f'vm-{name}'), 'LanEndpoint', 'SwitchPort') for name in ('net0', 'net1', 'net2')}
    assert places == {'net0': port_path('other', 'vm-net0'), 'net1': port_path('other', 'desk'), 'net2': '/'}, places
    assert lab.get(endpoint_path('vm-net0'), 'EthernetPort', 'MacAddress') == '02:00:00:00:00:41'
    assert lab.get(endpoint_path('vm-net0'), 'EthernetPort', 'Mtu') == 1400
    # and where the setting says, for whoever says so again
    lab.call(setting('net2'), 'ResourceAllocationSetting.Modify', {'AutomaticConnection': True}, {})
    assert lab.get(endpoint_path('vm-net2'), 'LanEndpoint', 'SwitchPort') == port_path('lab', 'vm-net2') and get(lab, 'net2', 'PendingChanges') == []


@case
def settings_come_and_go_while_enabled(lab):
    lab.create_switch('lab')
    define(lab)
    request(lab, 'enabled')
    add(lab, 'net0', switch_path('lab'))
    assert 'vswp-vm-net0' in lab.links() and get(lab, 'net0', 'EthernetPort') == endpoint_path('vm-net0')
    lab.refuse('InUse', setting('net0'), 'ResourceAllocationSetting.Remove', {})
    lab.refuse('InUse', endpoint_path('vm-net0'), 'EthernetPort.Delete', {}, says='vm')
    lab.call(setting('net0'), 'ResourceAllocationSetting.Remove', {'force': True})
    assert lab.ours() == ['vsw-lab'] and lab.get(SYSTEM, 'VirtualSystem', 'ResourceSettings') == []


@case
def a_system_that_is_enabled_is_deleted_by_force_only(lab):
    build(lab)
    request(lab, 'enabled')
    before = facts(lab)
    lab.refuse('InUse', SYSTEM, 'VirtualSystem.Delete', {}, says='vm')
    assert facts(lab) == before
    lab.call(SYSTEM, 'VirtualSystem.Delete', {'force': True})
    assert lab.ours() == ['vsw-lab'] and not [p for p in lab.objects() if '/system/' in p]
    assert lab.get(switch_path('lab'), 'Switch', 'Ports') == [port_path('lab', 'desk')]


# --- what is left afterwards ---

@case
def every_state_survives_kill_and_restart(lab):
    build(lab)
    for wanted in ('disabled', 'enabled', 'saved'):
        if wanted != 'disabled':
            request(lab, wanted)
        before = facts(lab)
        for _ in range(2):
            lab.kill_daemon()
            lab.start_daemon()
            assert facts(lab) == before, wanted
    request(lab, 'enabled')
    with Holder(lab) as holder:
        open_all(lab, holder, 'net0', 'net1', 'net3')


@case
def after_a_reboot_nothing_is_enabled(lab):
    def reboot():
        lab.kill_daemon()
        for name in lab.ours():
            lab.ip('link', 'delete', name, check=False)
        lab.run('nft', 'flush', 'ruleset')
        lab.make_runtime()
        lab.start_daemon()
    build(lab)
    settings = [lab.get_all(setting(name)) for name in NAMES]
    request(lab, 'enabled')
    reboot()
    assert state(lab) == 'disabled' and lab.ours() == ['vsw-lab']
    assert [lab.get_all(setting(name)) for name in NAMES] == settings
    request(lab, 'enabled')
    request(lab, 'saved')
    reboot()
    assert state(lab) == 'saved' and lab.ours() == ['vsw-lab']
    request(lab, 'enabled')
    assert lab.ours() == DEVICES and [lab.get_all(setting(name))['Address'] for name in NAMES] == [s['Address'] for s in settings]


@case
def taps_that_wait_are_kept_and_taps_that_were_let_go_are_gone(lab):
    build(lab)
    request(lab, 'enabled')
    with Holder(lab) as holder:
        open_all(lab, holder, 'net0', 'net1')
        lab.kill_daemon()
        links = lab.links()
        assert links['vswp-vm-net3']['linkinfo']['info_data']['persist'] is True
        assert links['vswp-vm-net0']['linkinfo']['info_data']['persist'] is False
    wait_for(lambda: 'vswp-vm-net0' not in lab.links(), 2, 'the taps to go with their holder')
    assert 'vswp-vm-net3' in lab.links()
    lab.start_daemon()
    # the container's NIC and the tap that waits are still there
    assert state(lab) == 'enabled'
    assert lab.get(SYSTEM, 'VirtualSystem', 'EthernetPorts') == [endpoint_path('vm-net2'), endpoint_path('vm-net3')]
    assert lab.ours() == ['vsw-lab', 'vswg-vm-net2', 'vswp-vm-net2', 'vswp-vm-net3']
    assert lab.get(switch_path('lab'), 'Switch', 'Ports') == [port_path('lab', 'desk'), port_path('lab', 'vm-net2')]
    with Holder(lab) as holder:
        open_all(lab, holder, 'net3')


@case
def a_guest_that_died_while_the_service_was_dead_disables_its_system(lab):
    lab.create_switch('lab')
    define(lab)
    add(lab, 'net0', switch_path('lab'))
    add(lab, 'net1', switch_path('lab'), ResourceSubType='emulated')
    request(lab, 'enabled')
    with Holder(lab) as holder:
        open_all(lab, holder, 'net0', 'net1')
        lab.kill_daemon()
        lab.start_daemon()
        assert state(lab) == 'enabled' and lab.connects(port_path('lab', 'vm-net0'))
        lab.kill_daemon()
    lab.start_daemon()
    assert state(lab) == 'disabled' and lab.ours() == ['vsw-lab']
    assert lab.get(switch_path('lab'), 'Switch', 'Ports') == []
    request(lab, 'enabled')


@case
def the_last_nic_of_a_guest_disables_its_system(lab):
    lab.create_switch('lab')
    define(lab)
    add(lab, 'net0', switch_path('lab'))
    add(lab, 'net1', switch_path('lab'))
    request(lab, 'enabled')
    with Holder(lab) as holder, Holder(lab) as second:
        open_all(lab, holder, 'net0')
        open_all(lab, second, 'net1')
        second.close()
        wait_for(lambda: lab.get(SYSTEM, 'VirtualSystem', 'EthernetPorts') == [endpoint_path('vm-net0')], 1, 'the second one to go')
        assert state(lab) == 'enabled'
    lab.wait_property(SYSTEM, 'VirtualSystem', 'EnabledState', 'disabled', 1)
    assert lab.ours() == ['vsw-lab']


@case
def a_system_of_lifetime_caller_goes_with_its_caller(lab):
    lab.create_switch('lab')
    with Holder(lab) as holder:
        holder.call(MANAGER, 'Manager.DefineSystem', "'vm'", "options(Lifetime='caller')", 'options()')
        add(lab, 'net0', switch_path('lab'))
        request(lab, 'enabled')
    wait_for(lambda: SYSTEM not in lab.objects() and lab.ours() == ['vsw-lab'], 2, 'it to go')


@case
def it_belongs_to_whom_it_was_defined_by(lab):
    build(lab, 'alice')
    request(lab, 'enabled', 'alice')
    owners = {lab.get(SYSTEM, 'VirtualSystem', 'OwnerUid')} | {lab.get(endpoint_path(f'vm-{n}'), 'EthernetPort', 'OwnerUid') for n in NAMES}
    assert owners == {USERS['alice']}, owners
    assert {lab.links()[f'vswp-vm-{n}']['linkinfo']['info_data']['user'] for n in ('net0', 'net1', 'net3')} == {'alice'}


run()
