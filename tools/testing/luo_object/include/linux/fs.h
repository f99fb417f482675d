/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_FS_H
#define _LUO_OBJECT_TEST_FS_H

#include <linux/err.h>
#include <linux/math.h>
#include <linux/stat.h>
#include <linux/types.h>

/* memfd_file.c implements the file for the memfd handler. */
#define MAX_LFS_FILESIZE	0x7fffffffffffffffLL

struct file;
struct inode;

struct inode *file_inode(const struct file *file);

#endif /* _LUO_OBJECT_TEST_FS_H */
