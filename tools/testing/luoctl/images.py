# SPDX-License-Identifier: GPL-2.0
"""
Artificial kernel images, written from the documents of the formats and not from the code
of luoctl.
"""

import bz2
import gzip
import lzma
import struct
import subprocess

READ, WRITE, OPTIONAL, EXTERNAL, ELEMENT = 1, 2, 4, 8, 16


def text(string, room):
	"""Return a string in a field of a struct."""
	return string.encode().ljust(room, b"\0")


def note(kind, desc, name=b"LUO\0"):
	"""Return an ELF note."""
	return (struct.pack("<III", len(name), len(desc), kind) +
		name + bytes(-len(name) % 4) + desc + bytes(-len(desc) % 4))


def version(kind, number, flags=READ | WRITE, size=8, digest=0):
	"""struct luo_note_version"""
	return note(1, text(kind, 48) +
		    struct.pack("<IIII", number, flags, size, digest or number + 1))


def field(kind, name, since, offset, size, what=0, names=None):
	"""struct luo_note_field; that of an older kernel if names is None"""
	return note(2, text(kind, 48) + text(name, 32) +
		    struct.pack("<IIII", since, offset, size, what) +
		    (b"" if names is None else struct.pack("<I", names)))


def leads_to(kind):
	"""The type of a field that leads to elements of a kind: an array, and a hash of the name."""
	value = 0x811c9dc5
	for byte in text(kind, 48):
		value = (value ^ byte) * 0x01000193 & 0xffffffff
	return 3 | value & 0xffffff00


def compatible(what, string):
	"""struct luo_note_compatible"""
	return note(3, text(what, 16) + text(string, 48))


def part(kind, name):
	"""struct luo_note_part"""
	return note(4, text(kind, 48) + text(name, 48))


BASE = [compatible("kho", "kho-v4"), compatible("luo", "luo-v5"),
	compatible("luo-objects", "luo-objects-v1"),
	compatible("file", "memfd-v2"), compatible("file", "memfd-object")]
GNU = note(3, bytes(20), b"GNU\0")
STRINGS = [b"kho-v4", b"luo-v5", b"memfd-v2"]


def elf(notes=(), strings=(), note_size=None, note_at=None, sections=False,
	elf_class=2, order=1, odd=False, machine=62, kind=2, interp=False,
	banner=b"Linux version 7.3.4-made (up)\0"):
	"""Return a vmlinux with a text segment and a segment, or a section, of notes."""
	body = banner + b"".join(b"\0" + s + b"\0" for s in strings)
	body += bytes(-len(body) % 4 + odd)
	blob = b"".join(notes)
	headers = 64 + 2 * 56
	at = headers + len(body)
	size = len(blob) if note_size is None else note_size
	where = at if note_at is None else note_at
	end = at + len(blob) + (-len(blob) % 8)
	ehdr = struct.pack("<4sBBB9xHHIQQQIHHHHHH", b"\x7fELF", elf_class, order, 1,
			   kind, machine, 1, 0, 64, end if sections else 0, 0, 64, 56,
			   1 if sections else 2, 64, 2 if sections else 0, 0)
	load = struct.pack("<IIQQQQQQ", 3 if interp else 1, 5, headers, 0, 0, len(body), len(body), 4096)
	notes_ph = struct.pack("<IIQQQQQQ", 4, 4, where, 0, 0, size, size, 4)
	image = ehdr + load + notes_ph + body + blob
	if sections:
		image += bytes(end - len(image)) + bytes(64)
		image += struct.pack("<IIQQQQIIQQ", 0, 7, 0, 0, where, size, 0, 0, 4, 0)
	return image


def lzma_alone(data):
	"""Compress as `xz --format=lzma`, which the kernel uses."""
	return lzma.compress(data, lzma.FORMAT_ALONE)


def xz(data):
	"""Compress as scripts/xz_wrap.sh of the kernel: CRC32, and a filter for x86."""
	return lzma.compress(data, lzma.FORMAT_XZ, lzma.CHECK_CRC32,
			     filters=[{"id": lzma.FILTER_X86},
				      {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 25}])


