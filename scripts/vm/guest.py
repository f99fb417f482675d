# SPDX-License-Identifier: GPL-2.0
"""One job in one guest, from its first kernel to its last."""

import contextlib
import os
import re
import tempfile
from typing import Callable, Iterator, Optional

from . import accel, paths
from .console import Console
from .machine import Machine, mebibytes
from .settings import Settings

# Kernel messages that are never right unless a test says that it expects them.
_TROUBLE = re.compile(
	r"Kernel panic|Oops|\bBUG:|\bWARNING:|KASAN:|KCSAN:|UBSAN:|kernel BUG at"
	r"|general protection fault|unable to handle|detected stall|self-detected"
	r"|blocked for more than|soft lockup|hard LOCKUP|INFO: possible"
	r"|Bad page state|bad: scheduling|\bkmemleak: \d+ new suspected"
	r"|sleeping function called|possible recursive locking|circular locking"
	r"|Out of memory: Killed|segfault at|traps: ")


class Guest:
	"""
	Runs JOB ("group/name", "none") in a guest as SETTINGS want it, with the
	initramfs INITRD; NAME is for the log. STAGES are the test's lines, one list per stage that
	began; TROUBLES says, a line each, what went wrong with the guest itself.
	"""

	def __init__(self, job: str, settings: Settings, initrd: str, name: str = "",
		     show: Optional[Callable[[str, str], None]] = None) -> None:
		self._settings = settings
		self.log = str(paths.LOG / f"{(name or job).replace('/', '-')}.log")
		self._job = job
		self._initrd = initrd
		self._show = show
		self.console: Optional[Console] = None
		self.stages: list[list[str]] = []
		self.troubles: list[str] = []

	def append(self) -> str:
		"""The kernel command line of the first stage."""
		# The scratch areas take the next kernel and its initramfs, whose
		# size is that of the archive; what is in it takes page cache.
		size = os.path.getsize(self._initrd) >> 20
		return (f"console=ttyS0,115200 panic=-1 reboot=t kho=on liveupdate=on "
			f"kho_scratch=32M,{96 + 2 * size}M,32M "
			f"pkram.test={self._job} pkram.boot={','.join(self._settings.boot)} "
			f"pkram.stage=1 {self._settings.append}").strip()

	def machine(self, disk: str = "") -> Machine:
		"""The machine that the job runs on."""
		settings = self._settings
		kernel = paths.image(settings.boot[0])
		return Machine(kernel, self._initrd, self.append(), settings.mem,
			       settings.cpus, settings.numa, settings.icount,
			       accel.choose(kernel, self._initrd), disk,
			       disk == settings.disk)

	@contextlib.contextmanager
	def disk(self) -> Iterator[str]:
		"""The file behind /dev/vda, if the settings want one."""
		disk = self._settings.disk
		if not re.fullmatch(r"\d+[MG]", disk):
			yield disk
			return
		with tempfile.NamedTemporaryFile(dir=paths.BUILD, prefix=".disk-") as scratch:
			scratch.truncate(mebibytes(disk) << 20)
			yield scratch.name

	def run(self) -> None:
		"""Runs the job to its end, good or bad."""
		with self.disk() as disk:
			self.console = Console(self.machine(disk).command(), self.log,
					       self._settings.timeout, self._settings.quiet,
					       self._show)
			self.console.run()
		self._judge()

	def activity(self) -> str:
		"""What the guest is doing, for a person who waits."""
		lines = self.console.test if self.console else []
		stage = [line.split()[2:] for line in lines if line.startswith("@@ begin")]
		results = [line.strip() for line in lines if re.match(r"\s*(not )?ok ", line)]
		where = f"stage {' '.join(stage[-1])}" if stage else "booting"
		return where + (f", after \"{results[-1]}\"" if results else "")

	def _judge(self) -> None:
		marks = []
		for line in self.console.test:
			if line.startswith("@@ begin"):
				self.stages.append([])
			if line.startswith("@@ "):
				marks.append(line)
			elif self.stages:
				self.stages[-1].append(line)
		reported = [line for line in self.console.kernel
			    if _TROUBLE.search(line) and
			    not any(re.search(allowed, line) for allowed in self._settings.allow)]
		self.troubles += [f"kernel: {line}" for line in reported[:5]]
		if self.console.fault:
			self.troubles.append(f"{self.console.fault}; {self.activity()}")
		wanted = len(self._settings.boot)
		if len(self.stages) < wanted or not marks or not marks[-1].startswith("@@ exit"):
			last = (self.console.kernel or ["nothing"])[-1]
			self.troubles.append(f"did not end: {self.activity()}, "
					     f"last mark \"{marks[-1] if marks else ''}\", "
					     f"last kernel message \"{last}\"")
		elif marks[-1] != "@@ exit 0":
			self.troubles.append(f"{self.activity()}: {marks[-1][3:]}")
