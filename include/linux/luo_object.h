/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_OBJECT_H
#define _LINUX_LUO_OBJECT_H

#include <linux/errno.h>
#include <linux/kho/abi/luo_object.h>
#include <linux/list.h>
#include <linux/types.h>

struct kobject;
struct luo_field;

/**
 * struct luo_object_id - The name of an object.
 * @kind:     What it is: "memfd", "pkram", … Letters, digits and -_.+, a letter
 *            first, at most %LUO_OBJECT_KIND_LEN with the NUL.
 * @instance: Which one of its kind.
 *
 * Several versions of one object are stored under the same identifier.
 */
struct luo_object_id {
	const char *kind;
	u64 instance;
};

/**
 * struct luo_object_version - One version of a kind.
 * @version:   Its number. Larger is newer.
 * @size:      Size of its wire struct in bytes.
 * @flags:     %LUO_OBJECT_RECORD_OPTIONAL or 0.
 * @retired:   It is read and no longer written. Of a kind with fields.
 * @external:  It has a carrier of its own, and is read and written there; it is
 *             here for the policy. No object is stored for it.
 * @upgrade:   Of a kind with fields, where more than copying is needed: makes
 *             the newest struct of one that this version was loaded into.
 *             Returns 0 or a negative errno. NULL if there is nothing to do.
 * @downgrade: The same the other way, before this version is written.
 * @save:      Of a kind without fields: fills the zeroed @wire from @object.
 *             Returns 0 or a negative errno, which fails the save of the whole
 *             object. NULL where the version is no longer written.
 * @load:      Of a kind without fields: takes @wire, which has passed its CRC
 *             and has @size bytes, over into @object. Returns 0 or a negative
 *             errno. NULL where the version is written only for older kernels.
 *
 * The functions may sleep, and may not call into the object core.
 */
struct luo_object_version {
	u16 version;
	u16 flags;
	u32 size;
	bool retired;
	bool external;
	int (*upgrade)(void *ser);
	int (*downgrade)(void *ser);
	int (*save)(void *wire, const void *object);
	int (*load)(const void *wire, void *object);
};

/**
 * struct luo_object_kind - A kind of object and the versions it is known in.
 * @name:        The name, as in &struct luo_object_id.
 * @versions:    Its versions, newest first, each number once.
 * @nr_versions: How many there are.
 * @fields:      The fields of its wire struct, or NULL where the versions have
 *               save and load functions. See LUO_DEFINE_KIND().
 * @nr_fields:   How many there are.
 * @size:        Size of the wire struct in bytes, where there are fields.
 * @drop:        Frees what an object of the previous kernel refers to, when user
 *               space drops it: takes what a load gives. Returns 0, or a negative
 *               errno for the object to stay. NULL if there is nothing to free.
 *               Of a kind with fields.
 *
 * Allocated by the caller, who keeps it until
 * luo_object_unregister_kind().
 */
struct luo_object_kind {
	const char *name;
	const struct luo_object_version *versions;
	unsigned int nr_versions;
	const struct luo_field *fields;
	unsigned int nr_fields;
	u32 size;
	int (*drop)(const void *ser);

	/* private: */
	struct list_head list;
	unsigned long selected;
	unsigned long pending;
	struct kobject *kobj;
};

#ifdef CONFIG_LUO_OBJECT

int luo_store_object_flags(const void *data, size_t size,
			   const struct luo_object_id *id, u32 version,
			   u32 flags);
int luo_update_object(const void *data, size_t size,
		      const struct luo_object_id *id, u32 version);
void luo_abort_object(const struct luo_object_id *id);

int luo_read_object(void *data, size_t size, const struct luo_object_id *id,
		    u32 version);
int luo_finish_object(const struct luo_object_id *id);

int luo_object_register_kind(struct luo_object_kind *kind);
void luo_object_unregister_kind(struct luo_object_kind *kind);
bool luo_object_writes(const struct luo_object_kind *kind, u32 version);
int luo_object_save(const struct luo_object_kind *kind, u64 instance,
		    const void *object);
