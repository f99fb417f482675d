// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of retrieve in the memfd handler
 *
 * Test the source of the kernel over the loopback, with memfd_file.c in place of the page
 * cache: version 0 and version 1, valid and with each field corrupted; lists that refer to
 * pages of other files or to themselves, or that change while they are read; and a failure
 * of each allocation. No page may get two owners, and each page must be freed or stay
 * preserved, as the test expects.
 */

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/io.h>
#include <linux/luo_run.h>
#include <linux/mm.h>

#include "memfd_saved.h"

/* In pages. The last folio extends beyond the end of the file. */
#define SIZE	60

/* All forms of extents. Each page or folio has its own key, so version 0 can be written. */
static void memfd_add_all(struct memfd_saved *saved)
{
	memfd_begin(saved, SIZE, 0);
	memfd_add(saved, 0, 0, 0, 0);
	memfd_add(saved, 2, 0, 3, 0);
	memfd_add(saved, 10, 0, 2, LUO_MEMFD_DESCENDING);
	memfd_add(saved, 16, 3, 4, LUO_MEMFD_DESCENDING);
	memfd_add(saved, 56, 3, 3, 0);
	memfd_add(saved, 40, 0, 0, 0);
}

static void memfd_save_all_v0(struct memfd_saved *saved)
{
	memfd_add_all(saved);
	memfd_save_v0(saved, 0);
}

static void memfd_save_all_v1(struct memfd_saved *saved)
{
	memfd_add_all(saved);
	memfd_save_v1(saved, 1);
}

static void memfd_save_all_both(struct memfd_saved *saved)
{
	memfd_add_all(saved);
	memfd_save_v0(saved, 1);
	memfd_save_v1(saved, 1);
}

/* Runs of order 0 under the smallest number of keys. */
static void memfd_save_all_ranges(struct memfd_saved *saved)
{
	memfd_begin(saved, SIZE, LUO_MEMFD_RANGE_KEYS | LUO_MEMFD_NOEXEC);
	memfd_add(saved, 0, 0, 4, 0);
	memfd_add(saved, 20, 0, 3, LUO_MEMFD_DESCENDING);
	memfd_add(saved, 32, 2, 2, 0);
	memfd_add(saved, 40, 0, 0, 0);
	memfd_save_v1(saved, 1);
}

static void memfd_save_empty(struct memfd_saved *saved)
{
	memfd_begin(saved, SIZE, 0);
	memfd_save_v1(saved, 1);
}

static void memfd_save_empty_v0(struct memfd_saved *saved)
{
	memfd_begin(saved, SIZE, 0);
	memfd_save_v0(saved, 0);
	luo_handover_free(saved->chunk, 0);
	saved->head->folios.first.phys = 0;
}

static void memfd_save_all_attrs(struct memfd_saved *saved)
{
	memfd_save_all_both(saved);
	memfd_set_attrs(saved);
	memfd_save_attrs(saved);
}

static void (* const memfd_save_each[])(struct memfd_saved *saved) = {
	memfd_save_all_v0, memfd_save_all_v1, memfd_save_all_both,
	memfd_save_all_ranges, memfd_save_empty, memfd_save_empty_v0,
	memfd_save_all_attrs,
};

/* Check that no page is claimed or held, so that each is preserved or free. */
static void memfd_expect_unclaimed(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 0UL);
}

static void memfd_expect_freed(struct kunit *test)
{
	memfd_expect_unclaimed(test);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
}

static void memfd_round_trip(struct kunit *test)
{
	struct memfd_saved saved;
	struct file *file;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(memfd_save_each); i++) {
		memfd_save_each[i](&saved);
		memfd_kexec();
		KUNIT_ASSERT_EQ_MSG(test, memfd_retrieve(&saved, &file), 0,
				    "file %u", i);
		KUNIT_EXPECT_TRUE_MSG(test, memfd_holds(&saved, file),
				      "file %u", i);
		KUNIT_EXPECT_EQ_MSG(test, memfd_holds_attrs(&saved, file),
				    !!saved.attrs.mode, "file %u", i);
		memfd_finish(&saved, 1);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING),
				0UL);
		fput(file);
		memfd_expect_freed(test);
		memfd_kexec();
	}
}

