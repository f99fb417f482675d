/* SPDX-License-Identifier: GPL-2.0 */
/*
 * record - what luoctl update leaves on the disk for the next boot: from which kernel to
 * which image, when, and what was to be carried over. So the next boot can say what came
 * of it, also if the machine was booted cold because the kexec was refused or the next
 * kernel failed, and the next update can be a way back.
 */
#ifndef LUOCTL_RECORD_H
#define LUOCTL_RECORD_H

#include "util.h"

struct record_of_update {
	char *from;		/* the release of the kernel that was replaced */
	char *image;
	char *services;		/* whose stored descriptors were to go along; "" for none */
	u64 left;		/* seconds since 1970: services were about to be stopped */
	u64 back;		/* when the next boot was first asked about it */
	bool arrived;		/* this kernel was booted with a handover */
};

/* Before services are stopped. Complains and returns -1. */
int record_write(const char *image, const char *services);

/*
 * The record of the update that led to this boot, or -1 if none did. Complains of nothing.
 * Root moves it to /run, so that it is not taken for that of a later boot.
 */
int record_read(struct record_of_update *record);
void record_free(struct record_of_update *record);

/* The release of the kernel before the last update; to be freed. NULL, with a complaint. */
char *record_previous(void);

#endif
