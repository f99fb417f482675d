// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of how fs/pstore/pkram.c checks the page of the previous kernel.
 */

#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/kho/abi/pstore_pkram.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../pkram_internal.h"

#define PSTORE_PKRAM_TEST_TEXT	"<6>[    1.5] first\n<5>[    2.5] last\n"

/* A log in a separate page. */
static struct pstore_pkram_ser *pstore_pkram_test_log(struct kunit *test)
{
	struct pstore_pkram_ser *ser = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ser);
	ser->magic = PSTORE_PKRAM_MAGIC;
	ser->version = PSTORE_PKRAM_VERSION;
	ser->size = strlen(PSTORE_PKRAM_TEST_TEXT);
	memcpy(ser + 1, PSTORE_PKRAM_TEST_TEXT, ser->size);
	strscpy(ser->release, "7.3.0");
	ser->crc = pstore_pkram_crc(ser);

	return ser;
}

static void pstore_pkram_test_good(struct kunit *test)
{
	struct pstore_pkram_ser *ser = pstore_pkram_test_log(test);

	KUNIT_EXPECT_EQ(test, pstore_pkram_check(ser, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, pstore_pkram_check(ser, sizeof(*ser) + ser->size), 0);
}

static void pstore_pkram_test_empty(struct kunit *test)
{
	struct pstore_pkram_ser *ser = pstore_pkram_test_log(test);

	ser->size = 0;
	ser->crc = pstore_pkram_crc(ser);
	KUNIT_EXPECT_EQ(test, pstore_pkram_check(ser, PAGE_SIZE), 0);
}

/* The CRC covers every bit of the head and of the text, and no byte after it. */
static void pstore_pkram_test_bits(struct kunit *test)
{
	struct pstore_pkram_ser *ser = pstore_pkram_test_log(test);
	size_t i, length = sizeof(*ser) + ser->size;
	u8 *bytes = (u8 *)ser;

	for (i = 0; i < length * BITS_PER_BYTE; i++) {
		bytes[i / BITS_PER_BYTE] ^= BIT(i % BITS_PER_BYTE);
		KUNIT_ASSERT_NE_MSG(test, pstore_pkram_check(ser, PAGE_SIZE), 0,
				    "bit %zu", i);
		bytes[i / BITS_PER_BYTE] ^= BIT(i % BITS_PER_BYTE);
	}
	bytes[length] ^= 1;
	KUNIT_EXPECT_EQ(test, pstore_pkram_check(ser, PAGE_SIZE), 0);
}

static void pstore_pkram_test_bad(struct kunit *test)
{
	struct pstore_pkram_ser *ser = pstore_pkram_test_log(test);

	KUNIT_EXPECT_EQ(test, pstore_pkram_check(ser, sizeof(*ser) + ser->size - 1),
			-EBADMSG);

	ser->size = U32_MAX;
	KUNIT_EXPECT_EQ(test, pstore_pkram_check(ser, PAGE_SIZE), -EBADMSG);

	ser = pstore_pkram_test_log(test);
	memset(ser->release, 'x', sizeof(ser->release));
	ser->crc = pstore_pkram_crc(ser);
	KUNIT_EXPECT_EQ(test, pstore_pkram_check(ser, PAGE_SIZE), -EBADMSG);

	ser = pstore_pkram_test_log(test);
	ser->version++;
	KUNIT_EXPECT_EQ(test, pstore_pkram_check(ser, PAGE_SIZE), -EPROTONOSUPPORT);

	ser->magic = 0;
	KUNIT_EXPECT_EQ(test, pstore_pkram_check(ser, PAGE_SIZE), -EBADMSG);
}

static const struct pstore_pkram_line {
	const char *text;
	const char *last;
} pstore_pkram_lines[] = {
	{ PSTORE_PKRAM_TEST_TEXT, "<5>[    2.5] last" },
	{ "first\nlast", "last" },
	{ "one\n\n\n", "one" },
	{ "one", "one" },
	{ "\n\n", "" },
	{ "", "" },
};

static void pstore_pkram_test_last_line(struct kunit *test)
{
	size_t i, len;
	const char *line;

	for (i = 0; i < ARRAY_SIZE(pstore_pkram_lines); i++) {
		len = strlen(pstore_pkram_lines[i].text);
		line = pstore_pkram_last_line(pstore_pkram_lines[i].text, &len);
		KUNIT_EXPECT_EQ(test, len, strlen(pstore_pkram_lines[i].last));
		KUNIT_EXPECT_MEMEQ(test, line, pstore_pkram_lines[i].last, len);
	}
}

static struct kunit_case pstore_pkram_cases[] = {
	KUNIT_CASE(pstore_pkram_test_good),
	KUNIT_CASE(pstore_pkram_test_empty),
	KUNIT_CASE(pstore_pkram_test_bits),
	KUNIT_CASE(pstore_pkram_test_bad),
	KUNIT_CASE(pstore_pkram_test_last_line),
	{}
};

static struct kunit_suite pstore_pkram_suite = {
	.name = "pstore_pkram",
	.test_cases = pstore_pkram_cases,
};

kunit_test_suite(pstore_pkram_suite);
