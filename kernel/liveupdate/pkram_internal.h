/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PKRAM_INTERNAL_H
#define _PKRAM_INTERNAL_H

#include <linux/io.h>
#include <linux/kho/abi/pkram.h>
#include <linux/mutex.h>
#include <linux/pkram.h>
#include <linux/types.h>

#include "luo_index.h"

struct luo_object_in;
struct luo_object_out;
struct luo_pool;

/**
 * struct pkram_set - The nodes of a kernel.
 * @out:      The objects for the next kernel, with those of saved nodes.
 * @in:       The objects of the previous kernel.
 * @lock:     Protects @saved, @loading, and the state of nodes: busy or not.
 * @saved:    Nodes of this kernel.
 * @loading:  Nodes of the previous kernel that a stream loads, and unfinished ones for
 *            which a load was tried.
 */
struct pkram_set {
	struct luo_object_out *out;
	struct luo_object_in *in;
	struct mutex lock; /* protects the two indexes */
	struct luo_index saved;
	struct luo_index loading;
};

#define PKRAM_SET_INIT(name, _out, _in) {				\
	.out = (_out),							\
	.in = (_in),							\
	.lock = __MUTEX_INITIALIZER((name).lock),			\
}

/* pkram_node.c: nodes, which are objects with a pool. */

/**
 * struct pkram_node - A node.
 * @instance: Instance of its object, and its number in @index.
 * @set:      The set that it is in.
 * @index:    The index of @set that it is in.
 * @pool:     All memory of the node except for its pages.
 * @root:     Its root, in @pool.
 * @last:     The last object that was committed, NULL while there is none.
 * @unread:   Bytes of @pool in which no structure was found yet. A loop in a chain ends
 *            when there are none left.
 * @next:     Address of the next object to load.
 * @nr_left:  Number of objects that were not loaded yet.
 * @nr_last:  In a corrupt node, the number of pages that were claimed of the last
 *            object; else U64_MAX.
 * @busy:     A stream uses it.
 * @unfinished: The previous kernel did not finish its save.
 * @incomplete: This kernel cannot finish its save, because another owner preserved a
 *           page after pkram_pages_save() and before its run was complete.
 */
struct pkram_node {
	u64 instance;
	struct pkram_set *set;
	struct luo_index *index;
	struct luo_pool *pool;
	struct pkram_root_ser *root;
	struct pkram_object_ser *last;
	u64 unread;
	u64 next;
	u64 nr_left;
	u64 nr_last;
	bool busy;
	bool unfinished;
	bool incomplete;
};

/**
 * pkram_node_next - Convert the physical address of memory of a node.
 * @address: An address that was checked, or 0 at the end of a chain.
 *
 * Return: The memory, or NULL.
 */
static inline void *pkram_node_next(u64 address)
{
	return address ? phys_to_virt(address) : NULL;
}

/* pkram_kind.c: the kinds of the structures. */

extern struct luo_object_kind *const pkram_node_kind;

bool pkram_kind_root_valid(const struct pkram_root_ser *root);
bool pkram_kind_object_valid(const struct pkram_object_ser *object);
bool pkram_kind_pages_valid(const struct pkram_pages_ser *block);
bool pkram_kind_bytes_valid(const struct pkram_bytes_ser *chunk);

/* pkram_node.c: the nodes. */

int pkram_node_register(int (*drop)(const void *ser), int (*freeze)(void));
u64 pkram_node_instance(const char *name);
u32 pkram_node_root_crc(const struct pkram_root_ser *root);
u32 pkram_node_object_crc(const struct pkram_object_ser *object);

struct pkram_node *pkram_node_find(const struct luo_index *index,
				   const char *name);
struct pkram_node *pkram_node_new(struct pkram_set *set,
				  struct luo_index *index, const char *name,
				  gfp_t gfp, int exists);
void pkram_node_destroy(struct pkram_node *node);
int pkram_node_store(struct pkram_node *node, const struct pkram_node_ser *ser,
		     gfp_t gfp);
int pkram_node_read(struct pkram_set *set, const char *name,
		    struct pkram_node_ser *ser);
void *pkram_node_alloc(struct pkram_node *node, gfp_t gfp, size_t wanted,
		       size_t *size);
void *pkram_node_found(struct pkram_node *node, u64 address, size_t size);

/* pkram_out.c: saving a node. */

int pkram_out_create(struct pkram_set *set, const char *name, gfp_t gfp,
		     struct pkram_node **nodep);
int pkram_out_add_object(struct pkram_stream *ps);
int pkram_out_page(struct pkram_stream *ps, u64 pfn, unsigned int order,
		   u64 index, u16 flags);
int pkram_out_bytes(struct pkram_stream *ps, const void *buf, size_t count);
void pkram_out_commit_object(struct pkram_stream *ps);
void pkram_out_finish(struct pkram_node *node);
int pkram_out_check_poison(struct pkram_set *set);
void pkram_out_withdraw(struct pkram_node *node);
void pkram_out_discard(struct pkram_stream *ps);

/* pkram_in.c: loading a node. */

int pkram_in_claim(struct pkram_set *set, const char *name,
		   struct pkram_node **nodep);
bool pkram_in_load_object(struct pkram_stream *ps);
void pkram_in_release(struct pkram_node *node);
int pkram_in_drop(struct pkram_set *set, const struct pkram_node_ser *ser);
int pkram_in_remove(struct pkram_set *set, const char *name);

/* pkram_pages.c: the page stream of an object. */

bool pkram_pages_extend(struct pkram_stream *ps, u64 pfn, u64 index, u16 flags);
int pkram_pages_save(struct pkram_stream *ps, u64 pfn, unsigned int order,
		     u64 index, u16 flags);
void pkram_pages_commit(struct pkram_stream *ps);
u64 pkram_pages_poisoned(const struct pkram_object_ser *object);
void pkram_pages_unpreserve(struct pkram_node *node,
			    const struct pkram_object_ser *object);
bool pkram_pages_claim(struct pkram_node *node,
		       const struct pkram_object_ser *object, u64 *nr_pages);
bool pkram_pages_load(struct pkram_stream *ps, u64 *pfn, u64 *index,
		      u16 *flags);
void pkram_pages_put(struct pkram_stream *ps, u64 nr_pages);
void pkram_pages_put_rest(struct pkram_stream *ps);

/* pkram_bytes.c: its byte stream. */

int pkram_bytes_write(struct pkram_stream *ps, const void *buf, size_t count);
void pkram_bytes_commit(struct pkram_stream *ps);
bool pkram_bytes_valid(struct pkram_node *node,
		       const struct pkram_object_ser *object);
size_t pkram_bytes_read(struct pkram_stream *ps, void *buf, size_t count);

/* pkram.c */

int pkram_prepare_save_in(struct pkram_set *set, struct pkram_stream *ps,
			  const char *name, gfp_t gfp_mask);
int pkram_prepare_load_in(struct pkram_set *set, struct pkram_stream *ps,
			  const char *name);
int pkram_remove_in(struct pkram_set *set, const char *name);

#endif /* _PKRAM_INTERNAL_H */
