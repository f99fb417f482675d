// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of damaged objects
 *
 * The memory of the previous kernel may have any content. The tests store valid objects and
 * then corrupt each bit of all memory that is read, in turn, or write whole structures
 * that are valid but have wrong addresses. Reading the corrupt object must fail, reading
 * other objects must succeed, and all claimed memory must be freed in the end. Memory that
 * no address refers to stays preserved.
 */

#include <kunit/test.h>
#include <linux/io.h>
#include <linux/libfdt.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "luo_object_kunit.h"

/*
 * The objects at the beginning of each test: kind "many" in two blocks, and two kinds
 * with a few objects in several versions.
 */
#define NR_MANY		(LUO_OBJECT_RECORDS_PER_BLOCK + 3)
#define NR_FEW		3
#define NR_VERSIONS	2
#define SIZE		24

/* Number of reads by result. */
struct luo_damage_result {
	unsigned int good;
	unsigned int bad;
	unsigned int missing;
	unsigned int other;
};

static void luo_damage_store(struct kunit *test, unsigned int nr_many)
{
	u32 version;
	u64 i;

	for (version = 0; version < NR_VERSIONS; version++) {
		for (i = 0; i < NR_FEW; i++) {
			KUNIT_ASSERT_EQ(test, luo_kunit_store("few", i, version,
							      SIZE), 0);
			KUNIT_ASSERT_EQ(test, luo_kunit_store("other", i,
							      version, SIZE), 0);
		}
	}
	for (i = 0; i < nr_many; i++)
		KUNIT_ASSERT_EQ(test, luo_kunit_store("many", i, 0, SIZE), 0);
}

static void luo_damage_count(struct luo_damage_result *result, int err)
{
	switch (err) {
	case 0:
		result->good++;
		break;
	case -EBADMSG:
		result->bad++;
		break;
	case -ENOENT:
		result->missing++;
		break;
	default:
		result->other++;
		break;
	}
}

static struct luo_damage_result luo_damage_read_few(const char *kind)
{
	struct luo_damage_result result = {};
	u32 version;
	u64 i;

	for (version = 0; version < NR_VERSIONS; version++) {
		for (i = 0; i < NR_FEW; i++)
			luo_damage_count(&result, luo_kunit_read(kind, i,
								 version, SIZE));
	}

	return result;
}

static struct luo_damage_result luo_damage_read_many(unsigned int nr_many)
{
	struct luo_damage_result result = {};
	u64 i;

	for (i = 0; i < nr_many; i++)
		luo_damage_count(&result, luo_kunit_read("many", i, 0, SIZE));

	return result;
}

static void luo_damage_expect(struct kunit *test, struct luo_damage_result found,
			      unsigned int good, unsigned int bad,
			      const char *what, unsigned int nr)
{
	KUNIT_EXPECT_EQ_MSG(test, found.good, good, "%s %u", what, nr);
	KUNIT_EXPECT_EQ_MSG(test, found.bad, bad, "%s %u", what, nr);
	KUNIT_EXPECT_EQ_MSG(test, found.missing, 0U, "%s %u", what, nr);
	KUNIT_EXPECT_EQ_MSG(test, found.other, 0U, "%s %u", what, nr);
}

static void luo_damage_expect_few(struct kunit *test, const char *what,
				  unsigned int nr)
{
	luo_damage_expect(test, luo_damage_read_few("few"),
			  NR_FEW * NR_VERSIONS, 0, what, nr);
	luo_damage_expect(test, luo_damage_read_few("other"),
			  NR_FEW * NR_VERSIONS, 0, what, nr);
}

/* Release all claimed memory, and forget the rest. */
static void luo_damage_end(struct kunit *test, const char *what, unsigned int nr)
{
	luo_kunit_drop(NULL);
	KUNIT_EXPECT_EQ_MSG(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL,
			    "%s %u", what, nr);
	luo_loopback_kexec();
	cond_resched();
}

static struct luo_object_block_ser *luo_damage_block(const char *kind,
						     unsigned int nr)
{
	struct luo_object_block_ser *block;

	block = luo_object_table_find(&luo_loopback_out.tables, kind)->first;
	while (nr--)
		block = luo_object_next_block(block);

	return block;
}

