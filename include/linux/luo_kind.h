/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kinds: objects whose versions are registered, negotiated and converted. The tables of
 * their fields are in linux/luo_field.h.
 */
#ifndef _LINUX_LUO_KIND_H
#define _LINUX_LUO_KIND_H

#include <linux/errno.h>
#include <linux/list.h>
#include <linux/types.h>

struct kobject;
struct luo_field;
struct luo_member;
struct luo_object_block_ser;
struct luo_object_room;

/**
 * struct luo_object_version - One version of a kind.
 * @version:   Its number. Larger is newer.
 * @size:      Size of its wire struct in bytes.
 * @flags:     %LUO_OBJECT_RECORD_OPTIONAL or 0.
 * @layout:    Digest of its fields (linux/kho/abi/luo_layout.h), by which another
 *             layout with the same number is refused. 0 if there is none.
 * @retired:   In a kind with fields: the version is read but no longer written, unless it
 *             is exceptional.
 * @exceptional: In a kind with fields: the version is written only for an object of which
 *             every selected version would lose a value.
 * @external:  The kind's own code reads and writes the version elsewhere, and no
 *             object is stored for it. It is listed so that the policy can select
 *             it.
 * @upgrade:   In a kind with fields: converts @ser, into which the fields of this
 *             version were copied, to the newest struct. Returns 0 or a negative
 *             errno. NULL if copying the fields is enough.
 * @downgrade: In a kind with fields: converts @ser to this version before it is
 *             written. Returns 0 or a negative errno. NULL if copying is enough.
 * @save:      In a kind without fields: fills the zeroed @wire from @object.
 *             Returns 0 or a negative errno, which fails the save of the whole
 *             object. NULL if the version is no longer written.
 * @load:      In a kind without fields: fills @object from @wire, which has @size
 *             bytes and has passed its CRC. Returns 0 or a negative errno. NULL if
 *             the version is written only for other kernels.
 *
 * The functions may sleep. They must not call into the object core.
 */
struct luo_object_version {
	u16 version;
	u16 flags;
	u32 size;
	u32 layout;
	bool retired;
	bool exceptional;
	bool external;
	int (*upgrade)(void *ser);
	int (*downgrade)(void *ser);
	int (*save)(void *wire, const void *object);
	int (*load)(const void *wire, void *object);
};

/**
 * struct luo_object_subsection - An optional part of the objects of a kind.
 * @kind:   The kind of the part, "<kind>.<subsection>".
 * @offset: Offset of its struct from the struct of the object, in bytes.
 */
struct luo_object_subsection {
	struct luo_object_kind *kind;
	u32 offset;
};

/**
 * LUO_OBJECT_MEMBERS_MAX - How many members a kind can have.
 */
#define LUO_OBJECT_MEMBERS_MAX	8

/**
 * struct luo_object_kind - A kind of object and its versions.
 * @name:        The name, as in &struct luo_object_id.
 * @versions:    Its versions, newest first, each number once.
 * @nr_versions: Number of versions.
 * @fields:      The fields of its wire struct, or NULL if the versions have save
 *               and load functions. See LUO_DEFINE_KIND().
 * @nr_fields:   Number of fields.
 * @size:        Size of the wire struct in bytes, if there are fields.
 * @drop:        In a kind with fields: frees the memory that an object of the
 *               previous kernel refers to, when user space drops the object, or it
 *               belongs to a file that is finished, see @handlers. @ser is
 *               the newest struct, as luo_object_load() fills it. Returns 0, or a
 *               negative errno to keep the object. NULL if there is nothing to free.
 *               The elements and pages of the object are freed after it. If there is no
 *               memory for that, it is called again, and frees nothing then.
 *               The subsections are not behind @ser.
 * @freeze:      Called in reboot() before the kexec, with no further argument: stores the
 *               last values of the objects with luo_object_update(), and stops changes of
 *               the state behind them. Returns 0, or a negative errno, which reboot()
 *               returns instead of booting the next kernel. May sleep. It must not
 *               register or unregister a kind. It should not need memory: see
 *               luo_object_update() for what does. NULL if there is nothing to do.
 * @unfreeze:    Called if the kexec was refused after @freeze returned 0. NULL if there
 *               is nothing to do.
 * @needs:       Names of kinds that must be ready before it, followed by NULL, besides those
 *               that its fields refer to. NULL if there are none.
 * @ready:       Called once when all kinds that it needs are ready: by
 *               luo_object_register_kind() of this kind, or of the last one of these. Loads
 *               the objects of the previous kernel. Returns 0, or a negative errno, which is
 *               logged, and which luo_object_register_kind() of this kind returns. It must
 *               not register or unregister a kind. NULL if the owner does not wait. @freeze
 *               is not called before it has succeeded.
 * @subsections: The subsections of its objects. See LUO_DEFINE_KIND_WITH().
 * @nr_subsections: Number of subsections.
 * @members:     The members of its objects that are saved with them, such as pages and
 *               lists. See LUO_DEFINE_KIND_MEMBERS().
 * @nr_members:  Number of members, at most %LUO_OBJECT_MEMBERS_MAX.
 * @handlers:    In a kind with fields: the compatible strings of file handlers, followed by
 *               NULL. The instance of an object is the data that one of them gives to LUO
 *               for a file, and the object is freed with the session that the file is in:
 *               as luo_object_abort() does, or in the next kernel as if user space drops
 *               it. This is before the unpreserve() or finish() of the handler. NULL if
 *               the objects do not belong to files.
 * @elements:    It is a kind of elements (linux/luo_elements.h), which are not stored as
 *               objects, and it cannot be registered.
 *
 * The caller owns it and must not free it before luo_object_unregister_kind().
 */
