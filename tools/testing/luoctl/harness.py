# SPDX-License-Identifier: GPL-2.0
"""Runs luoctl, and reports the results. A case is a function that asserts."""

import json
import os
import pathlib
import resource
import subprocess
import tempfile
import traceback

LUOCTL = os.environ["LUOCTL"]
# The same without bounds that tests reach.
WHOLE = str(pathlib.Path(LUOCTL).parent / "whole/luoctl")
TIMEOUT = 600


class Skip(Exception):
	"""The reason why a case cannot run on this machine."""


class Run:
	"""A run of luoctl, and its results."""

	def __init__(self, *args, env=None, files=None, luoctl=LUOCTL):
		"""Args that are None are replaced by the names of FILES, a list of bytes."""
		with tempfile.TemporaryDirectory() as directory:
			args = list(args)
			for number, data in enumerate(files or []):
				path = pathlib.Path(directory, f"image{number}")
				path.write_bytes(data)
				args[args.index(None)] = str(path)
			self.args = args
			done = subprocess.run([luoctl, *args], stdin=subprocess.DEVNULL,
					      stdout=subprocess.PIPE, stderr=subprocess.PIPE,
					      timeout=TIMEOUT, check=False,
					      env={**os.environ, **(env or {})})
		self.status = done.returncode
		self.out = done.stdout.decode(errors="replace")
		self.err = done.stderr.decode(errors="replace")

	def __str__(self):
		return f"{self.args} ended with {self.status}\n{self.out}{self.err}"

	def expect(self, status, *words):
		"""Check the status, that all words were printed, and that errors are one line."""
		assert self.status == status, f"wanted {status}: {self}"
		for word in words:
			assert word in self.out + self.err, f"wanted '{word}': {self}"
		if status == 2:
			assert self.err.startswith("luoctl: ") and self.err.count("\n") == 1, \
				f"wanted an error in one line: {self}"
		else:
			assert not self.err, f"wanted no error: {self}"
		return self

	def json(self):
		"""Parse the only document on standard output."""
		return json.loads(self.out)


def report(cases):
	"""Run the cases and print KTAP. Return the exit status."""
	# luoctl must not dump core.
	resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
	print("KTAP version 1")
	print(f"1..{len(cases)}", flush=True)
	failed = 0
	for number, (name, case) in enumerate(cases, 1):
		try:
			case()
			print(f"ok {number} {name}", flush=True)
		except Skip as reason:
			print(f"ok {number} {name} # SKIP {reason}", flush=True)
		except Exception as error:	# any exception is a failure of the case
			failed += 1
			if not isinstance(error, AssertionError):
				error = traceback.format_exc()
			print("# " + str(error).replace("\n", "\n# "))
			print(f"not ok {number} {name}", flush=True)
	return 1 if failed else 0
