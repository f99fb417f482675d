/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_FILE_H
#define _LUO_OBJECT_TEST_FILE_H

struct file;

void fput(struct file *file);

#endif /* _LUO_OBJECT_TEST_FILE_H */
