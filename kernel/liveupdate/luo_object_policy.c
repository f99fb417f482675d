// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Which versions are written
 *
 * Writing a version takes time and memory. Not writing it makes it impossible to
 * return to a kernel that reads no other one. The administrator selects the versions
 * with ``luo_object.write=`` at boot and with ``/sys/kernel/luo_objects/write``
 * later:
 *
 * ``all``
 *     every version that this kernel can write; the default;
 *
 * ``newest``
 *     only the newest version of each kind;
 *
 * ``none``
 *     no version of a kind whose objects stand alone;
 *
 * ``kind:version[,version…][;kind:version[,version…]…]``
 *     these versions, and all versions of kinds that are not listed. In the place of the
 *     versions, ``none`` is no version. ``none;`` before the list is no version of kinds
 *     that are not listed and whose objects stand alone.
 *
 * An object stands alone if no file in a session and no other object needs it. The policy
 * alone decides whether it is part of each kexec.
 *
 * It is called by luo_object_kind.c, luo_object_convert.c and luo_object_sysfs.c.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kho/abi/luo_layout.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_object_internal.h"

#define LUO_OBJECT_POLICY_LEN	1024

static char luo_object_policy[LUO_OBJECT_POLICY_LEN] = "all";
module_param_string(write, luo_object_policy, sizeof(luo_object_policy), 0);
MODULE_PARM_DESC(write, "Versions to write: all, newest, none, or kind:version[,version...];...");

static unsigned long luo_object_writable(const struct luo_object_kind *kind)
{
	unsigned long writable = 0;
	unsigned int i;

	for (i = 0; i < kind->nr_versions; i++) {
		if (luo_object_version_writable(kind, &kind->versions[i]))
			writable |= BIT(i);
	}

	return writable;
}

/*
 * Whether the objects of a kind stand alone. The code of a kind with an external version
 * stores that for the files of sessions, without the object core.
 */
static bool luo_object_policy_alone(const struct luo_object_kind *kind)
{
	unsigned int i;

	for (i = 0; i < kind->nr_versions; i++) {
		if (kind->versions[i].external)
			return false;
	}

	return !kind->handlers && !luo_object_is_subsection(kind->name) &&
	       strcmp(kind->name, LUO_LAYOUT_KIND);
}

/* Select no version of @kind, which may be NULL. */
static int luo_object_select_none(const struct luo_object_kind *kind,
				  unsigned long *selected)
{
	*selected = 0;
	if (!kind || luo_object_policy_alone(kind))
		return 0;

	pr_warn("kind %s: none is not a policy for its objects, which belong to files in sessions or to other objects\n",
		kind->name);

	return -EINVAL;
}

/* Select the versions of @kind whose numbers are in @list. Overwrites @list. */
static int luo_object_select_versions(const struct luo_object_kind *kind,
				      char *list, unsigned long *selected)
{
	char *number;
	u16 version;
	unsigned int i;

	if (!strcmp(list, "none"))
		return luo_object_select_none(kind, selected);

	*selected = 0;
	while ((number = strsep(&list, ","))) {
		if (kstrtou16(number, 10, &version))
			return -EINVAL;
		if (!kind)
			continue;

		for (i = 0; i < kind->nr_versions; i++) {
			if (kind->versions[i].version == version)
				break;
		}
		if (i == kind->nr_versions ||
		    !luo_object_version_writable(kind, &kind->versions[i])) {
			pr_warn("kind %s: this kernel does not write version %u\n",
				kind->name, version);
			return -EINVAL;
		}
		*selected |= BIT(i);
	}

	return 0;
}

/**
 * luo_object_policy_select - Apply a policy to a kind.
 * @kind:     The kind; NULL to check only the syntax of the policy.
 * @policy:   The policy.
 * @selected: Set to a bit for each version to write.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL if the policy is invalid, lists a version of @kind that cannot be
 * written, or lists no version of @kind, whose objects do not stand alone; -ENOMEM if
 * there is no memory.
 */
