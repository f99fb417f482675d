# SPDX-License-Identifier: GPL-2.0
"""
Clients of memcached and valkey that never stop trying: each sets a counter and reads it
back, again and again, and connects anew after each error. They find out for how long the
service did not answer, and whether a value that it had confirmed is gone afterwards.
"""

import socket
import threading
import time
from typing import Optional


class Patient(threading.Thread):
	"""A client of the service on a port of this machine's loopback."""

	name = ""

	def __init__(self, port: int) -> None:
		super().__init__(daemon=True)
		self.longest = 0.0		# seconds without an answer
		self.confirmed = 0		# the last value that was read back
		self.lost: list[str] = []
		self._port = port
		self._done = threading.Event()
		self._answer = time.monotonic()

	def set(self, stream, value: int) -> None:
		"""Store the value."""
		raise NotImplementedError

	def get(self, stream) -> Optional[int]:
		"""Return the value, or None if there is none."""
		raise NotImplementedError

	def _converse(self) -> None:
		with socket.create_connection(("127.0.0.1", self._port), 2) as sock, \
		     sock.makefile("rwb") as stream:
			found = self.get(stream)
			if self.confirmed and (found or 0) < self.confirmed:
				self.lost.append(f"{self.confirmed} was confirmed, {found} found")
			value = max(found or 0, self.confirmed)
			while not self._done.is_set():
				value += 1
				self.set(stream, value)
				if self.get(stream) != value:
					raise OSError("another value")
				now = time.monotonic()
				self.longest = max(self.longest, now - self._answer)
				self._answer = now
				self.confirmed = value
				time.sleep(0.01)

	def run(self) -> None:
		while not self._done.is_set():
			try:
				self._converse()
			except (OSError, ValueError):
				time.sleep(0.05)

	def wait(self, timeout: float) -> bool:
		"""Wait until the service answers from now on. Return False after TIMEOUT seconds."""
		asked = time.monotonic()
		while self._answer < asked:
			if time.monotonic() > asked + timeout:
				return False
			time.sleep(0.1)
		return True

	def stop(self) -> None:
		"""Stop trying."""
		self._done.set()
		self.join()


def _line(stream) -> bytes:
	line = stream.readline()
	if not line.endswith(b"\r\n"):
		raise OSError("the connection was closed")
	return line[:-2]


def _ask(stream, request: bytes) -> bytes:
	stream.write(request)
	stream.flush()
	return _line(stream)


class Memcached(Patient):
	"""A client of memcached."""

	name = "memcached"

	def set(self, stream, value: int) -> None:
		text = str(value).encode()
		said = _ask(stream, b"set counter 0 0 %d\r\n%s\r\n" % (len(text), text))
		if said != b"STORED":
			raise OSError(said)

	def get(self, stream) -> Optional[int]:
		said = _ask(stream, b"get counter\r\n")
		if said == b"END":
			return None
		value = int(_line(stream))
		if not said.startswith(b"VALUE ") or _line(stream) != b"END":
			raise OSError(said)
		return value


class Valkey(Patient):
	"""A client of valkey."""

	name = "valkey"

	def set(self, stream, value: int) -> None:
		said = _ask(stream, b"SET counter %d\r\n" % value)
		if said != b"+OK":
			raise OSError(said)

	def get(self, stream) -> Optional[int]:
		said = _ask(stream, b"GET counter\r\n")
		if said == b"$-1":
			return None
		# While it loads its data it answers with an error.
		if not said.startswith(b"$"):
			raise OSError(said)
		return int(_line(stream))
