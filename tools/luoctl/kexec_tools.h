/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kexec_tools - kexec(8), which loads and unloads images and boots them. Complains
 * and returns -1 if it fails.
 */
#ifndef LUOCTL_KEXEC_TOOLS_H
#define LUOCTL_KEXEC_TOOLS_H

#include <stdbool.h>

/* @to_do is for complaints: "IMAGE cannot be loaded". */
int kexec_tools(const char *to_do, char *const *argv);

/* Is an image loaded? */
bool kexec_loaded(void);
int kexec_unload(void);

/* Unload the image, and set the write policy that was in force before. */
int abort_load(const char *policy);

#endif
