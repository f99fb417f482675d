/* SPDX-License-Identifier: GPL-2.0 */
/*
 * frame - shared by the fuzzers of preserved memory: the memory of the previous kernel,
 * and the changes that an input makes. frame.c describes the input.
 */
#ifndef LUO_FUZZ_FRAME_H
#define LUO_FUZZ_FRAME_H

#include <stdlib.h>

#include "../../../lib/tests/luo_loopback.h"
#include "expect.h"

#define FUZZ_ROOTS	8

/*
 * Addresses that lead to preserved memory, which a subsystem would find in its object. An
 * input can change them like the memory.
 */
extern u64 fuzz_roots[FUZZ_ROOTS];

/**
 * struct fuzz_target - A parser of preserved memory.
 * @save:    Save data with the code under test.
 * @restore: Restore it after the input was applied, check it, and release everything.
 */
struct fuzz_target {
	void (*save)(void);
	void (*restore)(void);
};

extern const struct fuzz_target fuzz_target;

#define FUZZ_OBJECT_NEEDS	5

void fuzz_object_needs(const char *kind, u64 instance, u32 version,
		       u64 addresses[FUZZ_OBJECT_NEEDS]);

u32 __real_crc32c(u32 crc, const void *data, size_t len);
u32 __wrap_crc32c(u32 crc, const void *data, size_t len);

bool fuzz_crcs_tell(void);
bool fuzz_memory_fails(void);
bool fuzz_intact(const u64 *addresses, unsigned int nr);
bool fuzz_unchanged(void);
bool fuzz_untouched(void);
bool fuzz_errno(int err, const int *documented, size_t nr);

/* Expect 0, one of these, or -ENOMEM if the input lets an allocation fail. */
#define FUZZ_EXPECT_ERRNO(err, ...) do {				\
	static const int documented[] = { __VA_ARGS__ };		\
	int __err = (err);						\
									\
	if (!fuzz_errno(__err, documented, ARRAY_SIZE(documented)))	\
		kunit_fail(NULL, true, __FILE__, __LINE__,		\
			   "%s is %d", #err, __err);			\
} while (0)

#endif
