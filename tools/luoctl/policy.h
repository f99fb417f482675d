/* SPDX-License-Identifier: GPL-2.0 */
/*
 * policy - the write policy of the running kernel: which versions of each kind
 * it writes.
 */
#ifndef LUOCTL_POLICY_H
#define LUOCTL_POLICY_H

#include "catalogue.h"

/* Whether this kernel has one. Stock kernels do not. */
bool policy_exists(void);

/* What is in force, to be freed; complains and returns NULL. */
char *policy_get(void);

/* Complains and returns -1, and nothing has changed then. */
int policy_set(const char *policy);

/*
 * The policy for a kexec from @from to @to: of each kind the newest version
 * that both know, and of kinds that @to does not read what is written now. With
 * @rollback the newest that @from reads itself as well. To be freed.
 */
char *policy_for(const struct catalogue *from, const struct catalogue *to,
		 bool rollback);

/* Select in @from what policy_for() would; nothing is written. */
void policy_select(struct catalogue *from, const struct catalogue *to,
		   bool rollback);

#endif
