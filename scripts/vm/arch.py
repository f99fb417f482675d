# SPDX-License-Identifier: GPL-2.0
"""
The architectures of kernels and virtual machines: the differences between a PC and
QEMU's machine "virt" for arm64.
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
	An architecture. MACHINE has QEMU's options, CPU the emulated processor, CONSOLE the
	kernel's options for its log, and SCRATCH the sizes of the scratch areas, one of
	which has a parameter. The second serial line on QEMU's command line is that of the
	tests. SERIAL attaches it if the machine does not.
	"""
	name: str
	qemu: str
	machine: tuple[str, ...]
	cpu: str
	console: str
	scratch: str
	serial: tuple[str, ...] = ()
	# Added if pages have memory tags.
	tags: tuple[str, ...] = ()
	# MiB of memory in addition to the setting of a test.
	extra: int = 0
	# Added if instructions are counted.
	icount: str = ""

	@property
	def native(self) -> bool:
		"""Check whether this machine has the architecture."""
		return self.name == HOST

	@property
	def build(self) -> pathlib.Path:
		"""Return the directory for files that are built."""
		return TOP / "build" / ("" if self.native else self.name)


ARCHES = {arch.name: arch for arch in (
	Arch("x86_64", "qemu-system-x86_64", ("-machine", "pc", "-vga", "none"), "max",
	     "console=ttyS0,115200 earlycon=uart8250,io,0x3f8,115200 reboot=t no_timer_check",
	     "32M,{}M,32M",
	     # Without this, the kernel calibrates the processor's own timer in a loop that
	     # takes longer than the rest of the boot, and then does not use it.
	     icount="nolapic_timer"),
	# There is no ITS, because a kexec cannot move its tables. The architecture's own
	# algorithm for pointer authentication would take half of the time. The device tree has
	# no seeds, because kexec -c refuses a seed that the kernel has not wiped, which it
	# does not do without KASLR.
	Arch("arm64", "qemu-system-aarch64",
	     ("-machine", "virt,gic-version=max,its=off,dtb-randomness=off"),
	     "max,pauth-impdef=on",
	     "console=ttyAMA0 earlycon=pl011,0x9000000",
	     # kexec puts the initramfs above the kernel, and the areas are in descending
	     # order, so both must be in the first area.
	     "{}M,32M,32M",
	     serial=("-device", "pci-serial,chardev=serial1"), tags=("-machine", "mte=on"),
	     # Kernels are not compressed, and the initramfs is in memory several times.
	     extra=512),
)}


class ArchError(Exception):
	"""An unknown architecture."""


def chosen() -> Arch:
	"""Return the architecture that ARCH in the environment names, or this machine's."""
	name = os.environ.get("ARCH") or HOST
	if name not in ARCHES:
		raise ArchError(f"ARCH={name}: expected {' or '.join(ARCHES)}")
	return ARCHES[name]


def other() -> Arch:
	"""Return an architecture other than this machine's."""
	return next(arch for arch in ARCHES.values() if not arch.native)
