#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
run - run the fuzzers.

  run.py fuzz  OUT SECONDS JOBS NAME...   run them for SECONDS in total; an input that
                                          fails is stored in OUT/found/NAME/
  run.py check OUT NAME...                run the inputs in the repository, and a short
                                          run with a fixed seed; print KTAP
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
CORPUS, REGRESSIONS, WORDS = HERE / "corpus", HERE / "regressions", HERE / "words.dict"

# Runs of a fuzzer in `check`, by the time of one; the seed makes them repeatable.
RUNS = {"objects": 600, "references": 1000, "subsections": 1000, "members": 1000,
	"array": 1000, "elements": 1000, "pool": 1500, "pkram": 1000, "tree": 3000,
	"image": 600}
RUNS_ELSE = 10000
SEED = 7

# An input is a list of changes; an image must have its headers.
LENGTHS = {"image": 4096, "notes": 1024, "mapping": 1024}
LENGTH_ELSE = 256

# Seconds after which an input counts as a hang; the longer ones
# are for busy machines.
HANG, HANG_IN_CHECK = 20, 600


def command(out, name, found, hang, *more):
	"""Return the command line of a fuzzer."""
	return [out / name, f"-dict={WORDS}", f"-max_len={LENGTHS.get(name, LENGTH_ELSE)}",
		f"-timeout={hang}", "-rss_limit_mb=4096", "-malloc_limit_mb=256",
		"-close_fd_mask=3",
		"-print_final_stats=1", f"-artifact_prefix={found}/", *more]


def run(args):
	"""Run a fuzzer. Return the status, the output, and the number of runs."""
	done = subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
			      stderr=subprocess.PIPE, check=False)
	said = done.stderr.decode(errors="replace")
	runs = re.search(r"number_of_executed_units: (\d+)", said)
	return done.returncode, said, int(runs[1]) if runs else 0


def found_by(out, name):
	"""Return the directory for inputs that a fuzzer has found."""
	found = out / "found" / name
	found.mkdir(parents=True, exist_ok=True)
	return found


def directories(name):
	"""Return the directories with the initial inputs of a fuzzer."""
	return [directory for directory in (CORPUS / name, REGRESSIONS / name) if directory.is_dir()]


def fuzz_one(out, name, seconds):
	"""Run a fuzzer, beginning with the inputs of earlier runs."""
	grown = out / "corpus" / name
	grown.mkdir(parents=True, exist_ok=True)
	found = found_by(out, name)
	before = set(found.iterdir())
	status, said, runs = run(command(
		out, name, found, HANG, f"-max_total_time={seconds}", grown,
		*directories(name)))
	if status:
		(found / "log").write_text(said)
	new = sorted(set(found.iterdir()) - before - {found / "log"})
	if status and not new:
		new = [found / "log"]
	coverage = re.findall(r"cov: (\d+)", said)
	return name, runs, coverage[-1] if coverage else "?", new


def fuzz(out, seconds, jobs, names):
	"""Run all fuzzers, JOBS at a time, and print the results."""
	each = max(1, seconds * jobs // len(names))
	print(f"{len(names)} fuzzers, {jobs} at a time, {each} s each")
	total, broken = 0, []
	with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
		for name, runs, coverage, new in pool.map(
				lambda name: fuzz_one(out, name, each), names):
			total += runs
			broken += new
			print(f"{name:10} {runs:12,} runs, {coverage:>5} edges, "
			      f"{len(new)} found", flush=True)
	print(f"{'all':10} {total:12,} runs, {len(broken)} found")
	for path in broken:
		print(path)
	return 1 if broken else 0


def regressions(name):
	"""Return the inputs that have once failed."""
	directory = REGRESSIONS / name
	return sorted(directory.iterdir()) if directory.is_dir() else []


def scratch(out, name):
	"""Return an empty directory for new inputs, so that the next run has the same start."""
	directory = out / "scratch" / name
	directory.mkdir(parents=True, exist_ok=True)
	for path in directory.iterdir():
		path.unlink()
	return directory


def check(out, names):
	"""Print KTAP: each regression by its name, the corpus, and the short run."""
	results = []
	for name in names:
		found = found_by(out, name)
		for path in regressions(name):
			results.append((f"{name}: {path.name}", run(command(
				out, name, found, HANG_IN_CHECK, path))))
		results.append((f"{name}: corpus and short run", run(command(
			out, name, found, HANG_IN_CHECK, f"-seed={SEED}",
			f"-runs={RUNS.get(name, RUNS_ELSE)}",
			scratch(out, name), *directories(name)))))
	print("KTAP version 1")
	print(f"1..{len(results)}")
	for number, (what, (status, said, runs)) in enumerate(results, 1):
		if status:
			print("# " + "\n# ".join(said.splitlines()[-40:]))
		print(f"{'not ok' if status else 'ok'} {number} {what}"
		      + (f", {runs} runs" if runs > 1 else ""))
	return 1 if any(status for _, (status, _, _) in results) else 0


def main():
	what, out = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
	os.environ.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
	if what == "fuzz":
		return fuzz(out, int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
	return check(out, sys.argv[3:])


if __name__ == "__main__":
	sys.exit(main())
