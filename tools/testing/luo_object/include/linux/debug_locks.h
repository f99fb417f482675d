/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_DEBUG_LOCKS_H
#define _LUO_OBJECT_TEST_DEBUG_LOCKS_H

/* A program has no lockdep. */
#define debug_locks	0

#endif /* _LUO_OBJECT_TEST_DEBUG_LOCKS_H */
