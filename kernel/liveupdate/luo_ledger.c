// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The ledger of an update
 *
 * No program runs from the time when files are frozen until the next kernel starts its
 * first process. This file measures the phases of that time. At each mark before the
 * kexec, the kernel writes the value of a hardware counter. The next kernel converts the
 * values to its own clock and shows them in /sys/kernel/luo_ledger/, for "luoctl blackout".
 *
 * The memory of the marks is allocated and stored at boot. A mark is then one write,
 * and the last one is written when all other processors are stopped.
 *
 * It is called by luo_core.c, and calls luo_object_core.c and luo_array.c.
 */

#define pr_fmt(fmt) "luo_ledger: " fmt

#include <linux/clocksource_ids.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kexec.h>
#include <linux/kho/abi/luo_ledger.h>
#include <linux/kmsg_dump.h>
#include <linux/kobject.h>
#include <linux/ktime.h>
#include <linux/luo_array.h>
#include <linux/luo_field.h>
#include <linux/luo_kind.h>
#include <linux/luo_object.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/timekeeping.h>
#include <linux/utsname.h>

#include "luo_ledger.h"

#define LEDGER_MARK_FIELDS(field, ser)					\
	field(ser, 1, u64, value)

#define LEDGER_MARK_VERSIONS(version, kind)				\
	version(kind, 1, element)

LUO_DEFINE_KIND(ledger_mark, struct luo_ledger_mark_ser, LEDGER_MARK_FIELDS,
		LEDGER_MARK_VERSIONS);

#define LEDGER_FIELDS(field, ser)					\
	field(ser, 1, array, marks, .element_kind = &ledger_mark_kind)	\
	field(ser, 1, u32, nr_marks, .min = LUO_LEDGER_NR, .max = 64,	\
	      .fallback = LUO_LEDGER_NR)				\
	field(ser, 1, u32, generation, .min = 1, .fallback = 1)		\
	field(ser, 1, bytes, release)

#define LEDGER_VERSIONS(version, kind)					\
	version(kind, 1, optional)

LUO_DEFINE_KIND(ledger, struct luo_ledger_ser_v1, LEDGER_FIELDS,
		LEDGER_VERSIONS);
LUO_NOTE_PART_OF(ledger, ledger_mark);

static const struct luo_object_id luo_ledger_id = { LUO_LEDGER_KIND, 0 };

/* The marks that this kernel writes for the next one. */
static struct luo_array luo_ledger_out;

/**
 * struct luo_ledger_in - The ledger of the previous kernel.
 * @marks:      The marks, in units of its hardware counter.
 * @generation: Its generation.
 * @release:    Its release.
 * @first:      The clocks of this kernel when it read the ledger.
 * @lock:       Protects @ns and @converted.
 * @ns:         The marks in nanoseconds of CLOCK_MONOTONIC, before the boot of this
 *              kernel and therefore negative.
 * @converted:  @ns is valid.
 */
struct luo_ledger_in {
	struct luo_ledger_mark_ser marks[LUO_LEDGER_NR];
	u32 generation;
	char release[LUO_LEDGER_RELEASE_LEN];
	struct system_time_snapshot first;
	struct mutex lock;	/* protects @ns and @converted */
	s64 ns[LUO_LEDGER_NR];
	bool converted;
};

static struct luo_ledger_in luo_ledger_in = {
	.lock = __MUTEX_INITIALIZER(luo_ledger_in.lock),
};

static enum luo_ledger_clock luo_ledger_id_clock(enum clocksource_ids id)
{
	switch (id) {
	case CSID_X86_TSC:
	case CSID_X86_TSC_EARLY:
		return LUO_LEDGER_CLOCK_TSC;
	case CSID_ARM_ARCH_COUNTER:
		return LUO_LEDGER_CLOCK_ARM;
	default:
		return LUO_LEDGER_CLOCK_NONE;
	}
}

/*
 * Read the clocks. A clocksource of a hypervisor begins anew with each kernel, but the
 * counter that it is derived from does not.
 */
static enum luo_ledger_clock
luo_ledger_snapshot(struct system_time_snapshot *now)
{
	enum luo_ledger_clock clock;

	ktime_get_snapshot_id(CLOCK_MONOTONIC, now);
	clock = luo_ledger_id_clock(now->hw_csid);
	if (clock) {
		now->cycles = now->hw_cycles;
		return clock;
	}

	return luo_ledger_id_clock(now->cs_id);
}

