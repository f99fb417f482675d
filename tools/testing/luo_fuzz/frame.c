// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Fuzzing of preserved memory
 *
 * Every run begins with a state that the code under test has saved. The input describes
 * how it is changed before the next kernel restores it::
 *
 *   byte 0    bit 0: all CRCs match, so that the checks after them are reached
 *   byte 1    the allocation that fails in the restore, from 1; 0 for none
 *   then      any number of changes, each an operation of one byte, and
 *     0 | n << 4  set:     place, 2^n bytes
 *     1           lead:    place, and a place whose address is stored there
 *     2           copy:    place, place of the source, one byte: length / 8
 *     3           lose:    one byte: the piece that is no longer preserved
 *     4 | n << 4  add:     place, one signed byte, which is added to 2^n bytes
 *
 * All CRCs match if the previous kernel was broken before it computed them, or is
 * malicious.
 *
 * A place is one byte for the piece and two for the offset. The roots are the first
 * pieces, and the preserved keys follow. All values are taken modulo the number that
 * exists, so that every input is valid.
 *
 * Each run checks that the restore accesses only preserved pages (free pages are
 * poisoned), claims and releases each page once and with its order, releases everything
 * that it has claimed, does not leak memory, and returns only documented errors. If CRCs
 * are checked, the data that is read must be the data that was saved. Data that the input
 * has not changed must be read.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfuzzer.h>
#include <linux/crc32c.h>
#include <linux/io.h>
#include <linux/kho/abi/luo_layout.h>
#include <linux/mm.h>

#include "../luo_object/memfd_file.h"
#include "frame.h"
#include "input.h"

#define FUZZ_PIECES	256

enum fuzz_op {
	FUZZ_SET,
	FUZZ_LEAD,
	FUZZ_COPY,
	FUZZ_LOSE,
	FUZZ_ADD,
	FUZZ_OPS,
};

struct fuzz_piece {
	void *mem;
	u64 address;
	size_t size;
	bool touched;
	bool lost;
};

static struct {
	struct fuzz_input input;
	bool blind;
	bool untouched;
	bool copied;
	unsigned int fail_nth;
	struct fuzz_piece pieces[FUZZ_PIECES];
	unsigned int nr_pieces;
} fuzz;

u64 fuzz_roots[FUZZ_ROOTS];

