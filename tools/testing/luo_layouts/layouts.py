#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
layouts.py FILE - print the layouts of all kinds in the catalogue of an ELF file, a
vmlinux or an object file, in the format of the file "published":

  KIND VERSION bytes SIZE
  KIND VERSION FIELD at OFFSET bytes SIZE TYPE [of SIZE OF AN ITEM | to HASH OF A KIND]
  KIND VERSION FIELD has NUMBER names

The last line is for an enum or a mask, in the newest version of the kind.

layouts.py FILE PUBLISHED - compare them with the published layouts, and print KTAP with a
result for each version of a kind.
"""

import struct
import sys

VERSION, FIELD = 1, 2
EXTERNAL = 8
TYPES = ("unsigned", "signed", "bytes", "array", "reference", "reserved")


def sections(image):
	"""Yield the contents of the sections of a 64-bit little-endian ELF file."""
	if image[:6] != b"\x7fELF\x02\x01":
		sys.exit("not a 64-bit little-endian ELF file")
	start, = struct.unpack_from("<Q", image, 0x28)
	size, count = struct.unpack_from("<HH", image, 0x3a)
	for i in range(count):
		kind, _, _, offset, length = struct.unpack_from("<IQQQQ", image, start + i * size + 4)
		if kind == 7:	# SHT_NOTE
			yield image[offset:offset + length]


def notes(image):
	"""Yield the type and the description of each note of the catalogue."""
	for section in sections(image):
		at = 0
		while at + 12 <= len(section):
			name_size, size, kind = struct.unpack_from("<III", section, at)
			name = section[at + 12:at + 12 + name_size]
			at += 12 + (name_size + 3 & ~3)
			if name == b"LUO\0":
				yield kind, section[at:at + size]
			at += size + 3 & ~3


def string(field):
	return field.split(b"\0")[0].decode()


def more(form):
	"""The rest of a type: the size of an item, or the hash of another kind."""
	if not form >> 8:
		return ""
	if TYPES[form & 0xff] in ("array", "reference"):
		return f" to {form >> 8:06x}"
	return f" of {form >> 8}"


def layouts(path):
	"""{(kind, version): [line, ...]} of an ELF file."""
	versions, fields = {}, {}
	with open(path, "rb") as file:
		image = file.read()
	for kind, desc in notes(image):
		if kind == VERSION:
			name, number, flags, size, _ = struct.unpack("<48s4I", desc)
			if not flags & EXTERNAL:
				versions[string(name), number] = size
		elif kind == FIELD:
			name, field, since, offset, size, form, names = struct.unpack("<48s32s5I", desc)
			fields.setdefault(string(name), []).append((offset, size, string(field), since, form, names))
	found = {}
	for (kind, number), size in sorted(versions.items()):
		lines = found[kind, number] = [f"{kind} {number} bytes {size}"]
		newest = max(other for name, other in versions if name == kind)
		for offset, length, field, since, form, names in sorted(fields.get(kind, [])):
			if since > number:
				continue
			lines.append(f"{kind} {number} {field} at {offset} bytes {length} "
				     f"{TYPES[form & 0xff]}{more(form)}")
			if names and number == newest:
				lines.append(f"{kind} {number} {field} has {names} names")
	return found


def published(path):
	found = {}
	with open(path, encoding="ascii") as file:
		for line in file:
			if line.strip() and not line.startswith("#"):
				kind, number = line.split()[:2]
				found.setdefault((kind, int(number)), []).append(line.strip())
	return found


def compare(found, golden):
	"""Print KTAP. A version that is missing has been retired, which is allowed."""
	print("TAP version 13")
	print(f"1..{len(found)}")
	failed = 0
	for number, key in enumerate(found, 1):
		name = f"{key[0]} version {key[1]}"
		lines, wanted = found[key], golden.get(key)
		# A newer version may have more values.
		if wanted and any(kind == key[0] and version > key[1] for kind, version in found):
			wanted = [line for line in wanted if not line.endswith(" names")]
		if lines == wanted:
			print(f"ok {number} {name}")
			continue
		failed = 1
		if wanted is None:
			print(f"# {name} is new: when it is final, add it to what is published")
			wanted = []
		for line in (line for line in wanted if line not in lines):
			print(f"# published: {line}")
		for line in (line for line in lines if line not in wanted):
			print(f"# found:     {line}")
		print(f"not ok {number} {name}")
	return failed


if __name__ == "__main__":
	if len(sys.argv) == 2:
		for layout in layouts(sys.argv[1]).values():
			print("\n".join(layout))
	else:
		sys.exit(compare(layouts(sys.argv[1]), published(sys.argv[2])))
