# SPDX-License-Identifier: GPL-2.0
"""Places, and calls of the scripts that make what a guest needs."""

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
	"""A script has failed; it has said why."""


def script(name: str, *args: str) -> str:
	"""Runs scripts/NAME and returns what it prints; its progress shows."""
	done = subprocess.run([SCRIPTS / name, *args], stdout=subprocess.PIPE,
			      stdin=subprocess.DEVNULL, text=True, check=False)
	if done.returncode:
		raise ScriptError(f"scripts/{name} failed")
	return done.stdout.strip()


def image(flavour: str) -> str:
	"""Where the bzImage of FLAVOUR is."""
	return script("kernel/flavour", "--image", flavour)
