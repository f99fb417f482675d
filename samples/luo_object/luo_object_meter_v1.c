// SPDX-License-Identifier: GPL-2.0
/*
 * Version 1 of the driver in luo_object_meter.c, to update from and to roll back to.
 */

#define METER_VERSION 1
#include "luo_object_meter.c"