/* A file is retrieved even if any byte of its attributes is corrupt. */
static void memfd_attrs_damage(struct kunit *test)
{
	struct memfd_saved saved;
	unsigned int nr_lost = 0;
	struct file *file;
	size_t i;

	for (i = 0; i < sizeof(saved.attrs) + MEMFD_SAVED_XATTRS; i++) {
		memfd_save_all_both(&saved);
		memfd_set_attrs(&saved);
		if (i < sizeof(saved.attrs))
			((u8 *)&saved.attrs)[i] ^= 0xff;
		else
			((u8 *)saved.xattrs.data)[i - sizeof(saved.attrs)] ^= 0xff;
		memfd_save_attrs(&saved);
		memfd_kexec();
		KUNIT_ASSERT_EQ_MSG(test, memfd_retrieve(&saved, &file), 0,
				    "byte %zu", i);
		KUNIT_EXPECT_TRUE_MSG(test, memfd_holds(&saved, file),
				      "byte %zu", i);
		nr_lost += !file->has_attrs;
		if (!file->has_attrs)
			KUNIT_EXPECT_STREQ(test, file->name, "");
		memfd_finish(&saved, 1);
		fput(file);
		memfd_expect_unclaimed(test);
		memfd_kexec();
	}
	KUNIT_EXPECT_GT(test, nr_lost, 200U);
}

static void memfd_finish_unread(struct kunit *test)
{
	struct memfd_saved saved;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(memfd_save_each); i++) {
		memfd_save_each[i](&saved);
		memfd_kexec();
		memfd_finish(&saved, 0);
		memfd_expect_freed(test);
		memfd_kexec();
	}
}

/* After each failed allocation, finish frees all remaining memory. */
static void memfd_fail_nth(struct kunit *test)
{
	struct memfd_saved saved;
	struct file *file;
	unsigned long nth;
	unsigned int i;
	bool failed;
	int err;

	for (i = 0; i < ARRAY_SIZE(memfd_save_each); i++) {
		nth = 0;
		do {
			memfd_save_each[i](&saved);
			memfd_kexec();
			luo_loopback_fail_nth(++nth);
			err = memfd_retrieve(&saved, &file);
			failed = luo_loopback_failed();
			luo_loopback_fail_nth(0);
			if (!failed)
				KUNIT_EXPECT_EQ(test, err, 0);
			/* Version 0 is used if version 1 fails. */
			if (err)
				KUNIT_EXPECT_EQ_MSG(test, err, -ENOMEM,
						    "file %u, allocation %lu",
						    i, nth);
			else
				KUNIT_EXPECT_TRUE(test, memfd_holds(&saved,
								    file));
			memfd_finish(&saved, err ?: 1);
			if (!err)
				fput(file);
			memfd_expect_freed(test);
			memfd_kexec();
		} while (failed && nth < 1000);
		KUNIT_EXPECT_GT(test, nth, 2UL);
		KUNIT_EXPECT_FALSE(test, failed);
	}
}

static void memfd_fail_nth_in_finish(struct kunit *test)
{
	struct memfd_saved saved;
	unsigned long nth;
	unsigned int i;
	bool failed;

	for (i = 0; i < ARRAY_SIZE(memfd_save_each); i++) {
		nth = 0;
		do {
			memfd_save_each[i](&saved);
			memfd_kexec();
			luo_loopback_fail_nth(++nth);
			memfd_finish(&saved, 0);
			failed = luo_loopback_failed();
			luo_loopback_fail_nth(0);
			memfd_expect_freed(test);
			memfd_kexec();
		} while (failed && nth < 1000);
		KUNIT_EXPECT_FALSE(test, failed);
	}
}

