# SPDX-License-Identifier: GPL-2.0
"""luoctl check, on images from images.py."""

import os
import random
import struct
import tempfile

from harness import Run
from images import (BASE, ELEMENT, EXTERNAL, GNU, OPTIONAL, PACKERS, READ, STRINGS, WRITE, arm64,
		    bzimage, compatible, elf, field, leads_to, note, part, text, version, zboot)

MEMFD = [version("memfd", 1), version("memfd", 0, READ | WRITE | EXTERNAL)]
KIND = [version("box", 1), version("box", 0)]
FROM = elf([GNU] + BASE + MEMFD + KIND)
FROM_ARM64 = arm64([GNU] + BASE + MEMFD + KIND)


def check(image, origin=FROM):
	"""check --from ORIGIN IMAGE"""
	return Run("check", "--from", None, None, files=[origin, image])


def good(image, origin=FROM):
	"""Make a case in which everything survives."""
	return lambda: check(image, origin).expect(0, "everything survives")


def lost(image, *words, origin=FROM):
	"""Make a case in which something would be lost."""
	return lambda: check(image, origin).expect(1, *words)


def bad(image, *words, origin=FROM):
	"""Make a case of an invalid image."""
	return lambda: check(image, origin).expect(2, *words)


def without(notes, *gone):
	"""Return the notes without some of them."""
	return [one for one in notes if one not in gone]


def names():
	"""The newest common version is shown, and only lost objects are named."""
	verdicts = {one["name"]: one for one in Run(
		"--json", "check", "--from", None, None,
		files=[FROM, elf(BASE + MEMFD + [version("box", 0)])]).expect(0).json()["verdicts"]}
	assert verdicts["box"]["common"] == 0, verdicts
	assert verdicts["memfd"]["common"] == 1, verdicts


# A tree has nodes. Its version 0 had none. The kernels of before did not mark the nodes.
TREE = [version("tree", 1, size=40), version("tree", 0, size=8), field("tree", "size", 0, 0, 8),
	field("tree", "nodes.array", 1, 8, 8, leads_to("node")),
	field("tree", "nodes.count", 1, 16, 8)]
OLD_TREE = [version("tree", 0, size=8), field("tree", "size", 0, 0, 8)]


def node(number, size=16, flags=READ | WRITE | ELEMENT, digest=0):
	"""Version NUMBER of the nodes."""
	return version("node", number, flags, size, digest)


NODES = [node(1), node(0, 8)]


def flags(names, kind="box", number=1):
	"""A kind whose newest version has a mask with as many names."""
	return [version(kind, number), field(kind, "flags", 0, 0, 8, names=names)]


def old_flags(names):
	"""The same with an older version, which has the same field."""
	return flags(names, number=2) + [version("box", 1)]


def elements():
	"""A kind of elements is listed, and its objects have the fate."""
	for written, read, common, fate, lost_kinds in (
			(NODES, TREE + NODES, 1, "survives", []),
			# A newer version begins with an older one.
			(NODES, TREE + [node(0, 8)], 0, "survives", []),
			([node(0, 8)], TREE + NODES, 0, "survives", []),
			(NODES, TREE + [node(2, 24)], None, "nothing", ["tree"]),
			(NODES, TREE, None, "nothing", ["tree"]),
			(NODES, OLD_TREE, None, "nothing", []),
			(NODES, [], None, "nothing", ["tree"])):
		run = Run("--json", "check", "--from", None, None,
			  files=[elf(BASE + TREE + written), elf(BASE + read)])
		run.expect(1 if lost_kinds else 0)
		verdicts = {one["name"]: one for one in run.json()["verdicts"]}
		assert verdicts["node"]["common"] == common, run
		assert verdicts["node"]["fate"] == fate, run
		assert [name for name, one in verdicts.items() if one["fate"] == "lost"] == \
			lost_kinds, run


def json_of_loss():
	"""JSON names what is lost."""
	run = Run("check", "--json", "--from", None, None,
		  files=[FROM, elf(BASE + MEMFD)]).expect(1)
	result = run.json()
	assert result["lost"] == 1, result
	assert [one["name"] for one in result["verdicts"] if one["fate"] == "lost"] == ["box"]


def json_of_error():
	"""JSON of a file that is not an image."""
	run = Run("check", "--json", "--from", None, None, files=[FROM, b"hello, world"]).expect(2)
	assert "not a kernel image" in run.json()["error"]


