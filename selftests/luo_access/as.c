// SPDX-License-Identifier: GPL-2.0
/*
 * as user COMMAND...   run COMMAND as the user nobody, without groups and capabilities
 * as root COMMAND...   run COMMAND as root without CAP_SYS_ADMIN, as in a container
 */
#include <err.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <linux/capability.h>

#define NOBODY	65534

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(2, "as user|root COMMAND...");

	if (!strcmp(argv[1], "user")) {
		if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
			err(2, "nobody");
	} else if (prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN, 0, 0, 0)) {
		err(2, "CAP_SYS_ADMIN");
	}
	execvp(argv[2], argv + 2);
	err(2, "%s", argv[2]);
}