/* A page that was allocated and never written has no content yet. */
static void memfd_v0_unwritten(struct kunit *test)
{
	struct memfd_saved saved;
	struct file *file;
	u32 i;

	memfd_begin(&saved, SIZE, 0);
	memfd_add(&saved, 0, 0, 1, 0);
	memfd_add(&saved, 8, 3, 3, 0);
	memfd_save_v0(&saved, 0);
	for (i = 0; i < 3; i++)
		saved.folios[0][i].flags &= ~MEMFD_LUO_FOLIO_UPTODATE;
	saved.folios[0][1].flags |= MEMFD_LUO_FOLIO_UPTODATE;
	memfd_kexec();
	KUNIT_ASSERT_EQ(test, memfd_retrieve(&saved, &file), 0);
	for (i = 0; i < saved.v1.nr_extents; i++) {
		u64 *mem = phys_to_virt(PFN_PHYS(saved.extents[i].pfn));

		KUNIT_EXPECT_EQ(test, *mem, 0ULL);
	}
	KUNIT_EXPECT_EQ(test, 1ULL,
			*(u64 *)phys_to_virt(PFN_PHYS(saved.extents[0].pfn + 1)));
	fput(file);
	memfd_finish(&saved, 1);
	memfd_expect_freed(test);
}

/* An entry without a page frame is skipped if it is flagged as removed, else corrupt. */
static void memfd_v0_removed(struct kunit *test)
{
	struct memfd_saved saved;
	struct file *file;
	bool removed;
	u32 flags;
	int err;

	for (removed = true;; removed = false) {
		flags = removed ? LUO_MEMFD_V0_REMOVED : MEMFD_LUO_FOLIO_DIRTY;
		memfd_begin(&saved, SIZE, 0);
		memfd_add(&saved, 0, 0, 2, 0);
		memfd_save_v0(&saved, 0);
		saved.folios[0][saved.head->nr_folios++] =
			(struct memfd_luo_folio_ser){
				.flags = flags, .index = 5,
			};
		memfd_kexec();
		err = memfd_retrieve(&saved, &file);
		KUNIT_EXPECT_EQ(test, err, removed ? 0 : -EBADMSG);
		memfd_finish(&saved, err ?: 1);
		if (err)
			break;
		KUNIT_EXPECT_TRUE(test, memfd_holds(&saved, file));
		fput(file);
		memfd_expect_freed(test);
		memfd_kexec();
	}
	memfd_expect_unclaimed(test);
	memfd_kexec();
}

/* No page of a corrupt list is claimed or written. */
static void memfd_v0_unwritten_damaged(struct kunit *test)
{
	struct memfd_saved saved;
	unsigned long nr_keys;
	struct file *file;
	u64 *mem;

	memfd_begin(&saved, SIZE, 0);
	memfd_add(&saved, 0, 0, 1, 0);
	memfd_save_v0(&saved, 0);
	saved.folios[0][0].flags = 0;
	saved.folios[0][1].pfn = 1;
	memfd_kexec();
	nr_keys = luo_loopback_keys(LUO_LOOPBACK_INCOMING);
	mem = phys_to_virt(PFN_PHYS(saved.extents[0].pfn));
	*mem = 42;
	KUNIT_EXPECT_EQ(test, memfd_retrieve(&saved, &file), -EBADMSG);
	memfd_finish(&saved, -EBADMSG);
	KUNIT_EXPECT_EQ(test, *mem, 42ULL);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), nr_keys);
	memfd_kexec();
}

static void memfd_save_poisoned(struct memfd_saved *saved, unsigned int version)
{
	memfd_begin(saved, SIZE, LUO_MEMFD_RANGE_KEYS);
	memfd_add(saved, 0, 0, 4, 0);
	memfd_add(saved, 16, 0, 2, LUO_MEMFD_POISONED | LUO_MEMFD_DESCENDING);
	memfd_add(saved, 24, 3, 3, 0);
	memfd_save_v1(saved, version);
}

/* Poisoned pages are claimed and inserted as poisoned pages, and are never freed. */
static void memfd_poisoned(struct kunit *test)
{
	const struct memfd_page *page;
	struct memfd_saved saved;
	struct file *file;
	u64 i;

	memfd_save_poisoned(&saved, 2);
	memfd_kexec();
	memfd_file_retired = 0;
	KUNIT_ASSERT_EQ(test, memfd_retrieve(&saved, &file), 0);
	for (i = 0; i < 20; i++) {
		page = memfd_file_page(file, i);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page->poisoned, i >= 16);
	}
	memfd_finish(&saved, 1);
	fput(file);
	KUNIT_EXPECT_EQ(test, memfd_file_retired, 4UL);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 4UL);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
	memfd_kexec();

	memfd_save_poisoned(&saved, 2);
	memfd_kexec();
	memfd_finish(&saved, 0);
	KUNIT_EXPECT_EQ(test, memfd_file_retired, 8UL);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 4UL);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
	memfd_kexec();

	/* Version 1 does not have the flag of poisoned pages. */
	memfd_save_poisoned(&saved, 1);
	memfd_kexec();
	KUNIT_EXPECT_EQ(test, memfd_retrieve(&saved, &file), -EBADMSG);
	memfd_finish(&saved, -EBADMSG);
	memfd_expect_unclaimed(test);
	memfd_kexec();
}

