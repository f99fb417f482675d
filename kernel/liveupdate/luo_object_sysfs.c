// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Objects in sysfs
 *
 * The files in ``/sys/kernel/luo_objects/`` show and set the write policy, list and
 * drop unclaimed objects, list the kinds that wait for others, and show the versions of
 * each kind.
 * Documentation/ABI/testing/sysfs-kernel-luo_objects describes them.
 *
 * luo_object_kind.c calls it to add and remove kinds. It calls luo_object_policy.c,
 * luo_object_order.c, luo_object_kind.c and luo_object_in.c.
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kho/abi/luo_layout.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "luo_object_internal.h"

static struct kobject *luo_object_root;

/* The directory of a kind. The kobject may be freed later than the kind. */
struct luo_object_dir {
	struct kobject kobj;
	const struct luo_object_kind *kind;
};

enum luo_object_which { READABLE, WRITABLE, SELECTED };

static ssize_t luo_object_show_versions(struct kobject *kobj, char *buf,
					enum luo_object_which which)
{
	struct luo_object_dir *dir =
		container_of(kobj, struct luo_object_dir, kobj);
	const struct luo_object_kind *kind = dir->kind;
	unsigned long selected = READ_ONCE(kind->selected);
	unsigned int i;
	int len = 0;

	for (i = 0; i < kind->nr_versions; i++) {
		const struct luo_object_version *version = &kind->versions[i];

		if ((which == READABLE && !luo_object_version_readable(kind, version)) ||
		    (which == WRITABLE && !luo_object_version_writable(kind, version)) ||
		    (which == SELECTED && !(selected & BIT(i))))
			continue;
		len += sysfs_emit_at(buf, len, "%s%u", len ? "," : "",
				     version->version);
	}

	return len + sysfs_emit_at(buf, len, "\n");
}

static ssize_t readable_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	return luo_object_show_versions(kobj, buf, READABLE);
}

static struct kobj_attribute readable_attr = __ATTR_RO(readable);

static ssize_t writable_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	return luo_object_show_versions(kobj, buf, WRITABLE);
}

static struct kobj_attribute writable_attr = __ATTR_RO(writable);

static ssize_t selected_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	return luo_object_show_versions(kobj, buf, SELECTED);
}

static struct kobj_attribute selected_attr = __ATTR_RO(selected);

static struct attribute *luo_object_dir_attrs[] = {
	&readable_attr.attr,
	&writable_attr.attr,
	&selected_attr.attr,
	NULL,
};
ATTRIBUTE_GROUPS(luo_object_dir);

static void luo_object_dir_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct luo_object_dir, kobj));
}

static const struct kobj_type luo_object_dir_type = {
	.release	= luo_object_dir_release,
	.sysfs_ops	= &kobj_sysfs_ops,
	.default_groups	= luo_object_dir_groups,
};

/**
 * luo_object_sysfs_add - Create the directory of a kind.
 * @kind: The kind.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM if there is no memory; or an errno of sysfs.
 */
int luo_object_sysfs_add(struct luo_object_kind *kind)
{
	struct luo_object_dir *dir = kzalloc_obj(*dir);
	int err;

	if (!dir)
		return -ENOMEM;

	dir->kind = kind;
	err = kobject_init_and_add(&dir->kobj, &luo_object_dir_type,
				   luo_object_root, "%s", kind->name);
	if (err) {
		kobject_put(&dir->kobj);
		return err;
	}
	kind->kobj = &dir->kobj;

	return 0;
}

/**
 * luo_object_sysfs_remove - Remove the directory of a kind.
 * @kind: The kind.
 *
 * Context: Process context, may sleep. Waits for readers of the files.
 */
void luo_object_sysfs_remove(struct luo_object_kind *kind)
{
	/* Wait for readers of the files, which use the kind. */
	kobject_del(kind->kobj);
	kobject_put(kind->kobj);
}

static ssize_t write_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	guard(mutex)(&luo_object_kinds_lock);

	return sysfs_emit(buf, "%s\n", luo_object_policy_get());
}

static ssize_t write_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	return luo_object_policy_set(&luo_objects_out, buf) ?: count;
}

static struct kobj_attribute write_attr = __ATTR_RW(write);

static ssize_t unclaimed_show(struct kobject *kobj, struct kobj_attribute *attr,
			      char *buf)
{
	struct luo_object_table *table;
	int err, len = 0;

	guard(mutex)(&luo_objects_in.lock);

	err = luo_object_in_read_all(&luo_objects_in);
	if (err)
		return err == -ENOENT ? 0 : err;

	list_for_each_entry(table, &luo_objects_in.tables, list) {
		/* They are freed with the objects that they describe. */
		if (!strcmp(table->kind, LUO_LAYOUT_KIND))
			continue;
		len += sysfs_emit_at(buf, len, "%s %llu\n", table->kind,
				     table->nr_records);
	}

	return len;
}

static struct kobj_attribute unclaimed_attr = __ATTR_RO(unclaimed);

static ssize_t waiting_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	const struct luo_object_kind *kind;
	const char *name;
	unsigned int next;
	int len = 0;

	guard(mutex)(&luo_object_kinds_lock);

	list_for_each_entry(kind, &luo_object_kinds, list) {
		next = 0;
		name = luo_object_order_waits(kind, &next);
		if (!name)
			continue;
		len += sysfs_emit_at(buf, len, "%s", kind->name);
		for (; name; name = luo_object_order_waits(kind, &next))
			len += sysfs_emit_at(buf, len, " %s", name);
		len += sysfs_emit_at(buf, len, "\n");
	}

	return len;
}

static struct kobj_attribute waiting_attr = __ATTR_RO(waiting);

static ssize_t drop_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	char *copy __free(kfree) = kstrdup(buf, GFP_KERNEL);
	struct luo_object_id id;
	char *instance;
	int err;

	if (!copy)
		return -ENOMEM;

	instance = strim(copy);
	id.kind = strsep(&instance, ":");
	if (!strcmp(id.kind, "all") && !instance)
		err = luo_object_kind_drop(&luo_objects_in, NULL, NULL);
	else if (!instance)
		err = luo_object_kind_drop(&luo_objects_in, id.kind, NULL);
	else
		err = kstrtou64(instance, 10, &id.instance) ?:
		      luo_object_kind_drop(&luo_objects_in, id.kind, &id.instance);

	return err ?: count;
}

static struct kobj_attribute drop_attr = __ATTR_WO(drop);

static const struct attribute *luo_object_root_attrs[] = {
	&write_attr.attr,
	&unclaimed_attr.attr,
	&waiting_attr.attr,
	&drop_attr.attr,
	NULL,
};

static int __init luo_object_sysfs_init(void)
{
	luo_object_root = kobject_create_and_add("luo_objects", kernel_kobj);
	if (!luo_object_root)
		return -ENOMEM;

	return sysfs_create_files(luo_object_root, luo_object_root_attrs);
}
postcore_initcall(luo_object_sysfs_init);
