# SPDX-License-Identifier: GPL-2.0
"""Results from KTAP, with the parser in the Linux tree."""

import dataclasses
import functools
import importlib
import io
import sys

from . import paths


@functools.cache
def _modules():
	sys.path.insert(0, paths.script("linux/fetch") + "/tools/testing/kunit")
	return importlib.import_module("kunit_parser"), importlib.import_module("kunit_printer")


@dataclasses.dataclass
class Result:
	"""Numbers of passed, failed and skipped cases, and a line for each failure."""
	passed: int = 0
	skipped: int = 0
	failures: list[str] = dataclasses.field(default_factory=list)

	def add(self, other: "Result") -> None:
		"""Add another result."""
		self.passed += other.passed
		self.skipped += other.skipped
		self.failures += other.failures


def _cases(test, path):
	if not test.subtests:
		yield path, test
	for subtest in test.subtests:
		yield from _cases(subtest, path + [subtest.name])


def _describe(path, test):
	"""Return the name of a failed case and its last output."""
	return "\n| ".join([".".join(path) or "a result is missing", *test.log[-8:]])


def parse(lines: list[str]) -> Result:
	"""Count the cases in a KTAP document. A document without cases is a failure."""
	parser, printer = _modules()
	said = io.StringIO()
	main = parser.parse_run_tests(lines, printer.Printer(output=said))
	counts = main.counts
	result = Result(counts.passed, counts.skipped)
	bad = [_describe(path, test) for path, test in _cases(main, []) if not test.ok_status()]
	# The parser counts the failures, some of which may have no name.
	for number in range(counts.failed + counts.crashed):
		result.failures.append(bad[number] if number < len(bad) else "a result is missing")
	if not result.failures and (counts.errors or not counts.total()):
		errors = [line.split("[ERROR] Test: ", 1)[1]
			  for line in said.getvalue().splitlines() if "[ERROR]" in line]
		result.failures.append("KTAP: " + "; ".join(errors[:3] or ["no results"]))
	return result