/* For each failed allocation, poisoned pages are not freed and all others are. */
static void memfd_poisoned_fail_nth(struct kunit *test)
{
	struct memfd_saved saved;
	unsigned long nth = 0;
	struct file *file;
	bool failed;
	int err;

	do {
		memfd_save_poisoned(&saved, 2);
		memfd_kexec();
		luo_loopback_fail_nth(++nth);
		err = memfd_retrieve(&saved, &file);
		failed = luo_loopback_failed();
		luo_loopback_fail_nth(0);
		memfd_finish(&saved, err ?: 1);
		if (!err)
			fput(file);
		KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 4UL);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING),
				0UL);
		memfd_kexec();
	} while (failed && nth < 1000);
	KUNIT_EXPECT_FALSE(test, failed);
}

static bool memfd_errno(int err)
{
	return !err || err == -EBADMSG || err == -EEXIST || err == -EOPNOTSUPP;
}

/* Retrieve and finish in any order, with any content of memory. */
static void memfd_try(struct kunit *test, const struct memfd_saved *saved,
		      bool retrieve, const char *where, unsigned int nr, u64 value)
{
	struct file *file;
	int err = 0;

	if (retrieve) {
		err = memfd_retrieve(saved, &file);
		KUNIT_EXPECT_TRUE_MSG(test, memfd_errno(err),
				      "%s %u is %#llx: %d", where, nr, value,
				      err);
		if (!err)
			fput(file);
		err = err ?: 1;
	}
	memfd_finish(saved, err);
}

static u64 memfd_damaged_word(struct memfd_saved *saved,
			      struct memfd_saved *other, u64 word, unsigned int way)
{
	switch (way) {
	case 0:
		return 0;
	case 1:
		return word + 1;
	case 2:
		return word - 1;
	case 3:
		return ~0ULL;
	case 4:
		return word ^ 1ULL << 63;
	case 5:
		return word ^ 1ULL << 32;
	case 6:
		return saved->data;
	case 7:
		return virt_to_phys(saved->chunk);
	case 8:
		return virt_to_phys(saved->folios[0]);
	case 9:
		return saved->extents[1].pfn;
	case 10:
		return PFN_PHYS(other->extents[3].pfn);
	default:
		return other->extents[0].pfn;
	}
}

/* Corrupt each word of the structure of a file that @mem returns, in several ways. */
static void memfd_damage_words(struct kunit *test, const char *where,
			       void *(*mem)(struct memfd_saved *saved),
			       unsigned int nr_words)
{
	struct memfd_saved saved, other;
	unsigned int i, j;
	struct file *file;
	u64 *word;
	int err;

	for (i = 0; i < nr_words; i++) {
		for (j = 0; j < 24; j++) {
			memfd_save_all_v0(&saved);
			memfd_add_all(&other);
			memfd_save_v1(&other, 1);
			memfd_kexec();
			word = (u64 *)mem(&saved) + i;
			*word = memfd_damaged_word(&saved, &other, *word, j / 2);
			memfd_try(test, &saved, j & 1, where, i, *word);

			/* The page is claimed by one of the two files, never by both. */
			err = memfd_retrieve(&other, &file);
			KUNIT_EXPECT_TRUE(test, !err || err == -EBADMSG);
			if (!err) {
				KUNIT_EXPECT_TRUE(test, memfd_holds(&other,
								    file));
				fput(file);
			}
			memfd_finish(&other, err ?: 1);
			memfd_expect_unclaimed(test);
			memfd_kexec();
		}
	}
}

static void *memfd_head(struct memfd_saved *saved)
{
	return saved->head;
}

