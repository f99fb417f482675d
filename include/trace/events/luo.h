/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM luo

#if !defined(_TRACE_LUO_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_LUO_H

#include <linux/tracepoint.h>

DECLARE_EVENT_CLASS(luo_version,

	TP_PROTO(const char *kind, u64 instance, u32 version, size_t size,
		 int err),

	TP_ARGS(kind, instance, version, size, err),

	TP_STRUCT__entry(
		__string(kind, kind)
		__field(u64, instance)
		__field(u32, version)
		__field(size_t, size)
		__field(int, err)
	),

	TP_fast_assign(
		__assign_str(kind);
		__entry->instance = instance;
		__entry->version = version;
		__entry->size = size;
		__entry->err = err;
	),

	TP_printk("kind=%s instance=%llu version=%u bytes=%zu err=%d",
		  __get_str(kind), __entry->instance, __entry->version,
		  __entry->size, __entry->err)
);

/* A version of an object was stored for the next kernel, or was not. */
DEFINE_EVENT(luo_version, luo_store,

	TP_PROTO(const char *kind, u64 instance, u32 version, size_t size,
		 int err),

	TP_ARGS(kind, instance, version, size, err)
);

/* A version of an object of the previous kernel was read, or was not. */
DEFINE_EVENT(luo_version, luo_restore,

	TP_PROTO(const char *kind, u64 instance, u32 version, size_t size,
		 int err),

	TP_ARGS(kind, instance, version, size, err)
);

/* The newest common version of an object was looked for. */
TRACE_EVENT(luo_negotiate,

	TP_PROTO(const char *kind, u64 instance, int version, int err),

	TP_ARGS(kind, instance, version, err),

	TP_STRUCT__entry(
		__string(kind, kind)
		__field(u64, instance)
		__field(int, version)
		__field(int, err)
	),

	TP_fast_assign(
		__assign_str(kind);
		__entry->instance = instance;
		__entry->version = version;
		__entry->err = err;
	),

	TP_printk("kind=%s instance=%llu version=%d err=%d",
		  __get_str(kind), __entry->instance, __entry->version,
		  __entry->err)
);

DECLARE_EVENT_CLASS(luo_memfd,

	TP_PROTO(u64 instance, int version, u64 size, u64 nr_pages,
		 u64 nr_extents, int err),

	TP_ARGS(instance, version, size, nr_pages, nr_extents, err),

	TP_STRUCT__entry(
		__field(u64, instance)
		__field(int, version)
		__field(u64, size)
		__field(u64, nr_pages)
		__field(u64, nr_extents)
		__field(int, err)
	),

	TP_fast_assign(
		__entry->instance = instance;
		__entry->version = version;
		__entry->size = size;
		__entry->nr_pages = nr_pages;
		__entry->nr_extents = nr_extents;
		__entry->err = err;
	),

	TP_printk("instance=%llu version=%d bytes=%llu pages=%llu extents=%llu err=%d",
		  __entry->instance, __entry->version, __entry->size,
		  __entry->nr_pages, __entry->nr_extents, __entry->err)
);

/* A memfd was preserved; its newest version. */
DEFINE_EVENT(luo_memfd, luo_memfd_preserve,

	TP_PROTO(u64 instance, int version, u64 size, u64 nr_pages,
		 u64 nr_extents, int err),

	TP_ARGS(instance, version, size, nr_pages, nr_extents, err)
);

/* Pages of a memfd had to move out of memory that the next kernel boots into. */
TRACE_EVENT(luo_memfd_move,

	TP_PROTO(u64 nr_pages, u64 ns),

	TP_ARGS(nr_pages, ns),

	TP_STRUCT__entry(
		__field(u64, nr_pages)
		__field(u64, ns)
	),

	TP_fast_assign(
		__entry->nr_pages = nr_pages;
		__entry->ns = ns;
	),

	TP_printk("pages=%llu ns=%llu", __entry->nr_pages, __entry->ns)
);

/* Ranges of 2 MiB of a memfd that became one folio, and that did not. */
TRACE_EVENT(luo_memfd_collapse,

	TP_PROTO(u64 nr_collapsed, u64 nr_failed),

	TP_ARGS(nr_collapsed, nr_failed),

	TP_STRUCT__entry(
		__field(u64, nr_collapsed)
		__field(u64, nr_failed)
	),

	TP_fast_assign(
		__entry->nr_collapsed = nr_collapsed;
		__entry->nr_failed = nr_failed;
	),

	TP_printk("collapsed=%llu failed=%llu", __entry->nr_collapsed,
		  __entry->nr_failed)
);

/* A memfd was frozen, with the pages that were added since preserve. */
DEFINE_EVENT(luo_memfd, luo_memfd_freeze,

	TP_PROTO(u64 instance, int version, u64 size, u64 nr_pages,
		 u64 nr_extents, int err),

	TP_ARGS(instance, version, size, nr_pages, nr_extents, err)
);

/* A memfd of the previous kernel was retrieved from this version. */
DEFINE_EVENT(luo_memfd, luo_memfd_retrieve,

	TP_PROTO(u64 instance, int version, u64 size, u64 nr_pages,
		 u64 nr_extents, int err),

	TP_ARGS(instance, version, size, nr_pages, nr_extents, err)
);

/* An absent page of a memfd and its neighbours were inserted. */
TRACE_EVENT(luo_memfd_fill,

	TP_PROTO(u64 ino, u64 index, u64 nr_absent, int err),

	TP_ARGS(ino, index, nr_absent, err),

	TP_STRUCT__entry(
		__field(u64, ino)
		__field(u64, index)
		__field(u64, nr_absent)
		__field(int, err)
	),

	TP_fast_assign(
		__entry->ino = ino;
		__entry->index = index;
		__entry->nr_absent = nr_absent;
		__entry->err = err;
	),

	TP_printk("inode=%llu page=%llu absent=%llu err=%d", __entry->ino,
		  __entry->index, __entry->nr_absent, __entry->err)
);

#endif /* _TRACE_LUO_H */

#include <trace/define_trace.h>
