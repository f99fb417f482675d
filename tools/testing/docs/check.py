#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Compare the documentation with the code: quotes, names, messages, and the status of a
test that cannot run. Prints KTAP. The argument is a Linux tree.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[3]
LINUX = pathlib.Path(sys.argv[1])
DOCUMENTS = sorted((TOP / "Documentation").rglob("*.rst"))
README = (TOP / "README.md").read_text()


def ours(*options):
	"""Return the files of the project that git knows, as paths from its top."""
	return subprocess.run(["git", "-C", TOP, "ls-files", *options], stdout=subprocess.PIPE,
			      text=True, check=True).stdout.split()


def find(path):
	"""Return a file of the kernel tree, the project's or Linux's; None if neither."""
	for root in (TOP, LINUX):
		if (root / path).is_file():
			return root / path
	return None


def directives(name):
	"""Yield each use of a directive: its document, argument and options."""
	for document in DOCUMENTS:
		for match in re.finditer(rf"^\.\. {name}:: (.+)\n((?:   :.*\n)*)",
					 document.read_text(), re.M):
			options = re.findall(r":([\w-]+): *(.*)", match[2])
			yield document, match[1].strip(), dict(options)


def quotes_are_verbatim():
	"""README.md quotes the code correctly"""
	blocks = re.findall(r"<!-- quoted: (\S+) -->\n```c\n(.*?)```", README, re.S)
	for path, text in blocks:
		if text not in (TOP / path).read_text():
			yield f"not in {path}: {text.splitlines()[0]} ..."
	if len(blocks) != README.count("```c\n"):
		yield "a block of C says not what it quotes"


def paths_exist():
	"""README.md names files that exist"""
	names = re.findall(r"\]\(([^):]+)\)", README)
	names += [name for name in re.findall(r"`([^`\s]+)`", README)
		  if re.fullmatch(r"[\w.]+/[\w./*-]*", name)]
	for name in names:
		if not name.startswith("build/") and not list(TOP.glob(name)):
			yield name


def targets_exist():
	"""README.md and the Makefile have the same targets"""
	rules = re.findall(r"^([a-z][\w-]*):(?!=)", (TOP / "Makefile").read_text(), re.M)
	named = set(re.findall(r"^\|? ?`?make (?:-s )?([a-z][\w-]*)\b", README, re.M))
	yield from (f"no target {name}" for name in sorted(named - set(rules)))
	yield from (f"no word of {name}" for name in sorted(set(rules) - named - {"help"}))


def kernel_doc_is_there():
	"""what is included from the code is there"""
	for document, path, options in directives("kernel-doc"):
		source = find(path)
		if not source:
			yield f"{document.name}: no file {path}"
		elif "doc" in options and not re.search(
				rf"^ \* DOC: {re.escape(options['doc'])}$", source.read_text(), re.M):
			yield f"{document.name}: no DOC '{options['doc']}' in {path}"
	for document, path, options in directives("literalinclude"):
		source = document.parent / path
		text = source.read_text() if source.is_file() else ""
		for mark in ("start-at", "end-before"):
			if options.get(mark, "") not in text:
				yield f"{document.name}: no '{options[mark]}' in {path}"


def references_lead_somewhere():
	"""documents refer to documents that exist"""
	for document in DOCUMENTS:
		for name in re.findall(r":doc:`(?:[^`<]*<)?/([^`>]+)>?`", document.read_text()):
			if not find(f"Documentation/{name}.rst"):
				yield f"{document.name}: /{name}"


def attributes_are_documented():
	"""every file in sysfs is in Documentation/ABI, and no other"""
	code = (TOP / "kernel/liveupdate/luo_object_sysfs.c").read_text()
	abi = (TOP / "Documentation/ABI/testing/sysfs-kernel-luo_objects").read_text()
	real = set(re.findall(r"__ATTR_(?:RO|WO|RW)\((\w+)\)", code))
	told = set(re.findall(r"^What:\t+/sys/kernel/luo_objects/(?:<kind>/)?(\w+)$", abi, re.M))
	for name in sorted(real ^ told):
		yield name


def messages_are_explained():
	"""every message in the log is explained to administrators"""
	guides = (TOP / "Documentation/admin-guide").glob("*.rst")
	told = [message for guide in guides
		for message in re.findall(r"^``(.+?)``", guide.read_text(), re.M)]
	sources = [path for pattern in ("kernel/liveupdate/luo_*.c", "kernel/liveupdate/pkram*.c",
					"mm/luo_*.c", "fs/pstore/pkram.c")
		   for path in sorted(TOP.glob(pattern))]
	for source in sources:
		for call in re.findall(r"\bpr_(?:err|warn|info)\(\s*((?:\"[^\"]*\"\s*)+)",
				       source.read_text()):
			text = "".join(re.findall(r"\"([^\"]*)\"", call)).removesuffix("\\n")
			parts = re.split(r"%[-#*.\d]*(?:ll|l|z)?[a-zA-Z](?:[VeNE])?", text)
			pattern = re.compile(".+".join(map(re.escape, parts)))
			if not any(pattern.fullmatch(message) for message in told):
				yield f"{source.name}: {text}"


