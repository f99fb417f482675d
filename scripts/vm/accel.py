# SPDX-License-Identifier: GPL-2.0
"""
Find out which accelerator works on this machine. It is not enough that /dev/kvm can be
opened: on some nested machines, guests never leave the firmware. Therefore a kernel is
booted for a few seconds, once per machine, and the result is kept in the cache. Guests
of another architecture are emulated.
"""

import hashlib
import os
import platform
import subprocess
import threading

from . import arch, paths
from .console import Console
from .machine import Machine

_SECONDS = 20
_lock = threading.Lock()


def _fingerprint() -> str:
	"""Return a key that changes if the result may change."""
	with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
		# The first processor, without its clock frequency.
		model = [line for line in cpuinfo.read().partition("\n\n")[0].splitlines(True)
			 if line.startswith(("model name", "flags", "CPU", "Features"))]
	qemu = subprocess.run([arch.ARCHES[arch.HOST].qemu, "--version"], text=True,
			      stdout=subprocess.PIPE, check=True).stdout
	text = "".join(model) + qemu + platform.release() + platform.version()
	return hashlib.sha256(text.encode()).hexdigest()[:16]


def _kvm_boots(kernel: str, initrd: str, on: arch.Arch) -> bool:
	if not os.access("/dev/kvm", os.R_OK | os.W_OK):
		return False
	guest = Console(Machine(kernel, initrd, f"{on.console} panic=-1", accel="kvm",
				arch=on).command(),
			str(paths.LOG / "accel.log"), _SECONDS, _SECONDS)
	guest.run()
	return not guest.fault and "@@ exit 0" in guest.test


def choose(kernel: str, initrd: str, on: arch.Arch) -> str:
	"""Return 'kvm' or 'tcg'. ACCEL in the environment overrides it."""
	if not on.native:
		return "tcg"
	if os.environ.get("ACCEL"):
		return os.environ["ACCEL"]
	answer = paths.CACHE / f"accel-{_fingerprint()}"
	with _lock:
		if not answer.exists():
			answer.write_text("kvm" if _kvm_boots(kernel, initrd, on) else "tcg")
		return answer.read_text()


def known() -> str:
	"""Return the cached result for this machine; 'tcg', which always works, if none."""
	answer = paths.CACHE / f"accel-{_fingerprint()}"
	return os.environ.get("ACCEL") or (answer.read_text() if answer.exists() else "tcg")
