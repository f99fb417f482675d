/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_INTERNAL_H
#define _LUO_OBJECT_INTERNAL_H

#include <linux/gfp_types.h>
#include <linux/kho/abi/luo_elements.h>
#include <linux/kho/abi/luo_object.h>
#include <linux/kho/abi/luo_pages.h>
#include <linux/list.h>
#include <linux/luo_kind.h>
#include <linux/luo_member.h>
#include <linux/luo_object.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/types.h>

#include "luo_index.h"
#include "luo_pool_internal.h"

struct seq_file;

/* The number of versions for which a table remembers the layout. */
#define LUO_OBJECT_LAYOUTS	4

/* luo_object_table.c: the records of one kind. */

/**
 * struct luo_object_table - The records of one kind.
 * @list:       Entry in the list of tables of a set.
 * @kind:       Name of the kind.
 * @kind_crc:   CRC of the name.
 * @first:      First block, NULL if there is none yet.
 * @last:       Last block.
 * @nr_used:    Slots of @last that were ever used.
 * @free:       Slots that were freed, linked through their address.
 * @nr_records: Number of records in @index.
 * @index:      The records, by instance.
 * @address:    Incoming: physical address of the next block to read, as the previous
 *              kernel wrote it.
 * @scanned:    Incoming: next block to index, NULL if all blocks are indexed.
 * @nr_scanned: Incoming: slots of @scanned that are indexed.
 * @damaged:    Incoming: a block or record is corrupt, so an object that is not
 *              found may have been stored.
 * @layouts:    Versions whose layout is stored or was checked, each at its number
 *              modulo the size of the array. See luo_object_layout_known().
 */
struct luo_object_table {
	struct list_head list;
	char kind[LUO_OBJECT_KIND_LEN];
	u32 kind_crc;
	struct luo_object_block_ser *first;
	struct luo_object_block_ser *last;
	unsigned int nr_used;
	struct luo_object_record_ser *free;
	u64 nr_records;
	struct luo_index index;
	u64 address;
	struct luo_object_block_ser *scanned;
	unsigned int nr_scanned;
	bool damaged;
	u64 layouts[LUO_OBJECT_LAYOUTS];
};

u32 luo_object_table_record_crc(const struct luo_object_record_ser *record);
u32 luo_object_table_block_crc(const struct luo_object_block_ser *block);
void *luo_object_table_record_data(const struct luo_object_record_ser *record);

u32 luo_object_table_kind_crc(const char *kind);
struct luo_object_table *luo_object_table_create(const char *kind, gfp_t gfp);
struct luo_object_table *luo_object_table_find(struct list_head *tables,
					       const char *kind);
void luo_object_table_destroy(struct luo_object_table *table,
			      void (*free)(void *mem, unsigned int order));
void luo_object_table_free_blocks(struct luo_object_block_ser *block,
				  void (*free)(void *mem, unsigned int order));
bool luo_object_table_full(const struct luo_object_table *table);
void luo_object_table_add_block(struct luo_object_table *table,
				struct luo_object_block_ser *block);
struct luo_object_block_ser *
luo_object_table_reset(struct luo_object_table *table);
struct luo_object_record_ser *
luo_object_table_slot(struct luo_object_table *table);
void luo_object_table_free_slot(struct luo_object_table *table,
				struct luo_object_record_ser *record);
int luo_object_table_check(const struct luo_object_table *table, u64 instance,
			   u32 version);
struct luo_object_record_ser *
luo_object_table_record(const struct luo_object_table *table, u64 instance,
			u32 version);
struct luo_object_record_ser *
luo_object_table_any(const struct luo_object_table *table, u64 instance);

/**
 * luo_object_for_each_block - Iterate over the blocks of a table.
 * @table: The table.
 * @block: Points at each block in turn. The body may free it only if it leaves the
 *         loop.
 */
#define luo_object_for_each_block(table, block)				\
	for ((block) = (table)->first; (block);				\
	     (block) = luo_object_next_block(block))

struct luo_object_block_ser *
luo_object_next_block(const struct luo_object_block_ser *block);

