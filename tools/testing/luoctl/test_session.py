# SPDX-License-Identifier: GPL-2.0
"""Tests of sessions that do not need a kernel with live update."""

import json
import pathlib
import random
import subprocess
import tempfile

from harness import LUOCTL

OUT = pathlib.Path(LUOCTL).parent


def names_of(text):
	"""Return the names that luoctl reads from a file."""
	with tempfile.NamedTemporaryFile() as file:
		file.write(text if isinstance(text, bytes) else text.encode())
		file.flush()
		return subprocess.run([OUT / "mapping", file.name], check=True, timeout=60,
				      stdout=subprocess.PIPE).stdout.decode()


def mapping(*entries, **other):
	"""Return a document in the format of luoctl and systemd."""
	return json.dumps({"version": 1, "units": {"luoctl": {"fdstore": list(entries)}}, **other})


def entry(name="a", token=1, **other):
	"""Return an entry with one name."""
	return {"type": "fd", "name": name, "token": token, **other}


def reads(text, wanted):
	"""Make a case of names that are valid or refused."""
	def case():
		found = names_of(text)
		assert found == wanted, f"wanted {wanted!r}, found {found!r}"
	return case


def random_names():
	"""For any corruption, there are names or an error."""
	source = random.Random(7)
	text = mapping(entry("caché \\ \" \n", 5), entry(), state={"x": [None, True, 1.5]}).encode()
	for _ in range(200):
		damaged = bytearray(text)
		for _ in range(source.randint(1, 4)):
			damaged[source.randrange(len(damaged))] = source.choice(b'{}[]",:\\u0x09\x00\xff')
		names_of(bytes(damaged[:source.randrange(len(damaged)) + 1]))


def calls():
	"""luoctl's calls against those of the kernel's header."""
	own, kernel = (subprocess.run([OUT / name], check=True, stdout=subprocess.PIPE).stdout
		       for name in ("calls", "calls-of-the-kernel"))
	assert own == kernel, f"{own.decode()}\n{kernel.decode()}"
	assert own.count(b"\n") == 20


SYSTEMD = """{"version":1,"state":{},"units":{"a.service":{"fdstore":[
	{"type":"fd","name":"x","token":1},
	{"type":"luo_session","name":"s","sessionName":"a.service/s"}]},
	"b.service":{"fdstore":[{"type":"fd","name":"\\u0079","token":18446744073709551615}]},
	"c.service":{}}}"""

CASES = [
	("luoctl's calls are those of the kernel", calls),
	("names are read", reads(mapping(entry(), entry("b", 2)), "a=1\nb=2\n")),
	("names of systemd are read", reads(SYSTEMD, "x=1\ny=18446744073709551615\n")),
	("no names", reads(mapping(), "")),
	("a member more is passed over", reads(mapping(entry(x=[{}, {"y": "z"}])), "a=1\n")),
	("an empty file", reads("", "wrong: is not JSON\n")),
	("no JSON", reads("hello", "wrong: is not JSON\n")),
	("JSON with data after its end", reads(mapping() + "x", "wrong: is not JSON\n")),
	("JSON that ends early", reads(mapping(entry())[:-1], "wrong: is not JSON\n")),
	("JSON that is deep", reads(mapping(state=json.loads("[" * 14 + "]" * 14)), "")),
	("JSON that is too deep",
	 reads(mapping(state=json.loads("[" * 17 + "]" * 17)), "wrong: is not JSON\n")),
	("JSON without end", reads("[" * 100000, "wrong: is not JSON\n")),
	("JSON with half a pair",
	 reads(mapping(entry("\ud800")), "wrong: has an entry without a name\n")),
	("JSON that is a list", reads("[]", "wrong: is not JSON\n")),
	("a number that is negative", reads(mapping(entry(token=-1)), "wrong: has an entry without a token\n")),
	("a number with a fraction",
	 reads(mapping(entry(token=1.5)), "wrong: has an entry without a token\n")),
	("no version", reads('{"units": {}}', "wrong: is not of version 1\n")),
	("another version", reads(mapping(version=2), "wrong: is not of version 1\n")),
	("no units", reads('{"version": 1}', "wrong: has no units\n")),
	("no name", reads(mapping({"type": "fd", "token": 1}), "wrong: has an entry without a name\n")),
	("a name with a colon", reads(mapping(entry("a:b")), "wrong: has an entry without a name\n")),
	("a name with a control character",
	 reads(mapping(entry("a\x1b")), "wrong: has an entry without a name\n")),
	("a name that is too long", reads(mapping(entry("a" * 256)), "wrong: has an entry without a name\n")),
	("the token of the names themselves",
	 reads(mapping(entry(token=0)), "wrong: has an entry without a token\n")),
	("a token that is text", reads(mapping(entry(token="1")), "wrong: has an entry without a token\n")),
	("a file that is too long", reads(" " * ((1 << 20) + 1), "wrong: is too long\n")),
	("random damage to names", random_names),
]
