/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _FS_PSTORE_PKRAM_INTERNAL_H
#define _FS_PSTORE_PKRAM_INTERNAL_H

#include <linux/types.h>

struct pstore_pkram_ser;

u32 pstore_pkram_crc(const struct pstore_pkram_ser *ser);
int pstore_pkram_check(const struct pstore_pkram_ser *ser, size_t max);
const char *pstore_pkram_last_line(const char *text, size_t *len);

#endif /* _FS_PSTORE_PKRAM_INTERNAL_H */
