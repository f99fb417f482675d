# SPDX-License-Identifier: GPL-2.0
"""A guest that waits for gdb."""

from . import paths
from .arch import Arch

FLAVOUR = "gdb"
# QEMU's option -s listens on this port of the local host.
PORT = 1234


def options() -> list[str]:
	"""Return the options of QEMU that start the guest stopped, and wait for gdb."""
	return ["-s", "-S"]


def command(arch: Arch) -> str:
	"""Return the command that connects gdb and stops where an object is stored."""
	gdb, build = ("gdb", FLAVOUR) if arch.native else \
		     ("gdb-multiarch", f"{arch.name}-{FLAVOUR}")
	vmlinux = paths.TOP / "build" / "linux" / f"build-{build}" / "vmlinux"
	# A software breakpoint would be overwritten when the kernel is decompressed.
	return (f"{gdb} {vmlinux} -ex 'target remote :{PORT}' "
		"-ex 'hbreak luo_object_table_store' -ex continue")