int luo_object_update(const struct luo_object_kind *kind, u64 instance,
		      const void *object);
int luo_object_load(const struct luo_object_kind *kind, u64 instance,
		    void *object);
int luo_object_save_version(const struct luo_object_kind *kind, u64 instance,
			    const void *object, u32 version);
int luo_object_load_newest(const struct luo_object_kind *kind, u64 instance,
			   void *object, u32 *version);

__printf(1, 2) void luo_failure(const char *fmt, ...);

#else

static inline int luo_store_object_flags(const void *data, size_t size,
					 const struct luo_object_id *id,
					 u32 version, u32 flags)
{
	return -EOPNOTSUPP;
}

static inline int luo_update_object(const void *data, size_t size,
				    const struct luo_object_id *id,
				    u32 version)
{
	return -EOPNOTSUPP;
}

static inline void luo_abort_object(const struct luo_object_id *id) { }

static inline int luo_read_object(void *data, size_t size,
				  const struct luo_object_id *id, u32 version)
{
	return -EOPNOTSUPP;
}

static inline int luo_finish_object(const struct luo_object_id *id)
{
	return -EOPNOTSUPP;
}

static inline int luo_object_register_kind(struct luo_object_kind *kind)
{
	return -EOPNOTSUPP;
}

static inline void luo_object_unregister_kind(struct luo_object_kind *kind) { }

static inline bool luo_object_writes(const struct luo_object_kind *kind,
				     u32 version)
{
	return false;
}

static inline int luo_object_save(const struct luo_object_kind *kind,
				  u64 instance, const void *object)
{
	return -EOPNOTSUPP;
}

static inline int luo_object_load(const struct luo_object_kind *kind,
				  u64 instance, void *object)
{
	return -EOPNOTSUPP;
}

static inline int luo_object_update(const struct luo_object_kind *kind,
				    u64 instance, const void *object)
{
	return -EOPNOTSUPP;
}

static inline int luo_object_save_version(const struct luo_object_kind *kind,
					  u64 instance, const void *object,
					  u32 version)
{
	return -EOPNOTSUPP;
}

static inline int luo_object_load_newest(const struct luo_object_kind *kind,
					 u64 instance, void *object,
					 u32 *version)
{
	return -EOPNOTSUPP;
}

static inline __printf(1, 2) void luo_failure(const char *fmt, ...) { }

#endif /* CONFIG_LUO_OBJECT */

/**
 * luo_store_object - Store one version of an object for the next kernel.
 * @data:    The wire struct. Copied; the caller keeps it.
 * @size:    Its size in bytes, 1 to %LUO_OBJECT_SIZE_MAX.
 * @id:      Which object.
 * @version: Which version of it @data is, at most %U16_MAX.
 *
 * The object is mandatory: a successor that reads none of its versions treats
 * it as an error. luo_store_object_flags() stores optional ones.
 *
 * Context: Process context, may sleep.
 * Return: 0, or as luo_store_object_flags().
 */
static inline int luo_store_object(const void *data, size_t size,
				   const struct luo_object_id *id, u32 version)
{
	return luo_store_object_flags(data, size, id, version, 0);
}

/**
 * luo_restore_object - Restore one version of an object, if it is there.
 * @data:    Where the wire struct goes. Untouched on failure.
 * @size:    Size of that version in bytes.
 * @id:      Which object.
 * @version: Which version of it.
 *
 * The object stays until luo_finish_object(). luo_read_object() is the same and
 * tells errors apart.
 *
 * Context: Process context, may sleep.
 * Return: true if @data holds the object now.
 */
static inline bool luo_restore_object(void *data, size_t size,
				      const struct luo_object_id *id,
				      u32 version)
{
	return !luo_read_object(data, size, id, version);
}

#endif /* _LINUX_LUO_OBJECT_H */