static struct luo_object_record_ser *luo_damage_record(const char *kind,
						       u64 instance,
						       u32 version)
{
	struct luo_object_table *table =
		luo_object_table_find(&luo_loopback_out.tables, kind);

	return luo_object_table_record(table, instance, version);
}

static void luo_damage_flip(void *data, unsigned int bit)
{
	((u8 *)data)[bit / 8] ^= 1 << bit % 8;
}

/* The list of kinds has no checksum, so its structure must reveal corruption. */
static void luo_damage_fdt_bits(struct kunit *test)
{
	unsigned int bit, nr_bits, all = 0, none = 0;
	struct luo_damage_result few, other;
	size_t size;

	luo_damage_store(test, 0);
	luo_loopback_blob(&size);
	nr_bits = 8 * size;
	luo_loopback_kexec();
	luo_damage_end(test, "no bit", 0);

	for (bit = 0; bit < nr_bits; bit++) {
		luo_damage_store(test, 0);
		luo_damage_flip(luo_loopback_blob(&size), bit);
		luo_loopback_kexec();

		few = luo_damage_read_few("few");
		other = luo_damage_read_few("other");
		/*
		 * A kind is found, or the result says that it may have been lost.
		 */
		KUNIT_EXPECT_TRUE_MSG(test,
				      (few.good == NR_FEW * NR_VERSIONS ||
				       few.bad == NR_FEW * NR_VERSIONS) &&
				      (other.good == NR_FEW * NR_VERSIONS ||
				       other.bad == NR_FEW * NR_VERSIONS),
				      "bit %u of byte %u", bit % 8, bit / 8);
		all += few.good && other.good;
		none += few.bad && other.bad;
		luo_damage_end(test, "bit", bit);
	}
	/* Corruption is neither ignored, nor are all kinds lost. */
	KUNIT_EXPECT_GT(test, all, 0U);
	KUNIT_EXPECT_GT(test, none, 0U);
	KUNIT_EXPECT_GT(test, nr_bits - all - none, nr_bits / 10);
}

static void luo_damage_fdt_bytes(struct kunit *test)
{
	static const u8 bytes[] = { 0x00, 0xff, 0x01, 0x80 };
	unsigned int i, at, nr_bytes;
	struct luo_damage_result few;
	size_t size;
	u8 *blob;

	luo_damage_store(test, 0);
	luo_loopback_blob(&size);
	nr_bytes = size;
	luo_loopback_kexec();
	luo_damage_end(test, "no byte", 0);

	for (at = 0; at < nr_bytes; at++) {
		for (i = 0; i < ARRAY_SIZE(bytes); i++) {
			luo_damage_store(test, 0);
			blob = luo_loopback_blob(&size);
			if (blob[at] == bytes[i]) {
				luo_loopback_kexec();
				luo_damage_end(test, "byte", at);
				continue;
			}
			blob[at] = bytes[i];
			luo_loopback_kexec();
			few = luo_damage_read_few("few");
			KUNIT_EXPECT_TRUE_MSG(test,
					      few.good == NR_FEW * NR_VERSIONS ||
					      few.bad == NR_FEW * NR_VERSIONS,
					      "byte %u = %u", at, bytes[i]);
			luo_damage_end(test, "byte", at);
		}
	}
}

/* The list is noise, truncated, at a wrong address, or missing. */
static void luo_damage_fdt_whole(struct kunit *test)
{
	unsigned int i;
	size_t size;
	void *blob;

	for (i = 0; i < 100; i++) {
		luo_damage_store(test, 0);
		blob = luo_loopback_blob(&size);
		luo_pattern_fill(blob + i, size - i, i);
		luo_loopback_kexec();
		luo_damage_expect(test, luo_damage_read_few("few"), 0,
				  NR_FEW * NR_VERSIONS, "noise from", i);
		luo_damage_end(test, "noise from", i);
	}

	for (i = 0; i < 6; i++) {
		struct {
			u64 address;
			size_t size;
		} places[] = {
			{ 0, 64 }, { U64_MAX, 64 }, { 1ULL << 62, 64 },
			{ 0, SIZE_MAX }, { 64, 64 },
			{ 0, (PAGE_SIZE << get_order(LUO_OBJECT_FDT_SIZE)) + 1 },
		};

		luo_damage_store(test, 0);
		blob = luo_loopback_blob(&size);
		luo_loopback_kexec();
		/*
		 * Its size is too large, or it points into the page. A blob that is too
		 * small may be an earlier one.
		 */
		if (i >= 3)
			places[i].address += virt_to_phys(blob);
		luo_loopback_lose_blob(places[i].address, places[i].size);
		luo_damage_expect(test, luo_damage_read_few("few"), 0,
				  NR_FEW * NR_VERSIONS, "place", i);
		luo_damage_end(test, "place", i);
	}
}

