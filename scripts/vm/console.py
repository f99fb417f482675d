# SPDX-License-Identifier: GPL-2.0
"""
A running guest and its two serial lines: the kernel's console and the test's output.
The lines of both are written to one log, in the order in which they are read.
"""

import contextlib
import os
import selectors
import subprocess
import time
from typing import Callable, Optional


class _Line:
	"""One serial line: a pipe that QEMU writes to, divided into lines."""

	def __init__(self, name: str) -> None:
		self.name = name
		self.lines: list[str] = []
		self.read_end, self.write_end = os.pipe()
		self._rest = b""

	def feed(self) -> Optional[list[str]]:
		"""Return the lines that were read; None at the end."""
		data = os.read(self.read_end, 65536)
		parts = (self._rest + data).split(b"\n")
		self._rest = parts.pop()
		if not data and self._rest:
			parts.append(self._rest)
		lines = [part.decode(errors="replace").strip("\r\0") for part in parts]
		self.lines += lines
		return lines if data or lines else None


class Console:
	"""
	Runs a QEMU command until it ends. Afterwards KERNEL and TEST have the output of the
	two serial lines, FAULT the reason why the guest was killed (empty if it ended by
	itself), and SECONDS the time. ANSWERS has commands for QEMU's monitor, by the lines
	of the test that trigger them.
	"""

	def __init__(self, command: list[str], log: str, timeout: float,
		     quiet: float, show: Optional[Callable[[str, str], None]] = None,
		     answers: Optional[dict[str, str]] = None) -> None:
		self._log_name = log
		self._timeout = timeout
		self._quiet = quiet
		self._show = show
		self._kernel = _Line("kernel")
		self._test = _Line("test")
		self._process: Optional[subprocess.Popen] = None
		self._command = command + [
			"-serial", f"file:/dev/fd/{self._kernel.write_end}",
			"-serial", f"file:/dev/fd/{self._test.write_end}"]
		self._answers = answers or {}
		if self._answers:
			self._command += ["-monitor", "stdio"]
		self.kernel = self._kernel.lines
		self.test = self._test.lines
		self.fault = ""
		self.start = time.monotonic()
		self.seconds = 0.0

	def run(self) -> None:
		"""Boot the guest and watch it until it ends."""
		ends = (self._kernel.write_end, self._test.write_end)
		with open(self._log_name, "w", encoding="utf-8") as log:
			log.write(f"# {' '.join(self._command)}\n")
			log.flush()
			self._process = subprocess.Popen(
				self._command, pass_fds=ends,
				stdin=subprocess.PIPE if self._answers else subprocess.DEVNULL,
				bufsize=0, stdout=log, stderr=subprocess.STDOUT)
			for end in ends:
				os.close(end)
			try:
				self._watch(log)
			finally:
				self._process.kill()
				status = self._process.wait()
				if self._process.stdin:
					self._process.stdin.close()
				for line in (self._kernel, self._test):
					os.close(line.read_end)
				self.seconds = time.monotonic() - self.start
		if status and not self.fault:
			self.fault = f"QEMU ended with status {status}"

	def stop(self) -> None:
		"""End the guest. Called from another thread."""
		if self._process:
			self._process.kill()

	def _answer(self, text: str) -> None:
		command = self._answers.get(text)
		if command and self._process and self._process.stdin:
			# If it has ended, its status has the reason.
			with contextlib.suppress(BrokenPipeError):
				self._process.stdin.write(command.encode() + b"\n")

	def _watch(self, log) -> None:
		heard = time.monotonic()
		with selectors.DefaultSelector() as selector:
			# Read the test's line first: its output precedes the messages of
			# the kernel about it.
			for line in (self._test, self._kernel):
				selector.register(line.read_end, selectors.EVENT_READ, line)
			while selector.get_map():
				for key, _ in selector.select(1):
					lines = key.data.feed()
					if lines is None:
						selector.unregister(key.fd)
						continue
					heard = time.monotonic()
					for text in lines:
						log.write(text + "\n")
						if key.data is self._test:
							self._answer(text)
						# The panic was so early that the kernel could not restart.
						if "---[ end Kernel panic" in text:
							self.fault = "dead in a panic"
						if self._show:
							self._show(key.data.name, text)
					log.flush()
				now = time.monotonic()
				if now - self.start > self._timeout:
					self.fault = f"not done after {self._timeout:.0f} s"
				elif now - heard > self._quiet:
					self.fault = f"no output for {self._quiet:.0f} s"
				if self.fault:
					return
			self._process.wait(timeout=60)