static void *memfd_chunk(struct memfd_saved *saved)
{
	return saved->chunk;
}

static void *memfd_entries(struct memfd_saved *saved)
{
	return saved->folios[0];
}

static void memfd_v0_damage(struct kunit *test)
{
	memfd_damage_words(test, "head", memfd_head,
			   sizeof(struct memfd_luo_ser) / sizeof(u64));
	memfd_damage_words(test, "chunk", memfd_chunk, 4);
	memfd_damage_words(test, "entry", memfd_entries, 34);
}

/* The CRC covers every bit of version 1; the keys reveal other corruption. */
static void memfd_v1_damage(struct kunit *test)
{
	struct memfd_saved saved;
	struct file *file;
	unsigned int i;

	for (i = 0; i < 6 * sizeof(saved.extents[0]); i++) {
		memfd_save_all_v1(&saved);
		memfd_kexec();
		((u8 *)saved.array.data)[i] ^= 1 << i % 8;
		KUNIT_EXPECT_EQ(test, memfd_retrieve(&saved, &file), -EBADMSG);
		memfd_finish(&saved, -EBADMSG);
		memfd_expect_unclaimed(test);
		memfd_kexec();

		/* Version 0 has the same pages, and the memory of the array is lost. */
		memfd_save_all_both(&saved);
		memfd_kexec();
		((u8 *)saved.array.data)[i] ^= 1 << i % 8;
		KUNIT_ASSERT_EQ(test, memfd_retrieve(&saved, &file), 0);
		KUNIT_EXPECT_TRUE(test, memfd_holds(&saved, file));
		fput(file);
		memfd_finish(&saved, 1);
		memfd_expect_unclaimed(test);
		memfd_kexec();
	}
}

static void memfd_break_v1(struct memfd_saved *saved, unsigned int way)
{
	switch (way) {
	case 0:
		saved->extents[1].index += SIZE;
		break;
	case 1:
		saved->extents[1].pfn += 1;
		break;
	case 2:
		saved->extents[1].pfn = ~0ULL;
		break;
	case 3:
		saved->extents[1].nr_pages = 0;
		break;
	case 4:
		saved->extents[1].nr_pages = ~0U;
		break;
	case 5:
		saved->extents[1].order = 64;
		break;
	case 6:
		saved->extents[1].flags = LUO_MEMFD_UNWRITTEN;
		break;
	case 7:
		saved->extents[3].order = 2;
		break;
	case 8:
		saved->v1.nr_pages++;
		break;
	}
}

/* Invalid fields with a valid CRC. */
static void memfd_v1_wrong(struct kunit *test)
{
	struct memfd_saved saved;
	struct file *file;
	unsigned int i;

	for (i = 0; i < 9; i++) {
		memfd_add_all(&saved);
		memfd_break_v1(&saved, i);
		memfd_save_v1(&saved, 1);
		memfd_kexec();
		KUNIT_EXPECT_EQ_MSG(test, memfd_retrieve(&saved, &file),
				    -EBADMSG, "case %u", i);
		memfd_finish(&saved, -EBADMSG);
		memfd_expect_unclaimed(test);
		memfd_kexec();
	}
}

/* The pages of a file with unknown seals are freed. */
static void memfd_unknown_seals(struct kunit *test)
{
	struct memfd_saved saved;
	struct file *file;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		memfd_add_all(&saved);
		saved.v1.seals = 1U << 20;
		if (i != 1)
			memfd_save_v0(&saved, 0);
		if (i)
			memfd_save_v1(&saved, 1);
		memfd_kexec();
		KUNIT_EXPECT_EQ(test, memfd_retrieve(&saved, &file),
				-EOPNOTSUPP);
		memfd_finish(&saved, -EOPNOTSUPP);
		memfd_expect_freed(test);
		memfd_kexec();
	}
}

/* Pages after a missing key may belong to another file, and stay preserved. */
static void memfd_missing_key(struct kunit *test)
{
	struct memfd_saved saved;
	struct file *file;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		memfd_save_all_v1(&saved);
		memfd_kexec();
		luo_loopback_lose_key(PFN_PHYS(saved.extents[i].pfn));
		memfd_file_parts = 1;
		KUNIT_EXPECT_EQ(test, memfd_retrieve(&saved, &file), -EBADMSG);
		memfd_file_parts = 3;
		memfd_finish(&saved, -EBADMSG);
		memfd_expect_unclaimed(test);
		KUNIT_EXPECT_EQ(test, i < 5,
				!!luo_loopback_keys(LUO_LOOPBACK_INCOMING));
		memfd_kexec();
	}
}