static void luo_damage_record_bits(struct kunit *test)
{
	const u64 instance = LUO_OBJECT_RECORDS_PER_BLOCK + 1;
	const unsigned int present =
		8 * offsetof(struct luo_object_record_ser, flags);
	struct luo_damage_result many;
	unsigned int bit;
	int err;

	for (bit = 0; bit < 8 * sizeof(struct luo_object_record_ser); bit++) {
		luo_damage_store(test, NR_MANY);
		luo_damage_flip(luo_damage_record("many", instance, 0), bit);
		luo_loopback_kexec();

		luo_damage_expect_few(test, "bit", bit);
		err = luo_kunit_read("many", instance, 0, SIZE);
		many = luo_damage_read_many(NR_MANY);
		/*
		 * A slot without that bit is free. Only this bit can remove a record
		 * without an error.
		 */
		if (bit == present) {
			KUNIT_EXPECT_EQ(test, err, -ENOENT);
			KUNIT_EXPECT_EQ(test, many.good, NR_MANY - 1U);
		} else {
			KUNIT_EXPECT_EQ_MSG(test, err, -EBADMSG, "bit %u", bit);
			luo_damage_expect(test, many, NR_MANY - 1, 1, "bit",
					  bit);
		}
		luo_damage_end(test, "bit", bit);
	}
}

static void luo_damage_data_bits(struct kunit *test)
{
	unsigned int bit;

	for (bit = 0; bit < 8 * SIZE; bit++) {
		luo_damage_store(test, 0);
		luo_damage_flip(
			luo_object_table_record_data(luo_damage_record("few", 1, 1)),
			bit);
		luo_loopback_kexec();

		KUNIT_EXPECT_EQ(test, luo_kunit_read("few", 1, 1, SIZE),
				-EBADMSG);
		luo_damage_expect(test, luo_damage_read_few("few"),
				  NR_FEW * NR_VERSIONS - 1, 1, "bit", bit);
		luo_damage_expect(test, luo_damage_read_few("other"),
				  NR_FEW * NR_VERSIONS, 0, "bit", bit);
		luo_damage_end(test, "bit", bit);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING),
				0UL);
	}
}

/* The second of two blocks, then the first: the objects before it are found. */
static void luo_damage_block_bits(struct kunit *test)
{
	const unsigned int next_begin =
		8 * offsetof(struct luo_object_block_ser, next);
	const unsigned int next_end =
		8 * offsetofend(struct luo_object_block_ser, next);
	unsigned int nr, bit, good;

	for (nr = 0; nr < 2; nr++) {
		for (bit = 0; bit < 8 * sizeof(struct luo_object_block_ser);
		     bit++) {
			luo_damage_store(test, NR_MANY);
			luo_damage_flip(luo_damage_block("many", nr), bit);
			luo_loopback_kexec();

			luo_damage_expect_few(test, "bit", bit);
			good = nr * LUO_OBJECT_RECORDS_PER_BLOCK;
			/* If next is wrong, the block itself is valid. */
			if (bit >= next_begin && bit < next_end)
				good = nr ? NR_MANY :
					    LUO_OBJECT_RECORDS_PER_BLOCK;
			luo_damage_expect(test, luo_damage_read_many(NR_MANY),
					  good, NR_MANY - good, "bit", bit);
			/* Some objects are lost, so this one may have existed. */
			KUNIT_EXPECT_EQ(test, luo_kunit_read("many", U64_MAX, 0,
							     SIZE), -EBADMSG);
			luo_damage_end(test, "bit", bit);
		}
	}
}

enum luo_damage_target {
	ITSELF, FIRST, OTHER_KIND, FOREIGN, FOREIGN_LARGE, FREE_PAGE, POOL_PAGE,
	BLOB, MISALIGNED, NOWHERE, HIGHEST, NR_TARGETS
};

