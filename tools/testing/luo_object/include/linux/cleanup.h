/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_CLEANUP_H
#define _LUO_OBJECT_TEST_CLEANUP_H

#include <linux/mutex.h>

#define __free(name)	__attribute__((__cleanup__(__free_##name)))

static inline void guard_mutex_exit(struct mutex **lock)
{
	mutex_unlock(*lock);
}

static inline struct mutex *guard_mutex_enter(struct mutex *lock)
{
	mutex_lock(lock);

	return lock;
}

#define guard(type)							\
	struct mutex *__guard						\
	__attribute__((__cleanup__(guard_##type##_exit), __unused__)) =	\
	guard_##type##_enter

#define DEFINE_CLASS(name, type, exit, init, args...)			\
	typedef type class_##name##_t;					\
	static inline void class_##name##_destructor(type *p)		\
	{								\
		type _T = *p;						\
		exit;							\
	}								\
	static inline type class_##name##_constructor(args)		\
	{								\
		return init;						\
	}

#define CLASS(name, var)						\
	class_##name##_t var						\
	__attribute__((__cleanup__(class_##name##_destructor))) =	\
	class_##name##_constructor

#define scoped_guard(type, lock)					\
	for (struct mutex *__scope					\
	     __attribute__((__cleanup__(guard_##type##_exit))) =	\
	     guard_##type##_enter(lock), *__left = NULL; !__left;	\
	     __left = __scope)

#endif /* _LUO_OBJECT_TEST_CLEANUP_H */
