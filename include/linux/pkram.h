/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_PKRAM_H
#define _LINUX_PKRAM_H

#include <linux/errno.h>
#include <linux/gfp_types.h>
#include <linux/kho/abi/pkram.h>
#include <linux/types.h>

struct page;
struct pkram_node;

/**
 * struct pkram_stream - The save or the load of a node by one task.
 *
 * The caller allocates it, on the stack or elsewhere. pkram_prepare_save() or
 * pkram_prepare_load() initialises it. It holds no memory after the call that ends
 * the stream. Callers must serialise the calls for one stream.
 */
struct pkram_stream {
	/* private: */
	struct pkram_node *node;
	struct pkram_object_ser *object;
	gfp_t gfp_mask;
	unsigned int state;

	struct {
		struct pkram_pages_ser *block;
		u32 capacity;
		u32 nr_expected;
		struct pkram_run_ser *open;
		u64 next_pfn;
		u64 next_index;
		bool down;
		u32 run;
		u32 page;
	} pages;

	struct {
		struct pkram_bytes_ser *chunk;
		u32 capacity;
		u32 offset;
	} bytes;
};

#ifdef CONFIG_PKRAM

int pkram_prepare_save(struct pkram_stream *ps, const char *name,
		       gfp_t gfp_mask);
int pkram_prepare_save_obj(struct pkram_stream *ps);
int pkram_save_page(struct pkram_stream *ps, struct page *page, short flags);
ssize_t pkram_write(struct pkram_stream *ps, const void *buf, size_t count);
void pkram_finish_save_obj(struct pkram_stream *ps);
void pkram_finish_save(struct pkram_stream *ps);
void pkram_discard_save(struct pkram_stream *ps);

int pkram_prepare_load(struct pkram_stream *ps, const char *name);
int pkram_prepare_load_obj(struct pkram_stream *ps);
struct page *pkram_load_page(struct pkram_stream *ps, unsigned long *index,
			     short *flags);
size_t pkram_read(struct pkram_stream *ps, void *buf, size_t count);
void pkram_finish_load_obj(struct pkram_stream *ps);
void pkram_finish_load(struct pkram_stream *ps);

int pkram_remove(const char *name);

#else

static inline int pkram_prepare_save(struct pkram_stream *ps, const char *name,
				     gfp_t gfp_mask)
{
	return -EOPNOTSUPP;
}

static inline int pkram_prepare_save_obj(struct pkram_stream *ps)
{
	return -EOPNOTSUPP;
}

static inline int pkram_save_page(struct pkram_stream *ps, struct page *page,
				  short flags)
{
	return -EOPNOTSUPP;
}

static inline ssize_t pkram_write(struct pkram_stream *ps, const void *buf,
				  size_t count)
{
	return -EOPNOTSUPP;
}

static inline void pkram_finish_save_obj(struct pkram_stream *ps) { }
static inline void pkram_finish_save(struct pkram_stream *ps) { }
static inline void pkram_discard_save(struct pkram_stream *ps) { }

static inline int pkram_prepare_load(struct pkram_stream *ps, const char *name)
{
	return -EOPNOTSUPP;
}

static inline int pkram_prepare_load_obj(struct pkram_stream *ps)
{
	return -EOPNOTSUPP;
}

static inline struct page *pkram_load_page(struct pkram_stream *ps,
					   unsigned long *index, short *flags)
{
	return NULL;
}

static inline size_t pkram_read(struct pkram_stream *ps, void *buf,
				size_t count)
{
	return 0;
}

static inline void pkram_finish_load_obj(struct pkram_stream *ps) { }
static inline void pkram_finish_load(struct pkram_stream *ps) { }

static inline int pkram_remove(const char *name)
{
	return -EOPNOTSUPP;
}

#endif /* CONFIG_PKRAM */

#endif /* _LINUX_PKRAM_H */