/* Invalid addresses. */
static u64 luo_damage_address(struct kunit *test, enum luo_damage_target target,
			      const struct luo_object_block_ser *block,
			      u32 sequence, void **foreign)
{
	struct luo_object_block_ser *copy;
	size_t size;
	u64 address;

	switch (target) {
	case ITSELF:
		return block->self;
	case FIRST:
		return luo_damage_block("many", 0)->self;
	case OTHER_KIND:
		return luo_damage_block("other", 0)->self;
	case FOREIGN:
	case FOREIGN_LARGE:
		*foreign = luo_handover_alloc(target == FOREIGN ? 0 : 3, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, *foreign);
		/* A copy that is wrong in one respect. */
		copy = *foreign;
		memcpy(copy, block, PAGE_SIZE);
		if (target == FOREIGN_LARGE) {
			copy->self = virt_to_phys(copy);
			copy->sequence = sequence;
			copy->crc = luo_object_table_block_crc(copy);
		}
		return virt_to_phys(*foreign);
	case FREE_PAGE:
		*foreign = luo_handover_alloc(0, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, *foreign);
		address = virt_to_phys(*foreign);
		luo_handover_free(*foreign, 0);
		return address;
	case POOL_PAGE:
		return luo_damage_record("few", 0, 0)->address & PAGE_MASK;
	case BLOB:
		return virt_to_phys(luo_loopback_blob(&size));
	case MISALIGNED:
		return block->self + 32;
	case NOWHERE:
		return 1ULL << 50;
	default:
		return U64_MAX;
	}
}

/* A chain ends at a block that is not its next one. */
static void luo_damage_next(struct kunit *test)
{
	struct luo_object_block_ser *block;
	unsigned int target, nr, good;
	void *foreign;

	for (target = 0; target < NR_TARGETS; target++) {
		for (nr = 0; nr < 2; nr++) {
			luo_damage_store(test, NR_MANY);
			block = luo_damage_block("many", nr);
			block->next = luo_damage_address(test, target, block,
							 nr + 1, &foreign);
			luo_loopback_kexec();

			luo_damage_expect_few(test, "target", target);
			good = nr ? NR_MANY : LUO_OBJECT_RECORDS_PER_BLOCK;
			luo_damage_expect(test, luo_damage_read_many(NR_MANY),
					  good, NR_MANY - good, "target",
					  target);
			luo_damage_end(test, "target", target);
		}
	}
}

/* The same for the pointer from the list of kinds to the first block. */
static void luo_damage_first(struct kunit *test)
{
	unsigned int target;
	void *fdt, *foreign;
	u64 address;
	size_t size;
	int node;

	for (target = 0; target < NR_TARGETS; target++) {
		/* The correct address. */
		if (target == ITSELF || target == FIRST)
			continue;

		luo_damage_store(test, NR_MANY);
		address = luo_damage_address(test, target,
					     luo_damage_block("many", 0), 0,
					     &foreign);
		fdt = luo_loopback_blob(&size);
		node = fdt_subnode_offset(fdt, 0, "many");
		KUNIT_ASSERT_EQ(test,
				fdt_setprop_inplace_u64(fdt, node, "first-block",
							address), 0);
		luo_loopback_kexec();

		luo_damage_expect_few(test, "target", target);
		luo_damage_expect(test, luo_damage_read_many(NR_MANY), 0,
				  NR_MANY, "target", target);
		luo_damage_end(test, "target", target);
	}
}

/* Two kinds with one name: the first is used, and an object may be lost. */
static void luo_damage_same_name(struct kunit *test)
{
	size_t size;
	void *fdt;
	int node;

	KUNIT_ASSERT_EQ(test, luo_kunit_store("one", 1, 0, SIZE), 0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("two", 1, 0, SIZE), 0);
	fdt = luo_loopback_blob(&size);
	node = fdt_subnode_offset(fdt, 0, "two");
	memcpy((char *)fdt_get_name(fdt, node, NULL), "one", 3);
	luo_loopback_kexec();

	KUNIT_EXPECT_EQ(test, luo_kunit_read("one", 1, 0, SIZE), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("two", 1, 0, SIZE), -EBADMSG);
	luo_damage_end(test, "name", 0);
}

