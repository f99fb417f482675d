# SPDX-License-Identifier: GPL-2.0
"""One job in one guest, from its first kernel to its last."""

import contextlib
import os
import re
import tempfile
from typing import Callable, Iterator, Optional

from . import accel, ktap, paths, reports
from .console import Console
from .machine import Machine, mebibytes
from .settings import Settings


class Guest:
	"""
	Runs JOB ("group/name", "none") in a guest with these SETTINGS and the initramfs
	INITRD. NAME is that of the log.
	"""

	def __init__(self, job: str, settings: Settings, initrd: str, name: str = "",
		     show: Optional[Callable[[str, str], None]] = None) -> None:
		self._settings = settings
		self._arch = settings.arch
		self.log = str(self._arch.build / "log" / f"{(name or job).replace('/', '-')}.log")
		self._job = job
		self._initrd = initrd
		self._show = show
		self.console: Optional[Console] = None

	def append(self) -> str:
		"""Return the kernel command line of the first stage."""
		# The scratch areas hold the next kernel and its initramfs, once as an
		# archive and once as files, and the shadow memory of KASAN.
		scratch = 96 + 2 * (os.path.getsize(self._initrd) >> 20)
		checked = ""
		if "debug" in self._settings.boot:
			scratch += 64 + mebibytes(self._settings.mem) // 8
			# While the features of a processor are being detected, KASAN reports
			# 5-level addresses as invalid if there is an interrupt.
			checked = "no5lvl "
		timer = f"{self._arch.icount} " if self._settings.icount else ""
		return (f"{self._arch.console} panic=-1 kho=on liveupdate=on "
			f"kho_scratch={self._arch.scratch.format(scratch)} {timer}{checked}"
			f"pkram.test={self._job} pkram.boot={','.join(self._settings.boot)} "
			f"pkram.stage=1 {self._settings.append}").strip()

	def machine(self, disk: str = "") -> Machine:
		"""Return the machine that the job runs on."""
		settings = self._settings
		kernel = paths.image(settings.boot[0], self._arch)
		mem = mebibytes(settings.mem) + self._arch.extra
		# With pages of 64 KiB, a scratch area takes a multiple of 512 MiB.
		if "64k" in settings.boot:
			mem += 3 * 512
		return Machine(kernel, self._initrd, self.append(), f"{mem}M",
			       settings.cpus, settings.numa, settings.icount,
			       accel.choose(kernel, self._initrd, self._arch), disk,
			       disk == settings.disk, self._programs(), settings.dimm,
			       settings.virtio_mem, settings.plug, settings.tags,
			       self._arch)

	def _programs(self) -> str:
		"""Return the archive with the program of the settings, if they have one."""
		if not self._settings.programs:
			return ""
		return str(self._arch.build / "programs" / f"{self._settings.programs}.cpio")

	@contextlib.contextmanager
	def disk(self) -> Iterator[str]:
		"""Return the file for /dev/vda, if the settings have one."""
		disk = self._settings.disk
		if not re.fullmatch(r"\d+[MG]", disk):
			yield disk
			return
		with tempfile.NamedTemporaryFile(dir=self._arch.build, prefix=".disk-") as scratch:
			scratch.truncate(mebibytes(disk) << 20)
			yield scratch.name

	def run(self) -> None:
		"""Run the job until it succeeds or fails."""
		with self.disk() as disk:
			machine = self.machine(disk)
			self.console = Console(machine.command(), self.log,
					       self._settings.timeout, self._settings.quiet,
					       self._show, machine.answers())
			self.console.run()

	def activity(self) -> str:
		"""Return the current state of the guest as text."""
		lines = self.console.test if self.console else []
		stage = [line.split()[2:] for line in lines if line.startswith("@@ begin")]
		results = [line.strip() for line in lines if re.match(r"\s*(not )?ok ", line)]
		where = f"stage {' '.join(stage[-1])}" if stage else "booting"
		return where + (f", after \"{results[-1]}\"" if results else "")

	def results(self) -> ktap.Result:
		"""Return the output of the test and other findings."""
		result = ktap.Result()
		documents = [self.console.kernel] if self._settings.kunit else self._stages or [[]]
		for lines in documents:
			result.add(ktap.parse(lines))
		result.failures += self._reports()
		if self.console.fault:
			result.failures.append(f"{self.console.fault}: {self._where()}")
		elif not self._marks or not self._marks[-1].startswith("@@ exit") or \
				len(self._stages) < len(self._settings.boot):
			result.failures.append(f"did not end: {self._where()}")
		elif self._marks[-1] != "@@ exit 0" and not result.failures:
			result.failures.append(f"{self._marks[-1][3:]}: {self.activity()}")
		return result

	@property
	def _marks(self) -> list[str]:
		return [line for line in self.console.test if line.startswith("@@ ")]

	@property
	def _stages(self) -> list[list[str]]:
		"""Return the lines of the test, one list for each stage."""
		stages: list[list[str]] = []
		for line in self.console.test:
			if line.startswith("@@ begin"):
				stages.append([])
			elif stages and not line.startswith("@@ "):
				stages[-1].append(line)
		return stages

	def _reports(self) -> list[str]:
		"""
		Return unexpected messages of the kernel, at most a few of them, and those
		that are expected and missing.
		"""
		trouble = list(reports.find(self.console.kernel))
		expected = self._settings.expected()
		known = self._settings.allow + expected
		found = [line for line in trouble
			 if not any(re.search(regex, line) for regex in known)]
		missing = [regex for regex in expected
			   if not any(re.search(regex, line) for line in trouble)]
		return ([f"kernel: {line}" for line in found[:5]] +
			[f"the kernel does not report '{regex}'" for regex in missing])

	def _where(self) -> str:
		marks = self._marks[-1:] or ["none"]
		said = self.console.kernel[-1:] or ["nothing"]
		return f"{self.activity()}; last mark \"{marks[0]}\", last kernel message \"{said[0]}\""