/* The error of a missing key is reported, although there was another error before. */
static void memfd_missing_key_after_error(struct kunit *test)
{
	struct memfd_saved saved;
	struct file *file;

	memfd_add_all(&saved);
	saved.extents[4].index = saved.extents[3].index;
	memfd_save_v1(&saved, 1);
	memfd_kexec();
	luo_loopback_lose_key(PFN_PHYS(saved.extents[5].pfn));
	memfd_file_parts = 1;
	KUNIT_EXPECT_EQ(test, memfd_retrieve(&saved, &file), -EBADMSG);
	memfd_file_parts = 3;
	memfd_finish(&saved, -EBADMSG);
	memfd_expect_unclaimed(test);
	memfd_kexec();
}

/* One page at two indexes of a file, and two pages at one index. */
static void memfd_twice_in_file(struct kunit *test)
{
	struct memfd_saved saved;
	struct file *file;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		memfd_add_all(&saved);
		if (i & 1)
			saved.extents[5].pfn = saved.extents[1].pfn + 3;
		else
			saved.extents[5].index = saved.extents[1].index + 3;
		if (i & 2)
			memfd_save_v1(&saved, 1);
		else
			memfd_save_v0(&saved, 0);
		memfd_kexec();
		KUNIT_EXPECT_EQ(test, memfd_retrieve(&saved, &file),
				i & 1 ? -EBADMSG : -EEXIST);
		memfd_finish(&saved, i & 1 ? -EBADMSG : -EEXIST);
		memfd_expect_unclaimed(test);
		memfd_kexec();
	}
}

static void memfd_page_of_other_file(struct kunit *test)
{
	struct memfd_saved saved, other;
	struct file *file;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		memfd_add_all(&saved);
		memfd_add_all(&other);
		saved.extents[3].pfn = other.extents[3].pfn;
		if (i & 1)
			memfd_save_v1(&saved, 1);
		else
			memfd_save_v0(&saved, 0);
		memfd_save_v1(&other, 1);
		memfd_kexec();
		if (i & 2) {
			KUNIT_ASSERT_EQ(test, memfd_retrieve(&other, &file), 0);
			KUNIT_EXPECT_TRUE(test, memfd_holds(&other, file));
			memfd_try(test, &saved, true, "a page", i, 0);
			KUNIT_EXPECT_TRUE(test, memfd_holds(&other, file));
			fput(file);
			memfd_finish(&other, 1);
		} else {
			memfd_finish(&saved, 0);
			KUNIT_EXPECT_EQ(test, memfd_retrieve(&other, &file),
					-EBADMSG);
			memfd_finish(&other, -EBADMSG);
		}
		memfd_expect_unclaimed(test);
		memfd_kexec();
	}
}

/* The entry that changes after it was read; NULL for none. */
static struct memfd_luo_folio_ser *memfd_changing;
static u64 memfd_changed_pfn;

int (*memfd_order_at)(u64 pfn);

/* Called for the check of an entry, after it was copied. */
int __wrap_luo_run_order_at(u64 pfn)
{
	int order = memfd_order_at ? memfd_order_at(pfn) :
				     __real_luo_run_order_at(pfn);

	if (memfd_changing && memfd_changing->pfn == pfn) {
		memfd_changing->pfn = memfd_changed_pfn;
		memfd_changing->index = ~0ULL;
		memfd_changing = NULL;
	}

	return order;
}

