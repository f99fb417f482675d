# SPDX-License-Identifier: GPL-2.0
"""luoctl check, on the formats and machines of images, made up and of Debian."""

import functools
import os
import pathlib
import resource
import struct
import subprocess
import tempfile

from harness import WHOLE, Run, Skip
from images import (BASE, PACKERS, arm64, bzimage, compatible, elf, lz4_frame, uki, zboot)
from test_check import FROM, FROM_ARM64, KIND, MEMFD, bad, check, good, lost

TOP = pathlib.Path(__file__).resolve().parents[3]

# Files that begin like an image or a program, but are not images.
NO_BANNER = elf(BASE, banner=b"Linux version %s (x)\0")


def swapped(image):
	"""Return the part of a big-endian vmlinux that luoctl reads."""
	head = bytearray(image)
	head[5] = 2
	for at in (16, 18):
		head[at:at + 2] = head[at:at + 2][::-1]
	return bytes(head)


@functools.lru_cache(maxsize=None)
def debian(arch):
	"""Return the path of Debian's own image."""
	script = TOP / "scripts/linux/debian-image"
	if not script.exists():
		raise Skip("the tree has no scripts/linux/debian-image")
	done = subprocess.run([script, arch], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
			      text=True, check=False)
	if done.returncode == 4:
		raise Skip(done.stderr.strip().splitlines()[-1])
	assert not done.returncode, done.stderr
	return pathlib.Path(done.stdout.strip())


def same_release(*paths):
	"""luoctl reads them all as the same kernel, and says the format of each."""
	for path, *words in paths:
		run = Run("--json", "check", "--from", str(paths[0][0]), str(path),
			  luoctl=WHOLE)
		run.expect(run.status)
		told = run.json()
		assert told["to"]["release"] == told["from"]["release"], run
		assert "+deb" in told["to"]["release"], run
		for word in words:
			assert word in told["to"]["format"], run


def unpacked(path):
	"""Return the vmlinux in a bzImage that is compressed with zstd."""
	image = path.read_bytes()
	setup = (image[0x1f1] + 1) * 512
	offset, length = struct.unpack_from("<II", image, 0x248)
	payload = image[setup + offset:setup + offset + length]
	return subprocess.run(["zstd", "-dcq"], input=payload, stdout=subprocess.PIPE,
			      stderr=subprocess.DEVNULL, check=False).stdout


def debian_amd64():
	"""Check it unmodified, and compressed as the kernel's build does with lz4 and lzo."""
	path = debian("amd64")
	with tempfile.TemporaryDirectory() as directory:
		files = [(path, "bzImage")]
		vmlinux = unpacked(path)
		assert len(vmlinux) > 1 << 24
		for name in ("lz4", "lzo"):
			file = pathlib.Path(directory, name)
			file.write_bytes(bzimage(PACKERS[name](vmlinux)))
			files.append((file, "bzImage", name))
		same_release(*files)


def debian_arm64():
	"""Check the Image unmodified, in gzip, and as a self-extracting vmlinuz.efi."""
	path = debian("arm64")
	image = path.read_bytes()
	with tempfile.TemporaryDirectory() as directory:
		packed = pathlib.Path(directory, "Image.gz")
		packed.write_bytes(PACKERS["gzip"](image))
		efi = pathlib.Path(directory, "vmlinuz.efi")
		efi.write_bytes(zboot(PACKERS["gzip"](image)))
		same_release((path, "arm64 Image"), (packed, "gzip"), (efi, "EFI zboot, gzip"))


def debian_uki():
	"""Check Debian's kernel with systemd's stub, which are combined by objcopy."""
	path = debian("amd64")
	stub = next(pathlib.Path("/usr/lib/systemd/boot/efi").glob("linuxx64.efi.stub"), None)
	assert stub, "systemd-boot-efi has no linuxx64.efi.stub"
	with tempfile.TemporaryDirectory() as directory:
		image, release = pathlib.Path(directory, "uki.efi"), pathlib.Path(directory, "osrel")
		release.write_text("ID=debian\n")
		subprocess.run(["objcopy", "--add-section", f".osrel={release}",
				"--change-section-vma", ".osrel=0x20000",
				"--add-section", f".linux={path}",
				"--change-section-vma", ".linux=0x2000000", stub, image],
			       check=True, stderr=subprocess.DEVNULL)
		same_release((path,), (image, "unified kernel image, bzImage"))


def truncated_uki():
	"""A unified kernel image that is truncated anywhere is refused."""
	image = uki(bzimage(PACKERS["gzip"](FROM)))
	for cut in (0x3f, 0x60, 0x90, 0x180, 0x200, 0x400, 0x500, len(image) - 600):
		check(image[:cut]).expect(2)


