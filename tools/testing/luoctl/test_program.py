# SPDX-License-Identifier: GPL-2.0
"""luoctl as a program among others: help, JSON, and its man page."""

import os
import pathlib
import re
import subprocess
import tempfile
import time

from harness import WHOLE, Run, Skip
from images import BASE, PACKERS, arm64, bzimage, elf
from test_check import FROM, MEMFD

TOP = pathlib.Path(__file__).resolve().parents[3]
PAGE = TOP / "tools/luoctl/luoctl.8"
SCHEMA = TOP / "Documentation/admin-guide/luoctl-json.rst"


def commands():
	"""Return all commands that help lists."""
	return re.findall(r"^  (\w+)", Run("help").expect(0).out, re.M)


def help_everywhere():
	"""--help of luoctl and of each command is on standard output."""
	assert len(commands()) > 7
	for words in (["help"], ["--help"], ["-h"], ["--json", "--help"]):
		assert "usage: luoctl" in Run(*words).expect(0).out
	for command in commands():
		for words in (["--help"], ["-h"], ["x", "--help", "y"]):
			run = Run(command, *words).expect(0)
			assert run.out.startswith(f"usage: luoctl {command}"), run


def version_everywhere():
	"""--version of luoctl and of each command."""
	for words in ([], *[[command] for command in commands()]):
		assert re.fullmatch(r"luoctl \d+\.\d+\n", Run(*words, "--version").expect(0).out)
	assert "version" in Run("--json", "--version").expect(0).json()


def help_is_no_argument():
	"""Words after -- are those of another program."""
	run = Run("restore", "nothing", "--", "true", "--help")
	assert run.status == 125 and "usage" not in run.out, run


def keys(value, found):
	"""Return the names of all members of a document."""
	if isinstance(value, dict):
		for key, inner in value.items():
			found.add(key)
			keys(inner, found)
	elif isinstance(value, list):
		for inner in value:
			keys(inner, found)
	return found


def documents():
	"""Return the JSON of commands that work here, with and without an error."""
	yield Run("--json", "check", "--from", None, None, files=[FROM, elf(BASE + MEMFD)])
	yield Run("--json", "check", "--from", None, None, files=[FROM, arm64(BASE)])
	yield Run("--json", "check", "--from", None, None, files=[FROM, b"x"])
	yield Run("--json", "check", "--from", None, None,
		  files=[FROM, bzimage(PACKERS["xz"](FROM))])
	yield Run("--json", "list")
	yield Run("--json", "tree")
	yield Run("--json", "no-such-command")


def schema():
	"""Every document has its schema, and only members that the page describes."""
	known = set(re.findall(r"``(\w+)``", SCHEMA.read_text()))
	for run in documents():
		document = run.json()
		assert document["schema"] == 1, run
		assert (document["error"] is not None) == (run.status == 2), run
		assert keys(document, set()) <= known, keys(document, set()) - known


def types():
	"""Numbers are numbers, lists are arrays, and missing values are null."""
	verdicts = {one["name"]: one for one in Run(
		"--json", "check", "--from", None, None, files=[FROM, elf(BASE + MEMFD)]
	).expect(1).json()["verdicts"]}
	assert verdicts["memfd"]["written"] == [1, 0], verdicts
	assert verdicts["memfd"]["common"] == 1, verdicts
	assert verdicts["memfd"]["why"] is None, verdicts
	assert verdicts["box"]["read"] == [], verdicts
	assert verdicts["box"]["common"] is None, verdicts
	assert verdicts["kho"]["written"] == ["kho-v4"], verdicts


def man_page():
	"""The page renders without warnings, in every width."""
	text = PAGE.read_text()
	assert not re.search(r"[\x00-\x09\x0b-\x1f]", text), "a control character"
	for width in ("60", "80", "200"):
		done = subprocess.run(["man", "--warnings", "-l", PAGE], check=True,
				      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
				      env={"PATH": "/usr/bin:/bin", "MANWIDTH": width,
					   "LC_ALL": "C.UTF-8"})
		assert not done.stderr, done.stderr


def man_page_is_complete():
	"""The page has each command and each option that help has."""
	text = PAGE.read_text().replace("\\-", "-")
	for command in commands():
		assert re.search(rf"^(\\fB|\.B ){command}\b", text, re.M), command
		for option in re.findall(r"--[\w-]+", Run(command, "--help").out):
			assert option in text, f"{command} {option}"


def completion():
	"""Completion knows each command and each option that help has."""
	text = (TOP / "tools/luoctl/luoctl.bash").read_text()
	for command in commands():
		assert re.search(rf"\b{command}\b", text), command
		for option in re.findall(r"--[\w-]+", Run(command, "--help").out):
			assert option in text, f"{command} {option}"


def live_update_off():
	"""Every command prints the same about a kernel that hands nothing over."""
	if os.path.exists("/dev/liveupdate"):
		raise Skip("this kernel has live update")
	image = bzimage(PACKERS["gzip"](FROM))
	for words in (["status"], ["list"], ["check", None], ["negotiate", None],
		      ["kexec", "--initrd", "none", None], ["restore", "cache"],
		      ["save", "cache", "--copy", "a=/etc/passwd"]):
		if words[0] == "kexec" and os.geteuid():
			continue
		Run(*words, files=[image] if None in words else []).expect(2, "live update is off")


