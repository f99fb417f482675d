/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_LUO_LEDGER_H
#define _LINUX_KHO_ABI_LUO_LEDGER_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: Ledger of an update ABI
 *
 * After a handover, the next kernel shows how long each phase took. The
 * ledger is the optional object 0 of kind %LUO_LEDGER_KIND, and refers to an array of
 * numbers: the marks. They are values of a hardware counter that is not reset by a kexec.
 * A kernel without this kind ignores it.
 */

/**
 * LUO_LEDGER_KIND - The kind of object that the ledger is, "ledger".
 */
#define LUO_LEDGER_KIND		"ledger"

/**
 * LUO_LEDGER_RELEASE_LEN - Bytes for the release of the kernel, with the NUL.
 */
#define LUO_LEDGER_RELEASE_LEN	64

/**
 * enum luo_ledger_mark - Indexes of the array.
 * @LUO_LEDGER_CLOCK:   Which counter the marks are read from, an &enum
 *                      luo_ledger_clock.
 * @LUO_LEDGER_FREEZE:  Freezing of the preserved files begins.
 * @LUO_LEDGER_DEVICES: Files are frozen, and the devices are shut down.
 * @LUO_LEDGER_JUMP:    Devices and processors are shut down, and the next kernel is
 *                      entered.
 * @LUO_LEDGER_NR:      Number of elements. A newer kernel may append others.
 *
 * A mark is 0 until it is written.
 */
enum luo_ledger_mark {
	LUO_LEDGER_CLOCK,
	LUO_LEDGER_FREEZE,
	LUO_LEDGER_DEVICES,
	LUO_LEDGER_JUMP,
	LUO_LEDGER_NR,
};

/**
 * enum luo_ledger_clock - Counters.
 * @LUO_LEDGER_CLOCK_NONE: No counter that continues over a kexec.
 * @LUO_LEDGER_CLOCK_TSC:  The time stamp counter of x86.
 * @LUO_LEDGER_CLOCK_ARM:  The system counter of arm64.
 */
enum luo_ledger_clock {
	LUO_LEDGER_CLOCK_NONE	= 0,
	LUO_LEDGER_CLOCK_TSC	= 1,
	LUO_LEDGER_CLOCK_ARM	= 2,
};

/**
 * struct luo_ledger_mark_ser - An element of the array.
 * @value: The value of the counter, or an &enum luo_ledger_clock.
 */
struct luo_ledger_mark_ser {
	u64 value;
};

static_assert(offsetof(struct luo_ledger_mark_ser, value) == 0);
static_assert(sizeof(struct luo_ledger_mark_ser) == 8);

/**
 * struct luo_ledger_ser_v1 - Version 1 of the ledger.
 * @marks:      Handle of the array of &struct luo_ledger_mark_ser.
 * @nr_marks:   Number of its elements, at least %LUO_LEDGER_NR.
 * @generation: Number of kernels since the cold boot, including the first one and the
 *              one that wrote this.
 * @release:    Release of the kernel that wrote this, as "uname -r" prints it.
 */
struct luo_ledger_ser_v1 {
	u64 marks;
	u32 nr_marks;
	u32 generation;
	char release[LUO_LEDGER_RELEASE_LEN];
};

static_assert(offsetof(struct luo_ledger_ser_v1, marks) == 0);
static_assert(offsetof(struct luo_ledger_ser_v1, nr_marks) == 8);
static_assert(offsetof(struct luo_ledger_ser_v1, generation) == 12);
static_assert(offsetof(struct luo_ledger_ser_v1, release) == 16);
static_assert(sizeof(struct luo_ledger_ser_v1) == 80);

#endif /* _LINUX_KHO_ABI_LUO_LEDGER_H */
