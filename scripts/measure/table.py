# SPDX-License-Identifier: GPL-2.0
"""The figures as a table for people."""

from typing import Iterable, Optional

from .figures import Figures, Key, Value, growth
from .targets import Verdict

BASE = "stock"			# what others are compared with
_VALUE = 16
_SHARE = 10
_RATIO = 9


def _number(value: Optional[Value]) -> str:
	return f"{value.value:,}" if value else ""


def _share(value: Optional[Value]) -> str:
	if value is None or value.per_page is None:
		return ""
	return f"{value.per_page:,.{1 if abs(value.per_page) < 100 else 0}f}"


def _ratio(value: Optional[Value], base: Optional[Value]) -> str:
	if not value or not base or base.value <= 0:
		return ""
	ratio = value.value / base.value
	return f"{ratio:.2f}" if abs(ratio) >= 0.01 or not ratio else f"{ratio:.4f}"


def _row(first: str, cells: Iterable[str]) -> str:
	return (f"  {first:24}" + "".join(cells)).rstrip()


def _cells(figures: Figures, kernels: list[str], key: Key) -> Iterable[str]:
	base = figures.get(BASE, key)
	for kernel in kernels:
		value = figures.get(kernel, key)
		yield f"{_number(value):>{_VALUE}}{_share(value):>{_SHARE}}"
		if kernel != BASE:
			yield f"{_ratio(value, base):>{_RATIO}}"


def _grows(figures: Figures, kernels: list[str], work: str, figure: str) -> Iterable[str]:
	for kernel in kernels:
		factor = growth(figures.series(kernel, work, figure))
		text = f"x {factor:.2f}" if factor is not None else ""
		yield f"{text:>{_VALUE}}{'':{_SHARE}}"
		if kernel != BASE:
			yield " " * _RATIO


def _unit(figures: Figures, kernels: list[str], key: Key) -> str:
	return next(value.unit for kernel in kernels if (value := figures.get(kernel, key)))


def render(figures: Figures, verdicts: list[Verdict]) -> str:
	"""Return the table of all figures, and that of the targets."""
	kernels = sorted(figures.of, key=lambda kernel: (kernel != BASE, kernel))
	lines = []
	for work in figures.works():
		heads = []
		for kernel in kernels:
			heads.append(f"{kernel:>{_VALUE}}{'per page':>{_SHARE}}")
			if kernel != BASE:
				heads.append(f"{'ratio':>{_RATIO}}")
		lines += [f"{work:26}" + "".join(heads)]
		for figure in figures.figures(work):
			sizes = figures.sizes(work, figure)
			unit = _unit(figures, kernels, Key(work, sizes[0], figure))
			lines.append(f"  {figure}, {unit}")
			for size in sizes:
				key = Key(work, size, figure)
				lines.append(_row(f"    {key.label:>8}", _cells(figures, kernels, key)))
			if len(sizes) > 1:
				lines.append(_row("    when size doubles",
						  _grows(figures, kernels, work, figure)))
		lines.append("")
	lines += _targets(verdicts)
	return "\n".join(lines) + "\n"


# The figures of a work that a page of the documentation shows.
_SHOWN = ("preserve", "boot", "retrieve")
_WIDTHS = (20, 6, 22, 22, 22)


def _pair(figures: Figures, key: Key, measured: str) -> str:
	base, value = figures.get(BASE, key), figures.get(measured, key)
	return f"{_share(base)} / {_share(value)}" if base and value else ""


def summary(figures: Figures, measured: str = "pkram") -> str:
	"""
	Return the table of the documentation: for each work, at the largest size that was
	measured on both kernels, instructions per page on stock and on the measured one.
	"""
	rule = " ".join("=" * width for width in _WIDTHS)
	rows = [("work", "size", *_SHOWN)]
	for work in figures.works():
		for size in reversed(figures.sizes(work, _SHOWN[-1])):
			pairs = [_pair(figures, Key(work, size, figure), measured)
				 for figure in _SHOWN]
			if pairs[-1]:
				rows.append((work, Key(work, size, "").label, *pairs))
				break
	lines = [" ".join(f"{cell:{width}}" for cell, width in zip(row, _WIDTHS)).rstrip()
		 for row in rows]
	return "\n".join([".. SPDX-License-Identifier: GPL-2.0", "", rule, lines[0], rule,
			  *lines[1:], rule]) + "\n"


def _targets(verdicts: list[Verdict]) -> Iterable[str]:
	words = {True: "held", False: "MISSED", None: "not measured"}
	for verdict in verdicts:
		reached = "no figure" if verdict.reached is None else f"{verdict.reached:,.2f}"
		yield f"{words[verdict.held]:13}{reached:>18}  {verdict.text}"
	yield (f"{sum(verdict.held is True for verdict in verdicts)} targets held, "
	       f"{sum(verdict.held is False for verdict in verdicts)} missed")
