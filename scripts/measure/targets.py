# SPDX-License-Identifier: GPL-2.0
"""The limits of figures, from scripts/bench.targets, which describes its format."""

import dataclasses
import pathlib
import re
from typing import Iterable, Optional

from .figures import FigureError, Figures, Key, Value, growth, kibibytes

MEASURED = "pkram"
PAGES_PER_GIB = 1 << 18

_LINE = re.compile(
	r"(?P<work>\S+)\s+(?P<size>\d+[KMG])(?:\.\.(?P<to>\d+[KMG]))?\s+(?P<figure>[\w+-]+)"
	r"(?P<growth>\s+growth)?\s+<=\s+(?P<limit>\d+(?:\.\d+)?)(?P<scale>[KMG]?)"
	r"(?:\s+per\s+(?P<per>page|GiB)|\s+times\s+(?P<other>\S+\s+\S+\s+\S+(?:\s+\S+)?))?")
_SCALES = {"": 1, "K": 10 ** 3, "M": 10 ** 6, "G": 10 ** 9}


class TargetError(Exception):
	"""An invalid line."""


def _size(text: str) -> int:
	return kibibytes(text[:-1], text[-1])


def _value(figures: Figures, kernel: str, work: str, size: int, names: str) -> Optional[Value]:
	"""Return a figure, or the sum of several that are joined by "+"."""
	total = None
	for name in names.split("+"):
		value = figures.get(kernel, Key(work, size, name))
		if value is None:
			return None
		total = value if total is None else total + value
	return total


@dataclasses.dataclass
class Verdict:
	"""Whether a target is met: True, False, or None if it was not measured."""
	text: str
	reached: Optional[float]
	held: Optional[bool]


class Target:
	"""One line of the file."""

	def __init__(self, line: str) -> None:
		match = _LINE.fullmatch(line)
		if not match or (match["growth"] and not match["to"]):
			raise TargetError(f"not a target: {line}")
		self.text = " ".join(line.split())
		self.work = match["work"]
		self._match = match
		self._limit = float(match["limit"]) * _SCALES[match["scale"]]

	def _growth(self, figures: Figures) -> Optional[float]:
		low, high = _size(self._match["size"]), _size(self._match["to"])
		points = {size: value for size, value in figures.series(
				MEASURED, self.work, self._match["figure"]).items()
			  if low <= size <= high}
		# Do not fit the growth to only some of the sizes of the target.
		return growth(points) if {low, high} <= points.keys() else None

	def _reached(self, figures: Figures) -> Optional[float]:
		if self._match["growth"]:
			return self._growth(figures)
		value = _value(figures, MEASURED, self.work, _size(self._match["size"]),
			       self._match["figure"])
		if value is None:
			return None
		if self._match["per"]:
			if not value.pages:
				raise TargetError(f"nothing per page: {self.text}")
			unit = 1 if self._match["per"] == "page" else PAGES_PER_GIB
			return value.value * unit / value.pages
		if self._match["other"]:
			work, size, names, *kernel = self._match["other"].split()
			other = _value(figures, kernel[0] if kernel else MEASURED, work,
				       _size(size), names)
			if other is None or other.value <= 0:
				return None
			return value.value / other.value
		return value.value

	def judge(self, figures: Figures) -> Verdict:
		"""Check whether the figures meet the target."""
		try:
			reached = self._reached(figures)
		except FigureError as error:
			raise TargetError(f"{error}: {self.text}") from error
		return Verdict(self.text, reached,
			       None if reached is None else reached <= self._limit)


def read(path: pathlib.Path) -> list[Target]:
	"""Return the targets in a file."""
	lines = [line.partition("#")[0].strip() for line in path.read_text().splitlines()]
	return [Target(line) for line in lines if line]


def judge(targets: Iterable[Target], figures: Figures, everything: bool) -> list[Verdict]:
	"""
	Check whether each target is met. A target that was not measured counts as missed if
	EVERYTHING should have been measured, and is left open otherwise.
	"""
	verdicts = [target.judge(figures) for target in targets]
	for verdict in verdicts:
		if verdict.held is None and everything:
			verdict.held = False
	return verdicts
