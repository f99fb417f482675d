/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_FS_H
#define _LUO_OBJECT_TEST_FS_H

#include <linux/err.h>
#include <linux/math.h>
#include <linux/types.h>

/* The file of the memfd handler is that of memfd_file.c. */
#define MAX_LFS_FILESIZE	0x7fffffffffffffffLL

struct file;
struct inode;

struct inode *file_inode(const struct file *file);

#endif /* _LUO_OBJECT_TEST_FS_H */
