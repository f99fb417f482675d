/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_MUTEX_H
#define _LUO_OBJECT_TEST_MUTEX_H

#include <assert.h>
#include <linux/types.h>

/* With one thread, locking or unlocking a mutex twice is an error. */
struct mutex {
	bool locked;
};

/* The number of mutexes that are locked. Weak, because each file that locks one has it. */
__attribute__((weak)) unsigned int luo_test_mutexes;

#define __MUTEX_INITIALIZER(name)	{ .locked = false }
#define DEFINE_MUTEX(name)		struct mutex name

static inline void mutex_init(struct mutex *lock)
{
	lock->locked = false;
}

static inline void mutex_destroy(struct mutex *lock)
{
	assert(!lock->locked);
}

static inline void mutex_lock(struct mutex *lock)
{
	assert(!lock->locked);
	lock->locked = true;
	luo_test_mutexes++;
}

static inline void mutex_unlock(struct mutex *lock)
{
	assert(lock->locked);
	lock->locked = false;
	luo_test_mutexes--;
}

static inline bool mutex_is_locked(const struct mutex *lock)
{
	return lock->locked;
}

#define lockdep_assert_held(lock)	assert((lock)->locked)

#endif /* _LUO_OBJECT_TEST_MUTEX_H */
