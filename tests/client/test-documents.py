#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Help, manual and completion tell what the table of verbs says: every verb, every option, every exit status."""
import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path

from client import CLIENT, ROOT, case, run

SOURCE = Path(os.environ['VSW_SOURCE'])
COMPLETION = SOURCE / 'data' / 'completions' / 'vmswitchctl'


def table(service):
    return service.run('--json', '--help').json


def manual():
    return (SOURCE / 'data' / 'man' / 'vmswitchctl.1.rst').read_text(encoding='utf-8')


def complete(service, *words):
    """What bash offers for the last word. The client is on PATH, so that names come from the mock."""
    script = f'''
        PATH={Path(CLIENT).parent}:$PATH
        . {COMPLETION}
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _vmswitchctl
        printf '%s\\n' "${{COMPREPLY[@]}}"'''
    done = subprocess.run(['bash', '-c', script, 'bash', 'vmswitchctl', *words], env=service.environment, capture_output=True, text=True,
                          timeout=20, check=True)
    assert done.stderr == '', done.stderr
    return done.stdout.split()


def type_line(service, line):
    """The words that bash makes of what is typed behind the name of the program."""
    master, slave = pty.openpty()
    script = f"PS1='> '; PATH={Path(CLIENT).parent}:$PATH; . {COMPLETION}; vmswitchctl() {{ printf '<%s>' \"$@\"; echo ' told'; }}\n"
    child = subprocess.Popen(['bash', '--norc', '--noprofile', '-i'], env=dict(service.environment, TERM='dumb', HISTFILE='', INPUTRC='/dev/null'),
                             stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    out = b''
    try:
        # bash reads the next key when it is done with the one before.
        for piece, end in ((script, b'\r\n> '), (f'vmswitchctl {line}\n', b'> told')):
            os.write(master, piece.encode())
            deadline = time.monotonic() + 20
            while end not in out:
                assert time.monotonic() < deadline, out
                if select.select([master], [], [], 0.1)[0]:
                    out += os.read(master, 65536)
    finally:
        child.kill()
        child.wait()
        os.close(master)
    assert b'uid=' not in out, out
    told = [text for text in out.decode().splitlines() if text.endswith('> told')]
    return re.findall(r'<(.*?)>(?=<| told)', told[-1])


@case
def help_as_json_lists_the_whole_table(service):
    for arguments in (['--json', '--help'], ['help', '--json'], ['create', '--help', '--json'], ['--json', 'create', '-h'],
                      ['fdb', 'lab', '--help', '--json']):
        assert service.run(*arguments).json == table(service)
    assert len({c['Name'] for c in table(service)['Commands']}) >= 20


@case
def every_verb_has_help_of_its_own(service):
    for command in table(service)['Commands']:
        words = [command['Name']] + ([command['Noun']] if command['Noun'] else [])
        for arguments in (words + ['--help'], words + ['-h']):
            text = service.run(*arguments).out
            assert f'Usage: vmswitchctl {" ".join(words)}' in text and command['Text'] in text, text
            for option in command['Options']:
                assert f'  --{option["Name"]}' in text and option['Text'] in text, text
        assert service.run('help', *words).out in text or not command['Noun'], text


@case
def the_help_of_a_verb_with_nouns_has_all_of_them(service):
    text = service.run('create', '--help').out
    assert text.count('Usage: ') == 3 and text == service.run('help', 'create').out


@case
def the_whole_help_lists_everything_within_100_columns(service):
    text = service.run('--help').out
    assert text == service.run('help').out == service.run('-h').out
    for command in table(service)['Commands']:
        assert f'  {" ".join(filter(None, (command["Name"], command["Noun"])))}' in text
    assert max(map(len, text.splitlines())) <= 100


@case
def the_version_is_told(service):
    assert re.fullmatch(r'vmswitchctl \d+\.\d+\.\d+\n', service.run('--version').out)


@case
def the_manual_has_every_verb_and_every_option(service):
    text = manual()
    for command in table(service)['Commands']:
        words = ' '.join(filter(None, (command['Name'], command['Noun'])))
        assert f'**{words}**' in text, f'{words} is not in the manual'
        for option in command['Options']:
            assert re.search(rf'--{option["Name"]}\b', text), f'--{option["Name"]} is not in the manual'
    for option in table(service)['Options']:
        assert f'\n--{option["Name"]} ' in text, option


@case
def the_manual_has_no_verb_that_is_not_there(service):
    verbs = {' '.join(filter(None, (c['Name'], c['Noun']))) for c in table(service)['Commands']}
    for line in re.findall(r'^\*\*[a-z-]+.*$', manual().split('\nCOMMANDS\n')[1].split('\nSTEPS\n')[0], re.MULTILINE):
        for words in re.findall(r'(?:^|\| )\*\*([a-z -]+)\*\*', line):
            assert words in verbs, f'{words} is in the manual only'


@case
def the_manual_explains_every_word_of_a_dry_run(service):
    steps = manual().split('\nSTEPS\n')[1].split('\nJSON\n')[0]
    source = (SOURCE / 'daemon' / 'plan' / 'print.c').read_text(encoding='utf-8')
    words = re.findall(r'^  \[VSW_\w+\] = \{ "([a-z0-9-]+)"', source, re.MULTILINE)
    assert len(words) >= 30, words
    for word in words:
        assert f'**{word}**' in steps, f'{word} is not in the manual'


@case
def the_manual_has_no_table_that_man_would_split(service):
    """man cuts them in two at some widths, and shows the second line of a cell as a row."""
    assert not re.search(r'^ *=+ +=+', manual(), re.MULTILINE)


@case
def the_manual_and_help_have_every_exit_status(service):
    statuses = re.findall(r'^  (\d)   (.+)$', service.run('--help').out, re.MULTILINE)
    assert [number for number, _ in statuses] == list('0123456789')
    for number, _ in statuses:
        assert re.search(rf'^\*\*{number}\*\*\n    \w', manual(), re.MULTILINE), number


@case
def completion_offers_every_verb_and_no_other(service):
    assert sorted(complete(service, '')) == sorted({c['Name'] for c in table(service)['Commands']})
    assert complete(service, 'connect-') == ['connect-internal']


def takes_confirm_within(service, words, arguments):
    """Asks the client, which counts the arguments first; what it takes fails for another reason."""
    given = [word if '=' in word else 'x' for word in re.sub(r'\[.*?\]|\.\.\.', '', arguments).replace('COMMAND', '').split()]
    child = service.start(*words, *[word for word in given if word[0] not in '-|'], '--confirm-within', '60')
    return '--confirm-within does not go with' not in child.communicate(timeout=20)[1]


@case
def completion_offers_every_noun_and_option(service):
    everything = table(service)
    nouns = {}
    for command in everything['Commands']:
        if command['Noun']:
            nouns.setdefault(command['Name'], set()).add(command['Noun'])
    for verb, words in nouns.items():
        assert words <= set(complete(service, verb, '')), verb
    general = {f'--{option["Name"]}' for option in everything['Options']} - {'--version', '--confirm-within'}
    for command in everything['Commands']:
        words = [w for w in (command['Name'], command['Noun']) if w]
        offered = set(complete(service, *words, '--'))
        guarded = {'--confirm-within'} if takes_confirm_within(service, words, command['Arguments']) else set()
        assert offered == general | guarded | {f'--{o["Name"]}' for o in command['Options']}, (words, offered)
    assert set(complete(service, '--')) == general | {'--confirm-within', '--version'}


@case
def completion_offers_names_of_the_service(service):
    assert complete(service, 'fdb', '') == ['lab', 'lab-2']
    assert complete(service, '--json', 'show', 'port', 'lab/web1') == ['lab/web10']
    assert complete(service, 'connect', 'lab/web2', 'id') == ['idle']
    assert complete(service, 'move', 'lab/web', 'lab-') == ['lab-2']
    assert complete(service, 'delete', '--force', 'switch', 'lab-') == ['lab-2']
    assert complete(service, 'attach', '--mtu', '1400', 'lab-') == ['lab-2']
    assert complete(service, 'external', 'bind', 'lab', '') == ['eth0', 'eth1', 'wlan0']
    assert complete(service, 'external', 'unbind', '') == ['lab', 'lab-2', 'eth0', 'eth1', 'wlan0']
    assert complete(service, 'setup', '--name', 'x', 'lab', 'e') == ['eth0', 'eth1']
    assert complete(service, 'teardown', 'lab-') == ['lab-2']
    assert complete(service, 'create', 'switch', '') == []
    assert complete(service, 'attach', 'lab', 'x', '--lifetime', 'c') == ['caller']
    assert complete(service, 'system', 'start', '') == ['vm1', 'vm2']
    assert complete(service, 'system', 'set-nic', 'vm2/net1') == ['vm2/net10']
    assert complete(service, 'system', 'set', 'vm1', '') == ['description=', 'machine=']
    assert complete(service, 'system', 'add-nic', 'vm1/x', '--connection', 'lab/web2') == ['lab/web2']
    assert complete(service, 'run', '--system', 'vm') == ['vm1', 'vm2']
    assert complete(service, 'run', '--nic', 'queues=2', 'lab-') == ['lab-2']
    assert complete(service, 'run', '--endpoint', '') == ['idle', 'vm1-net0', 'vm1-net1', 'web'], 'NICs of guests alone'
    assert complete(service, 'run', 'lab', '--con') == []


@case
def completion_knows_where_bash_takes_words_apart(service):
    """At `=`, and what is offered replaces the last piece."""
    assert complete(service, 'run', '--nic', 'queues', '=', '2', 'lab-') == ['lab-2']
    assert complete(service, 'attach', '--mtu', '=', '1400', 'lab-') == ['lab-2']
    assert complete(service, 'attach', 'lab', '--kind', '=', 'e') == complete(service, 'run', '--nic', 'kind', '=', 'e') == ['emulated']
    assert complete(service, 'attach', 'lab', '--kind=e') == ['--kind=emulated']
    assert complete(service, 'run', '--nic', 'kind', '=') == ['synthetic', 'emulated']
    assert complete(service, 'run', '--nic', '') == [f'{k}=' for k in 'kind name mac queues mtu port description switch'.split()]
    assert complete(service, 'run', '--nic', 'kind', '=', 'emulated,m') == ['emulated,mac=', 'emulated,mtu=']
    assert complete(service, 'run', '--nic', 'mtu', '=', '1400,switch', '=', 'lab-') == ['lab-2']


# What the kernel takes for the name of a device: everything but white space, slashes and colons. Each would do something in a shell.
HOSTILE = ('ext$(id>&2)', 'ext`id>&2`', 'ext;id>&2', 'ext"$(id)', "ext'$(id)'", 'ext*', 'ext\\$x', 'ext{a,b}', 'ext&id', 'ext!!', 'ext=$(id)')


def call_eth0(service, name):
    quoted = name.replace('\\', '\\\\').replace('"', '\\"')
    service.reply('GetStatistics', '(@a{oa{st}} {},)')
    service.after('GetStatistics', f'{ROOT}/endpoint/eth0', 'EthernetPort', 'Name', f'"{quoted}"')
    service.run('stats')


@case
def completion_runs_nothing_that_a_name_says(service):
    for name in HOSTILE:
        call_eth0(service, name)
        for words in (('external', 'bind', 'lab', 'ext'), ('external', 'unbind', ''), ('show', 'ext'), ('show', 'endpoint', 'ext'), ('stats', '')):
            offered = [word for word in complete(service, *words) if word.startswith('ext') and word != 'external']
            # As a shell reads it, it is that name and nothing else.
            told = subprocess.run(['bash', '-c', f'printf "%s\\n" {" ".join(offered)}'], capture_output=True, text=True, timeout=20, check=True)
            assert told.stdout == name + '\n' and told.stderr == '', (name, words, offered, told)
        for quote in ('"', "'"):
            assert complete(service, 'external', 'bind', 'lab', quote + 'ext') == [], name
            assert complete(service, 'external', 'bind', 'lab', quote + 'eth') == ['eth1'], name


@case
def a_line_that_was_completed_says_the_name(service):
    """bash itself, on a terminal, where a name is typed in part, as it is or quoted."""
    for name, typed in (('ext$(id>&2)', 'ex'), ('ext$(id>&2)', 'ext\\$'), ('ext=$(id)', 'ext=\\$'), ('ext;id>&2', 'ext')):
        call_eth0(service, name)
        assert type_line(service, f'external bind lab {typed}\t') == ['external', 'bind', 'lab', name], (name, typed)
    assert type_line(service, 'run --nic kin\temulated,swit\tlab-\t') == ['run', '--nic', 'kind=emulated,switch=lab-2']


@case
def completion_leaves_the_command_to_run_to_bash(service):
    assert set(complete(service, 'run', 'lab', '--', 'mktem')) == {'mktemp'}
    assert complete(service, 'run', 'lab', '--', 'cat', '/etc/hostn') == ['/etc/hostname']


@case
def completion_survives_an_absent_service(service):
    service.mock.tell('release')
    assert complete(service, 'fdb', '') == []


run()