/**
 * luo_ledger_mark - Record that a phase of the kexec begins.
 * @mark: The mark to write.
 *
 * Writes the element of the stored array. luo_elements_save() and luo_object_update() would
 * copy it, and take locks: the last mark is written when the other processors are stopped.
 *
 * Context: Any. Writes memory that was allocated at boot.
 */
void luo_ledger_mark(enum luo_ledger_mark mark)
{
	struct luo_ledger_mark_ser *marks = luo_ledger_out.data;
	struct system_time_snapshot now;

	if (!marks)
		return;

	marks[LUO_LEDGER_CLOCK].value = luo_ledger_snapshot(&now);
	marks[mark].value = now.cycles;
	luo_array_seal(&luo_ledger_out);
}

static int luo_ledger_reboot(struct notifier_block *block, unsigned long action,
			     void *data)
{
	luo_ledger_mark(LUO_LEDGER_DEVICES);

	return NOTIFY_DONE;
}

/* The first of the notifiers: others shut down devices too. */
static struct notifier_block luo_ledger_notifier = {
	.notifier_call = luo_ledger_reboot,
	.priority = INT_MAX,
};

/* kernel_kexec() dumps messages right before the jump. */
static void luo_ledger_dump(struct kmsg_dumper *dumper,
			    struct kmsg_dump_detail *detail)
{
	if (detail->reason == KMSG_DUMP_SHUTDOWN && kexec_in_progress)
		luo_ledger_mark(LUO_LEDGER_JUMP);
}

static struct kmsg_dumper luo_ledger_dumper = {
	.dump = luo_ledger_dump,
	.max_reason = KMSG_DUMP_SHUTDOWN,
};

/* The previous kernel passed all marks, in order, before this one was entered. */
static bool luo_ledger_valid(const struct luo_ledger_mark_ser *marks, u64 now)
{
	return marks[LUO_LEDGER_FREEZE].value &&
	       marks[LUO_LEDGER_FREEZE].value <= marks[LUO_LEDGER_DEVICES].value &&
	       marks[LUO_LEDGER_DEVICES].value <= marks[LUO_LEDGER_JUMP].value &&
	       marks[LUO_LEDGER_JUMP].value <= now;
}

static int luo_ledger_read(const struct luo_ledger_ser_v1 *ser)
{
	struct luo_array array;
	int err;

	err = luo_array_restore(&array, ser->marks, sizeof(struct luo_ledger_mark_ser),
				ser->nr_marks);
	if (err)
		return err;

	memcpy(luo_ledger_in.marks, array.data, sizeof(luo_ledger_in.marks));
	luo_array_free(&array);
	luo_ledger_in.generation = ser->generation;
	strscpy_pad(luo_ledger_in.release, ser->release);

	return 0;
}

static void luo_ledger_load(void)
{
	struct luo_ledger_ser_v1 ser;
	int err;

	luo_ledger_snapshot(&luo_ledger_in.first);
	err = luo_object_load(&ledger_kind, luo_ledger_id.instance, &ser);
	if (err == -ENOENT)
		return;
	if (!err)
		err = luo_ledger_read(&ser);
	luo_finish_object(&luo_ledger_id);
	if (err)
		pr_warn("the ledger of the previous kernel cannot be read: %pe\n",
			ERR_PTR(err));
}

static int luo_ledger_save(void)
{
	struct luo_ledger_ser_v1 ser = {
		.nr_marks = LUO_LEDGER_NR,
		.generation = luo_ledger_in.generation + 1 ?: 1,
	};
	int err;

	err = luo_array_alloc(&luo_ledger_out, sizeof(struct luo_ledger_mark_ser),
			      LUO_LEDGER_NR, GFP_KERNEL | __GFP_ZERO);
	if (err)
		return err;

	luo_array_seal(&luo_ledger_out);
	ser.marks = luo_ledger_out.handle;
	strscpy(ser.release, init_utsname()->release);
	err = luo_object_save(&ledger_kind, luo_ledger_id.instance, &ser);
	if (err)
		luo_array_free(&luo_ledger_out);

	return err;
}

/*
 * Convert the marks to nanoseconds. The frequency of the counter is computed from the time
 * since this kernel has read the ledger.
 */