/**
 * luo_object_block_records - Get the slots of a block.
 * @block: The block.
 *
 * Return: The first of %LUO_OBJECT_RECORDS_PER_BLOCK slots.
 */
static inline struct luo_object_record_ser *
luo_object_block_records(struct luo_object_block_ser *block)
{
	return (struct luo_object_record_ser *)(block + 1);
}

/**
 * luo_object_for_each_record - Iterate over the records of a block.
 * @block:  The block.
 * @record: Points at each record in turn. The body may remove it.
 */
#define luo_object_for_each_record(block, record)			\
	for ((record) = luo_object_block_records(block);		\
	     (record) < luo_object_block_records(block) +		\
			LUO_OBJECT_RECORDS_PER_BLOCK; (record)++)	\
		if ((record)->flags & LUO_OBJECT_RECORD_PRESENT)

/* luo_object_fdt.c: the blob that lists the kinds. */

/* Holds 370 kinds with names of the largest size. */
#define LUO_OBJECT_FDT_SIZE	0x8000

bool luo_object_fdt_name_valid(const char *kind);
u32 luo_object_fdt_init(void *fdt);
bool luo_object_fdt_full(u32 end);
void luo_object_fdt_add_kind(void *fdt, u32 *end, const char *kind, u64 first);

typedef int (*luo_object_fdt_fn)(void *context, const char *kind, u64 first);

int luo_object_fdt_read_kinds(const void *fdt, size_t size,
			      luo_object_fdt_fn fn, void *context);

/* luo_object_out.c: objects for the next kernel. */

/**
 * struct luo_object_out - The objects for the next kernel.
 * @lock:      Protects all other members.
 * @tables:    The tables of all kinds that have been stored.
 * @pool:      The data of the objects.
 * @fdt:       The published list of kinds, NULL before luo_object_out_publish().
 * @fdt_end:   Offset of the end of the list.
 */
struct luo_object_out {
	struct mutex lock; /* protects all of this */
	struct list_head tables;
	struct luo_pool_out pool;
	void *fdt;
	u32 fdt_end;
};

#define LUO_OBJECT_OUT_INIT(name) {					\
	.lock = __MUTEX_INITIALIZER((name).lock),			\
	.tables = LIST_HEAD_INIT((name).tables),			\
}

int luo_object_out_publish(struct luo_object_out *out);
int luo_object_out_store(struct luo_object_out *out, const void *data,
			 size_t size, const struct luo_object_id *id,
			 u32 version, u32 flags, gfp_t gfp);
int luo_object_out_store_version(struct luo_object_out *out, const void *data,
				 const struct luo_object_id *id,
				 const struct luo_object_version *version,
				 gfp_t gfp);
bool luo_object_out_any(struct luo_object_out *out);
int luo_object_out_each(struct luo_object_out *out, const char *kind,
			int (*fn)(u64 instance, const void *data, size_t size,
				  const void *arg),
			const void *arg);
bool luo_object_out_has(struct luo_object_out *out, const char *kind);
bool luo_object_out_stored(struct luo_object_out *out,
			   const struct luo_object_id *id);
size_t luo_object_out_size(struct luo_object_out *out,
			   const struct luo_object_id *id, u32 version);
void luo_object_out_read(struct luo_object_out *out,
			 const struct luo_object_id *id, u32 version, u32 offset,
			 void *data, size_t size);
int luo_object_out_update(struct luo_object_out *out, const void *data,
			  size_t size, const struct luo_object_id *id,
			  u32 version);
void luo_object_out_abort(struct luo_object_out *out,
			  const struct luo_object_id *id);
void luo_object_out_abort_version(struct luo_object_out *out,
				  const struct luo_object_id *id, u32 version);

/* Memory that an abort has unlinked, to be freed while the lock is not held. */
struct luo_object_unlinked {
	struct luo_object_block_ser *blocks;
	struct luo_pool_block_ser *data;
	struct luo_index index;
};

void luo_object_out_unlink(struct luo_object_out *out,
			   struct luo_object_table *table,
			   struct luo_object_record_ser *record,
			   struct luo_object_unlinked *unlinked);
