# SPDX-License-Identifier: GPL-2.0
"""
A Debian host in the virtual machine, on the disk of "make image-debian". The kernel's
console is written to a log, and a shell on the second serial line runs the commands of
a test.
"""

import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
from typing import Optional, Sequence

from . import accel, paths
from .machine import Machine

DIRECTORY = paths.BUILD / "host"

# The addresses of QEMU's user network.
NETWORK = """\
[Match]
Driver=virtio_net
[Network]
Address=10.0.2.15/24
Gateway=10.0.2.2
"""


class HostError(Exception):
	"""The host has not done what a test expects."""


def _free_port() -> int:
	with socket.socket() as free:
		free.bind(("127.0.0.1", 0))
		return free.getsockname()[1]


class Host:
	"""
	A host that runs until it is closed. NAME is that of the log. KERNEL is the kernel
	for a cold boot, "pkram" or "debian". PACKAGES are on a second disk, mounted at /mnt:
	the files by the name of their directory. PORTS are TCP ports of the host that can be
	reached on the loopback of this machine, see port(); with any, the host has a network.
	DEVICES are more of QEMU's devices. All changes to the disks are lost.
	"""

	def __init__(self, name: str, kernel: str = "pkram", append: str = "", mem: str = "2G",
		     packages: Optional[dict[str, list[str]]] = None,
		     ports: Sequence[int] = (), devices: Sequence[str] = ()) -> None:
		self.log = str(paths.LOG / f"{name}.log")
		self._directory = tempfile.TemporaryDirectory(dir=paths.BUILD, prefix=".host-")
		line = (DIRECTORY / "boot" / "cmdline").read_text().strip()
		image = str(DIRECTORY / "boot" / kernel)
		self.machine = Machine(image, f"{image}.initrd", f"{line} {append}".strip(), mem=mem,
				       accel=accel.known(), disk=str(DIRECTORY / "debian.img"),
				       disk_readonly=False)
		self._packages = packages
		self._ports = {port: _free_port() for port in ports}
		self._devices = devices
		self._process = None
		self._shell = None
		self._rest = b""

	def command(self) -> list[str]:
		"""Return QEMU's command without the serial lines. It reboots as a PC does."""
		return [*[word for word in self.machine.command() if word != "-no-reboot"],
			*self._network(), *(word for device in self._devices
					    for word in ("-device", device)), "-snapshot"]

	def _network(self) -> list[str]:
		if not self._ports:
			return []
		forwards = [f"hostfwd=tcp:127.0.0.1:{there}-:{here}"
			    for here, there in self._ports.items()]
		return ["-netdev", ",".join(["user,id=network,restrict=on", *forwards]),
			"-device", "virtio-net-pci,netdev=network"]

	def port(self, port: int) -> int:
		"""Return the port of this machine's loopback that leads to a port of the host."""
		return self._ports[port]

	def _package_disk(self) -> list[str]:
		if not self._packages:
			return []
		directory = pathlib.Path(self._directory.name) / "packages"
		for name, packages in self._packages.items():
			(directory / name).mkdir(parents=True)
			for package in packages:
				shutil.copy(package, directory / name)
		disk = f"{directory}.img"
		subprocess.run(["/sbin/mke2fs", "-q", "-t", "ext4", "-d", directory, disk, "512M"],
			       stdout=subprocess.DEVNULL,
			       check=True)
		return ["-drive", f"file={disk},if=none,id=packages,format=raw",
			"-device", "virtio-blk-pci,drive=packages"]

	def __enter__(self) -> "Host":
		path = f"{self._directory.name}/shell"
		self._process = subprocess.Popen(
			[*self.command(), *self._package_disk(), "-serial", f"file:{self.log}",
			 "-serial", f"unix:{path},server=on,wait=off"],
			stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT,
			stdout=open(f"{self.log}.qemu", "w", encoding="utf-8"))
		self._shell = socket.socket(socket.AF_UNIX)
		for _ in range(100):
			try:
				self._shell.connect(path)
				break
			except (FileNotFoundError, ConnectionRefusedError):
				time.sleep(0.1)
		self._shell.settimeout(1)
		return self

	def __exit__(self, *_) -> None:
		self._process.kill()
		self._process.wait()
		self._shell.close()
		self._directory.cleanup()

	def _lines(self, end: float):
		"""Yield the lines of the shell, until a time limit."""
		while time.monotonic() < end:
			while b"\n" in self._rest:
				line, _, self._rest = self._rest.partition(b"\n")
				yield line.decode(errors="replace").strip("\r\0")
			try:
				data = self._shell.recv(65536)
			except TimeoutError:
				yield None
				continue
			if not data:
				raise HostError(f"the host is gone ({self.log})")
			self._rest += data

	def login(self, timeout: float = 900) -> None:
		"""Wait for a shell after a boot or a kexec."""
		# The login shell prints escape codes; a plain shell does not.
		self._wait_for("@@ ready", b"\x15echo '@@ 're''ady\n", timeout)
		self._wait_for("@@ plain", b"exec env PS1= PS2= sh -c '"
			       b"stty -echo; echo @@ \"\"plain; exec sh'\n", timeout, once=True)
		if self._packages:
			self.run("mountpoint -q /mnt || mount -o ro /dev/vdb /mnt")

	def start_network(self) -> None:
		"""Configure the network of the host, for all its boots."""
		self.write("/etc/systemd/network/80-test.network", NETWORK)
		self.run("systemctl enable --now systemd-networkd.service")

	def _wait_for(self, word: str, ask: bytes, timeout: float, once: bool = False) -> None:
		asked = 0.0
		for line in self._lines(time.monotonic() + timeout):
			if line and line.endswith(word):
				return
			if not asked or (time.monotonic() - asked > 3 and not once):
				asked = time.monotonic()
				self._ask(ask)
		raise HostError(f"no shell after {timeout:.0f} s ({self.log})")

	def _ask(self, question: bytes) -> None:
		# A host that is not running reads nothing, and the pipe may be full.
		try:
			self._shell.sendall(question)
		except TimeoutError:
			pass

	def console(self) -> str:
		"""Return the console's output until now."""
		return pathlib.Path(self.log).read_text(encoding="utf-8", errors="replace")

	def wait_for_kernel(self, said: str, timeout: float = 900) -> None:
		"""
		Wait until the console, whose output was SAID, has the first line of a new kernel,
		and then for a shell.
		"""
		end = time.monotonic() + timeout
		while "Linux version " not in self.console()[len(said):]:
			if time.monotonic() > end:
				raise HostError(f"no kernel after {timeout:.0f} s ({self.log})")
			time.sleep(1)
		self.login(timeout)

	def send(self, command: str) -> None:
		"""Start a command that may end the kernel."""
		self._shell.sendall(command.encode() + b"\n")

	def run(self, command: str, timeout: float = 600) -> tuple[int, str]:
		"""Run a command. Return its exit status and its output."""
		self.send(f"( {command}\n) 2>&1; echo \"@@ status $?\"")
		said = []
		for line in self._lines(time.monotonic() + timeout):
			if line is None:
				continue
			done = re.search(r"@@ status (\d+)$", line)
			if done:
				said.append(line[:done.start()])
				return int(done[1]), "\n".join(said).strip()
			said.append(line)
		raise HostError(f"'{command}' is not done after {timeout:.0f} s ({self.log})")

	def write(self, path: str, text: str) -> None:
		"""Write a file on the host."""
		status, said = self.run(f"cat >{path} <<'@@ end'\n{text}@@ end")
		if status:
			raise HostError(f"cannot write {path}: {said}")


class Report:
	"""Prints TAP, with PLANNED results."""

	def __init__(self, planned: int) -> None:
		self._count = 0
		print(f"TAP version 13\n1..{planned}", flush=True)

	def check(self, what: str, good: bool, said: str = "") -> None:
		"""Print one result, and the output SAID if it is bad."""
		self._count += 1
		if not good:
			for line in said.splitlines()[-12:]:
				print(f"# {line}")
		print(f"{'ok' if good else 'not ok'} {self._count} {what}", flush=True)