static bool luo_ledger_convert(struct luo_ledger_in *in)
{
	struct system_time_snapshot now;
	enum luo_ledger_clock clock;
	u64 cycles, ns;
	int i;

	clock = luo_ledger_snapshot(&now);
	if (!clock || clock != in->marks[LUO_LEDGER_CLOCK].value ||
	    !luo_ledger_valid(in->marks, in->first.cycles))
		return false;

	cycles = now.cycles - in->first.cycles;
	ns = ktime_to_ns(ktime_sub(now.monoraw, in->first.monoraw));
	if (!cycles)
		return false;

	for (i = LUO_LEDGER_FREEZE; i < LUO_LEDGER_NR; i++)
		in->ns[i] = ktime_to_ns(now.systime) -
			    mul_u64_u64_div_u64(now.cycles - in->marks[i].value,
						ns, cycles);
	in->converted = true;

	return true;
}

static ssize_t luo_ledger_show(enum luo_ledger_mark mark, char *buf)
{
	struct luo_ledger_in *in = &luo_ledger_in;
	bool known;

	mutex_lock(&in->lock);
	known = in->converted || luo_ledger_convert(in);
	mutex_unlock(&in->lock);

	return known ? sysfs_emit(buf, "%lld\n", in->ns[mark]) :
		       sysfs_emit(buf, "unknown\n");
}

static ssize_t freeze_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return luo_ledger_show(LUO_LEDGER_FREEZE, buf);
}

static struct kobj_attribute freeze_attr = __ATTR_RO(freeze);

static ssize_t devices_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return luo_ledger_show(LUO_LEDGER_DEVICES, buf);
}

static struct kobj_attribute devices_attr = __ATTR_RO(devices);

static ssize_t jump_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	return luo_ledger_show(LUO_LEDGER_JUMP, buf);
}

static struct kobj_attribute jump_attr = __ATTR_RO(jump);

static ssize_t init_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%lld\n",
			  ktime_to_ns(luo_ledger_in.first.systime));
}

static struct kobj_attribute init_attr = __ATTR_RO(init);

static ssize_t generation_show(struct kobject *kobj,
			       struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", luo_ledger_in.generation + 1);
}

static struct kobj_attribute generation_attr = __ATTR_RO(generation);

static ssize_t previous_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%s\n", luo_ledger_in.release);
}

static struct kobj_attribute previous_attr = __ATTR_RO(previous);

static struct attribute *luo_ledger_attrs[] = {
	&generation_attr.attr,
	&init_attr.attr,
	&previous_attr.attr,
	&freeze_attr.attr,
	&devices_attr.attr,
	&jump_attr.attr,
	NULL,
};

static umode_t luo_ledger_is_visible(struct kobject *kobj,
				     struct attribute *attr, int n)
{
	bool always = attr == &generation_attr.attr || attr == &init_attr.attr;

	return always || luo_ledger_in.generation ? attr->mode : 0;
}

static const struct attribute_group luo_ledger_group = {
	.attrs = luo_ledger_attrs,
	.is_visible = luo_ledger_is_visible,
};

static int luo_ledger_add_files(void)
{
	struct kobject *kobj = kobject_create_and_add("luo_ledger", kernel_kobj);
	int err;

	if (!kobj)
		return -ENOMEM;

	err = sysfs_create_group(kobj, &luo_ledger_group);
	if (err)
		kobject_put(kobj);

	return err;
}

static int luo_ledger_free_object(const void *object)
{
	const struct luo_ledger_ser_v1 *ser = object;

	return luo_array_drop(ser->marks, sizeof(struct luo_ledger_mark_ser),
			      ser->nr_marks);
}

/* The last of the initcalls, so that the time of the others is known. */
static int __init luo_ledger_init(void)
{
	int err;

	ledger_kind.drop = luo_ledger_free_object;
	err = luo_object_register_kind(&ledger_kind);
	if (err)
		return err == -EOPNOTSUPP ? 0 : err;

	luo_ledger_load();
	err = luo_ledger_save();
	if (!err)
		err = register_reboot_notifier(&luo_ledger_notifier);
	if (!err)
		err = kmsg_dump_register(&luo_ledger_dumper);
	/* The policy may be to hand over no ledger. */
	if (!err || err == -EOPNOTSUPP)
		err = luo_ledger_add_files();
	if (err)
		pr_warn("no ledger for the next kernel: luoctl blackout will not show the time before the kexec: %pe\n",
			ERR_PTR(err));

	return 0;
}
late_initcall_sync(luo_ledger_init);