int luo_object_policy_select(const struct luo_object_kind *kind,
			     const char *policy, unsigned long *selected)
{
	unsigned long writable = kind ? luo_object_writable(kind) : 0;
	char *rest, *item, *name;
	unsigned long versions;
	int err;

	char *copy __free(kfree) = kstrdup(policy, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;

	*selected = writable;
	rest = strim(copy);
	if (!strcmp(rest, "all"))
		return 0;

	if (!*rest)
		return -EINVAL;

	if (!strcmp(rest, "newest")) {
		/* Versions are newest first. */
		*selected = writable & -writable;
		return 0;
	}

	if (!strncmp(rest, "none", 4) && (!rest[4] || rest[4] == ';')) {
		if (kind && luo_object_policy_alone(kind))
			*selected = 0;
		if (!rest[4])
			return 0;
		rest += 5;
	}

	while ((item = strsep(&rest, ";"))) {
		/* Accept a semicolon at the end. */
		if (!*item && !rest)
			break;

		name = strsep(&item, ":");
		if (!item || !luo_object_fdt_name_valid(name))
			return -EINVAL;

		if (kind && strcmp(name, kind->name)) {
			err = luo_object_select_versions(NULL, item, &versions);
		} else {
			err = luo_object_select_versions(kind, item, &versions);
			*selected = versions;
		}
		if (err)
			return err;
	}

	return 0;
}

/**
 * luo_object_policy_none - Check whether the policy keeps all objects of a kind from the
 * handover.
 * @kind: The kind.
 *
 * Context: Any.
 * Return: true if the kind is registered and can write versions, but none is selected.
 */
bool luo_object_policy_none(const struct luo_object_kind *kind)
{
	return kind->list.next && !READ_ONCE(kind->selected) &&
	       luo_object_writable(kind);
}

/**
 * luo_object_policy_get - Get the current policy.
 *
 * Context: luo_object_kinds_lock is held.
 * Return: The policy, valid while the lock is held.
 */
const char *luo_object_policy_get(void)
{
	lockdep_assert_held(&luo_object_kinds_lock);

	return luo_object_policy;
}

/* Compute what the policy selects of a kind, and check that it can be applied. */
static int luo_object_policy_prepare(struct luo_object_out *out,
				     struct luo_object_kind *kind,
				     const char *policy)
{
	int err = luo_object_policy_select(kind, policy, &kind->pending);

	if (err || kind->pending || !luo_object_writable(kind) ||
	    !luo_object_out_has(out, kind->name))
		return err;

	/* Only the owner of an object can free the memory that it leads to. */
	pr_warn("kind %s: objects are stored already, and would be handed over: set the policy none at boot, or before they are stored\n",
		kind->name);

	return -EBUSY;
}

static void luo_object_policy_apply(struct luo_object_kind *kind)
{
	bool none = luo_object_policy_none(kind);

	WRITE_ONCE(kind->selected, kind->pending);
	if (!none && luo_object_policy_none(kind))
		pr_info("kind %s: no objects are stored from now on\n", kind->name);
}

/**
 * luo_object_policy_set - Set the policy and apply it to all kinds.
 * @out:    The set in which their objects are stored.
 * @policy: The policy. Copied.
 *
 * A save that runs at the same time may use the old policy.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL if the policy is invalid, or lists a version that a registered
 * kind cannot write, or none of a kind whose objects do not stand alone; -EBUSY if it
 * selects no version of a kind that has objects in @out; -E2BIG if it is too long;
 * -ENOMEM if there is no memory. Nothing is changed on failure.
 */
int luo_object_policy_set(struct luo_object_out *out, const char *policy)
{
	struct luo_object_kind *kind;
	unsigned long selected;
	int err;

	if (strlen(policy) >= LUO_OBJECT_POLICY_LEN)
		return -E2BIG;

	guard(mutex)(&luo_object_kinds_lock);

	err = luo_object_policy_select(NULL, policy, &selected);
	if (err)
		return err;

	list_for_each_entry(kind, &luo_object_kinds, list) {
		err = luo_object_policy_prepare(out, kind, policy);
		if (err)
			return err;
	}

	list_for_each_entry(kind, &luo_object_kinds, list)
		luo_object_policy_apply(kind);
	strscpy(luo_object_policy, skip_spaces(policy));
	strim(luo_object_policy);

	return 0;
}

static int __init luo_object_policy_init(void)
{
	unsigned long selected;

	if (luo_object_policy_select(NULL, luo_object_policy, &selected)) {
		pr_warn("luo_object.write=%s: expected all, newest, none, or kind:version[,version...];..., writing all\n",
			luo_object_policy);
		strscpy(luo_object_policy, "all");
	}

	return 0;
}
core_initcall(luo_object_policy_init);
