/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_SEQ_FILE_H
#define _LUO_OBJECT_TEST_SEQ_FILE_H

#include <linux/types.h>
#include <stdarg.h>
#include <stdio.h>

/* Writes to @file, or if that is NULL to @buf, up to its end. */
struct seq_file {
	char *buf;
	size_t size;
	size_t count;
	FILE *file;
};

static inline __attribute__((__format__(__printf__, 2, 3))) void
seq_printf(struct seq_file *m, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	if (m->file) {
		vfprintf(m->file, fmt, args);
	} else {
		len = vsnprintf(m->buf + m->count, m->size - m->count, fmt, args);
		m->count = m->count + len < m->size ? m->count + len : m->size;
	}
	va_end(args);
}

#define seq_puts(m, s)		seq_printf(m, "%s", s)

#endif /* _LUO_OBJECT_TEST_SEQ_FILE_H */