/* If an entry changes after it was copied, only the checked copy is used. */
static void memfd_v0_changes(struct kunit *test)
{
	struct memfd_saved saved;
	struct file *file;

	memfd_save_all_v0(&saved);
	memfd_kexec();
	memfd_changing = &saved.folios[0][2];
	memfd_changed_pfn = ~0ULL;
	KUNIT_ASSERT_EQ(test, memfd_retrieve(&saved, &file), 0);
	KUNIT_EXPECT_NULL(test, memfd_changing);
	KUNIT_EXPECT_TRUE(test, memfd_holds(&saved, file));
	fput(file);
	memfd_finish(&saved, 1);
	memfd_expect_freed(test);
	memfd_kexec();

	/* A list changes between the two times that it is read when it is discarded. */
	memfd_save_all_v0(&saved);
	memfd_kexec();
	memfd_changing = &saved.folios[0][2];
	memfd_changed_pfn = saved.extents[0].pfn;
	memfd_finish(&saved, 0);
	KUNIT_EXPECT_NULL(test, memfd_changing);
	memfd_expect_unclaimed(test);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 1UL);
	memfd_kexec();
}

/* A list that names its own pages: they are not freed twice. */
static void memfd_v0_lists_itself(struct kunit *test)
{
	struct memfd_saved saved;
	unsigned int i;
	void *mem;

	for (i = 0; i < 6; i++) {
		memfd_save_all_v0(&saved);
		mem = i % 3 == 0 ? (void *)saved.head :
		      i % 3 == 1 ? (void *)saved.chunk :
				   (void *)saved.folios[0];
		saved.folios[0][0].pfn = PHYS_PFN(virt_to_phys(mem));
		memfd_kexec();
		memfd_try(test, &saved, i < 3, "itself", i, 0);
		memfd_expect_unclaimed(test);
		memfd_kexec();
	}
}

/* Each page is in one part of a file. The parts begin and end at keys. */
static void memfd_parts(struct kunit *test)
{
	struct memfd_saved saved;
	unsigned int nr, i;
	struct file *file;

	for (nr = 1; nr <= 16; nr++) {
		for (i = 0; i < ARRAY_SIZE(memfd_save_each); i++) {
			memfd_save_each[i](&saved);
			memfd_kexec();
			memfd_file_parts = nr;
			KUNIT_ASSERT_EQ(test, memfd_retrieve(&saved, &file), 0);
			KUNIT_EXPECT_TRUE(test, memfd_holds(&saved, file));
			memfd_finish(&saved, 1);
			fput(file);
			memfd_expect_freed(test);
			memfd_kexec();
		}
	}
	memfd_file_parts = 3;
}

/* The list of a file with more extents than kvmalloc() has room for. */
static void memfd_large_list(struct kunit *test)
{
	struct luo_memfd_extents list = {};
	u64 nr = INT_MAX / sizeof(*list.extents) + 1;

	KUNIT_EXPECT_EQ(test, luo_memfd_extents_reserve(&list, nr), 0);
	KUNIT_EXPECT_GE(test, list.capacity, nr);
	luo_memfd_extents_free(&list);
}

static struct kunit_case memfd_cases[] = {
	KUNIT_CASE(memfd_round_trip),
	KUNIT_CASE(memfd_attrs_damage),
	KUNIT_CASE(memfd_finish_unread),
	KUNIT_CASE(memfd_fail_nth),
	KUNIT_CASE(memfd_fail_nth_in_finish),
	KUNIT_CASE(memfd_v0_unwritten),
	KUNIT_CASE(memfd_v0_removed),
	KUNIT_CASE(memfd_v0_unwritten_damaged),
	KUNIT_CASE(memfd_poisoned),
	KUNIT_CASE(memfd_poisoned_fail_nth),
	KUNIT_CASE(memfd_v0_damage),
	KUNIT_CASE(memfd_v1_damage),
	KUNIT_CASE(memfd_v1_wrong),
	KUNIT_CASE(memfd_unknown_seals),
	KUNIT_CASE(memfd_missing_key),
	KUNIT_CASE(memfd_missing_key_after_error),
	KUNIT_CASE(memfd_twice_in_file),
	KUNIT_CASE(memfd_page_of_other_file),
	KUNIT_CASE(memfd_v0_changes),
	KUNIT_CASE(memfd_v0_lists_itself),
	KUNIT_CASE(memfd_parts),
	KUNIT_CASE(memfd_large_list),
	{}
};

static struct kunit_suite memfd_suite = {
	.name = "luo_memfd_in",
	.init = luo_loopback_init,
	.exit = luo_loopback_exit,
	.test_cases = memfd_cases,
};

kunit_test_suite(memfd_suite);