def messages_of_luoctl_are_real():
	"""the page for an outage quotes luoctl, and its commands and options exist"""
	page = (TOP / "Documentation/admin-guide/luo-outage.rst").read_text()
	manual = (TOP / "tools/luoctl/luoctl.8").read_text().replace("\\-", "-")
	code = "".join(path.read_text() for path in sorted((TOP / "tools/luoctl").glob("*.c")))
	code = re.sub(r'\bDEVICE\b', '"/dev/liveupdate"', code)
	said = ["".join(re.findall(r"\"((?:[^\"\\]|\\.)*)\"", call)) for call in
		re.findall(r"\b(?:complain|xasprintf)\(\s*((?:\"(?:[^\"\\]|\\.)*\"\s*)+)", code)]
	parts = [re.split(r"%(?:\.\*)?(?:ll|z)?[a-z]", text) for text in said]
	# "%s: %s" would match any message.
	patterns = [re.compile(".*".join(map(re.escape, part))) for part in parts
		    if len("".join(part)) > 15]
	for message in re.findall(r"^``(.+?)``\n    ", page, re.M):
		if not any(pattern.fullmatch(message) for pattern in patterns):
			yield f"luoctl does not say: {message}"
	for command in set(re.findall(r"luoctl ([a-z]+)\b", page)):
		if not re.search(rf"^(\\fB|\.B ){command}\b", manual, re.M):
			yield f"no command {command}"
	for option in set(re.findall(r"(?<=\s)--[a-z]+|(?<=``)--[a-z]+", page)):
		if option not in manual:
			yield f"no option {option}"


def maintained(pattern, path):
	"""Check whether a pattern of MAINTAINERS has a file."""
	regex = "".join("[^/]*" if c == "*" else re.escape(c) for c in pattern)
	return re.fullmatch(regex + (".*" if pattern.endswith("/") else ""), path)


def files_have_a_section():
	"""MAINTAINERS has a pattern for every file, and a file for every pattern"""
	patterns = re.findall(r"^F:\t(.+)$", (TOP / "MAINTAINERS").read_text(), re.M)
	present = ours("-co", "--exclude-standard")
	for pattern in patterns:
		if not any(maintained(pattern, path) for path in present):
			yield f"no file for {pattern}"
	for path in ours():
		if not any(maintained(pattern, path) for pattern in patterns):
			yield f"no section for {path}"


def selftests_readme_has_real_names():
	"""selftests/README names groups, files and settings that exist"""
	text = (TOP / "selftests/README").read_text()
	names = re.findall(r"\bselftests/[a-z_]+/(?:[\w.]+)?", text)
	names += re.findall(r"\bscripts/[\w./-]*\w", text)
	for name in names:
		if not (TOP / name).exists() and not name.startswith("selftests/liveupdate/"):
			yield f"no {name}"
	for test in re.findall(r"(?:TESTS?='?|\.\. /)(?:[\w/*]+ )*?([a-z]\w+/[\w*]+)", text):
		if not list((TOP / "selftests").glob(f"{test}.sh")):
			yield f"no test {test}"
	for group in re.findall(r"TARGETS=(\w+)", text):
		if not (TOP / f"selftests/{group}/Makefile").exists():
			yield f"no group {group}"
	functions = (TOP / "selftests/luo_lib/functions.sh").read_text()
	for name in re.findall(r"^([a-z_]+)\(\) \{", functions, re.M):
		if not re.search(rf"^  {name}\b", text, re.M):
			yield f"no word of the function {name}"


def tests_are_skipped_without_kernels():
	"""every test that is run outside of the virtual machine exits with 4, and says why"""
	environment = {name: value for name, value in os.environ.items() if name != "STAGE"}
	with tempfile.TemporaryDirectory() as copy:
		for directory in (TOP / "selftests").iterdir():
			if directory.is_dir():
				shutil.copytree(directory, pathlib.Path(copy, directory.name))
		shutil.copytree(LINUX / "tools/testing/selftests/kselftest", f"{copy}/kselftest")
		for test in sorted(pathlib.Path(copy).glob("*/*.sh")):
			if not re.search(r"^# (vm|bench):", test.read_text(), re.M):
				continue
			name = f"{test.parent.name}/{test.stem}"
			done = subprocess.run(["sh", test], cwd=test.parent, env=environment, timeout=60,
					      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
					      stderr=subprocess.STDOUT, text=True, check=False)
			if done.returncode != 4 or f" # SKIP needs the kernels of a virtual machine: " \
					f"run it with make check TESTS={name} " not in done.stdout:
				yield f"{name} ended with {done.returncode}: {done.stdout.strip()}"


TESTS = (selftests_readme_has_real_names, tests_are_skipped_without_kernels, quotes_are_verbatim, paths_exist, targets_exist, kernel_doc_is_there,
	 references_lead_somewhere, attributes_are_documented, messages_are_explained,
	 messages_of_luoctl_are_real, files_have_a_section)


def main():
	failed = 0
	print(f"KTAP version 1\n1..{len(TESTS)}")
	for number, test in enumerate(TESTS, 1):
		complaints = list(test())
		for complaint in complaints:
			print(f"# {complaint}")
		print(f"{'not ok' if complaints else 'ok'} {number} {test.__doc__}")
		failed += bool(complaints)
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
