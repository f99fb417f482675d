# SPDX-License-Identifier: GPL-2.0
"""
Runs tests in parallel, as many as processors and memory allow. A test has a name, the
memory that it needs (mem, in MiB), run() that returns a result and a log, and
activity() that returns its state as text.
"""

import collections
import concurrent.futures
import os
import threading
import time
from typing import Sequence

from . import ktap

HEARTBEAT = 30		# seconds between lines that say what is running

def _tail(log: str, lines: int = 8) -> list[str]:
	"""Return the last lines of a log."""
	try:
		with open(log, encoding="utf-8", errors="replace") as file:
			return [line.rstrip() for line in collections.deque(file, lines)]
	except OSError:
		return []


class Memory:
	"""Limits the memory of running guests. At least one guest can always run."""

	def __init__(self) -> None:
		with open("/proc/meminfo", encoding="ascii") as meminfo:
			fields = dict(line.split(":") for line in meminfo)
		self._free = int(fields["MemAvailable"].split()[0]) // 1024 * 3 // 4
		self._users = 0
		self._changed = threading.Condition()

	def acquire(self, size: int) -> None:
		"""Wait until SIZE MiB are available."""
		with self._changed:
			self._changed.wait_for(lambda: size <= self._free or not self._users)
			self._free -= size
			self._users += 1

	def release(self, size: int) -> None:
		"""Release the memory."""
		with self._changed:
			self._free += size
			self._users -= 1
			self._changed.notify_all()


class Progress:
	"""Prints a line per finished test, and regularly the running tests."""

	def __init__(self, total: int) -> None:
		self._total = total
		self._done = 0
		self._running: dict = {}
		self._lock = threading.Lock()
		self._said = time.monotonic()

	def start(self, test) -> None:
		"""A test has started."""
		with self._lock:
			self._running[test] = time.monotonic()

	def finish(self, test, result: ktap.Result, log: str) -> None:
		"""A test is done."""
		with self._lock:
			seconds = time.monotonic() - self._running.pop(test)
			self._done += 1
			counts = f"{result.passed} passed"
			if result.failures:
				counts += f", {len(result.failures)} failed"
			if result.skipped:
				counts += f", {result.skipped} skipped"
			print(f"[{self._done}/{self._total}] "
			      f"{'FAIL' if result.failures else 'ok  '} {test.name:32} "
			      f"{counts}, {seconds:.0f} s", flush=True)
			for failure in result.failures:
				print("       not ok:", failure.replace("\n", "\n       "))
			if result.failures:
				print(f"       end of {log}:")
				for line in _tail(log):
					print(f"       | {line}", flush=True)
			self._said = time.monotonic()

	def heartbeat(self) -> None:
		"""Print the running tests if nothing was printed for a while."""
		with self._lock:
			now = time.monotonic()
			if now - self._said < HEARTBEAT:
				return
			self._said = now
			for test, start in self._running.items():
				print(f"       {test.name}: {test.activity()} ({now - start:.0f} s)",
				      flush=True)


def _run_one(test, memory: Memory, progress: Progress) -> ktap.Result:
	memory.acquire(test.mem)
	progress.start(test)
	log = "none"
	try:
		result, log = test.run()
	except Exception as error:	# a test that breaks its runner has failed
		result = ktap.Result(failures=[f"{type(error).__name__}: {error}"])
	finally:
		memory.release(test.mem)
	progress.finish(test, result, log)
	return result


def run_all(tests: Sequence) -> list[ktap.Result]:
	"""Run the jobs, started in order, and return their results in the same order."""
	progress, memory = Progress(len(tests)), Memory()
	jobs = int(os.environ.get("JOBS") or os.cpu_count() or 1)
	with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
		futures = [pool.submit(_run_one, test, memory, progress) for test in tests]
		waiting = set(futures)
		while waiting:
			_, waiting = concurrent.futures.wait(waiting, timeout=5)
			progress.heartbeat()
	return [future.result() for future in futures]
