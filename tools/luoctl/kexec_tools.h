/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kexec_tools - kexec(8), which loads and unloads images and boots them. Complains
 * and returns -1 if it fails.
 */
#ifndef LUOCTL_KEXEC_TOOLS_H
#define LUOCTL_KEXEC_TOOLS_H

/* @to_do is for complaints: "IMAGE cannot be loaded". */
int kexec_tools(const char *to_do, char *const *argv);

enum kexec_loaded {
	KEXEC_NOT_LOADED,
	KEXEC_LOADED,			/* by luoctl, as far as is known */
	KEXEC_LOADED_BY_OTHERS,		/* whether with a handover is not known */
};

enum kexec_loaded kexec_loaded(void);
int kexec_unload(void);

/* Unload the image, and set the write policy that was in force before. */
int abort_load(const char *policy);

#endif
