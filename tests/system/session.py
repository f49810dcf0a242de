# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a process look like part of an active local session to polkit, where no logind runs.

polkit asks libsystemd, which reads the process's control group and logind's files below /run/systemd: both are ours to write in
this environment."""
import shutil
from pathlib import Path

from environment import ROOT, USERS

USER_FILE = '''NAME={user}
STATE=active
DISPLAY=c1
SESSIONS=c1
SEATS=seat0
ACTIVE_SESSIONS=c1
ONLINE_SESSIONS=c1
ACTIVE_SEATS=seat0
ONLINE_SEATS=seat0
'''
SESSION_FILE = '''UID={uid}
USER={user}
ACTIVE=1
IS_DISPLAY=1
STATE=active
REMOTE=0
TYPE=tty
CLASS=user
SEAT=seat0
'''


def activate(lab, pid, user):
    """From now on that process sits at the seat."""
    uid = USERS[user]
    Path(f'/run/systemd/users/{uid}').write_text(USER_FILE.format(user=user))
    Path('/run/systemd/sessions/c1').write_text(SESSION_FILE.format(user=user, uid=uid))
    group = ROOT / 'cgroup'
    scope = f'/user.slice/user-{uid}.slice/session-c1.scope'
    group.write_text(f'1:name=systemd:{scope}\n0::{scope}\n')
    lab.run('mount', '--bind', group, f'/proc/{pid}/cgroup')


def forget():
    for folder in ('users', 'sessions'):
        shutil.rmtree(f'/run/systemd/{folder}')
        Path(f'/run/systemd/{folder}').mkdir()