/* A list whose size exceeds its memory. */
static void luo_damage_fdt_size(struct kunit *test)
{
	const u32 sizes[] = {
		(PAGE_SIZE << get_order(LUO_OBJECT_FDT_SIZE)) + 8, 1 << 20,
		S32_MAX, U32_MAX,
	};
	unsigned int i;
	size_t size;
	void *fdt;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		luo_damage_store(test, 0);
		fdt = luo_loopback_blob(&size);
		fdt_set_totalsize(fdt, sizes[i]);
		/* The names of properties would be read from outside. */
		if (i % 2)
			fdt_set_off_dt_strings(fdt, sizes[0]);
		luo_loopback_kexec();
		luo_damage_expect(test, luo_damage_read_few("few"), 0,
				  NR_FEW * NR_VERSIONS, "size", i);
		luo_damage_end(test, "size", i);
	}
}

/* One kind has the blocks of the other one. */
static void luo_damage_swapped_kinds(struct kunit *test)
{
	int few, other;
	size_t size;
	u64 first;
	void *fdt;

	luo_damage_store(test, NR_MANY);
	fdt = luo_loopback_blob(&size);
	few = fdt_subnode_offset(fdt, 0, "few");
	other = fdt_subnode_offset(fdt, 0, "other");
	first = luo_damage_block("few", 0)->self;
	fdt_setprop_inplace_u64(fdt, few, "first-block",
				luo_damage_block("other", 0)->self);
	fdt_setprop_inplace_u64(fdt, other, "first-block", first);
	luo_loopback_kexec();

	luo_damage_expect(test, luo_damage_read_few("few"), 0,
			  NR_FEW * NR_VERSIONS, "few", 0);
	luo_damage_expect(test, luo_damage_read_few("other"), 0,
			  NR_FEW * NR_VERSIONS, "other", 0);
	luo_damage_expect(test, luo_damage_read_many(NR_MANY), NR_MANY, 0,
			  "many", 0);
	luo_damage_end(test, "swapped", 0);
}

/* Blocks of one chain in another order, each of them valid. */
static void luo_damage_block_order(struct kunit *test)
{
	const unsigned int nr_many = 3 * LUO_OBJECT_RECORDS_PER_BLOCK;
	struct luo_object_block_ser *block[3];
	unsigned int i;

	luo_damage_store(test, nr_many);
	for (i = 0; i < ARRAY_SIZE(block); i++)
		block[i] = luo_damage_block("many", i);
	block[0]->next = block[2]->self;
	block[2]->next = block[1]->self;
	block[1]->next = 0;
	luo_loopback_kexec();

	luo_damage_expect_few(test, "order", 0);
	luo_damage_expect(test, luo_damage_read_many(nr_many),
			  LUO_OBJECT_RECORDS_PER_BLOCK,
			  2 * LUO_OBJECT_RECORDS_PER_BLOCK, "order", 0);
	luo_damage_end(test, "order", 0);
}

/* A record with a valid CRC and one invalid field. */
static void luo_damage_record_fields(struct kunit *test)
{
	struct luo_object_record_ser *record;
	u64 address, foreign;
	unsigned int i;

	for (i = 0; i < 17; i++) {
		luo_damage_store(test, NR_MANY);
		foreign = virt_to_phys(luo_handover_alloc(1, GFP_KERNEL));
		record = luo_damage_record("few", 1, 1);
		address = record->address;

		switch (i) {
		case 0:
			record->size = 0;
			break;
		case 1:
			record->size = LUO_OBJECT_SIZE_MAX + 1;
			break;
		case 2:
			record->size = U32_MAX;
			break;
		case 3:
			record->size = PAGE_SIZE;
			break;
		case 4:
			record->flags |= BIT(2);
			break;
		case 5:
			record->flags |= BIT(15);
			break;
		case 6:
			record->address = 0;
			break;
		case 7:
			record->address = U64_MAX - 7;
			break;
		case 8:
			record->address = foreign + 64;
			break;
		case 9:
			record->address = foreign + PAGE_SIZE + 64;
			break;
		case 10:
			record->address = address & PAGE_MASK;
			break;
		case 11:
			record->address = address + 4;
			break;
		case 12:
			record->address = ALIGN(address, PAGE_SIZE) - 8;
			break;
		case 13:
			record->address = 1ULL << 50;
			break;
		case 14:
			record->address = virt_to_phys(record);
			break;
		case 15:
			record->address = luo_damage_block("many", 1)->self + 32;
			break;
		/* Twice in the table: the first one is used. */
		case 16:
			record->instance = 0;
			break;
		}
		record->crc = luo_object_table_record_crc(record);
		luo_loopback_kexec();

		KUNIT_EXPECT_EQ_MSG(test, luo_kunit_read("few", 1, 1, SIZE),
				    -EBADMSG, "field %u", i);
		luo_damage_expect(test, luo_damage_read_few("few"),
				  NR_FEW * NR_VERSIONS - 1, 1, "field", i);
		luo_damage_expect(test, luo_damage_read_few("other"),
				  NR_FEW * NR_VERSIONS, 0, "field", i);
		luo_damage_expect(test, luo_damage_read_many(NR_MANY), NR_MANY,
				  0, "field", i);
		luo_damage_end(test, "field", i);
	}
}

