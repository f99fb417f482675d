/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_KUNIT_H
#define _LUO_OBJECT_KUNIT_H

#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "luo_loopback.h"
#include "luo_pattern.h"

/*
 * Objects whose data is a pattern that follows from their identifier, in the
 * two sets of the loopback.
 */

static inline u64 luo_kunit_seed(const struct luo_object_id *id, u32 version)
{
	return id->instance * 1000 + version * 100 + id->kind[0];
}

static inline int luo_kunit_store_flags(const char *kind, u64 instance,
					u32 version, size_t size, u32 flags)
{
	const struct luo_object_id id = { kind, instance };
	static u8 data[LUO_OBJECT_SIZE_MAX];

	if (size <= sizeof(data))
		luo_pattern_fill(data, size, luo_kunit_seed(&id, version));

	return luo_object_out_store(&luo_loopback_out, data, size, &id, version,
				    flags, GFP_KERNEL);
}

static inline int luo_kunit_store(const char *kind, u64 instance, u32 version,
				  size_t size)
{
	return luo_kunit_store_flags(kind, instance, version, size, 0);
}

static inline void luo_kunit_abort(const char *kind, u64 instance)
{
	const struct luo_object_id id = { kind, instance };

	luo_object_out_abort(&luo_loopback_out, &id);
}

#define LUO_KUNIT_UNTOUCHED	0xa5

/*
 * Returns -EILSEQ where the read succeeds with wrong data, and -EIO where it
 * fails and has written to the buffer.
 */
static inline int luo_kunit_read_seed(const char *kind, u64 instance,
				      u32 version, size_t size, u64 seed)
{
	const struct luo_object_id id = { kind, instance };
	static u8 data[LUO_OBJECT_SIZE_MAX];
	size_t i;
	int err;

	memset(data, LUO_KUNIT_UNTOUCHED, size);
	err = luo_object_in_read(&luo_loopback_in, data, size, &id, version);
	if (!err)
		return luo_pattern_holds(data, size, seed) ? 0 : -EILSEQ;

	for (i = 0; i < size; i++) {
		if (data[i] != LUO_KUNIT_UNTOUCHED)
			return -EIO;
	}

	return err;
}

static inline int luo_kunit_read(const char *kind, u64 instance, u32 version,
				 size_t size)
{
	const struct luo_object_id id = { kind, instance };

	return luo_kunit_read_seed(kind, instance, version, size,
				   luo_kunit_seed(&id, version));
}

static inline int luo_kunit_finish(const char *kind, u64 instance)
{
	const struct luo_object_id id = { kind, instance };

	return luo_object_in_finish(&luo_loopback_in, &id);
}

static inline int luo_kunit_drop(const char *kind)
{
	return luo_object_in_drop(&luo_loopback_in, kind);
}

#endif /* _LUO_OBJECT_KUNIT_H */
