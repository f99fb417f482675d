/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_INIT_H
#define _LUO_OBJECT_TEST_INIT_H

/* Refer to functions of the boot, so that they are used, and do not call them. */
#define core_initcall(fn)						\
	static int (*const initcall_##fn)(void)				\
		__attribute__((__unused__)) = fn
#define fs_initcall_sync(fn)	core_initcall(fn)
#define __init

#endif /* _LUO_OBJECT_TEST_INIT_H */
