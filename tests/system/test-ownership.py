#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What belongs to a user is nobody else's: descriptors, NICs, ports, systems, and the switches that a system may join."""
import time

from environment import POLKIT_RULES, wait_for
from gvariant import Raw
from lab import MANAGER, TREE, BusError, Holder, endpoint_path, port_path, switch_path
from tap import case, run

NEEDS_AUTHORIZATION = 'InteractiveAuthorizationRequired'


@case
def nobody_else_gets_at_descriptors(lab):
    """Neither from the service, nor from whoever has them, nor by asking for them."""
    lab.create_switch('lab')
    lab.attach('lab', 'waits', user='alice', Backend='tap')
    steal = """[os.close(own) for pid in ({service}, {holder}) for own in [steal(pid, number) for number in range(3, 40)] if own >= 0]"""
    with Holder(lab, user='alice') as alice, Holder(lab, user='bob') as bob:
        alice.call(switch_path('lab'), 'Switch.Attach', "options(Name='t1', Backend='tap')", 'options()')
        # what can be stolen at all: by root, from whoever has it
        with Holder(lab) as root:
            assert root.do(steal.format(service=lab.daemon.pid, holder=alice.process.pid)) != []
        assert bob.do(steal.format(service=lab.daemon.pid, holder=alice.process.pid)) == []
        for pid in (lab.daemon.pid, alice.process.pid):
            for expression in (f'os.listdir("/proc/{pid}/fd")', f'os.open("/proc/{pid}/fd/3", os.O_RDWR)', f'open("/proc/{pid}/environ").read()'):
                try:
                    bob.do(expression)
                    raise AssertionError(expression)
                except BusError as error:
                    assert error.name in ('PermissionError', 'FileNotFoundError'), error
        for nic in ('t1', 'waits'):
            bob.refuse('AccessDenied', endpoint_path(nic), 'SyntheticEthernetPort.Open', 'options()')
        for user in ('erin', 'dave'):
            lab.refuse(NEEDS_AUTHORIZATION if user == 'dave' else 'AccessDenied', endpoint_path('waits'), 'SyntheticEthernetPort.Open', {}, user=user)
        mark = len(lab.log('polkitd'))
        alice.call(endpoint_path('waits'), 'SyntheticEthernetPort.Open', 'options()')
        assert 'asked org.vmswitch1.manage-own user=alice' in lab.log('polkitd')[mark:]


@case
def who_may_join_a_switch_does_not_manage_what_others_have_there(lab):
    lab.create_switch('lab', Shared=True)
    lab.create_switch('mine', user='alice', Shared=True)
    lab.create_port('lab', 'desk')
    lab.attach('lab', 'hers', user='alice', Backend='tap')
    with Holder(lab, user='erin') as erin:
        own = "options(Name='own', Backend='tap')"
        erin.call(switch_path('lab'), 'Switch.Attach', own, 'options()')
        before = lab.objects()
        for path, method, *arguments in ((port_path('lab', 'hers'), 'SwitchPort.Disconnect', {}),
                                         (port_path('lab', 'hers'), 'SwitchPort.Delete', {'force': True}),
                                         (port_path('lab', 'hers'), 'SwitchPort.Move', switch_path('mine'), {}),
                                         (endpoint_path('hers'), 'EthernetPort.Modify', {'Description': 'x'}, {}),
                                         (endpoint_path('hers'), 'EthernetPort.Delete', {'force': True}),
                                         (endpoint_path('hers'), 'SyntheticEthernetPort.Open', {}),
                                         (port_path('lab', 'desk'), 'SwitchPort.Connect', endpoint_path('own'), {}),
                                         (switch_path('lab'), 'Switch.Attach', {'Name': 'n', 'Backend': 'tap', 'Port': 'desk'}, {})):
            lab.refuse('AccessDenied', path, method, *arguments, user='erin')
        assert lab.objects() == before


@case
def a_system_joins_only_what_its_owner_may_join(lab):
    """erin may use what is hers and what is shared; a rule lets her define a system in the first place."""
    lab.create_switch('lab')
    lab.create_switch('open', Shared=True)
    lab.set_rules(POLKIT_RULES.replace('case "erin":', 'case "erin": if (action.lookup("verb") == "DefineSystem") return polkit.Result.YES;'))
    try:
        wait_for(lambda: not lab.is_refused(MANAGER, 'Manager.DefineSystem', 'vm', {}, {}, user='erin'), 5, 'the rules')
        system = f'{TREE}/system/vm'
        add = (system, 'VirtualSystem.AddResourceSetting')

        def nic(name, switch):
            return {'Name': name, 'Connection': Raw(f"objectpath '{switch_path(switch)}'")}, {}
        lab.call(*add, *nic('good', 'open'), user='erin')
        lab.call(system, 'VirtualSystem.RequestStateChange', 'enabled', {}, user='erin')
        change = (f'{system}/setting/good', 'ResourceAllocationSetting.Modify')
        before = lab.shapes()
        for path, method, *arguments in ((*add, *nic('bad', 'lab')), (*change, {'Connection': Raw(f"objectpath '{switch_path('lab')}'")}, {})):
            lab.refuse('AccessDenied', path, method, *arguments, user='erin')
        assert lab.shapes() == before
        lab.call(system, 'VirtualSystem.RequestStateChange', 'saved', {}, user='erin')
        # shared when it was added, and no longer when it is enabled
        lab.call(switch_path('open'), 'Switch.Modify', {'Shared': False}, {})
        lab.refuse('AccessDenied', system, 'VirtualSystem.RequestStateChange', 'enabled', {}, user='erin')
        lab.refuse('AccessDenied', system, 'VirtualSystem.RequestStateChange', 'enabled', {}, user='bob')
        lab.refuse('AccessDenied', system, 'VirtualSystem.Delete', {'force': True}, user='bob')
        lab.call(system, 'VirtualSystem.Delete', {}, user='erin')
    finally:
        lab.set_rules(POLKIT_RULES)
        time.sleep(1)


run()