def truncated_lzo():
	"""Data of lzop that is truncated anywhere is refused."""
	data = PACKERS["lzo"](FROM)
	for cut in [*range(9, 60), len(data) // 2, len(data) - 1]:
		check(data[:cut]).expect(2)


def huge_files():
	"""A file that is not an image is refused by its size and first bytes."""
	with tempfile.TemporaryDirectory() as directory:
		path = pathlib.Path(directory, "huge")
		for size, word in ((5 << 30, "larger than 2048 MiB"), ((2 << 30) - 1, "not a kernel")):
			with open(path, "wb") as file:
				file.write(b"hello, world, hello")
				file.truncate(size)
			Run("check", "--from", None, str(path), files=[FROM]).expect(2, word)
	# In KiB, of the largest process so far. It must not have read the whole file.
	assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1 << 20


def programs():
	"""Programs are refused, with or without an interpreter."""
	for program in ("/bin/ls", "/bin/sh"):
		Run("check", "--from", None, program, files=[FROM]).expect(2, "ELF program")
	bad(elf(BASE, interp=True), "ELF program")()
	bad(NO_BANNER, "Linux version")()
	bad(bzimage(PACKERS["xz"](NO_BANNER)), "Linux version")()


def built(arch):
	"""Return the project's own image, which "make check" builds for both architectures."""
	script = TOP / "scripts/kernel/flavour"
	if not script.exists():
		raise Skip("the tree has no scripts/kernel/flavour")
	path = subprocess.run([script, "--image", "pkram"], stdout=subprocess.PIPE, text=True,
			      env={**os.environ, "ARCH": arch}, check=True).stdout.strip()
	if not os.path.exists(path):
		raise Skip(f"no {path}: make kernel ARCH={arch} builds it")
	return path


def apart(first, second):
	"""Check images for two architectures, each against the other."""
	for pair in ((first, second), (second, first)):
		run = Run("check", "--from", *pair, luoctl=WHOLE)
		run.expect(1, "machine is lost", "another machine", "x86_64, pages of 4 KiB",
			   "aarch64, pages of 4 KiB")


def debian_both():
	"""Check Debian's images."""
	apart(str(debian("amd64")), str(debian("arm64")))


def built_both():
	"""Check the project's images, which have a catalogue."""
	apart(built("x86_64"), built("arm64"))


KERNEL_ARM64 = BASE + MEMFD + KIND


def vmlinux_arm64(shift):
	"""Check a vmlinux, whose header does not have the size of a page."""
	return elf(KERNEL_ARM64 + [compatible("page-shift", shift)], machine=183)



CASES = [
	*[(f"a unified kernel image of a bzImage in {name}", good(uki(bzimage(pack(FROM)))))
	  for name, pack in PACKERS.items()],
	("a unified kernel image of an arm64 Image", good(uki(FROM_ARM64), FROM_ARM64)),
	("a unified kernel image of a vmlinuz.efi",
	 good(uki(zboot(PACKERS["lzo"](FROM_ARM64), b"lzo")), FROM_ARM64)),
	("a PE file without a kernel", bad(uki(FROM, b".linus"), "not a kernel image")),
	("a unified kernel image cut off anywhere", truncated_uki),
	("a vmlinux in a frame of lz4", good(lz4_frame(FROM))),
	("a frame of lz4 cut off", bad(lz4_frame(FROM)[:-30], "lz4")),
	("lzop's data cut off anywhere", truncated_lzo),
	("lzop with a block that is too large",
	 bad(PACKERS["lzo"](FROM)[:38] + b"\xff" * 200, "lzo")),
	("a file that is huge", huge_files),
	("a program", programs),
	("a module is no kernel", bad(elf(BASE, kind=1), "found a module")),
	("another architecture", lost(FROM_ARM64, "machine is lost", "aarch64", "another machine")),
	("another architecture, the other way", lost(FROM, "machine is lost", origin=FROM_ARM64)),
	("another architecture, of which only the header tells",
	 lost(elf(BASE + MEMFD + KIND, machine=22), "machine is lost", "s390x")),
	("32 bits instead of 64", lost(bzimage(PACKERS["gzip"](FROM), xloadflags=0), "machine is lost", "i686")),
	("pages of 64 KiB", lost(arm64(KERNEL_ARM64, flags=0xe), "machine is lost", "64 KiB",
				 origin=FROM_ARM64)),
	("pages of 16 KiB", lost(arm64(KERNEL_ARM64, flags=0xc), "machine is lost", "16 KiB",
				 origin=FROM_ARM64)),
	("pages of unknown size",
	 bad(arm64(KERNEL_ARM64, flags=0x8), "cannot tell", origin=FROM_ARM64)),
	("pages of 4 KiB in a vmlinux", good(vmlinux_arm64("12"), FROM_ARM64)),
	("pages of 64 KiB in a vmlinux",
	 lost(vmlinux_arm64("16"), "machine is lost", "64 KiB", origin=FROM_ARM64)),
	("pages of 64 KiB in a vmlinux, the other way",
	 lost(FROM_ARM64, "machine is lost", "64 KiB", origin=vmlinux_arm64("16"))),
	("a vmlinux that does not say",
	 bad(elf(KERNEL_ARM64, machine=183), "cannot tell", origin=FROM_ARM64)),
	("a vmlinux that says nonsense", bad(vmlinux_arm64("64"), "cannot tell", origin=FROM_ARM64)),
	("the other byte order", lost(arm64(KERNEL_ARM64, flags=0xb), "machine is lost", "big endian",
				      origin=FROM_ARM64)),
	("a vmlinux of the other byte order",
	 lost(swapped(elf(BASE, machine=22)), "machine is lost", "big endian")),
	("Debian's own image", debian_amd64),
	("Debian's own image for arm64", debian_arm64),
	("Debian's own images for another architecture", debian_both),
	("the project's own images for two architectures", built_both),
	("Debian's own image as a unified kernel image", debian_uki),
]
