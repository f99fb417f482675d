/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_LUO_ELEMENTS_H
#define _LINUX_KHO_ABI_LUO_ELEMENTS_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: Elements ABI
 *
 * An object can have any number of elements, which are structs in an array
 * (``linux/kho/abi/luo_array.h``). The elements are a kind with fields and versions, as
 * objects are, and all elements of an array have the newest version of the kernel that
 * wrote them. A version is the beginning of the next one, so a kernel that knows only
 * older versions reads the beginning of each element, and finds the next one by the
 * stride.
 *
 * The object has a &struct luo_elements_ser, which says how to read the array.
 */

/**
 * struct luo_elements_ser - The elements of an object. All zero if there is none.
 * @array:   Handle of the array, which is sealed.
 * @count:   Number of elements.
 * @stride:  Distance between two elements in bytes, which is the size of an element.
 * @version: Version of the elements.
 * @layout:  Digest of that version, the sum of LUO_LAYOUT_FIELD() over its fields.
 * @kind:    CRC of the name of the kind of the elements, as in
 *           &struct luo_object_block_ser.
 */
struct luo_elements_ser {
	u64 array;
	u64 count;
	u32 stride;
	u32 version;
	u32 layout;
	u32 kind;
};

static_assert(sizeof(struct luo_elements_ser) == 32);
static_assert(offsetof(struct luo_elements_ser, array) == 0);
static_assert(offsetof(struct luo_elements_ser, count) == 8);
static_assert(offsetof(struct luo_elements_ser, stride) == 16);
static_assert(offsetof(struct luo_elements_ser, version) == 20);
static_assert(offsetof(struct luo_elements_ser, layout) == 24);
static_assert(offsetof(struct luo_elements_ser, kind) == 28);

#endif /* _LINUX_KHO_ABI_LUO_ELEMENTS_H */
