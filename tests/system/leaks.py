# SPDX-License-Identifier: GPL-2.0-or-later
"""Descriptors that the service has open: none of what passes through its hands may stay there.

    before = leaks.settle(lab)
    ...
    leaks.check(lab, before)"""
import os
import time
from collections import Counter

from environment import wait_for

QUIET = 0.5  # seconds without a change: what serves one call only, as an eventfd of a thread of its own does, has gone by then


def count(lab):
    """How many of each kind. A descriptor may vanish between listing and looking."""
    kinds = Counter()
    for number in os.listdir(f'/proc/{lab.daemon.pid}/fd'):
        try:
            kinds[os.readlink(f'/proc/{lab.daemon.pid}/fd/{number}').split(':')[0]] += 1
        except FileNotFoundError:
            pass
    return kinds


def settle(lab):
    """How many of each kind, once nothing of what was asked for before is under way any more."""
    seen = [count(lab), time.monotonic()]

    def is_quiet():
        now = count(lab)
        if now != seen[0]:
            seen[:] = [now, time.monotonic()]
        return time.monotonic() - seen[1] >= QUIET
    wait_for(is_quiet, 10, 'the descriptors of the service to stay the same')
    return seen[0]


def check(lab, before, seconds=5):
    """Fails unless there are, within that time, no more than there were."""
    try:
        wait_for(lambda: not count(lab) - before, seconds)
    except TimeoutError:
        raise AssertionError(f'descriptors that stay: {count(lab) - before}, beside {before}') from None