void luo_object_out_free(struct luo_object_out *out,
			 struct luo_object_unlinked *unlinked);

/* luo_object_in.c: objects of the previous kernel. */

/**
 * struct luo_object_in - The objects of the previous kernel.
 * @out:      The objects for the next kernel. Owners store an object there before they
 *            finish the one of the previous kernel.
 * @lock:     Protects all other members.
 * @tables:   The tables of all kinds with objects. A table is freed when the last
 *            object of the kind is finished.
 * @pool:     The data of the objects.
 * @lost:     Tables without objects of kinds that are corrupt in part.
 * @listed:   The list of kinds was read, with @err as the result.
 * @read:     The blocks of all kinds were read.
 * @damaged:  A part of the list of kinds is corrupt.
 * @err:      0; -ENOENT if there is no list of kinds; -EBADMSG if all of it is
 *            corrupt.
 */
struct luo_object_in {
	struct luo_object_out *out;
	struct mutex lock; /* protects all of this */
	struct list_head tables;
	struct list_head lost;
	struct luo_pool_in pool;
	bool listed;
	bool read;
	bool damaged;
	int err;
};

#define LUO_OBJECT_IN_INIT(name, _out) {				\
	.out = (_out),							\
	.lock = __MUTEX_INITIALIZER((name).lock),			\
	.tables = LIST_HEAD_INIT((name).tables),			\
	.lost = LIST_HEAD_INIT((name).lost),				\
}

int luo_object_in_read(struct luo_object_in *in, void *data, size_t size,
		       const struct luo_object_id *id, u32 version);
int luo_object_in_read_version(struct luo_object_in *in, void *data,
			       const struct luo_object_id *id,
			       const struct luo_object_version *version);
int luo_object_in_prepare_finish(struct luo_object_in *in);
int luo_object_in_finish(struct luo_object_in *in,
			 const struct luo_object_id *id);
bool luo_object_in_next(struct luo_object_in *in, const char *kind,
			struct luo_object_iter *iter);
int luo_object_in_stored(struct luo_object_in *in,
			 const struct luo_object_id *id);
int luo_object_in_drop(struct luo_object_in *in, const char *kind);
int luo_object_in_read_all(struct luo_object_in *in);
int luo_object_in_versions(struct luo_object_in *in,
			   const struct luo_object_id *id, char *buf,
			   size_t size, bool *mandatory);

int luo_object_in_table(struct luo_object_in *in, const char *kind,
			struct luo_object_table **tablep);
bool luo_object_in_damaged(const struct luo_object_in *in,
			   const struct luo_object_table *table, const char *kind);
int luo_object_in_copy_data(void *data,
			    const struct luo_object_record_ser *record);
void luo_object_in_remove(struct luo_object_in *in,
			  struct luo_object_table *table,
			  struct luo_object_record_ser *record);
bool luo_object_in_free_empty(struct luo_object_in *in,
			      struct luo_object_table *table);

/* luo_object_layout.c: the layouts that objects are stored in. */

/**
 * luo_object_layout_known - Check whether a table remembers the layout of a version.
 * @table:   The table.
 * @version: The version.
 * @layout:  Its digest.
 *
 * Return: true if luo_object_layout_remember() was called with the same arguments.
 */
static inline bool
luo_object_layout_known(const struct luo_object_table *table, u32 version,
			u32 layout)
{
	return table->layouts[version % LUO_OBJECT_LAYOUTS] ==
	       ((u64)version << 32 | layout);
}

static inline void luo_object_layout_remember(struct luo_object_table *table,
					      u32 version, u32 layout)
{
	table->layouts[version % LUO_OBJECT_LAYOUTS] =
		(u64)version << 32 | layout;
}

int luo_object_layout_register(void);
int luo_object_layout_store(struct luo_object_out *out, const char *kind,
			    u32 version, u32 layout, gfp_t gfp);
int luo_object_layout_stored(struct luo_object_out *out, const char *kind,
			     u32 version, u32 layout);
void luo_object_layout_abort(struct luo_object_out *out, const char *kind);
int luo_object_layout_check(struct luo_object_in *in, const char *kind,
			    u32 version, u32 layout);
