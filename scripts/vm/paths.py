# SPDX-License-Identifier: GPL-2.0
"""Paths, and calls of the scripts that build kernels and archives."""

import os
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / "build"
LOG = BUILD / "log"
SCRIPTS = TOP / "scripts"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or
		     pathlib.Path.home() / ".cache") / "pkram"


class ScriptError(Exception):
	"""A script has failed and printed the reason."""


def script(name: str, *args: str) -> str:
	"""Run scripts/NAME and return its output. Shows its progress."""
	done = subprocess.run([SCRIPTS / name, *args], stdout=subprocess.PIPE,
			      stdin=subprocess.DEVNULL, text=True, check=False)
	if done.returncode:
		raise ScriptError(f"scripts/{name} failed")
	return done.stdout.strip()


def image(flavour: str) -> str:
	"""Return the path of the bzImage of FLAVOUR."""
	return script("kernel/flavour", "--image", flavour)
