/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_FUZZ_USER_NAMESPACE_H
#define _LUO_FUZZ_USER_NAMESPACE_H

#include "../../vfs.h"

#endif /* _LUO_FUZZ_USER_NAMESPACE_H */
