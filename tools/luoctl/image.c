// SPDX-License-Identifier: GPL-2.0
#include <elf.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "unpack.h"

/* A vmlinux with all that a debugger wants is large. */
#define FILE_MAX	((size_t)2 << 30)

/* A vmlinux.xz in a file is one layer, a bzImage in it two. */
#define LAYERS_MAX	4

/* An image while it is being taken apart, layer by layer. */
struct layers {
	const char *path;
	struct bytes now;
	char *format;
	bool elf;
};

static u16 get_le16(const struct bytes *bytes, size_t at)
{
	u16 value;

	memcpy(&value, bytes->data + at, sizeof(value));

	return le16toh(value);
}

static u32 get_le32(const struct bytes *bytes, size_t at)
{
	u32 value;

	memcpy(&value, bytes->data + at, sizeof(value));

	return le32toh(value);
}

static bool has(const struct bytes *bytes, size_t at, const void *what,
		size_t len)
{
	return at <= bytes->size && len <= bytes->size - at &&
	       !memcmp(bytes->data + at, what, len);
}

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

/* Goes on with a part of what there is. */
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
	if (!packing->unpack)
		return complain("%s: packed with %s, expected gzip, xz, lzma or zstd; unpack it first",
				layers->path, packing->name);

	wrong = packing->unpack(&layers->now, &out);
	if (wrong) {
		free(out.data);
		return complain("%s: the %s data %s%s", layers->path,
				packing->name, !strcmp(wrong, "damaged") ?
				"is " : "", wrong);
	}
	free(layers->now.data);
	layers->now = out;
	/* As behind a file that was read, for who looks for strings. */
	layers->now.data = xrealloc(out.data, out.size + 1, 1);
	layers->now.data[out.size] = 0;

	return 0;
}

/*
 * Documentation/arch/x86/boot.rst. The payload is the packed vmlinux; syssize
 * tells where the file ends.
 */
#define BZ_SETUP_SECTS		0x1f1
#define BZ_SYSSIZE		0x1f4
#define BZ_BOOT_FLAG		0x1fe
#define BZ_MAGIC		0x202
#define BZ_VERSION		0x206
#define BZ_PAYLOAD_OFFSET	0x248
#define BZ_PAYLOAD_LENGTH	0x24c
#define BZ_HEADER_END		0x250

static bool is_bzimage(const struct bytes *bytes)
{
	return has(bytes, BZ_BOOT_FLAG, "\x55\xaa", 2) &&
	       has(bytes, BZ_MAGIC, "HdrS", 4);
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

	setup = (u64)((now->data[BZ_SETUP_SECTS] ?: 4) + 1) * 512;
	end = setup + (u64)get_le32(now, BZ_SYSSIZE) * 16;
	if (end > now->size)
		return truncated(layers, "protected mode part", end);

	if (descend(layers, "payload",
		    setup + get_le32(now, BZ_PAYLOAD_OFFSET),
		    get_le32(now, BZ_PAYLOAD_LENGTH)))
		return -1;
	if (!packing_of(now) && !has(now, 0, ELFMAG, SELFMAG))
		return complain("%s: found a payload that is packed with nothing known",
				layers->path);

	return 0;
}

/* drivers/firmware/efi/libstub/zboot-header.S */
#define ZBOOT_OFFSET		8
#define ZBOOT_SIZE		12
#define ZBOOT_TYPE		24
#define ZBOOT_HEADER_END	56

static bool is_zboot(const struct bytes *bytes)
{
	return has(bytes, 0, "MZ\0\0zimg", 8);
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
		return complain("%s: found a payload that is packed with '%s', expected gzip, xz, lzma or zstd",
				layers->path, type);

	return 0;
}

/* Documentation/arch/arm64/booting.rst */
#define ARM64_MAGIC		56
#define ARM64_PE_OFFSET		60
#define ARM64_HEADER_END	64

static bool is_arm64(const struct bytes *bytes)
{
	return has(bytes, ARM64_MAGIC, "ARM\x64", 4);
}

/*
 * The size in the header is that in memory. Where the file ends is told by the
 * table of sections of the PE image that it is also, if it can boot from EFI.
 */
#define PE_SECTIONS		6
#define PE_OPTIONAL_SIZE	20
#define PE_HEADER_SIZE		24
#define PE_SECTION_SIZE		40
#define PE_RAW_SIZE		16
#define PE_RAW_OFFSET		20

static int check_arm64(struct layers *layers)
{
	const struct bytes *now = &layers->now;
	u64 at, pe;
	u16 nr;

	if (now->size < ARM64_HEADER_END)
		return truncated(layers, "header", ARM64_HEADER_END);
	pe = get_le32(now, ARM64_PE_OFFSET);
	if (!has(now, 0, "MZ", 2) || !pe)
		return 0;
	if (pe + PE_HEADER_SIZE > now->size)
		return truncated(layers, "PE header", pe + PE_HEADER_SIZE);
	if (!has(now, pe, "PE\0\0", 4))
		return 0;

	nr = get_le16(now, pe + PE_SECTIONS);
	at = pe + PE_HEADER_SIZE + get_le16(now, pe + PE_OPTIONAL_SIZE);
	if (at + (u64)nr * PE_SECTION_SIZE > now->size)
		return truncated(layers, "table of sections",
				 at + (u64)nr * PE_SECTION_SIZE);
	for (; nr; nr--, at += PE_SECTION_SIZE) {
		u64 end = (u64)get_le32(now, at + PE_RAW_OFFSET) +
			  get_le32(now, at + PE_RAW_SIZE);

		if (end > now->size)
			return truncated(layers, "PE section", end);
	}

	return 0;
}

/* Something to recognize it by: "text", "an archive of cpio", a few bytes. */
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

	complain("%s: not a kernel image: found %s%s%s, expected a bzImage, a vmlinux or an arm64 Image",
		 layers->path, found, layers->format ? " in " : "",
		 layers->format ?: "");
	free(found);

	return -1;
}

/* One layer. Returns 1 when the kernel is reached, 0 if there is more. */
static int enter(struct layers *layers)
{
	const struct packing *packing;

	if (is_zboot(&layers->now))
		return enter_zboot(layers);
	if (is_bzimage(&layers->now))
		return enter_bzimage(layers);
	if (is_arm64(&layers->now)) {
		add_format(layers, "arm64 Image");
		return check_arm64(layers) ?: 1;
	}
	if (has(&layers->now, 0, ELFMAG, SELFMAG)) {
		add_format(layers, "vmlinux");
		layers->elf = true;
		return 1;
	}
	packing = packing_of(&layers->now);
	if (packing)
		return unpack(layers, packing);

	return not_an_image(layers);
}

int image_read(const char *path, struct image *image)
{
	struct layers layers = { .path = path };
	int ret, nr = 0;

	*image = (struct image){};
	if (load_file(path, FILE_MAX, &layers.now))
		return -1;

	if (!layers.now.size)
		ret = complain("%s: empty, expected a kernel image", path);
	else
		ret = 0;
	while (!ret) {
		if (nr++ > LAYERS_MAX)
			ret = complain("%s: packed more than %u times",
				       path, LAYERS_MAX);
		else
			ret = enter(&layers);
	}
	if (ret < 0) {
		free(layers.now.data);
		free(layers.format);
		return -1;
	}

	image->format = layers.format;
	image->elf = layers.elf;
	image->kernel = layers.now;

	return 0;
}

void image_free(struct image *image)
{
	free(image->format);
	free(image->kernel.data);
	*image = (struct image){};
}