/* Two records with the same data: the data is freed once. */
static void luo_damage_shared_data(struct kunit *test)
{
	struct luo_object_record_ser *one, *two;

	luo_damage_store(test, 0);
	one = luo_damage_record("few", 0, 0);
	two = luo_damage_record("few", 1, 0);
	two->address = one->address;
	two->data_crc = one->data_crc;
	two->crc = luo_object_table_record_crc(two);
	luo_loopback_kexec();

	KUNIT_EXPECT_EQ(test, luo_kunit_read("few", 0, 0, SIZE), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("few", 1, 0, SIZE), -EILSEQ);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("few", 0), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("few", 1, 0, SIZE), -EILSEQ);
	luo_damage_end(test, "shared", 0);
}

/* Whole pages of noise in the place of blocks. */
static void luo_damage_noise(struct kunit *test)
{
	struct luo_object_block_ser *block;
	struct luo_damage_result many;
	unsigned int seed;

	for (seed = 0; seed < 50; seed++) {
		luo_damage_store(test, NR_MANY);
		block = luo_damage_block("many", 1);
		/* Every other time the head of the block stays. */
		if (seed % 2)
			luo_pattern_fill(block, PAGE_SIZE, seed);
		else
			luo_pattern_fill(block + 1, PAGE_SIZE - sizeof(*block),
					 seed);
		luo_loopback_kexec();

		luo_damage_expect_few(test, "seed", seed);
		many = luo_damage_read_many(NR_MANY);
		KUNIT_EXPECT_EQ(test, many.good, (unsigned int)
				LUO_OBJECT_RECORDS_PER_BLOCK);
		KUNIT_EXPECT_EQ(test, many.bad, NR_MANY - many.good);
		luo_damage_end(test, "seed", seed);
	}
}

/* The header of the page that the data lies in. */
static void luo_damage_pool_header(struct kunit *test)
{
	struct luo_damage_result many;

	luo_damage_store(test, NR_MANY);
	luo_damage_flip(phys_to_virt(luo_damage_record("few", 0, 0)->address &
				     PAGE_MASK), 3);
	luo_loopback_kexec();

	luo_damage_expect(test, luo_damage_read_few("few"), 0,
			  NR_FEW * NR_VERSIONS, "few", 0);
	many = luo_damage_read_many(NR_MANY);
	KUNIT_EXPECT_EQ(test, many.good + many.bad, (unsigned int)NR_MANY);
	luo_damage_end(test, "pool", 0);

	/* The objects in another page are not lost. */
	luo_damage_store(test, 2 * NR_MANY);
	luo_damage_flip(phys_to_virt(luo_damage_record("few", 0, 0)->address &
				     PAGE_MASK), 3);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("many", 2 * NR_MANY - 1, 0, SIZE),
			0);
	luo_damage_end(test, "pool", 1);
}

