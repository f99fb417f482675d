/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Raw objects: structs that are stored under an identifier and a version. A subsystem that
 * describes its structs by tables uses linux/luo_kind.h and linux/luo_field.h instead.
 */
#ifndef _LINUX_LUO_OBJECT_H
#define _LINUX_LUO_OBJECT_H

#include <linux/errno.h>
#include <linux/kho/abi/luo_object.h>
#include <linux/types.h>

/**
 * struct luo_object_id - The name of an object.
 * @kind:     Name of its kind: "memfd", "pkram", … A letter, followed by letters,
 *            digits and -_+; for a subsection, a dot and its name follow. At most
 *            %LUO_OBJECT_KIND_LEN bytes with the NUL.
 * @instance: Its number within the kind.
 *
 * Several versions of one object are stored under the same identifier.
 */
struct luo_object_id {
	const char *kind;
	u64 instance;
};

#ifdef CONFIG_LUO_OBJECT

int luo_store_object_flags(const void *data, size_t size,
			   const struct luo_object_id *id, u32 version,
			   u32 flags);
int luo_replace_object(const void *data, size_t size,
		       const struct luo_object_id *id, u32 version);
void luo_abort_object(const struct luo_object_id *id);
bool luo_object_any(void);
int luo_read_object(void *data, size_t size, const struct luo_object_id *id,
		    u32 version);
int luo_finish_object(const struct luo_object_id *id);
__printf(1, 2) void luo_object_report_failure(const char *fmt, ...);

#else

static inline int luo_store_object_flags(const void *data, size_t size,
					 const struct luo_object_id *id,
					 u32 version, u32 flags)
{
	return -EOPNOTSUPP;
}

static inline int luo_replace_object(const void *data, size_t size,
				     const struct luo_object_id *id,
				     u32 version)
{
	return -EOPNOTSUPP;
}

static inline void luo_abort_object(const struct luo_object_id *id) { }

static inline bool luo_object_any(void)
{
	return false;
}

static inline int luo_read_object(void *data, size_t size,
				  const struct luo_object_id *id, u32 version)
{
	return -EOPNOTSUPP;
}

static inline int luo_finish_object(const struct luo_object_id *id)
{
	return -EOPNOTSUPP;
}

static inline __printf(1, 2) void luo_object_report_failure(const char *fmt, ...) { }

#endif /* CONFIG_LUO_OBJECT */

/**
 * luo_store_object - Store one version of an object for the next kernel.
 * @data:    The wire struct. Copied; the caller keeps it.
 * @size:    Its size in bytes, 1 to %LUO_OBJECT_SIZE_MAX.
 * @id:      The object.
 * @version: The version that @data is in, less than %LUO_OBJECT_VERSION_SUBSECTIONS.
 *
 * The object is mandatory: in a kernel that reads none of its versions the load
 * fails. Store an optional object with luo_store_object_flags().
 *
 * Context: Process context, may sleep; from device_initcall() on.
 * Return: 0 or a negative errno, see luo_store_object_flags().
 */
static inline int luo_store_object(const void *data, size_t size,
				   const struct luo_object_id *id, u32 version)
{
	return luo_store_object_flags(data, size, id, version, 0);
}

/**
 * luo_restore_object - Read one version of an object of the previous kernel.
 * @data:    Set to the wire struct. Unchanged on failure.
 * @size:    Size of that version in bytes.
 * @id:      The object.
 * @version: The version.
 *
 * The object stays until luo_finish_object(). Use luo_read_object() if the reason
 * of a failure matters.
 *
 * Context: Process context, may sleep; from subsys_initcall() on.
 * Return: true if @data was set.
 */
static inline bool luo_restore_object(void *data, size_t size,
				      const struct luo_object_id *id,
				      u32 version)
{
	return !luo_read_object(data, size, id, version);
}

#endif /* _LINUX_LUO_OBJECT_H */