void luo_object_layout_finish(struct luo_object_in *in, const char *kind);

/* luo_object_subsection.c: optional parts of objects. */

static inline bool luo_object_is_subsection(const char *name)
{
	return strchr(name, '.');
}

/* Check whether the kind @name is a subsection of @kind. */
static inline bool luo_object_is_subsection_of(const char *name, const char *kind)
{
	const size_t len = strlen(kind);

	return !strncmp(name, kind, len) && name[len] == '.';
}

bool luo_object_subsections_valid(const struct luo_object_kind *kind);
bool luo_object_subsection_needed(const struct luo_object_subsection *part,
				  const void *object);
u16 luo_object_subsections_mark(const struct luo_object_kind *kind,
				const void *object);
int luo_object_subsections_check(struct luo_object_in *in,
				 const struct luo_object_kind *kind, u64 instance);
int luo_object_subsections_load(struct luo_object_in *in,
				const struct luo_object_kind *kind, u64 instance,
				void *object, u32 *loaded);

/* luo_object_kind.c: kinds and their versions. */

const struct luo_object_kind *luo_object_kind_find(const char *name);

/* luo_object_kind.selected has a bit for each version. */
static_assert(LUO_OBJECT_VERSIONS_MAX <= BITS_PER_LONG);

static inline bool
luo_object_version_readable(const struct luo_object_kind *kind,
			    const struct luo_object_version *version)
{
	return kind->fields || version->load || version->external;
}

static inline bool
luo_object_version_writable(const struct luo_object_kind *kind,
			    const struct luo_object_version *version)
{
	return (kind->fields && !version->retired) || version->save ||
	       version->external;
}

int luo_object_kind_drop(struct luo_object_in *in, const char *name,
			 const u64 *instance);

extern struct list_head luo_object_kinds;
extern struct mutex luo_object_kinds_lock;

/* luo_object_order.c: the order of kinds. */

extern struct mutex luo_object_order_lock;

const char *luo_object_order_waits(const struct luo_object_kind *kind,
				   unsigned int *next);
void luo_object_order_run(void);

/* luo_object_convert.c: conversion of objects to and from the versions of a kind. */

int luo_object_convert_save(struct luo_object_out *out,
			    const struct luo_object_kind *kind, u64 instance,
			    const void *object, gfp_t gfp);
struct luo_object_room *
luo_object_convert_room_alloc(const struct luo_object_kind *kind);
void luo_object_convert_room_free(struct luo_object_room *room);
int luo_object_convert_update(struct luo_object_out *out,
			      const struct luo_object_kind *kind, u64 instance,
			      const void *object);
int luo_object_convert_load_newest(struct luo_object_in *in,
				   const struct luo_object_kind *kind,
				   u64 instance, void *object, u32 *loaded);

int luo_object_convert_load_alone(struct luo_object_in *in,
				  const struct luo_object_kind *kind, u64 instance,
				  void *object, u32 *loaded);

/* Load an object, for callers that do not need the version. */
static inline int luo_object_convert_load(struct luo_object_in *in,
					  const struct luo_object_kind *kind,
					  u64 instance, void *object)
{
	u32 loaded;

	return luo_object_convert_load_newest(in, kind, instance, object, &loaded);
}

const struct luo_object_version *
luo_object_convert_version(const struct luo_object_kind *kind, u32 version);
void luo_object_convert_abort(struct luo_object_out *out,
			      const struct luo_object_kind *kind, u64 instance);
int luo_object_convert_finish(struct luo_object_in *in,
			      const struct luo_object_kind *kind, u64 instance);
bool luo_object_convert_drops(const struct luo_object_kind *kind);
int luo_object_convert_drop(struct luo_object_in *in,
			    const struct luo_object_kind *kind, u64 instance);

/* luo_object_field.c: conversion by the fields of a kind. */