def zstd(data):
	"""Compress as the build of the kernel does."""
	return subprocess.run(["zstd", "-q", "-22", "--ultra"], input=data, check=True,
			      stdout=subprocess.PIPE).stdout


def lz4(data):
	"""Compress as the build of the kernel does."""
	return subprocess.run(["lz4", "-l", "-9", "-", "-"], input=data, check=True,
			      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def lz4_frame(data):
	"""Compress as lz4(1) does by default, with a checksum."""
	return subprocess.run(["lz4", "-1", "-", "-"], input=data, check=True,
			      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def lzo(data):
	"""Compress as the build of the kernel does."""
	return subprocess.run(["lzop", "-9"], input=data, check=True,
			      stdout=subprocess.PIPE).stdout


PACKERS = {"gzip": lambda data: gzip.compress(data, mtime=0), "xz": xz,
	   "lzma": lzma_alone, "zstd": zstd, "lz4": lz4, "lzo": lzo, "bzip2": bz2.compress}


def bzimage(payload, setup_sects=3, proto=0x20f, offset=700, length=None,
	    size_append=True, tail=4096, xloadflags=1):
	"""Return a bzImage, see Documentation/arch/x86/boot.rst."""
	if size_append:
		payload += struct.pack("<I", 12345)
	body = bytes(offset) + payload + bytes(tail)
	body += bytes(-len(body) % 16)
	head = bytearray(((setup_sects or 4) + 1) * 512)
	head[0x1f1] = setup_sects
	struct.pack_into("<I", head, 0x1f4, len(body) // 16)
	head[0x1fe:0x200] = b"\x55\xaa"
	head[0x202:0x206] = b"HdrS"
	struct.pack_into("<H", head, 0x206, proto)
	struct.pack_into("<H", head, 0x236, xloadflags)
	struct.pack_into("<II", head, 0x248, offset, len(payload) if length is None else length)
	return bytes(head) + body


def arm64(notes=(), strings=(), pe_end=None, flags=0xa):
	"""Return an Image, see Documentation/arch/arm64/booting.rst, with a PE head."""
	body = b"".join(b"\0" + s + b"\0" for s in strings)
	body += b"\0Linux version 7.3.4-made (up)\0"
	body += bytes(-len(body) % 4) + b"\x0d\xf0\xad\x0b" + b"".join(notes)
	head = bytearray(0x200)
	head[0:2] = b"MZ"
	struct.pack_into("<QQQ", head, 8, 0, 1 << 24, flags)
	head[56:60] = b"ARM\x64"
	struct.pack_into("<I", head, 60, 64)
	head[64:68] = b"PE\0\0"
	struct.pack_into("<HHIIIHH", head, 68, 0xaa64, 1, 0, 0, 0, 0x70, 0)
	struct.pack_into("<8sIIII", head, 64 + 24 + 0x70, b".text", len(body), 0x200,
			 pe_end or len(body), 0x200)
	return bytes(head) + body


def zboot(payload, name=b"gzip"):
	"""drivers/firmware/efi/libstub/zboot-header.S"""
	head = bytearray(0x100)
	head[0:8] = b"MZ\0\0zimg"
	struct.pack_into("<II", head, 8, len(head), len(payload))
	head[24:24 + len(name)] = name
	return bytes(head) + payload + bytes(4)


def uki(kernel, name=b".linux"):
	"""Return a PE file with sections for systemd's stub, the kernel and an initrd."""
	sections = [(b".text", b"stub"), (b".osrel", b"ID=debian\n"), (name, kernel),
		    (b".initrd", b"070701")]
	head = bytearray(0x400)
	head[0:2] = b"MZ"
	struct.pack_into("<I", head, 60, 0x80)
	head[0x80:0x84] = b"PE\0\0"
	struct.pack_into("<HHIIIHH", head, 0x84, 0x8664, len(sections), 0, 0, 0, 0xf0, 0x22e)
	body = b""
	for number, (section, data) in enumerate(sections):
		padded = data + bytes(-len(data) % 512)
		struct.pack_into("<8sIIII", head, 0x80 + 24 + 0xf0 + 40 * number, section,
				 len(data), 0x1000 * number, len(padded), len(head) + len(body))
		body += padded
	return bytes(head) + body
