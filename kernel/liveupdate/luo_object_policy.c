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
 * ``kind:version[,version…][;kind:version[,version…]…]``
 *     these versions, and all versions of kinds that are not listed.
 *
 * It is called by luo_object_kind.c and luo_object_sysfs.c.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_object_internal.h"

#define LUO_OBJECT_POLICY_LEN	1024

static char luo_object_policy[LUO_OBJECT_POLICY_LEN] = "all";
module_param_string(write, luo_object_policy, sizeof(luo_object_policy), 0);
MODULE_PARM_DESC(write, "Versions to write: all, newest, or kind:version[,version...];...");

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

/* Select the versions of @kind whose numbers are in @list. Overwrites @list. */
static int luo_object_select_versions(const struct luo_object_kind *kind,
				      char *list, unsigned long *selected)
{
	char *number;
	u16 version;
	unsigned int i;

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
 * Return: 0; -EINVAL if the policy is invalid, or lists a version of @kind that
 * cannot be written; -ENOMEM if there is no memory.
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

	while ((item = strsep(&rest, ";"))) {
		/* Accept a semicolon at the end. */
		if (!*item && !rest)
			break;

		name = strsep(&item, ":");
		if (!item || !luo_object_kind_name_valid(name))
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

/**
 * luo_object_policy_set - Set the policy and apply it to all kinds.
 * @policy: The policy. Copied.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL if the policy is invalid, or lists a version that a registered
 * kind cannot write; -E2BIG if it is too long; -ENOMEM if there is no memory. Nothing
 * is changed on failure.
 */
int luo_object_policy_set(const char *policy)
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
		err = luo_object_policy_select(kind, policy, &selected);
		if (err)
			return err;
		kind->pending = selected;
	}

	list_for_each_entry(kind, &luo_object_kinds, list)
		WRITE_ONCE(kind->selected, kind->pending);
	strscpy(luo_object_policy, skip_spaces(policy));
	strim(luo_object_policy);

	return 0;
}

static int __init luo_object_policy_init(void)
{
	unsigned long selected;

	if (luo_object_policy_select(NULL, luo_object_policy, &selected)) {
		pr_warn("luo_object.write=%s: expected all, newest, or kind:version[,version...];..., writing all\n",
			luo_object_policy);
		strscpy(luo_object_policy, "all");
	}

	return 0;
}
core_initcall(luo_object_policy_init);