bool luo_object_fields_valid(const struct luo_object_kind *kind);
bool luo_object_fields_set(const struct luo_object_kind *kind, const void *ser);
void luo_object_fields_reset(const struct luo_object_kind *kind, void *ser);
bool luo_object_fields_any(const struct luo_object_kind *kind);
bool luo_object_fields_droppable(const struct luo_object_kind *kind);
int luo_object_fields_check_all(const struct luo_object_kind *kind, u32 version,
				const void *ser, u64 nr, u64 *invalid);
int luo_object_fields_check(const struct luo_object_kind *kind, u32 version,
			    const void *ser);
void luo_object_fields_fill(const struct luo_object_kind *kind, u32 version,
			    void *ser);
int luo_object_fields_save(const struct luo_object_kind *kind,
			   const struct luo_object_version *version, void *wire,
			   const void *object, void *copy);
int luo_object_fields_load(const struct luo_object_kind *kind,
			   const struct luo_object_version *version,
			   const void *wire, void *object);
void luo_object_fields_show(struct seq_file *m, const char *prefix,
			    const struct luo_object_kind *kind,
			    const struct luo_object_version *version,
			    const void *wire);

/* luo_object_reference.c: references to objects of other kinds. */

bool luo_object_reference_any(const struct luo_object_kind *kind);
int luo_object_reference_check(struct luo_object_in *in,
			       const struct luo_object_kind *kind, u32 version,
			       u64 instance, const void *ser);
int luo_object_reference_walk(struct luo_object_in *in,
			      const struct luo_object_kind *kind, u64 instance,
			      luo_object_walk_fn fn, void *context);

/* luo_object_session.c: objects of files in sessions. */

void luo_object_session_abort(struct luo_object_out *out, const char *handler,
			      u64 data);
void luo_object_session_drop(struct luo_object_in *in, const char *handler,
			     u64 data);

/* luo_object_member.c: members of objects that are saved with them. */

/* The field that a member is saved in. */
union luo_member_ser {
	struct luo_elements_ser elements;
	struct luo_pages_ser pages;
};

bool luo_object_member_any_pages(const struct luo_object_kind *kind);
bool luo_object_members_valid(const struct luo_object_kind *kind);
int luo_object_members_save(const struct luo_object_kind *kind, const void *object,
			    void *ser, gfp_t gfp);
int luo_object_members_update(const struct luo_object_kind *kind, const void *object,
			      void *ser, const union luo_member_ser *old);
void luo_object_members_replaced(const struct luo_object_kind *kind,
				 const union luo_member_ser *fields);
void luo_object_members_get(const struct luo_object_kind *kind, const void *ser,
			    union luo_member_ser *fields);
void luo_object_members_stored(struct luo_object_out *out,
			       const struct luo_object_kind *kind, u64 instance,
			       union luo_member_ser *fields);
void luo_object_members_abort(const struct luo_object_kind *kind,
			      const union luo_member_ser *fields);
int luo_object_members_check_poison(struct luo_object_out *out,
				    const struct luo_object_kind *kind);
int luo_object_members_load(const struct luo_object_kind *kind, u64 instance,
			    const void *ser, void *object);
void luo_object_members_unload(const struct luo_object_kind *kind, void *object);

/* luo_container.c: lists and xarrays. */

int luo_container_save(const struct luo_member *member, void *container,
		       struct luo_elements_ser *ser, gfp_t gfp);
int luo_container_load(const struct luo_member *member, void *container,
		       const struct luo_elements_ser *ser);
void luo_container_unload(const struct luo_member *member, void *container);
bool luo_container_empty(const struct luo_member *member, void *container);

/* luo_object_policy.c: selection of the versions to write. */

int luo_object_policy_select(const struct luo_object_kind *kind,
			     const char *policy, unsigned long *selected);
bool luo_object_policy_none(const struct luo_object_kind *kind);
int luo_object_policy_set(struct luo_object_out *out, const char *policy);
const char *luo_object_policy_get(void);

/* luo_object_sysfs.c */

int luo_object_sysfs_add(struct luo_object_kind *kind);
void luo_object_sysfs_remove(struct luo_object_kind *kind);

/* luo_object_core.c */

extern struct luo_object_out luo_objects_out;
extern struct luo_object_in luo_objects_in;

#endif /* _LUO_OBJECT_INTERNAL_H */
