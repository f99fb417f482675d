# SPDX-License-Identifier: GPL-2.0
"""Kernel messages that fail a test: warnings, oopses, reports of checkers."""

import re
from typing import Iterator, Sequence

_TROUBLE = re.compile(
	r"Kernel panic|Oops|\bBUG:|\bWARNING:|KASAN:|KCSAN:|UBSAN:|kernel BUG at"
	r"|general protection fault|[Uu]nable to handle|Internal error: |SError Interrupt"
	r"|Unhandled .* exception|detected stall|self-detected"
	r"|blocked for more than|soft lockup|hard LOCKUP|INFO: possible"
	r"|Bad page state|bad: scheduling|\bkmemleak: \d+ new suspected"
	r"|sleeping function called|possible recursive locking|circular locking"
	r"|Out of memory: Killed|segfault at|traps: ")

# KCSAN finds races everywhere in Linux. A race involves this project if one of the stacks
# has a function of the project, of LUO or of KHO.
_RACE = "BUG: KCSAN:"
_RULE = "=" * 60
_OURS = re.compile(r"\b(?:luo|pkram|kho|report)_[\w.]+\+0x")


def _concerns_us(lines: Sequence[str], title: int) -> bool:
	"""Check whether the race with this TITLE involves this project."""
	for line in lines[title:]:
		if _RULE in line:
			return False
		if _OURS.search(line):
			return True
	return True


def find(lines: Sequence[str]) -> Iterator[str]:
	"""Return the lines of a kernel's log that fail a test."""
	for number, line in enumerate(lines):
		if _TROUBLE.search(line) and (_RACE not in line or _concerns_us(lines, number)):
			yield line
