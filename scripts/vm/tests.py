# SPDX-License-Identifier: GPL-2.0
"""A test in the virtual machine, and what has to be built before it can run."""

from typing import Iterable, Optional

from . import accel, ktap, paths
from .guest import Guest
from .machine import mebibytes
from .settings import Settings


class GuestTest:
	"""
	The test GROUP/NAME in the virtual machine, as SETTINGS want it. KERNELS are
	those in its initramfs, by default those that it boots; tests with the same
	ones share it. LABEL is for people and for the log.
	"""

	def __init__(self, name: str, settings: Settings, kernels: Iterable[str] = (),
		     label: str = "") -> None:
		self.name = label or name
		self.mem = mebibytes(settings.mem)
		self.kernels = sorted({*settings.boot, *kernels})
		self.first = settings.boot[0]
		self.guest: Optional[Guest] = None
		self._job = name
		self._settings = settings

	def run(self) -> tuple[ktap.Result, str]:
		"""Runs it; the result, and where its log is."""
		group = self._job.partition("/")[0]
		if (paths.BUILD / "selftests" / f"{group}.failed").exists():
			return (ktap.Result(failures=[f"selftests/{group} does not build"]),
				str(paths.LOG / f"selftests-{group}.log"))
		initrd = paths.BUILD / "initramfs" / f"{'+'.join(self.kernels)}.cpio"
		self.guest = Guest("none" if self._settings.kunit else self._job,
				   self._settings, str(initrd), name=self.name)
		self.guest.run()
		return self.guest.results(), self.guest.log

	def activity(self) -> str:
		"""What it is doing, for a person who waits."""
		return self.guest.activity() if self.guest else "starting"


def prepare(tests: Iterable[GuestTest]) -> None:
	"""Kernels and archives that the tests boot."""
	paths.script("need", "kernel", "vm")
	archives = {tuple(test.kernels): test.first for test in tests}
	for flavour in sorted({flavour for kernels in archives for flavour in kernels}):
		paths.script("kernel/build", flavour)
	for kernels, first in sorted(archives.items()):
		initrd = paths.script("initramfs", *kernels)
		accel.choose(paths.image(first), initrd)
