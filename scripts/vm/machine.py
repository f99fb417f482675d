# SPDX-License-Identifier: GPL-2.0
"""A virtual machine, as a QEMU command line."""

import dataclasses
import re

from .arch import Arch, chosen


def mebibytes(size: str) -> int:
	"""Convert '2G' or '512M' to MiB."""
	match = re.fullmatch(r"(\d+)([MG])", size)
	if not match:
		raise ValueError(f"'{size}' is not a size such as 512M or 2G")
	return int(match[1]) * (1024 if match[2] == "G" else 1)


@dataclasses.dataclass
class Machine:
	"""
	A kernel and the machine to boot it on. Without ACCEL it is emulated by TCG. With
	ICOUNT, time in the guest counts instructions, on one processor.
	"""
	kernel: str
	initrd: str
	append: str
	mem: str = "1G"
	cpus: int = 2
	numa: int = 1
	icount: bool = False
	accel: str = "tcg"
	disk: str = ""
	disk_readonly: bool = True
	programs: str = ""
	dimm: str = ""
	virtio_mem: str = ""
	plug: str = ""
	tags: bool = False
	arch: Arch = dataclasses.field(default_factory=chosen)

	def _accel(self) -> list[str]:
		if self.icount:
			return ["-accel", "tcg,thread=single", "-cpu", self.arch.cpu,
				"-icount", "shift=0,sleep=off", "-seed", "1",
				"-rtc", "base=2026-01-01,clock=vm"]
		if self.accel == "kvm":
			return ["-accel", "kvm", "-cpu", "host"]
		return ["-accel", "tcg,thread=multi", "-cpu", self.arch.cpu]

	def _numa(self, cpus: int) -> list[str]:
		if self.numa == 1:
			return []
		args = []
		share = mebibytes(self.mem) // self.numa
		for node in range(self.numa):
			args += ["-object", f"memory-backend-ram,id=mem{node},size={share}M",
				 "-numa", f"node,nodeid={node},memdev=mem{node}"]
		for cpu in range(cpus):
			args += ["-numa", f"cpu,node-id={cpu * self.numa // cpus},socket-id={cpu}"]
		return args

	def _memory(self) -> list[str]:
		"""
		Return the options for memory at boot and for memory that a kernel can add: a
		DIMM and a virtio-mem device are plugged from the start, but the kernel finds
		them only by ACPI and by a driver.
		"""
		size = mebibytes(self.mem)
		added = {name: size for name, size in (("dimm", self.dimm),
			 ("virtio_mem", self.virtio_mem), ("plug", self.plug)) if size}
		if not added:
			return ["-m", f"{size}M"]
		most = size + sum(mebibytes(size) for size in added.values())
		args = ["-m", f"{size}M,slots=2,maxmem={most}M"]
		for name, size in added.items():
			args += ["-object", f"memory-backend-ram,id={name},size={size}"]
		if self.dimm:
			args += ["-device", "pc-dimm,memdev=dimm"]
		if self.virtio_mem:
			args += ["-device", "virtio-mem-pci,memdev=virtio_mem,"
				 f"requested-size={self.virtio_mem}"]
		return args

	def answers(self) -> dict[str, str]:
		"""Return the commands for QEMU's monitor for a line of the test."""
		return {"@@ plug": "device_add pc-dimm,memdev=plug"} if self.plug else {}

	def command(self) -> list[str]:
		"""Return the command without the options for the serial lines."""
		cpus = 1 if self.icount else self.cpus
		args = [self.arch.qemu, "-nodefaults", "-no-user-config",
			"-display", "none", "-no-reboot", *self.arch.machine,
			*(self.arch.tags if self.tags else ()), *self._accel(), *self._memory(), *self.arch.serial,
			"-smp", f"{cpus},sockets={cpus}", *self._numa(cpus),
			"-kernel", self.kernel, "-initrd", self.initrd,
			"-append", self.append]
		if self.disk:
			args += self._drive("disk", self.disk, self.disk_readonly)
		if self.programs:
			args += self._drive("programs", self.programs, True)
		return args

	@staticmethod
	def _drive(name: str, file: str, readonly: bool) -> list[str]:
		return ["-drive", f"file={file},if=none,id={name},format=raw,"
			f"readonly={'on' if readonly else 'off'}",
			"-device", f"virtio-blk-pci,drive={name},serial={name}"]
