# SPDX-License-Identifier: GPL-2.0
"""
A service that keeps 64 MiB in systemd's descriptor store, and functions for the tests of
a host to install, start and check it.
"""

import re
from typing import Sequence

from vm import paths
from vm.host import Host, Report

SCRIPT = """\
import hashlib, os, signal, socket

def notify(text, *fds):
	with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
		to.connect(os.environ["NOTIFY_SOCKET"])
		socket.send_fds(to, [text.encode()], fds)

names = os.environ.get("LISTEN_FDNAMES", "").split(":")
if "memory" in names:
	came, fd = "came", 3 + names.index("memory")
else:
	came, fd = "new", os.memfd_create("memory")
	for _ in range(64):
		os.write(fd, os.urandom(1 << 20))
	notify("FDSTORE=1\\nFDNAME=memory", fd)
digest = hashlib.sha256()
for at in range(0, os.fstat(fd).st_size, 1 << 20):
	digest.update(os.pread(fd, 1 << 20, at))
with open("/run/keeper", "w") as out:
	out.write(f"{came} {os.fstat(fd).st_size} {digest.hexdigest()}")
notify("READY=1")
signal.pause()
"""

UNIT = """\
[Unit]
Description=Keeps memory over updates of the kernel
[Service]
Type=notify
ExecStart=/usr/bin/python3 /usr/local/lib/keeper.py
TimeoutStartSec=300
[Install]
WantedBy=multi-user.target
"""


def readme(test: str) -> list[list[str]]:
	"""Return the commands of each block of README.md that TEST must run."""
	blocks = re.findall(rf"<!-- run by packaging/tests/{test} -->\n```sh\n(.*?)```",
			    (paths.TOP / "README.md").read_text(encoding="utf-8"), re.S)
	return [block.splitlines() for block in blocks]


def install(host: Host) -> None:
	"""Install the service."""
	host.write("/usr/local/lib/keeper.py", SCRIPT)
	host.write("/etc/systemd/system/keeper.service", UNIT)
	host.run("systemctl enable keeper.service")


def start(host: Host, report: Report, commands: Sequence[str]) -> str:
	"""
	Start the service by COMMANDS, which make its store preserved. Return its line
	about its memory.
	"""
	for command in commands:
		status, said = host.run(f"SERVICE=keeper\n{command}", timeout=300)
		if status:
			break
	memory = says(host)
	report.check("a service has put its memory into systemd's store",
		     status == 0 and memory.startswith(f"new {64 << 20} "), said + memory)
	return memory


def says(host: Host) -> str:
	"""Return the line of the service: "new" or "came", the size and the hash."""
	host.run("systemctl is-system-running --wait", timeout=300)
	return host.run("cat /run/keeper")[1]