/* A corrupt kind can be dropped and finished. */
static void luo_damage_finish(struct kunit *test)
{
	u64 i;

	luo_damage_store(test, NR_MANY);
	luo_damage_flip(luo_damage_record("many", 5, 0), 100);
	luo_damage_flip(
		luo_object_table_record_data(luo_damage_record("many", 6, 0)), 0);
	luo_loopback_kexec();

	KUNIT_EXPECT_EQ(test, luo_kunit_finish("many", 5), -EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("many", 6), 0);
	for (i = 7; i < NR_MANY; i++)
		KUNIT_EXPECT_EQ(test, luo_kunit_finish("many", i), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop("many"), 0);
	/* It was freed, but other objects may have been lost. */
	KUNIT_EXPECT_EQ(test, luo_kunit_read("many", 0, 0, SIZE), -EBADMSG);
	luo_damage_expect_few(test, "finish", 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
}

/* Corruption of one kind never changes the result for another one. */
static void luo_damage_stays_with_its_kind(struct kunit *test)
{
	unsigned int block, i;

	for (block = 0; block < 2; block++) {
		luo_damage_store(test, NR_MANY);
		if (block)
			luo_damage_flip(luo_damage_block("many", 0), 0);
		else
			luo_damage_flip(luo_damage_record("many", 1, 0), 100);
		luo_loopback_kexec();

		for (i = 0; i < 3; i++) {
			KUNIT_EXPECT_EQ_MSG(test, luo_kunit_read("never", 7, 0,
								 SIZE),
					    -ENOENT, "block %u", block);
			KUNIT_EXPECT_EQ(test, luo_kunit_finish("never", 7),
					-ENOENT);
			KUNIT_EXPECT_EQ(test, luo_kunit_read("many", 1, 0, SIZE),
					-EBADMSG);
			KUNIT_EXPECT_EQ(test, luo_kunit_read("few", 9, 0, SIZE),
					-ENOENT);
			if (!i)
				luo_kunit_drop("many");
			else
				luo_kunit_drop(NULL);
		}
		luo_damage_end(test, "kind", block);
	}
}

/* Change the list of kinds and the blocks of records when they are claimed. */
static void luo_damage_claim(u64 address)
{
	struct luo_pool_block_ser *block = phys_to_virt(address);

	if (block->magic != LUO_POOL_BLOCK_MAGIC)
		memset(block, 0xa5, PAGE_SIZE << luo_handover_order(address));
}

/* Only the checked copy is used. The data is checked by each read. */
static void luo_damage_changes_when_claimed(struct kunit *test)
{
	struct luo_object_iter iter = {};
	unsigned int instance;

	luo_damage_store(test, NR_MANY);
	luo_loopback_kexec();
	luo_loopback_on_claim(luo_damage_claim);

	for (instance = 0; instance < NR_MANY; instance++) {
		KUNIT_EXPECT_TRUE(test, luo_object_in_next(&luo_loopback_in,
							   "many", &iter));
		KUNIT_EXPECT_EQ(test, iter.instance, instance);
	}
	luo_damage_expect_few(test, "claim", 0);
	luo_damage_expect(test, luo_damage_read_many(NR_MANY), NR_MANY, 0,
			  "claim", 0);
	luo_damage_end(test, "claim", 0);
}

static struct kunit_case luo_object_damage_cases[] = {
	KUNIT_CASE(luo_damage_stays_with_its_kind),
	KUNIT_CASE(luo_damage_changes_when_claimed),
	KUNIT_CASE_SLOW(luo_damage_fdt_bits),
	KUNIT_CASE_SLOW(luo_damage_fdt_bytes),
	KUNIT_CASE(luo_damage_fdt_whole),
	KUNIT_CASE(luo_damage_record_bits),
	KUNIT_CASE(luo_damage_data_bits),
	KUNIT_CASE(luo_damage_block_bits),
	KUNIT_CASE(luo_damage_next),
	KUNIT_CASE(luo_damage_first),
	KUNIT_CASE(luo_damage_same_name),
	KUNIT_CASE(luo_damage_fdt_size),
	KUNIT_CASE(luo_damage_swapped_kinds),
	KUNIT_CASE(luo_damage_block_order),
	KUNIT_CASE(luo_damage_record_fields),
	KUNIT_CASE(luo_damage_shared_data),
	KUNIT_CASE(luo_damage_noise),
	KUNIT_CASE(luo_damage_pool_header),
	KUNIT_CASE(luo_damage_finish),
	{}
};

static struct kunit_suite luo_object_damage_suite = {
	.name = "luo_object_damage",
	.init = luo_loopback_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_object_damage_cases,
};

kunit_test_suite(luo_object_damage_suite);
