/* SPDX-License-Identifier: GPL-2.0 */
/*
 * policy - the write policy of the running kernel: the versions of each kind that it
 * writes.
 */
#ifndef LUOCTL_POLICY_H
#define LUOCTL_POLICY_H

#include "catalogue.h"

/* Check if this kernel has a write policy. Stock kernels have none. */
bool policy_exists(void);

/* Read the policy. The caller frees it. On error, prints the error and returns NULL. */
char *policy_get(void);

/* Set the policy. Returns 0. If it cannot be set, prints an error and returns -1. */
int policy_set(const char *policy);

/*
 * Choose the policy for a kexec from @from to @to: for each kind the newest common
 * version, and for kinds that @to does not read the versions that are selected now.
 * With @rollback, also the newest version that @from reads itself. Kinds that the policy
 * @old excludes stay excluded. The caller frees the text.
 */
char *policy_for(const struct catalogue *from, const struct catalogue *to,
		 bool rollback, const char *old);

/* Select in @from the versions that policy_for() chooses, without setting the policy. */
void policy_select(struct catalogue *from, const struct catalogue *to,
		   bool rollback);

#endif
