# SPDX-License-Identifier: GPL-2.0
"""
The architectures of kernels and virtual machines: what differs between a PC and
QEMU's "virt" for arm64.
"""

import dataclasses
import os
import pathlib
import platform

TOP = pathlib.Path(__file__).resolve().parents[2]
HOST = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())


@dataclasses.dataclass(frozen=True)
class Arch:
	"""
	One architecture. MACHINE has QEMU's options, CPU its emulated processor,
	CONSOLE the kernel's options for its log, SCRATCH the sizes of the scratch areas,
	of which one has a parameter. The second serial line of QEMU's command line is
	the one of the tests; SERIAL attaches it where the machine does not.
	"""
	name: str
	qemu: str
	machine: tuple[str, ...]
	cpu: str
	console: str
	scratch: str
	serial: tuple[str, ...] = ()
	# Added where pages have memory tags.
	tags: tuple[str, ...] = ()
	# MiB of memory in addition to what a test asks for.
	extra: int = 0
	# Added where instructions are counted.
	icount: str = ""

	@property
	def native(self) -> bool:
		"""Whether this machine is one."""
		return self.name == HOST

	@property
	def build(self) -> pathlib.Path:
		"""Return the directory for what is built."""
		return TOP / "build" / ("" if self.native else self.name)


ARCHES = {arch.name: arch for arch in (
	Arch("x86_64", "qemu-system-x86_64", ("-machine", "pc", "-vga", "none"), "max",
	     "console=ttyS0,115200 earlycon=uart8250,io,0x3f8,115200 reboot=t no_timer_check",
	     "32M,{}M,32M",
	     # The processor's own timer is found to be of no use, after a loop that takes
	     # longer than all else.
	     icount="nolapic_timer"),
	# Without the ITS, whose tables a kexec cannot move. Pointer authentication with
	# the architecture's own algorithm takes half of the time. Without seeds in the device
	# tree: kexec -c refuses one that the kernel has not wiped, as without KASLR.
	Arch("arm64", "qemu-system-aarch64",
	     ("-machine", "virt,gic-version=max,its=off,dtb-randomness=off"),
	     "max,pauth-impdef=on",
	     "console=ttyAMA0 earlycon=pl011,0x9000000",
	     # kexec puts the initramfs above the kernel, and the areas follow each other
	     # downwards: both have to be in the first one.
	     "{}M,32M,32M",
	     serial=("-device", "pci-serial,chardev=serial1"), tags=("-machine", "mte=on"),
	     # Kernels are not packed, and the initramfs is in memory several times.
	     extra=512),
)}


class ArchError(Exception):
	"""There is no such architecture."""


def chosen() -> Arch:
	"""Return the architecture that ARCH in the environment names, or this machine's."""
	name = os.environ.get("ARCH") or HOST
	if name not in ARCHES:
		raise ArchError(f"ARCH={name}: expected {' or '.join(ARCHES)}")
	return ARCHES[name]


def other() -> Arch:
	"""Return an architecture that this machine is not."""
	return next(arch for arch in ARCHES.values() if not arch.native)
