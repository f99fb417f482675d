# SPDX-License-Identifier: GPL-2.0
"""
Figures, as benchmarks print them on the test's serial line,

	# figure: WORK SIZE FIGURE VALUE UNIT [PAGES]

and intervals between two messages of the kernel, the second of which is its last
message, for times that no program can measure:

	bench: WORK SIZE FIGURE [PAGES]
	kexec_core: Starting new kernel

An interval with the size 0M is that of an update without files. It is the first one,
and is subtracted from the others.
"""

import dataclasses
import math
import re
from typing import Iterable, Optional

from vm.machine import mebibytes

UNITS = ("instructions", "bytes", "keys", "pages", "KiB")
BLACKOUT = ("boot", "retrieve")		# when nothing runs

_NAME = r"[a-z0-9][\w-]*"
_LINE = re.compile(r"\s*# figure: (.*)")
_FIGURE = re.compile(rf"({_NAME}) (\d+)([KMG]) ({_NAME}) (-?\d+) ({'|'.join(UNITS)})(?: (\d+))?")
_START = re.compile(rf"\[ *(\d+)\.(\d+)\] bench: ({_NAME}) (\d+)([KMG]) ({_NAME})(?: (\d+))?")
_END = re.compile(r"\[ *(\d+)\.(\d+)\] kexec_core: Starting new kernel")


class FigureError(Exception):
	"""An invalid or duplicate figure."""


def kibibytes(number: str, unit: str) -> int:
	"""Convert a size, such as 2048 and M, to KiB."""
	return int(number) if unit == "K" else mebibytes(number + unit) * 1024


@dataclasses.dataclass(frozen=True)
class Key:
	"""The subject of a figure: a workload and its size in KiB."""
	work: str
	size: int
	figure: str

	@property
	def label(self) -> str:
		"""Return the size as text."""
		return f"{self.size // 1024}M" if self.size % 1024 == 0 else f"{self.size}K"

	def __str__(self) -> str:
		return f"{self.work} {self.label} {self.figure}"


@dataclasses.dataclass(frozen=True)
class Value:
	"""A figure. PAGES is its number of 4 KiB pages, or 0."""
	value: int
	unit: str
	pages: int = 0

	@property
	def per_page(self) -> Optional[float]:
		"""Return the figure per page."""
		return self.value / self.pages if self.pages else None

	def __add__(self, other: "Value") -> "Value":
		if (self.unit, self.pages) != (other.unit, other.pages):
			raise FigureError("a sum of figures of different kinds")
		return Value(self.value + other.value, self.unit, self.pages)


def _add(values: dict[Key, Value], key: Key, value: Value) -> None:
	if key in values:
		raise FigureError(f"{key} twice")
	values[key] = value


def _programs(lines: Iterable[str], values: dict[Key, Value]) -> None:
	"""Parse the figures that programs have printed."""
	for line in lines:
		found = _LINE.match(line)
		if not found:
			continue
		match = _FIGURE.fullmatch(found[1].strip())
		if not match:
			raise FigureError(f"not a figure: {line.strip()}")
		_add(values, Key(match[1], kibibytes(match[2], match[3]), match[4]),
		     Value(int(match[5]), match[6], int(match[7] or 0)))


def _intervals(lines: Iterable[str], values: dict[Key, Value]) -> None:
	"""Compute the figures between kernel messages, in microseconds."""
	start: Optional[re.Match] = None
	nothing = {}
	for line in lines:
		start = _START.search(line) or start
		end = _END.search(line)
		if not start or not end:
			continue
		size = kibibytes(start[4], start[5])
		key = Key(start[3], size, start[6])
		value = (int(end[1] + end[2]) - int(start[1] + start[2])) * 1000
		if size:
			_add(values, key, Value(value - nothing.get((key.work, key.figure), 0),
						"instructions", int(start[7] or 0)))
		else:
			nothing[key.work, key.figure] = value
		start = None


def _derive(values: dict[Key, Value]) -> None:
	"""Add the blackout if both its parts were measured."""
	for key in list(values):
		parts = [Key(key.work, key.size, figure) for figure in BLACKOUT]
		if key.figure == BLACKOUT[-1] and all(part in values for part in parts):
			_add(values, Key(key.work, key.size, "blackout"),
			     values[parts[0]] + values[parts[1]])


def parse(test: Iterable[str], kernel: Iterable[str]) -> dict[Key, Value]:
	"""Return the figures in the output of a guest's two serial lines."""
	values: dict[Key, Value] = {}
	_programs(test, values)
	_intervals(kernel, values)
	_derive(values)
	return values


def growth(points: dict[int, int]) -> Optional[float]:
	"""
	Return the factor by which values grow when the size doubles, from a least-squares
	fit of a line to the logarithms of both. None if fewer than two sizes have a
	positive value.
	"""
	logs = [(math.log2(size), math.log2(value))
		for size, value in points.items() if size > 0 and value > 0]
	if len(logs) < 2:
		return None
	mean_x = sum(x for x, _ in logs) / len(logs)
	mean_y = sum(y for _, y in logs) / len(logs)
	square = sum((x - mean_x) ** 2 for x, _ in logs)
	return 2 ** (sum((x - mean_x) * (y - mean_y) for x, y in logs) / square)


class Figures:
	"""The figures of all kernels."""

	def __init__(self, kernels: Iterable[str] = ()) -> None:
		self.of: dict[str, dict[Key, Value]] = {kernel: {} for kernel in kernels}

	def add(self, kernel: str, values: dict[Key, Value]) -> None:
		"""Add the figures of a run."""
		for key, value in values.items():
			_add(self.of.setdefault(kernel, {}), key, value)

	def get(self, kernel: str, key: Key) -> Optional[Value]:
		"""Return a figure, or None if it was not measured."""
		return self.of.get(kernel, {}).get(key)

	@property
	def keys(self) -> list[Key]:
		"""Return the keys of all figures, without duplicates, in the order of the runs."""
		return list(dict.fromkeys(key for values in self.of.values() for key in values))

	def works(self) -> list[str]:
		"""Return the works, in order."""
		return list(dict.fromkeys(key.work for key in self.keys))

	def figures(self, work: str) -> list[str]:
		"""Return the figures of a work, in order."""
		return list(dict.fromkeys(key.figure for key in self.keys if key.work == work))

	def sizes(self, work: str, figure: str) -> list[int]:
		"""Return the sizes for which the figure was measured, in KiB."""
		return sorted({key.size for key in self.keys
			       if (key.work, key.figure) == (work, figure)})

	def series(self, kernel: str, work: str, figure: str) -> dict[int, int]:
		"""Return the values of a figure by the size."""
		return {size: value.value for size in self.sizes(work, figure)
			if (value := self.get(kernel, Key(work, size, figure)))}