struct luo_object_kind {
	const char *name;
	const struct luo_object_version *versions;
	unsigned int nr_versions;
	const struct luo_field *fields;
	unsigned int nr_fields;
	u32 size;
	int (*drop)(const void *ser);
	int (*freeze)(void);
	void (*unfreeze)(void);
	const char *const *needs;
	int (*ready)(void);
	const struct luo_object_subsection *subsections;
	unsigned int nr_subsections;
	const struct luo_member *members;
	unsigned int nr_members;
	const char *const *handlers;
	bool elements;

	/* private: */
	struct luo_object_room *room;
	struct list_head list;
	unsigned long selected;
	unsigned long pending;
	bool frozen;
	bool is_ready;
	int ready_err;
	struct kobject *kobj;
};

/**
 * struct luo_object_iter - A place among the objects of a kind.
 * @instance: The number of the object.
 * @err:      After the loop: 0 if all objects were found, or a negative errno.
 */
struct luo_object_iter {
	u64 instance;
	int err;

	/* private: the next slot of the table. */
	struct luo_object_block_ser *block;
	unsigned int slot;
};

/**
 * luo_object_for_each - Iterate over the objects of a kind of the previous kernel.
 * @kind: The kind; need not be registered.
 * @iter: A pointer to a &struct luo_object_iter, which need not be initialised. Its
 *        @instance is the number of each object in turn.
 *
 * Finds each object once, also if it has several versions, in the order in which the
 * previous kernel stored them, except that an object may be in the place of one that
 * was aborted before. The body may finish the object. The body may also find that
 * luo_object_load() fails, because the object is corrupt or in an unknown version,
 * and continue with the next one.
 *
 * If the loop ends without a break, @iter->err is 0; -EBADMSG if the table of the kind
 * or the list that leads to it is corrupt, so that there may have been other objects;
 * -EOPNOTSUPP if live update is off; or -ENOMEM if there is no memory.
 *
 * Context: Process context, may sleep; from subsys_initcall() on. An object that
 * another thread finishes during the loop may be found or not.
 */
#define luo_object_for_each(kind, iter)					\
	for (*(iter) = (struct luo_object_iter){};			\
	     luo_object_next(kind, iter);)

/**
 * typedef luo_object_walk_fn - A function that luo_object_walk() calls.
 * @kind:     The kind of an object.
 * @instance: Its instance.
 * @context:  The argument of luo_object_walk().
 *
 * It may load, save and finish objects. It must not register or unregister a kind.
 *
 * Return: 0, or a negative errno that ends the walk.
 */
typedef int (*luo_object_walk_fn)(const struct luo_object_kind *kind, u64 instance,
				  void *context);

#ifdef CONFIG_LUO_OBJECT

bool luo_object_next(const struct luo_object_kind *kind,
		     struct luo_object_iter *iter);
int luo_object_register_kind(struct luo_object_kind *kind);
void luo_object_unregister_kind(struct luo_object_kind *kind);
bool luo_object_kind_writes(const struct luo_object_kind *kind, u32 version);
int luo_object_save(const struct luo_object_kind *kind, u64 instance,
		    const void *object);
int luo_object_update(const struct luo_object_kind *kind, u64 instance,
		      const void *object);
int luo_object_load(const struct luo_object_kind *kind, u64 instance,
		    void *object);
void luo_object_unload(const struct luo_object_kind *kind, void *object);
void luo_object_abort(const struct luo_object_kind *kind, u64 instance);
int luo_object_finish(const struct luo_object_kind *kind, u64 instance);
int luo_object_walk(const struct luo_object_kind *kind, u64 instance,
		    luo_object_walk_fn fn, void *context);
int luo_object_load_newest(const struct luo_object_kind *kind, u64 instance,
			   void *object, u32 *version);

#else

static inline bool luo_object_next(const struct luo_object_kind *kind,
				   struct luo_object_iter *iter)
{
	iter->err = -EOPNOTSUPP;

	return false;
}

static inline int luo_object_register_kind(struct luo_object_kind *kind)
{
	return -EOPNOTSUPP;
}

static inline void luo_object_unregister_kind(struct luo_object_kind *kind) { }

static inline bool luo_object_kind_writes(const struct luo_object_kind *kind,
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

static inline void luo_object_unload(const struct luo_object_kind *kind,
				     void *object) { }

static inline void luo_object_abort(const struct luo_object_kind *kind,
				    u64 instance) { }

static inline int luo_object_finish(const struct luo_object_kind *kind,
				    u64 instance)
{
	return -EOPNOTSUPP;
}

static inline int luo_object_walk(const struct luo_object_kind *kind,
				  u64 instance, luo_object_walk_fn fn,
				  void *context)
{
	return -EOPNOTSUPP;
}

static inline int luo_object_update(const struct luo_object_kind *kind,
				    u64 instance, const void *object)
{
	return -EOPNOTSUPP;
}

static inline int luo_object_load_newest(const struct luo_object_kind *kind,
					 u64 instance, void *object,
					 u32 *version)
{
	return -EOPNOTSUPP;
}

#endif /* CONFIG_LUO_OBJECT */

#endif /* _LINUX_LUO_KIND_H */
