# SPDX-License-Identifier: GPL-2.0
"""
A service that keeps 64 MiB in systemd's descriptor store, and functions for the tests of
a host to install, start and check it.
"""

import re
from typing import Sequence

from vm import paths
from vm.host import Host, Report

# What the scripts of services share.
NOTIFY = """\
import hashlib, os, signal, socket

def notify(text, *fds):
	with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
		to.connect(os.environ["NOTIFY_SOCKET"])
		socket.send_fds(to, [text.encode()], fds)

def new_memory(size):
	fd = os.memfd_create("memory")
	for _ in range(size):
		os.write(fd, os.urandom(1 << 20))
	return fd

def ready(service, came, fd):
	digest = hashlib.sha256()
	for at in range(0, os.fstat(fd).st_size, 1 << 20):
		digest.update(os.pread(fd, 1 << 20, at))
	with open("/run/" + service, "w") as out:
		out.write(f"{came} {os.fstat(fd).st_size} {digest.hexdigest()}")
	notify("READY=1")
	signal.pause()
"""

SCRIPT = NOTIFY + """
names = os.environ.get("LISTEN_FDNAMES", "").split(":")
if "memory" in names:
	came, fd = "came", 3 + names.index("memory")
else:
	came, fd = "new", new_memory(64)
	notify("FDSTORE=1\\nFDNAME=memory", fd)
ready("keeper", came, fd)
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
		status, said = host.run(f"SERVICE=keeper\n{command}", timeout=900)
		if status:
			break
	memory = says(host)
	report.check("a service has put its memory into systemd's store",
		     status == 0 and memory.startswith(f"new {64 << 20} "), said + memory)
	return memory


def prepare(host: Host) -> str:
	"""Start the service with a preserved store. Return its line about its memory."""
	host.run("install -D -m 644 -t /etc/systemd/system/keeper.service.d /usr/share/doc/luoctl/preserve.conf;"
		 "systemctl daemon-reload; systemctl start keeper.service", timeout=900)
	return says(host)


def says(host: Host, service: str = "keeper") -> str:
	"""Return the line of a service: "new" or "came", the size and the hash."""
	host.run("systemctl is-system-running --wait", timeout=900)
	return host.run(f"cat /run/{service}")[1]
