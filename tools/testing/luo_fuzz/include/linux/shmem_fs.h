/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_FUZZ_SHMEM_FS_H
#define _LUO_FUZZ_SHMEM_FS_H

#include "../../vfs.h"

#endif /* _LUO_FUZZ_SHMEM_FS_H */
