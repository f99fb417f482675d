# SPDX-License-Identifier: GPL-2.0
"""A virtual PC, as a QEMU command line."""

import dataclasses
import re


def mebibytes(size: str) -> int:
	"""'2G' or '512M' as a number of MiB."""
	match = re.fullmatch(r"(\d+)([MG])", size)
	if not match:
		raise ValueError(f"'{size}' is not a size such as 512M or 2G")
	return int(match[1]) * (1024 if match[2] == "G" else 1)


@dataclasses.dataclass
class Machine:
	"""
	What is to be booted on what. Without ACCEL it is TCG; with ICOUNT guest
	time counts instructions, on one processor.
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

	def _accel(self) -> list[str]:
		if self.icount:
			return ["-accel", "tcg,thread=single", "-cpu", "max",
				"-icount", "shift=0,sleep=off", "-seed", "1",
				"-rtc", "base=2026-01-01,clock=vm"]
		if self.accel == "kvm":
			return ["-accel", "kvm", "-cpu", "host"]
		return ["-accel", "tcg,thread=multi", "-cpu", "max"]

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

	def command(self) -> list[str]:
		"""The command, but for where the serial lines go."""
		cpus = 1 if self.icount else self.cpus
		args = ["qemu-system-x86_64", "-nodefaults", "-no-user-config",
			"-display", "none", "-vga", "none", "-no-reboot",
			"-machine", "pc", *self._accel(),
			"-m", f"{mebibytes(self.mem)}M",
			"-smp", f"{cpus},sockets={cpus}", *self._numa(cpus),
			"-kernel", self.kernel, "-initrd", self.initrd,
			"-append", self.append]
		if self.disk:
			readonly = "on" if self.disk_readonly else "off"
			args += ["-drive", f"file={self.disk},if=none,id=disk,"
				 f"format=raw,readonly={readonly}",
				 "-device", "virtio-blk-pci,drive=disk"]
		return args
