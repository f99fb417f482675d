/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_SEQ_FILE_H
#define _LUO_OBJECT_TEST_SEQ_FILE_H

#include <stdio.h>

struct seq_file {
	FILE *file;
};

#define seq_printf(m, ...)	fprintf((m)->file, __VA_ARGS__)
#define seq_puts(m, s)		fputs(s, (m)->file)

#endif /* _LUO_OBJECT_TEST_SEQ_FILE_H */
