# SPDX-License-Identifier: GPL-2.0
"""Paths, and calls of the scripts that build kernels and archives."""

import os
import pathlib
import subprocess
import sys
from typing import Optional

from . import arch

TOP = arch.TOP
try:
	BUILD = arch.chosen().build
except arch.ArchError as error:
	sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {error}")
LOG = BUILD / "log"
SCRIPTS = TOP / "scripts"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or
		     pathlib.Path.home() / ".cache") / "pkram"


CANNOT_RUN = 4		# exit status of a script that lacks a download


class ScriptError(Exception):
	"""A script has failed with STATUS and printed the reason."""

	def __init__(self, text: str, status: int) -> None:
		super().__init__(text)
		self.status = status


def script(name: str, *args: str, on: Optional[arch.Arch] = None, **variables: str) -> str:
	"""
	Run scripts/NAME for the architecture ON, or the chosen one, with VARIABLES in its
	environment, and return its output. Shows its progress.
	"""
	environment = {**os.environ, **variables}
	if on and not on.native:
		environment["ARCH"] = on.name
	done = subprocess.run([SCRIPTS / name, *args], stdout=subprocess.PIPE,
			      stdin=subprocess.DEVNULL, text=True, check=False,
			      env=environment)
	if done.returncode:
		raise ScriptError(f"scripts/{name} failed", done.returncode)
	return done.stdout.strip()


def image(flavour: str, on: Optional[arch.Arch] = None) -> str:
	"""Return the path of the kernel image of FLAVOUR."""
	return script("kernel/flavour", "--image", flavour, on=on)
