// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <elf.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image.h"
#include "pe.h"
#include "unpack.h"

#define EXPECTED	"a bzImage, a vmlinux, an arm64 Image, or one of these in EFI zboot or a unified kernel image"
#define PACKINGS	"gzip, xz, lzma, zstd, lz4, lzo or bzip2"

/* A vmlinux with all debug information is large. */
#define FILE_MAX	((size_t)2 << 30)

/* The headers of each format fit into it, including the sections of a PE file. */
#define HEADER_SIZE	4096

/* A vmlinux.xz has one layer, a bzImage in a unified kernel image has three. */
#define LAYERS_MAX	5

/* The state while the layers of an image are unpacked. */
struct layers {
	const char *path;
	struct bytes now;
	char *format;
	struct machine machine;
	bool elf;
	bool module;
};

static void add_format(struct layers *layers, const char *name)
{
	char *format = layers->format ?
		       xasprintf("%s, %s", layers->format, name) : xstrdup(name);

	free(layers->format);
	layers->format = format;
}

static int truncated(const struct layers *layers, const char *what, u64 end)
{
	return complain("%s: truncated: its %s ends at byte %llu, the file at %zu",
			layers->path, what, end, layers->now.size);
}

/* Continue with a part of the current layer. */
static int descend(struct layers *layers, const char *what, u64 at, u64 size)
{
	if (at + size > layers->now.size)
		return truncated(layers, what, at + size);
	memmove(layers->now.data, layers->now.data + at, size);
	layers->now.size = size;
	layers->now.data[size] = 0;

	return 0;
}

static int unpack(struct layers *layers, const struct packing *packing)
{
	struct bytes out = {};
	const char *wrong;

	add_format(layers, packing->name);
	wrong = packing->unpack(&layers->now, &out);
	if (wrong) {
		free(out.data);
		return complain("%s: the %s data %s%s", layers->path,
				packing->name,
				wrong == unpack_damaged ? "is " : "", wrong);
	}
	free(layers->now.data);
	layers->now = out;
	/* The kernel may end within a string. */
	layers->now.data = xrealloc(out.data, out.size + 1, 1);
	layers->now.data[out.size] = 0;

	return 0;
}

/*
 * Documentation/arch/x86/boot.rst. The payload is the packed vmlinux; the file
 * ends where syssize says.
 */
#define BZ_SETUP_SECTS		0x1f1
#define BZ_SYSSIZE		0x1f4
#define BZ_BOOT_FLAG		0x1fe
#define BZ_MAGIC		0x202
#define BZ_VERSION		0x206
#define BZ_XLOADFLAGS		0x236
#define BZ_XLOADFLAG_64		0x01
#define BZ_PAYLOAD_OFFSET	0x248
#define BZ_PAYLOAD_LENGTH	0x24c
#define BZ_HEADER_END		0x250

static bool is_bzimage(const struct bytes *bytes)
{
	return has_bytes(bytes, BZ_BOOT_FLAG, "\x55\xaa", 2) &&
	       has_bytes(bytes, BZ_MAGIC, "HdrS", 4);
}

static int enter_bzimage(struct layers *layers)
{
	const struct bytes *now = &layers->now;
	u64 setup, end;
	u16 version;

	add_format(layers, "bzImage");
	if (now->size < BZ_HEADER_END)
		return truncated(layers, "header", BZ_HEADER_END);

	version = get_le16(now, BZ_VERSION);
	if (version < 0x208)
		return complain("%s: found boot protocol %u.%02u, expected 2.08 or newer",
				layers->path, version >> 8, version & 0xff);

	/* A protocol without xloadflags has a 0 there. */
	machine_of_elf(get_le16(now, BZ_XLOADFLAGS) & BZ_XLOADFLAG_64 ?
		       EM_X86_64 : EM_386, false, &layers->machine);

	setup = (u64)((now->data[BZ_SETUP_SECTS] ?: 4) + 1) * 512;
	end = setup + (u64)get_le32(now, BZ_SYSSIZE) * 16;
	if (end > now->size)
		return truncated(layers, "protected mode part", end);

	if (descend(layers, "payload",
		    setup + get_le32(now, BZ_PAYLOAD_OFFSET),
		    get_le32(now, BZ_PAYLOAD_LENGTH)))
		return -1;
	if (!packing_of(now) && !has_bytes(now, 0, ELFMAG, SELFMAG))
		return complain("%s: found a payload of unknown format, expected "
				PACKINGS, layers->path);

	return 0;
}

/* drivers/firmware/efi/libstub/zboot-header.S */
#define ZBOOT_OFFSET		8
#define ZBOOT_SIZE		12
#define ZBOOT_TYPE		24
#define ZBOOT_HEADER_END	56

static bool is_zboot(const struct bytes *bytes)
{
	return has_bytes(bytes, 0, "MZ\0\0zimg", 8);
}

