/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MEMBLOCK_MODEL_H
#define _MEMBLOCK_MODEL_H

#include "common.h"

int memblock_model_checks(void);

#endif
