/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_XARRAY_H
#define _LUO_OBJECT_TEST_XARRAY_H

/* For structs that contain one. */
struct xarray {
	void *head;
};

#endif /* _LUO_OBJECT_TEST_XARRAY_H */