static int enter_zboot(struct layers *layers)
{
	const struct bytes *now = &layers->now;
	char type[ZBOOT_HEADER_END - ZBOOT_TYPE + 1] = "";

	add_format(layers, "EFI zboot");
	if (now->size < ZBOOT_HEADER_END)
		return truncated(layers, "header", ZBOOT_HEADER_END);
	memcpy(type, now->data + ZBOOT_TYPE, sizeof(type) - 1);

	if (descend(layers, "payload", get_le32(now, ZBOOT_OFFSET),
		    get_le32(now, ZBOOT_SIZE)))
		return -1;
	if (!packing_of(now))
		return complain("%s: found a payload that is packed with '%s', expected "
				PACKINGS, layers->path, type);

	return 0;
}

/*
 * A unified kernel image has an image of any format in its section .linux. Ignore the
 * sections after it, such as the initrd.
 */
#define UKI_SECTION		".linux"

static bool is_uki(const struct bytes *bytes)
{
	struct pe_section section;
	struct pe pe;
	u64 end;

	return pe_read_header(bytes, &pe, &end) == PE_IS &&
	       pe_find_section(bytes, &pe, UKI_SECTION, &section);
}

static int enter_uki(struct layers *layers)
{
	struct pe_section section;
	struct pe pe;
	u64 end;

	add_format(layers, "unified kernel image");
	if (pe_read(&layers->now, &pe, &end) == PE_TRUNCATED)
		return truncated(layers, "PE section", end);
	pe_find_section(&layers->now, &pe, UKI_SECTION, &section);

	return descend(layers, "section " UKI_SECTION, section.offset,
		       section.size);
}

/* Documentation/arch/arm64/booting.rst */
#define ARM64_FLAGS		24
#define ARM64_FLAG_BE		0x1
#define ARM64_FLAG_PAGES(flags)	(((flags) >> 1) & 0x3)
#define ARM64_MAGIC		56
#define ARM64_HEADER_END	64

static bool is_arm64(const struct bytes *bytes)
{
	return has_bytes(bytes, ARM64_MAGIC, "ARM\x64", 4);
}

/*
 * The header has the size in memory. If EFI can boot the image, it is a PE file too, and
 * must have all its sections.
 */
static int enter_arm64(struct layers *layers)
{
	static const unsigned int page_sizes[] = { 0, 4096, 16384, 65536 };
	const struct bytes *now = &layers->now;
	struct pe pe;
	u32 flags;
	u64 end;

	add_format(layers, "arm64 Image");
	if (now->size < ARM64_HEADER_END)
		return truncated(layers, "header", ARM64_HEADER_END);
	if (pe_read(now, &pe, &end) == PE_TRUNCATED)
		return truncated(layers, "PE section", end);

	flags = get_le32(now, ARM64_FLAGS);
	machine_of_elf(EM_AARCH64, flags & ARM64_FLAG_BE, &layers->machine);
	layers->machine.page_size = page_sizes[ARM64_FLAG_PAGES(flags)];

	return 0;
}

static bool is_elf(const struct bytes *bytes)
{
	return has_bytes(bytes, 0, ELFMAG, SELFMAG);
}

/*
 * A kernel is not interpreted, as dynamic programs are, and is not relocatable,
 * as a module is. find_release() tells a static program.
 */
static bool is_program(const struct bytes *now)
{
	Elf64_Ehdr elf;

	memcpy(&elf, now->data, sizeof(elf));
	if (elf.e_ident[EI_CLASS] != ELFCLASS64 ||
	    elf.e_phentsize != sizeof(Elf64_Phdr))
		return false;
	for (unsigned int i = 0; i < elf.e_phnum; i++) {
		u64 at = elf.e_phoff + i * sizeof(Elf64_Phdr);
		Elf64_Phdr phdr;

		if (at > now->size || now->size - at < sizeof(phdr))
			return false;
		memcpy(&phdr, now->data + at, sizeof(phdr));
		if (phdr.p_type == PT_INTERP)
			return true;
	}

	return false;
}

static int enter_elf(struct layers *layers)
{
	const struct bytes *now = &layers->now;
	bool big_endian;
	Elf64_Ehdr elf;
	u16 type, machine;

	if (now->size < sizeof(elf))
		return complain("%s: truncated: %zu bytes of an ELF file",
				layers->path, now->size);
	memcpy(&elf, now->data, sizeof(elf));
	big_endian = elf.e_ident[EI_DATA] == ELFDATA2MSB;
	type = big_endian ? be16toh(elf.e_type) : le16toh(elf.e_type);
	machine = big_endian ? be16toh(elf.e_machine) : le16toh(elf.e_machine);
	if (is_program(now))
		return complain("%s: not a kernel image: found an ELF program, expected "
				EXPECTED, layers->path);

	layers->elf = true;
	layers->module = type == ET_REL;
	add_format(layers, layers->module ? "module" : "vmlinux");
	/* The header of a bzImage has the machine already. */
	if (!layers->machine.arch)
		machine_of_elf(machine, big_endian, &layers->machine);

	return 0;
}

