/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_SLAB_H
#define _LUO_OBJECT_TEST_SLAB_H

#include <limits.h>
#include <stdlib.h>
#include <linux/gfp_types.h>
#include <linux/string.h>

/*
 * luo_loopback.c lets each allocation of the core fail in turn, like those of
 * pages.
 */
bool luo_loopback_fails(void);

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	return luo_loopback_fails() ? NULL : calloc(1, size);
}

static inline void *kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	return luo_loopback_fails() ? NULL : calloc(n, size);
}

/* The kernel allocates more than INT_MAX bytes only by vmalloc(). */
static inline void *kvmalloc(size_t size, gfp_t gfp)
{
	return size > INT_MAX || luo_loopback_fails() ? NULL : malloc(size);
}

static inline void *kvrealloc(void *p, size_t size, gfp_t gfp)
{
	if (!p)
		return kvmalloc(size, gfp);

	return luo_loopback_fails() ? NULL : realloc(p, size);
}

#define kmalloc(size, gfp)	kvmalloc(size, gfp)
#define kvzalloc(size, gfp)	kvcalloc(1, size, gfp)

static inline char *kstrdup(const char *s, gfp_t gfp)
{
	return luo_loopback_fails() ? NULL : strdup(s);
}

static inline void *kmemdup(const void *src, size_t size, gfp_t gfp)
{
	void *p = kzalloc(size, gfp);

	return p ? memcpy(p, src, size) : NULL;
}

#define kcalloc(n, size, gfp)	kvcalloc(n, size, gfp)
#define kvmalloc_array(n, size, gfp)	kvcalloc(n, size, gfp)
#define kvmalloc_objs(obj, n, ...)					\
	((typeof(obj) *)kvcalloc(n, sizeof(obj), GFP_KERNEL))
#define kzalloc_obj(obj, ...)						\
	((typeof(obj) *)kzalloc(sizeof(obj), GFP_KERNEL))

static inline void kfree(const void *p)
{
	free((void *)p);
}

static inline void kvfree(const void *p)
{
	free((void *)p);
}

static inline void __free_kfree(void *p)
{
	free(*(void **)p);
}

static inline void __free_kvfree(void *p)
{
	free(*(void **)p);
}

#endif /* _LUO_OBJECT_TEST_SLAB_H */
