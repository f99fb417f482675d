/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kexec_tools - run kexec(8), which loads, unloads and boots images.
 */
#ifndef LUOCTL_KEXEC_TOOLS_H
#define LUOCTL_KEXEC_TOOLS_H

/*
 * Run kexec(8) and wait for it. Returns 0. On error, prints @failure, such as "IMAGE
 * cannot be loaded", with the last line of its output, and returns -1.
 */
int kexec_tools(const char *failure, char *const *argv);

enum kexec_loaded {
	KEXEC_NOT_LOADED,
	KEXEC_LOADED,			/* luoctl has loaded an image */
	KEXEC_LOADED_BY_OTHERS,		/* it may have been loaded without KHO */
};

enum kexec_loaded kexec_loaded(void);

/* Unload the image, if one is loaded. Returns 0, or -1 after printing an error. */
int kexec_unload(void);

/*
 * Unload the image, and set the write policy that was in force before; none if @policy
 * is empty. Returns 0, or -1 after printing an error.
 */
int abort_load(const char *policy);

#endif