/* Describe the file for a person: "text", or its first bytes. */
static char *describe(const struct bytes *bytes)
{
	size_t i;

	for (i = 0; i < bytes->size && i < 16; i++) {
		if ((bytes->data[i] < 0x20 || bytes->data[i] > 0x7e) &&
		    !strchr("\t\r\n", bytes->data[i] ?: 1))
			break;
	}
	if (i == bytes->size || i == 16)
		return xstrdup("text");
	if (bytes->size < 4)
		return xasprintf("%zu bytes", bytes->size);

	return xasprintf("a file that begins with %02x %02x %02x %02x",
			 bytes->data[0], bytes->data[1], bytes->data[2],
			 bytes->data[3]);
}

static int not_an_image(const struct layers *layers)
{
	char *found = describe(&layers->now);

	complain("%s: not a kernel image: found %s%s%s, expected " EXPECTED,
		 layers->path, found, layers->format ? " in " : "",
		 layers->format ?: "");
	free(found);

	return -1;
}

/* A format that contains another one, or is the kernel. */
static const struct format {
	bool (*is)(const struct bytes *bytes);
	int (*enter)(struct layers *layers);
	bool last;		/* is the kernel itself */
} formats[] = {
	{ is_zboot, enter_zboot, false },
	{ is_bzimage, enter_bzimage, false },
	{ is_arm64, enter_arm64, true },
	{ is_elf, enter_elf, true },
	{ is_uki, enter_uki, false },
};

static const struct format *format_of(const struct bytes *bytes)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (formats[i].is(bytes))
			return &formats[i];
	}

	return NULL;
}

/* Unpack one layer. Returns 1 if it is the kernel, 0 if there are more layers. */
static int enter(struct layers *layers)
{
	const struct format *format = format_of(&layers->now);
	const struct packing *packing;

	if (format)
		return format->enter(layers) ?: format->last;
	packing = packing_of(&layers->now);
	if (packing)
		return unpack(layers, packing);

	return not_an_image(layers);
}

/*
 * Find the release in "Linux version 7.3.4-pkram (…". Other files that contain the words,
 * such as programs that read images, have no number after them.
 */
static char *find_release(const struct bytes *kernel)
{
	static const char banner[] = "Linux version ";
	const u8 *at = kernel->data;
	size_t len;

	do {
		at = memmem(at, kernel->data + kernel->size - at, banner,
			    sizeof(banner) - 1);
		if (!at)
			return NULL;
		/* The kernel is followed by a NUL. */
		at += sizeof(banner) - 1;
		len = strcspn((const char *)at, "\n ");
	} while (!isdigit(*at) || len > 64);

	for (size_t i = 0; i < len; i++) {
		if (!isgraph(at[i]))
			return NULL;
	}

	return xasprintf("%.*s", (int)len, at);
}

/* Read the header, and the rest of the file if it is that of an image. */
static int read_layers(struct layers *layers)
{
	int fd = open_regular(layers->path, FILE_MAX), ret = -1;
	u8 data[HEADER_SIZE];
	ssize_t got;

	if (fd < 0)
		return complain_file(layers->path, FILE_MAX);
	got = pread(fd, data, sizeof(data), 0);
	if (got < 0) {
		complain_file(layers->path, FILE_MAX);
		goto out;
	}
	layers->now = (struct bytes){ data, got };
	if (!got)
		complain("%s: empty, expected a kernel image", layers->path);
	else if (!format_of(&layers->now) && !packing_of(&layers->now))
		not_an_image(layers);
	else
		ret = 0;
	layers->now = (struct bytes){};
	if (!ret && read_fd(fd, FILE_MAX, &layers->now))
		ret = complain_file(layers->path, FILE_MAX);
out:
	close(fd);

	return ret;
}

static int find_kernel(struct layers *layers, char **release)
{
	int ret = read_layers(layers), nr = 0;

	while (!ret) {
		if (nr++ > LAYERS_MAX)
			return complain("%s: packed more than %u times",
					layers->path, LAYERS_MAX);
		ret = enter(layers);
	}
	if (ret < 0 || layers->module)
		return ret;

	*release = find_release(&layers->now);
	if (!*release)
		return complain("%s: not a kernel image: found %s without the words 'Linux version', expected "
				EXPECTED, layers->path,
				layers->elf ? "an ELF file" : layers->format);

	return 0;
}

int image_read(const char *path, struct image *image)
{
	struct layers layers = { .path = path };
	char *release = NULL;

	*image = (struct image){};
	if (find_kernel(&layers, &release) < 0) {
		free(layers.now.data);
		free(layers.format);
		return -1;
	}

	image->format = layers.format;
	image->elf = layers.elf;
	image->module = layers.module;
	image->machine = layers.machine;
	image->release = release;
	image->kernel = layers.now;

	return 0;
}

void image_free(struct image *image)
{
	free(image->format);
	free(image->release);
	free(image->kernel.data);
	*image = (struct image){};
}