def update():
	"""An update needs an installed kernel, and a host that runs systemd."""
	Run("update", "--yes").expect(2, "usage: luoctl update")
	Run("update", "--from", "a", "b").expect(2, "usage: luoctl update")
	for name in ("1.2.3-none", "linux-image-1.2.3-none"):
		Run("update", "--yes", name).expect(2, f"no kernel '{name}' is installed",
						    "there is no /boot/vmlinuz-1.2.3-none")
	if os.geteuid():
		Run("update", "/boot/vmlinuz").expect(2, "must be root")
	elif not os.path.exists("/run/systemd/system"):
		Run("update", "/boot/vmlinuz").expect(2, "systemd does not run this machine")


def prometheus():
	"""The file for Prometheus is written even if live update is off."""
	if os.path.exists("/dev/liveupdate"):
		raise Skip("this kernel has live update")
	with tempfile.TemporaryDirectory() as directory:
		path = pathlib.Path(directory, "luoctl.prom")
		Run("status", "--prometheus", path).expect(2, "live update is off")
		assert "\nluoctl_live_update 0\n" in path.read_text(), path.read_text()
		assert "\nluoctl_status 2\n" in path.read_text(), path.read_text()
		assert os.listdir(directory) == ["luoctl.prom"]
	run = Run("status", "--prometheus", "/nothing/luoctl.prom")
	assert run.status == 2 and "/nothing/luoctl.prom: No such file" in run.err, run


def copies():
	"""Only a regular file that fits into memory can be copied."""
	with tempfile.TemporaryDirectory() as directory:
		os.mkfifo(f"{directory}/fifo")
		with open(f"{directory}/huge", "wb") as file:
			file.truncate(1 << 43)
		for path, word in (("/dev/zero", "regular"), (f"{directory}/fifo", "regular"),
				   (directory, "directory"), (f"{directory}/huge", "are available")):
			Run("save", "s", "--copy", f"a={path}").expect(2, word)


def save_busy(times, *options):
	"""Save a file that is busy some times, with a private /run. Return the time."""
	script = 'mount -t tmpfs tmpfs /run && LD_PRELOAD=$1 "$2" save "${@:3}" s --copy a=/etc/passwd'
	started = time.monotonic()
	done = subprocess.run(["unshare", "-rmpf", "--mount-proc", "bash", "-c", script, "bash",
			       pathlib.Path(WHOLE).parents[1] / "fake.so", WHOLE, *options],
			      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
			      env={**os.environ, "FAKE_BUSY": str(times)}, check=False, timeout=60)
	if "unshare" in done.stdout or "mount:" in done.stdout:
		raise Skip(done.stdout.strip())
	return done, time.monotonic() - started


def busy():
	"""luoctl waits for a file whose pages are in use by I/O, up to --timeout."""
	done, seconds = save_busy(5)
	assert done.returncode == 0 and "session s has a" in done.stdout, done.stdout
	assert 0.4 < seconds < 9, seconds
	done, seconds = save_busy(1000, "--timeout", "1")
	assert done.returncode == 2 and done.stdout.count("\n") == 1, done.stdout
	assert "is busy after 1 seconds: its pages are in use by I/O" in done.stdout, done.stdout
	assert 0.9 < seconds < 9, seconds


def statuses():
	"""The exit status of luoctl for a command is that of env(1)."""
	for status, *words in ((127, "restore", "s", "--", "/nothing"),
			       (127, "restore", "s", "--", "no-such-command"),
			       (126, "restore", "s", "--", "/etc/passwd"),
			       (125, "restore", "--ready", "x", "s", "--", "true"),
			       (125, "restore", "--no-option", "s", "--", "true"),
			       (2, "restore", "--ready", "x", "s"),
			       (127, "run", "s", "a=1", "--", "/nothing"),
			       (126, "run", "s", "a=1", "--", "/etc/passwd"),
			       (125, "run", "s", "--", "true"),
			       (125, "run", "s", "a=1x", "--", "true"),
			       (125, "run", "s", "a=9999999T", "--", "true"),
			       (125, "run", "s", "a=1", "a=2", "--", "true"),
			       (125, "run", "--link", "a=x", "s", "a=1", "--", "true"),
			       (125, "run", "--stop-signal", "NO", "s", "a=1", "--", "true"),
			       (125, "run", "s", "a=1", "--", "true")):
		if words[-1] == "true" and os.path.exists("/dev/liveupdate"):
			continue
		run = Run(*words)
		assert run.status == status and run.err.count("\n") == 1, run


CASES = [
	("a file that is busy", busy),
	("exit statuses with a command", statuses),
	("live update that is off", live_update_off),
	("what an update is refused for", update),
	("figures for Prometheus", prometheus),
	("what is no regular file, or too large, is not copied", copies),
	("help of every command", help_everywhere),
	("the version", version_everywhere),
	("help is no argument of another program", help_is_no_argument),
	("the schema of JSON is documented", schema),
	("types in JSON", types),
	("the man page renders without warnings", man_page),
	("the man page has every option", man_page_is_complete),
	("completion has every option", completion),
]