def truncated_bzimage():
	"""A bzImage that is truncated anywhere is refused."""
	image = bzimage(PACKERS["gzip"](FROM))
	payload = 4 * 512 + 700
	cuts = {1, 2, 0x1f1, 0x1fe, 0x200, 0x202, 0x205, 0x206, 0x208, 0x248, 0x24c, 0x24f, 0x250,
		0x300, 4 * 512 - 1, 4 * 512, payload - 1, payload, payload + 1, payload + 10,
		payload + 100, len(image) - 4096 - 20, len(image) - 4096, len(image) - 16,
		len(image) - 1}
	for cut in sorted(cuts):
		check(image[:cut]).expect(2)


def truncated_elf():
	"""A vmlinux that is truncated anywhere is refused."""
	for image in (FROM, elf(BASE, sections=True)):
		for cut in [*range(1, 64, 7), 64, 100, 64 + 56, 64 + 112, 200, len(image) // 2,
			    len(image) - 200, len(image) - 64, len(image) - 1]:
			check(image[:cut]).expect(2)


def truncated_payloads():
	"""Truncated data of every compression is refused."""
	for name, pack in PACKERS.items():
		data = pack(FROM)
		for cut in (12, len(data) // 2, len(data) - 3):
			check(data[:cut]).expect(2, name)
			check(bzimage(data[:cut], size_append=False)).expect(2, name)


def damaged_payloads():
	"""Compressed data with a few inverted bytes is refused."""
	for name, pack in PACKERS.items():
		if name == "lzma":		# has no sum to check
			continue
		data = bytearray(pack(FROM))
		for at in range(len(data) // 2, len(data) // 2 + 4):
			data[at] ^= 0xff
		check(bytes(data)).expect(2, name)


def bombs():
	"""Data that unpacks to more than the size of a kernel is refused early."""
	for pack in PACKERS.values():
		check(bzimage(pack(bytes(40 << 20)))).expect(2, "unpacks to more than any kernel")


def dictionary():
	"""A dictionary of 4 GiB is refused instead of allocated."""
	data = bytearray(PACKERS["lzma"](FROM))
	struct.pack_into("<I", data, 1, 0xffff0000)
	check(bytes(data)).expect(2, "memory")


def nested():
	"""An image in many layers of compression is refused."""
	data = FROM
	for _ in range(8):
		data = PACKERS["gzip"](data)
	check(data).expect(2, "packed more than")


def header_values():
	"""Offsets and lengths that exceed the file, or overflow, are refused."""
	data = PACKERS["gzip"](FROM)
	for offset, length in ((0xffffffff, 16), (16, 0xffffffff), (0xffffffff, 0xffffffff),
			       (0, 0), (700, 0), (700, 1)):
		image = bytearray(bzimage(data))
		struct.pack_into("<II", image, 0x248, offset, length)
		check(bytes(image)).expect(2)


def ends_in_string():
	"""A kernel that ends in the middle of a string, and fills its memory."""
	for end in (b"kho-v4", b"Linux version 7", b"memfd-v"):
		for size in (1 << 20, 2 << 20):
			image = elf(strings=STRINGS).ljust(size - len(end), b"\0") + end
			check(bzimage(PACKERS["gzip"](image)), elf(strings=STRINGS)).expect(0)


def setup_sects():
	"""0 stands for 4, as it did for boot loaders of old."""
	check(bzimage(PACKERS["gzip"](FROM), setup_sects=0)).expect(0)


def missing_file():
	"""Files that do not exist, or are not regular files, are refused."""
	Run("check", "--from", None, "/nonexistent", files=[FROM]).expect(2, "No such file")
	Run("check", "--from", None, "/", files=[FROM]).expect(2, "directory")
	Run("check", "--from", None, "/dev/zero", files=[FROM]).expect(2, "not a regular file")
	with tempfile.TemporaryDirectory() as directory:
		os.mkfifo(f"{directory}/pipe")
		Run("check", "--from", None, f"{directory}/pipe", files=[FROM]).expect(2, "regular")


def usage():
	"""A usage error prints the usage."""
	Run("check").expect(2, "usage: luoctl check")
	Run("check", "a", "b").expect(2, "usage: luoctl check")
	Run("no-such-command").expect(2, "no-such-command")
	assert Run().status == 2
	assert "check" in Run("help").expect(0).out


def random_damage():
	"""For any corruption, luoctl prints a line and exits normally."""
	source = random.Random(7)
	images = [FROM, elf(BASE + KIND, sections=True), arm64(BASE + MEMFD),
		  bzimage(PACKERS["gzip"](FROM)), zboot(PACKERS["xz"](arm64(BASE)))]
	for _ in range(150):
		image = bytearray(source.choice(images))
		for _ in range(source.randint(1, 8)):
			image[source.randrange(min(len(image), 4000))] = source.choice(
				(0, 1, 0x7f, 0x80, 0xff, source.randrange(256)))
		run = check(bytes(image))
		run.expect(run.status)
		assert run.status in (0, 1, 2), run


def module():
	"""The catalogue of a module is read."""
	ko = elf([version("box", 1)], sections=True, kind=1)
	files = [FROM, ko, elf(BASE + MEMFD)]
	Run("check", "--from", None, "--module", None, None, files=files).expect(0)
	Run("check", "--from", None, "--module", None, None,
	    files=[FROM, PACKERS["xz"](ko), files[2]]).expect(0)


def bad_note(*notes):
	"""An image with good notes before the bad one."""
	return elf(BASE + list(notes))


LAYOUT = [version("box", 1, size=16, digest=77), field("box", "count", 0, 0, 8),
	  field("box", "limit", 1, 8, 8)]
RELAID = [version("box", 1, size=16, digest=78), field("box", "count", 0, 0, 8),
	  field("box", "limit", 1, 8, 4), field("box", "flags", 1, 12, 4)]
SWAPPED = [version("box", 1, size=16, digest=77), field("box", "limit", 0, 0, 8),
	   field("box", "count", 1, 8, 8)]
# A reference, type 4. The other bits of the type are of the hash of the name of a kind.
TO_SHELF = [version("box", 1, size=8, digest=77), field("box", "where", 1, 0, 8, 0x123404)]
TO_ROOM = [version("box", 1, size=8, digest=77), field("box", "where", 1, 0, 8, 0x567804)]

CASES = [
	("the same kernel reads what it writes", good(FROM)),
	("a bigger catalogue reads a smaller one",
	 good(elf(BASE + MEMFD + KIND + [version("box", 2), version("other", 0)]))),
	("the newest common version is found", names),
	("a kind that lacks the written version is named",
	 lost(elf(BASE + MEMFD + [version("box", 2)]), "box is lost", "1, 0", "reads 2")),
	("a version that is only written is not read",
	 lost(elf(BASE + MEMFD + [version("box", 1, WRITE), version("box", 0, WRITE)]), "box is lost")),
	("a version that is only read is not written",
	 good(elf(BASE), origin=elf(BASE + [version("old", 0, READ)]))),
	("a kind that is missing is named", lost(elf(BASE + MEMFD), "box is lost", "reads none")),
	("an optional kind that is missing is left behind",
	 lambda: check(elf(BASE), elf(BASE + [version("hint", 0, READ | WRITE | OPTIONAL)])).expect(
		 0, "hint is left behind")),
	("another layout of the same version is named by its field",
	 lost(elf(BASE + RELAID), "field limit", origin=elf(BASE + LAYOUT))),
	("two fields of the same version with their names swapped are named",
	 lost(elf(BASE + SWAPPED), "field count of 8 bytes at offset 0 is limit of 8 bytes at offset 0",
	      "digests 0b65e9e8 and 0d6a6be8", origin=elf(BASE + LAYOUT))),
	("a reference to another kind is named",
	 lost(elf(BASE + TO_ROOM), "field where leads to another kind of object",
	      origin=elf(BASE + TO_SHELF))),
	("a reference to the same kind survives",
	 good(elf(BASE + TO_SHELF), origin=elf(BASE + TO_SHELF))),
	("a mandatory subsection that is missing is named with its kind",
	 lost(elf(BASE + KIND), "box.lid is lost",
	      "objects of box that have this subsection are not loaded",
	      origin=elf(BASE + KIND + [version("box.lid", 1)]))),
	("an optional subsection that is missing is left behind",
	 lambda: check(elf(BASE + KIND),
		       elf(BASE + KIND + [version("box.lid", 1, READ | WRITE | OPTIONAL)])).expect(
		 0, "box.lid is left behind")),
	("elements are read with the objects that have them", elements),
	("elements of a version that is not read are named with the field that leads to them",
	 lost(elf(BASE + TREE + [node(3, 64)]), "1 format would be lost",
	      "tree is lost: field nodes.array of version 1 leads to elements of node, which are written in version 1",
	      "reads 3 and older", origin=elf(BASE + TREE + NODES))),
	("elements that are missing are named",
	 lost(elf(BASE + TREE), "tree is lost: field nodes.array", "reads none",
	      origin=elf(BASE + TREE + NODES))),
	("elements of another layout are named",
	 lost(elf(BASE + TREE + [node(1, digest=99)]), "tree is lost: field nodes.array",
	      "the layouts of version 1 differ", origin=elf(BASE + TREE + NODES))),
	("elements of a newer version that begin with other fields are not read",
	 lost(elf(BASE + TREE + [node(0, 8), field("node", "next", 0, 0, 8)]),
	      "tree is lost: field nodes.array", "the layouts of version 0 differ: field parent",
	      origin=elf(BASE + TREE + NODES + [field("node", "parent", 0, 0, 8),
						field("node", "mode", 1, 8, 8)]))),
	("elements of a newer version that begin with the same fields are read",
	 good(elf(BASE + TREE + [node(0, 8), field("node", "parent", 0, 0, 8)]),
	      origin=elf(BASE + TREE + NODES + [field("node", "parent", 0, 0, 8),
						field("node", "mode", 1, 8, 8)]))),
	("elements of a newer version that is not longer are not read",
	 lost(elf(BASE + TREE + [node(0, 16)]), "tree is lost: field nodes.array",
	      origin=elf(BASE + TREE + NODES))),
	("an object whose elements are not read is lost, though an older version has none",
	 lost(elf(BASE + TREE + OLD_TREE[:1]), "tree is lost: field nodes.array",
	      origin=elf(BASE + TREE + NODES))),
	("the kind that has the elements is missing",
	 lost(elf(BASE + NODES), "tree is lost: written in 1, 0", "1 format would be lost",
	      origin=elf(BASE + TREE + NODES))),
	("elements are found by the fields if the notes do not say so",
	 lost(elf(BASE), "tree is lost: written in 1, 0", "1 format would be lost",
	      origin=elf(BASE + TREE + [node(1, flags=READ | WRITE)]))),
	("elements to which no field leads are not lost",
	 good(elf(BASE), origin=elf(BASE + NODES))),
	("elements of elements are judged",
	 lost(elf(BASE + TREE + [node(1), field("node", "leaves.array", 0, 0, 8, leads_to("leaf"))]),
	      "tree is lost: field leaves.array of version 1 leads to elements of leaf",
	      origin=elf(BASE + TREE + [node(1), field("node", "leaves.array", 0, 0, 8, leads_to("leaf")),
					version("leaf", 0, READ | WRITE | ELEMENT)]))),
	("structures that are part of an object have another layout",
	 lost(elf(BASE + TREE[:2] + [node(1, digest=99), part("tree", "node")]),
	      "tree is lost: version 1 contains structures of node, which are written in version 1",
	      "the layouts of version 1 differ",
	      origin=elf(BASE + TREE[:2] + [node(1), part("tree", "node")]))),
	("structures that are part of an object have a version that is not read",
	 lost(elf(BASE + TREE[:2] + [node(2, 16), part("tree", "node")]), "tree is lost: version 1 contains",
	      origin=elf(BASE + TREE[:2] + [node(1), part("tree", "node")]))),
	("structures that are part of an object, to a kernel without a note of them",
	 good(elf(BASE + TREE[:2]),
	      origin=elf(BASE + TREE[:2] + [node(1), part("tree", "node")]))),
	("structures that are part of another object have another layout",
	 good(elf(BASE + TREE[:2] + [node(1, digest=99), part("bush", "node")]),
	      origin=elf(BASE + TREE[:2] + [node(1), part("bush", "node")]))),
	("a note of a part that is too short",
	 bad(elf(BASE + [note(4, text("tree", 48))]), "the note of a part is invalid")),
	("a value that was added without a new version is named",
	 lost(elf(BASE + flags(2)), "box is lost: field flags of version 1 can have a value that",
	      "was added without a new version", origin=elf(BASE + flags(3)))),
	("fewer values of the same version survive",
	 good(elf(BASE + flags(3)), origin=elf(BASE + flags(2)))),
	("a value of a newer version is not written in the older one",
	 good(elf(BASE + flags(2)), origin=elf(BASE + old_flags(3)))),
	("a value that was added, and the older version would be read",
	 lost(elf(BASE + old_flags(2)), "field flags of version 2",
	      origin=elf(BASE + old_flags(3)))),
	("values are not compared with a kernel that does not say them",
	 good(elf(BASE + flags(None)), origin=elf(BASE + flags(3)))),
	("a value of elements that was added without a new version",
	 lost(elf(BASE + TREE + flags(2, "node")), "tree is lost: field nodes.array of version 1",
	      "field flags of version 1 can have a value",
	      origin=elf(BASE + TREE + flags(3, "node")))),
	("a value of a part that was added without a new version",
	 lost(elf(BASE + TREE[:2] + flags(2, "node") + [part("tree", "node")]),
	      "tree is lost: version 1 contains structures of node",
	      "field flags of version 1 can have a value",
	      origin=elf(BASE + TREE[:2] + flags(3, "node") + [part("tree", "node")]))),
	("a note of a field that is longer than known is read",
	 good(elf(BASE + [version("box", 1), field("box", "flags", 0, 0, 8, names=0),
			  note(2, text("box", 48) + text("more", 32) + bytes(28))]),
	      origin=elf(BASE + [version("box", 1)]))),
	("a note of a field that is too short",
	 bad(elf(BASE + [note(2, text("box", 48) + text("more", 32) + bytes(12))]),
	     "the note of a field is invalid")),
	("elements that lead to themselves",
	 good(elf(BASE + TREE + [node(1), field("node", "nodes.array", 0, 0, 8, leads_to("node"))]),
	      origin=elf(BASE + TREE + [node(1), field("node", "nodes.array", 0, 0, 8,
						       leads_to("node"))]))),
	("fields of a later version do not count",
	 good(elf(BASE + LAYOUT + [field("box", "lid", 2, 16, 8)]), origin=elf(BASE + LAYOUT))),
	("another KHO string loses everything",
	 lost(elf(without(BASE, BASE[0]) + [compatible("kho", "kho-v9")] + MEMFD + KIND),
	      "kho is lost", "kho-v4", "kho-v9", "nothing is handed over")),
	("another LUO string loses the files",
	 lost(elf(without(BASE, BASE[1]) + [compatible("luo", "luo-v6")] + MEMFD + KIND),
	      "luo is lost", "luo-v6")),
	("another string of the objects loses the objects",
	 lost(elf(without(BASE, BASE[2]) + [compatible("luo-objects", "luo-objects-v2")] + MEMFD + KIND),
	      "luo-objects is lost", "box is lost")),
	("a kernel without KHO loses everything", lost(elf([GNU]), "kho is lost", "luo is lost")),
	("a kernel without the file handler loses every session",
	 lost(elf(without(BASE, BASE[3]) + MEMFD + KIND), "memfd is lost", "memfd-v2")),
	("a stock kernel is judged by its strings",
	 lambda: check(elf(strings=STRINGS), elf(BASE + MEMFD)).expect(0, "judged by its strings")),
	("a stock kernel with another string",
	 lost(elf(strings=[b"kho-v3", b"luo-v5", b"memfd-v2"]), "kho-v3", origin=elf(BASE + MEMFD))),
	("a stock kernel without memfds",
	 lost(elf(strings=STRINGS[:2]), "memfd is lost", origin=elf(BASE + MEMFD))),
	("a stock kernel lacks the kinds", lost(elf(strings=STRINGS), "box is lost")),
	("stock to stock", good(elf(strings=STRINGS), origin=elf(strings=STRINGS))),
	("stock to a stock kernel with other memfds",
	 lost(elf(strings=STRINGS[:2] + [b"memfd-v3"]), "memfd-v2 is lost",
	      origin=elf(strings=STRINGS))),
	("stock to here", good(FROM, origin=elf(strings=STRINGS))),
	("strings that only look like it are not taken",
	 lost(elf(strings=[b"xkho-v4", b"kho-v4.5", b"\"kho-v4\"", b"kho-v"] + STRINGS[1:]),
	      "kho is lost", origin=elf(strings=STRINGS))),
	*[(f"a bzImage packed with {name}", good(bzimage(pack(FROM)))) for name, pack in PACKERS.items()],
	*[(f"a vmlinux packed with {name}", good(pack(FROM))) for name, pack in PACKERS.items()],
	("a bzImage that is not packed", good(bzimage(FROM))),
	("a bzImage with relocations behind the vmlinux", good(bzimage(PACKERS["xz"](FROM + bytes(999))))),
	("a bzImage whose header has 0 sectors", setup_sects),
	("a bzImage that ends in the middle of a string", ends_in_string),
	("an arm64 Image", good(FROM_ARM64, FROM_ARM64)),
	("an arm64 Image packed with gzip", good(PACKERS["gzip"](FROM_ARM64), FROM_ARM64)),
	("an arm64 Image that unpacks itself", good(zboot(PACKERS["zstd"](FROM_ARM64)), FROM_ARM64)),
	("an arm64 Image without notes",
	 good(arm64(strings=STRINGS), origin=arm64(BASE + MEMFD))),
	("an arm64 Image that lacks a kind", lost(arm64(BASE + MEMFD), "box is lost", origin=FROM_ARM64)),
	("an arm64 Image that is cut off", bad(arm64(BASE)[:-1], "truncated")),
	("an arm64 Image whose sections lead out of it", bad(arm64(BASE, pe_end=1 << 31), "truncated")),
	("an Image that unpacks itself, cut off", bad(zboot(PACKERS["gzip"](arm64()))[:-10], "truncated")),
	("sections instead of segments", good(elf(BASE + MEMFD + KIND, sections=True))),
	("notes of a module count", module),
	("notes at an odd address", good(elf(BASE + MEMFD + KIND, odd=True))),
	("a note of an unknown type is passed over", good(bad_note(*MEMFD, *KIND, note(9, b"what")))),
	("a note with more than is known is read",
	 good(bad_note(*MEMFD, note(1, text("box", 48) + struct.pack("<IIIII", 1, 3, 8, 2, 5))))),
	("a bzImage cut off anywhere", truncated_bzimage),
	("a vmlinux cut off anywhere", truncated_elf),
	("packed data cut off anywhere", truncated_payloads),
	("packed data that is damaged", damaged_payloads),
	("packed data without end", bombs),
	("a dictionary without end", dictionary),
	("packing in packing without end", nested),
	("a bzImage whose header leads astray", header_values),
	("a bzImage of an old protocol", bad(bzimage(FROM, proto=0x207), "2.07", "2.08")),
	("a bzImage packed with nothing known", bad(bzimage(b"\x12\x34" * 99), "payload of unknown format")),
	("a payload of text", bad(PACKERS["gzip"](b"hello, world, hello"), "found text in gzip")),
	("a text file", bad(b"#!/bin/sh\necho hello\n", "not a kernel image", "found text")),
	("an empty file", bad(b"", "empty")),
	("noise", bad(bytes(range(200, 256)), "not a kernel image", "c8 c9")),
	("no file", missing_file),
	("a 32-bit vmlinux", bad(elf(BASE, elf_class=1), "32-bit")),
	("notes that lead out of the file", bad(elf(BASE, note_size=1 << 40), "truncated")),
	("notes that lead around", bad(elf(BASE, note_at=(1 << 64) - 8), "truncated")),
	("a note that is longer than the notes",
	 bad(bad_note(struct.pack("<III", 4, 0xffffffff, 1) + b"LUO\0"), "damaged", "4294967299")),
	("a note whose name is longer than the notes",
	 bad(bad_note(struct.pack("<III", 0xfffffffe, 4, 1) + b"LUO\0"), "damaged")),
	("a note that is too short", bad(bad_note(note(1, text("box", 48)), *MEMFD), "damaged")),
	("a string that is too short", bad(bad_note(note(3, b"wot\0"), *MEMFD), "damaged")),
	("a kind without an end", bad(bad_note(note(1, b"x" * 48 + bytes(16))), "damaged")),
	("a kind without a name", bad(bad_note(version("", 0)), "damaged")),
	("a kind that cannot be shown", bad(bad_note(version("a\x1b[2Jb", 0)), "damaged")),
	("a version that is too large", bad(bad_note(version("box", 0x10000)), "damaged")),
	("a field that leads out of its struct",
	 bad(bad_note(field("box", "x", 0, 0xffffffff, 2)), "damaged")),
	("two notes that differ", bad(bad_note(version("box", 1), version("box", 1, size=9)), "differ")),
	("more notes than any kernel has",
	 bad(bad_note(*[version(f"k{i}", 0) for i in range(10001)]), "more than")),
	("random damage", random_damage),
	("a JSON document of a loss", json_of_loss),
	("a JSON document of an error", json_of_error),
	("the wrong arguments", usage),
]
