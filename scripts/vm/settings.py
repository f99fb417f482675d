# SPDX-License-Identifier: GPL-2.0
"""
The settings of a test, in the "# vm:" lines at its beginning. selftests/README lists
them.
"""

import dataclasses
import pathlib
import re
import shlex
import typing

from .arch import ARCHES, Arch, chosen
from .machine import mebibytes


class SettingsError(Exception):
	"""An invalid "# vm:" line."""


@dataclasses.dataclass
class Settings:
	"""The settings of a test, with their defaults."""
	MARK: typing.ClassVar[str] = "# vm:"

	boot: list[str] = dataclasses.field(default_factory=lambda: ["pkram"])
	mem: str = "1G"
	cpus: int = 2
	numa: int = 1
	append: str = ""
	icount: bool = False
	kunit: bool = False
	tags: bool = False
	only: str = ""
	arch: Arch = dataclasses.field(default_factory=chosen)
	disk: str = ""
	programs: str = ""
	dimm: str = ""
	virtio_mem: str = ""
	plug: str = ""
	timeout: int = 900
	quiet: int = 300
	allow: list[str] = dataclasses.field(default_factory=list)
	expect: list[tuple[str, str]] = dataclasses.field(default_factory=list)

	def set(self, key: str, value: str) -> None:
		"""Set a setting. Raises ValueError with the reason if it is invalid."""
		if key == "boot":
			self.boot = value.split(",")
		elif key == "append":
			self.append = f"{self.append} {value}".strip()
		elif key == "allow":
			re.compile(value)
			self.allow.append(value)
		elif key.partition(".")[0] == "expect":
			re.compile(value)
			self.expect.append((key.partition(".")[2], value))
		elif key in ("icount", "kunit", "tags"):
			if value not in ("yes", "no"):
				raise ValueError(f"{key} is yes or no")
			setattr(self, key, value == "yes")
		elif key in ("cpus", "numa", "timeout", "quiet"):
			setattr(self, key, int(value))
		elif key in ("mem", "dimm", "virtio_mem", "plug"):
			mebibytes(value)
			setattr(self, key, value)
		elif key in ("disk", "programs"):
			setattr(self, key, value)
		elif key == "arch":
			if value not in ARCHES:
				raise ValueError(f"arch is {' or '.join(ARCHES)}")
			self.only = value
		else:
			raise ValueError(f"unknown setting '{key}'")

	def memory(self) -> int:
		"""Return the memory of the guest in MiB."""
		return self.arch.extra + sum(mebibytes(size) for size in
			(self.mem, self.dimm, self.virtio_mem, self.plug) if size)

	def expected(self) -> list[str]:
		"""Return the reports that the kernels of this test must make."""
		return [regex for flavour, regex in self.expect
			if not flavour or flavour in self.boot]

	def replace_flavour(self, flavour: "str | None") -> None:
		"""
		Use another kernel, such as debug, in place of pkram and of fault, on which
		debug is based. It gets more time, and another gigabyte of memory.
		"""
		if flavour and flavour != "pkram":
			self.mem = f"{mebibytes(self.mem) + 1024}M"
			self.timeout *= 4
			self.quiet *= 4
			self.boot = [flavour if boot in ("pkram", "fault") else boot
				     for boot in self.boot]

	def choose_lazy(self, mode: "str | None") -> None:
		"""Retrieves memfds as luo_memfd.lazy=MODE does, unless the test says how."""
		if mode and "luo_memfd.lazy=" not in self.append:
			self.set("append", f"luo_memfd.lazy={mode}")

	@classmethod
	def read(cls, path: pathlib.Path) -> "typing.Self | None":
		"""Return the settings in a file, or None if it has no line with the mark."""
		settings = cls()
		found = False
		for number, line in enumerate(path.read_text().splitlines(), 1):
			if not line.startswith(cls.MARK):
				continue
			found = True
			try:
				for word in shlex.split(line[len(cls.MARK):]):
					key, _, value = word.partition("=")
					settings.set(key, value)
			except (ValueError, re.error) as error:
				raise SettingsError(f"{path}:{number}: {error}") from error
		return settings if found else None
