# SPDX-License-Identifier: GPL-2.0
"""
A chart of a figure over the size, in SVG: a panel for each work and a line for each
kernel. Both axes are logarithmic and the same in all panels.
"""

import math
from typing import Iterable
from xml.sax.saxutils import escape

from .figures import Figures, Key

_COLUMNS = 3
_WIDTH, _HEIGHT = 300, 240		# of a panel
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 14, 30, 40
_HEADER = 62
_STYLE = {"stock": ("#b3472b", "6 3"), "pkram": ("#1f5fa8", "")}
_OTHER = ("#5a5a5a", "2 3")
_PREFIXES = ((10 ** 12, "T"), (10 ** 9, "G"), (10 ** 6, "M"), (10 ** 3, "k"))


def _short(value: float) -> str:
	"""Format 85,400,000,000 as 85.4 G."""
	for unit, prefix in _PREFIXES:
		if value >= unit:
			return f"{value / unit:.3g} {prefix}"
	return f"{value:.3g}"


class _Axis:
	"""Maps values between LOW and HIGH to pixels START to END, by their logarithm."""

	def __init__(self, values: Iterable[float], base: int, start: float, end: float) -> None:
		logs = [math.log(value, base) for value in values]
		self._base = base
		self._low, self._high = math.floor(min(logs) + 1e-9), math.ceil(max(logs) - 1e-9)
		if self._low == self._high:
			self._high += 1
		self._start, self._end = start, end

	def at(self, value: float) -> float:
		"""Return the position of a value."""
		share = (math.log(value, self._base) - self._low) / (self._high - self._low)
		return self._start + share * (self._end - self._start)

	def ticks(self) -> list[int]:
		"""Return the powers of the base between LOW and HIGH."""
		return [self._base ** power for power in range(self._low, self._high + 1)]


def _text(x: float, y: float, text: str, style: str = "") -> str:
	return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
	return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {style}/>'


def _series(points: list[tuple[int, int]], x: _Axis, y: _Axis, kernel: str) -> Iterable[str]:
	color, dash = _STYLE.get(kernel, _OTHER)
	path = " ".join(f"{x.at(size):.1f},{y.at(value):.1f}" for size, value in points)
	yield (f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2" '
	       f'stroke-dasharray="{dash or "none"}"/>')
	for size, value in points:
		label = f"{kernel}, {Key('', size, '').label}: {_short(value)}"
		yield (f'<circle cx="{x.at(size):.1f}" cy="{y.at(value):.1f}" r="3" '
		       f'fill="{color}"><title>{escape(label)}</title></circle>')
	size, value = points[-1]
	yield _text(x.at(size) - 6, y.at(value) - 7, _short(value),
		    f'text-anchor="end" fill="{color}"')


def _panel(work: str, series: dict[str, list[tuple[int, int]]], x: _Axis, y: _Axis) -> Iterable[str]:
	yield _text(_LEFT, _TOP - 10, work, 'font-weight="bold" font-size="13"')
	for tick in y.ticks():
		yield _line(_LEFT, y.at(tick), _WIDTH - _RIGHT, y.at(tick), 'stroke="#dddddd"')
		yield _text(_LEFT - 6, y.at(tick) + 4, _short(tick), 'text-anchor="end"')
	for number, tick in enumerate(x.ticks()):
		yield _line(x.at(tick), _TOP, x.at(tick), _HEIGHT - _BOTTOM, 'stroke="#eeeeee"')
		if number % 2 == 0:
			mebibytes = tick // 1024
			label = f"{mebibytes} MiB" if mebibytes < 1024 else f"{mebibytes // 1024} GiB"
			yield _text(x.at(tick), _HEIGHT - _BOTTOM + 16, label,
				    'text-anchor="middle"')
	for kernel, points in series.items():
		if points:
			yield from _series(points, x, y, kernel)


def _legend(kernels: Iterable[str]) -> Iterable[str]:
	left = 16
	for kernel in kernels:
		color, dash = _STYLE.get(kernel, _OTHER)
		yield _line(left, 46, left + 28, 46, f'stroke="{color}" stroke-width="2" '
			    f'stroke-dasharray="{dash or "none"}"')
		yield _text(left + 34, 50, kernel)
		left += 100


def draw(figures: Figures, figure: str, title: str) -> str:
	"""Draw the works that have the figure for at least two sizes."""
	kernels = sorted(figures.of, key=lambda kernel: (kernel != "stock", kernel))
	panels = {}
	for work in figures.works():
		series = {kernel: [(size, value) for size, value in figures.series(
					kernel, work, figure).items() if value > 0]
			  for kernel in kernels}
		if any(len(points) > 1 for points in series.values()):
			panels[work] = series
	rows = -(-len(panels) // _COLUMNS)
	width, height = _COLUMNS * _WIDTH, _HEADER + rows * _HEIGHT
	lines = [
		f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
		f'width="{width}" height="{height}" font-family="sans-serif" font-size="11">',
		"<!-- SPDX-License-Identifier: GPL-2.0 -->",
		"<!-- Written by make bench. -->",
		f'<rect width="{width}" height="{height}" fill="white"/>',
		_text(16, 26, title, 'font-size="15" font-weight="bold"'), *_legend(kernels)]
	points = [point for series in panels.values() for line in series.values()
		  for point in line]
	if points:
		x = _Axis([size for size, _ in points], 2, _LEFT, _WIDTH - _RIGHT)
		y = _Axis([value for _, value in points], 10, _HEIGHT - _BOTTOM, _TOP)
	for number, (work, series) in enumerate(panels.items()):
		left, top = number % _COLUMNS * _WIDTH, _HEADER + number // _COLUMNS * _HEIGHT
		lines += [f'<g transform="translate({left},{top})">',
			  *_panel(work, series, x, y), "</g>"]
	return "\n".join([*lines, "</svg>"]) + "\n"
