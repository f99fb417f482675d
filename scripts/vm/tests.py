# SPDX-License-Identifier: GPL-2.0
"""A test in the virtual machine, and the builds that it needs."""

import dataclasses
from typing import Optional, Sequence

from . import accel, ktap, paths
from .arch import Arch, chosen
from .guest import Guest
from .settings import Settings


class GuestTest:
	"""
	The test GROUP/NAME in the virtual machine with these SETTINGS. Its initramfs has the
	kernels that it boots and all tests, or only those of its group if it is SMALL. LABEL
	is the name for people and for the log.
	"""

	def __init__(self, name: str, settings: Settings, small: bool = False,
		     label: str = "") -> None:
		self.name = label or name
		self.arch = settings.arch
		self.mem = settings.memory()
		self.flavours = tuple(sorted(set(settings.boot)))
		self.programs = settings.programs
		self.group = name.partition("/")[0] if small else ""
		self.guest: Optional[Guest] = None
		self.skip = ""		# why it cannot run
		self._job = name
		self._settings = settings

	def run(self) -> tuple[ktap.Result, str]:
		"""Run the test. Return the result and the path of its log."""
		group = self._job.partition("/")[0]
		build = self.arch.build
		if self.skip:
			return ktap.Result(skipped=1), "none"
		if (build / "selftests" / f"{group}.failed").exists():
			return (ktap.Result(failures=[f"selftests/{group} does not build"]),
				str(build / "log" / f"selftests-{group}.log"))
		prefix = f"{self.group}:" if self.group else ""
		initrd = build / "initramfs" / f"{prefix}{'+'.join(self.flavours)}.cpio"
		self.guest = Guest("none" if self._settings.kunit else self._job,
				   self._settings, str(initrd), name=self.name)
		self.guest.run()
		return self.guest.results(), self.guest.log

	def on(self, arch: Arch) -> "GuestTest":
		"""Return the same test on another architecture."""
		return GuestTest(self._job, dataclasses.replace(self._settings, arch=arch),
				 bool(self.group), f"{arch.name}/{self.name}")

	def activity(self) -> str:
		"""Return the current state of the test as text."""
		return self.guest.activity() if self.guest else "starting"


def prepare(tests: Sequence[GuestTest]) -> None:
	"""
	Build the kernels and archives that the tests boot. Tests on the other architecture
	are skipped if packages for it cannot be downloaded.
	"""
	for arch in sorted({test.arch for test in tests}, key=lambda arch: not arch.native):
		group = [test for test in tests if test.arch == arch]
		try:
			_prepare_on(arch, group)
		except paths.ScriptError as error:
			if arch == chosen() or error.status != paths.CANNOT_RUN:
				raise
			for test in group:
				test.skip = str(error)


def _prepare_on(arch: Arch, tests: Sequence[GuestTest]) -> None:
	paths.script("need", "kernel", "vm", on=arch)
	archives = {(test.group, test.flavours) for test in tests}
	for flavour in sorted({flavour for _, flavours in archives for flavour in flavours}):
		paths.script("kernel/build", flavour, on=arch)
	for program in sorted({test.programs for test in tests if test.programs}):
		paths.script("programs", program, on=arch)
	for group, flavours in sorted(archives):
		options = ("--group", group) if group else ()
		initrd = paths.script("initramfs", *options, *flavours, on=arch)
		accel.choose(paths.image(flavours[0], arch), initrd, arch)
