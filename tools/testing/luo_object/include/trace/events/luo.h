/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_TRACE_LUO_H
#define _LUO_OBJECT_TEST_TRACE_LUO_H

/* There are no trace events in a program. */
#define trace_luo_store(...)		do { } while (0)
#define trace_luo_restore(...)		do { } while (0)
#define trace_luo_negotiate(...)	do { } while (0)
#define trace_luo_memfd_retrieve(...)	do { } while (0)

#endif /* _LUO_OBJECT_TEST_TRACE_LUO_H */
