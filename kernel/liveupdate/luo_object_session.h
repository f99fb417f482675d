/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_SESSION_H
#define _LUO_OBJECT_SESSION_H

#include <linux/types.h>

#ifdef CONFIG_LUO_OBJECT

void luo_object_session_unpreserve(const char *handler, u64 data);
void luo_object_session_finish(const char *handler, u64 data);

#else

static inline void luo_object_session_unpreserve(const char *handler, u64 data) { }
static inline void luo_object_session_finish(const char *handler, u64 data) { }

#endif /* CONFIG_LUO_OBJECT */

#endif /* _LUO_OBJECT_SESSION_H */