void kunit_fail(struct kunit *test, bool abort_test, const char *file, int line,
		const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

/*
 * Read the data even if its CRC is ignored, so that ASan checks the access. The CRC of a
 * number that the reader passes, such as the index of a block, is never ignored: preserved
 * memory cannot forge it.
 */
u32 __wrap_crc32c(u32 crc, const void *data, size_t len)
{
	u32 real = __real_crc32c(crc, data, len);
	bool brought = len == sizeof(u64) && !virt_addr_valid(data);

	return fuzz.blind && !brought ? crc : real;
}

/**
 * fuzz_crcs_tell - Check whether CRCs detect every change.
 *
 * Return: true if CRCs are checked, and the input has copied nothing: the CRC of a copied
 * record matches.
 */
bool fuzz_crcs_tell(void)
{
	return !fuzz.blind && !fuzz.copied;
}

/**
 * fuzz_memory_fails - Check whether the input lets an allocation fail.
 *
 * Return: true if so.
 */
bool fuzz_memory_fails(void)
{
	return fuzz.fail_nth;
}

/**
 * fuzz_unchanged - Check whether the memory is that of the previous kernel.
 *
 * Return: true if so. An allocation may still fail.
 */
bool fuzz_unchanged(void)
{
	return fuzz.untouched;
}

/**
 * fuzz_untouched - Check whether the input changes nothing.
 *
 * Return: true if the restore must succeed.
 */
bool fuzz_untouched(void)
{
	return fuzz.untouched && !fuzz.fail_nth;
}

static bool fuzz_touched(u64 address)
{
	unsigned int i;

	for (i = 0; i < fuzz.nr_pieces; i++) {
		const struct fuzz_piece *piece = &fuzz.pieces[i];

		if (piece->touched && address - piece->address < piece->size)
			return true;
	}

	return false;
}

/**
 * fuzz_intact - Check whether a restore must succeed.
 * @addresses: Addresses in the pieces of memory that the restore needs.
 * @nr:        Number of addresses.
 *
 * Return: true if the input has changed none of these pieces, and no other change makes
 * the restore use the wrong memory.
 */
bool fuzz_intact(const u64 *addresses, unsigned int nr)
{
	if (!fuzz_crcs_tell() || fuzz.fail_nth || fuzz.pieces[0].touched)
		return false;

	while (nr--) {
		if (fuzz_touched(addresses[nr]))
			return false;
	}

	return true;
}

/**
 * fuzz_object_needs - Get the memory that is needed to restore an object.
 * @kind:      Its kind.
 * @instance:  Its instance.
 * @version:   The version.
 * @addresses: Set to the addresses of the list of kinds, a block, the data, and the same
 *             of the digest of the layout.
 */
void fuzz_object_needs(const char *kind, u64 instance, u32 version,
		       u64 addresses[FUZZ_OBJECT_NEEDS])
{
	const u64 layout = LUO_LAYOUT_INSTANCE(luo_object_table_kind_crc(kind), version);
	const struct luo_object_record_ser *record;
	const struct luo_object_table *table;
	size_t size;

	table = luo_object_table_find(&luo_loopback_out.tables, kind);
	record = luo_object_table_record(table, instance, version);
	addresses[0] = virt_to_phys(luo_loopback_blob(&size));
	addresses[1] = virt_to_phys(record);
	addresses[2] = record->address;
	/* A raw object has no layout. */
	table = luo_object_table_find(&luo_loopback_out.tables, LUO_LAYOUT_KIND);
	if (table)
		record = luo_object_table_record(table, layout, LUO_LAYOUT_VERSION) ?: record;
	addresses[3] = virt_to_phys(record);
	addresses[4] = record->address;
}

/**
 * fuzz_errno - Check whether an error is documented.
 * @err:        The error.
 * @documented: The documented errors.
 * @nr:         Their number.
 *
 * Return: true if it is.
 */
bool fuzz_errno(int err, const int *documented, size_t nr)
{
	if (!err || (err == -ENOMEM && fuzz.fail_nth))
		return true;

	while (nr--) {
		if (documented[nr] == err)
			return true;
	}

	return false;
}

static struct fuzz_piece *fuzz_take_piece(void)
{
	return &fuzz.pieces[fuzz_take(&fuzz.input, 1) % fuzz.nr_pieces];
}

/* Read a place for @nr_bytes, and align it to them. Returns NULL if the piece is lost. */
static void *fuzz_take_place(struct fuzz_piece **piece, size_t nr_bytes)
{
	u64 offset;

	*piece = fuzz_take_piece();
	offset = fuzz_take(&fuzz.input, 2);
	if ((*piece)->lost)
		return NULL;

	return (*piece)->mem + ALIGN_DOWN(offset % (*piece)->size, nr_bytes);
}

static void fuzz_set(unsigned int nr_bytes)
{
	struct fuzz_piece *piece;
	void *place = fuzz_take_place(&piece, nr_bytes);
	u64 value = fuzz_take(&fuzz.input, nr_bytes);

	if (!place)
		return;
	memcpy(place, &value, nr_bytes);
	piece->touched = true;
}

static void fuzz_add(unsigned int nr_bytes)
{
	struct fuzz_piece *piece;
	void *place = fuzz_take_place(&piece, nr_bytes);
	s8 by = fuzz_take(&fuzz.input, 1);
	u64 value = 0;

	if (!place)
		return;
	memcpy(&value, place, nr_bytes);
	value += by;
	memcpy(place, &value, nr_bytes);
	piece->touched = true;
}

static void fuzz_lead(void)
{
	struct fuzz_piece *piece, *to;
	void *place = fuzz_take_place(&piece, sizeof(u64));
	void *target = fuzz_take_place(&to, sizeof(u64));
	u64 address;

	if (!place || !target)
		return;
	address = to->address + (target - to->mem);
	memcpy(place, &address, sizeof(address));
	piece->touched = true;
}

static void fuzz_copy(void)
{
	struct fuzz_piece *piece, *source;
	void *place = fuzz_take_place(&piece, sizeof(u64));
	void *from = fuzz_take_place(&source, sizeof(u64));
	size_t size = fuzz_take(&fuzz.input, 1) * sizeof(u64);

	if (!place || !from)
		return;
	size = min(size, (size_t)(piece->mem + piece->size - place));
	size = min(size, (size_t)(source->mem + source->size - from));
	memmove(place, from, size);
	piece->touched = true;
	fuzz.copied = true;
}

static void fuzz_lose(void)
{
	struct fuzz_piece *piece = fuzz_take_piece();

	/* The roots are not in preserved memory. */
	if (piece == fuzz.pieces || piece->lost)
		return;
	luo_loopback_lose_key(piece->address);
	piece->touched = true;
	piece->lost = true;
}

static void fuzz_change(void)
{
	u8 op;

	while (fuzz.input.left) {
		op = fuzz_take(&fuzz.input, 1);
		fuzz.untouched = false;
		switch ((op & 0xf) % FUZZ_OPS) {
		case FUZZ_SET:
			fuzz_set(1 << (op >> 4 & 3));
			break;
		case FUZZ_LEAD:
			fuzz_lead();
			break;
		case FUZZ_COPY:
			fuzz_copy();
			break;
		case FUZZ_LOSE:
			fuzz_lose();
			break;
		case FUZZ_ADD:
			fuzz_add(1 << (op >> 4 & 3));
			break;
		}
	}
}

static void fuzz_find_pieces(void)
{
	struct fuzz_piece *piece = fuzz.pieces;
	unsigned int order;
	u64 address;

	memset(fuzz.pieces, 0, sizeof(fuzz.pieces));
	piece->mem = fuzz_roots;
	piece->size = sizeof(fuzz_roots);
	fuzz.nr_pieces = 1;
	while (fuzz.nr_pieces < FUZZ_PIECES &&
	       luo_loopback_incoming_key(fuzz.nr_pieces - 1, &address,
					 &order)) {
		piece = &fuzz.pieces[fuzz.nr_pieces++];
		piece->mem = phys_to_virt(address);
		piece->address = address;
		piece->size = PAGE_SIZE << order;
	}
}

/**
 * fuzz_init - Use all pages once before the first run.
 * @argc: Unused.
 * @argv: Unused.
 *
 * The content of free pages depends on whether they were used before. This makes the first
 * run like all others.
 *
 * Return: 0.
 */
int fuzz_init(int *argc, char ***argv)
{
	free_pages(__get_free_pages(0, MAX_PAGE_ORDER), MAX_PAGE_ORDER);

	return 0;
}

/**
 * fuzz_run - Save, change the memory, and restore in the next kernel.
 * @data: The input.
 * @size: Its size in bytes.
 *
 * Return: 0.
 */
int fuzz_run(const u8 *data, size_t size)
{
	luo_loopback_init(NULL);
	memset(fuzz_roots, 0, sizeof(fuzz_roots));
	fuzz.input = (struct fuzz_input){ data, size };
	fuzz.blind = fuzz_take(&fuzz.input, 1) & 1;
	fuzz.fail_nth = 0;
	fuzz.untouched = true;
	fuzz.copied = false;

	fuzz_target.save();
	luo_loopback_kexec();

	fuzz.fail_nth = fuzz_take(&fuzz.input, 1);
	fuzz_find_pieces();
	fuzz_change();

	luo_loopback_fail_nth(fuzz.fail_nth);
	fuzz_target.restore();
	luo_loopback_fail_nth(0);
	FUZZ_EXPECT(!luo_loopback_keys(LUO_LOOPBACK_CLAIMED));
	/* Poisoned pages are never freed. */
	FUZZ_EXPECT(luo_loopback_pages_held() == memfd_file_retired);
	memfd_file_retired = 0;
	FUZZ_EXPECT(list_empty(&luo_loopback_in.tables));

	/* Memory that could not be found stays preserved until the next kexec. */
	luo_loopback_kexec();
	fuzz.blind = false;
	luo_loopback_exit(NULL);

	return 0;
}
