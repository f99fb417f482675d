# SPDX-License-Identifier: GPL-2.0
"""A test in the virtual machine, and the builds that it needs."""

from typing import Iterable, Optional

from . import accel, ktap, paths
from .guest import Guest
from .settings import Settings


class GuestTest:
	"""
	The test GROUP/NAME in the virtual machine, as SETTINGS want it. Its initramfs
	has the kernels that it boots, and all tests, or where it is SMALL the tests
	of its group. LABEL is for people and for the log.
	"""

	def __init__(self, name: str, settings: Settings, small: bool = False,
		     label: str = "") -> None:
		self.name = label or name
		self.mem = settings.memory()
		self.flavours = tuple(sorted(set(settings.boot)))
		self.group = name.partition("/")[0] if small else ""
		self.guest: Optional[Guest] = None
		self._job = name
		self._settings = settings

	def run(self) -> tuple[ktap.Result, str]:
		"""Run the test. Return the result and the path of its log."""
		group = self._job.partition("/")[0]
		if (paths.BUILD / "selftests" / f"{group}.failed").exists():
			return (ktap.Result(failures=[f"selftests/{group} does not build"]),
				str(paths.LOG / f"selftests-{group}.log"))
		prefix = f"{self.group}:" if self.group else ""
		initrd = paths.BUILD / "initramfs" / f"{prefix}{'+'.join(self.flavours)}.cpio"
		self.guest = Guest("none" if self._settings.kunit else self._job,
				   self._settings, str(initrd), name=self.name)
		self.guest.run()
		return self.guest.results(), self.guest.log

	def activity(self) -> str:
		"""Return the current state of the test as text."""
		return self.guest.activity() if self.guest else "starting"


def prepare(tests: Iterable[GuestTest]) -> None:
	"""Build the kernels and archives that the tests boot."""
	paths.script("need", "kernel", "vm")
	archives = {(test.group, test.flavours) for test in tests}
	for flavour in sorted({flavour for _, flavours in archives for flavour in flavours}):
		paths.script("kernel/build", flavour)
	for group, flavours in sorted(archives):
		options = ("--group", group) if group else ()
		initrd = paths.script("initramfs", *options, *flavours)
		accel.choose(paths.image(flavours[0]), initrd)
