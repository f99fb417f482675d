// SPDX-License-Identifier: GPL-2.0
/*
 * Print the calls of /dev/liveupdate from luoctl's own header, or with OF_THE_KERNEL from the
 * header of the kernel.
 */
#include <stddef.h>
#include <stdio.h>

#ifdef OF_THE_KERNEL
#include <linux/liveupdate.h>
#else
#include "liveupdate.h"
#endif

#define CALL(call)		printf("%s %#x\n", #call, (unsigned int)(call))
#define SIZE(type)		printf("%s %zu\n", #type, sizeof(struct type))
#define MEMBER(type, member)						\
	printf("%s.%s %zu\n", #type, #member, offsetof(struct type, member))

int main(void)
{
	CALL(LIVEUPDATE_SESSION_NAME_LENGTH);
	CALL(LIVEUPDATE_IOCTL_CREATE_SESSION);
	CALL(LIVEUPDATE_IOCTL_RETRIEVE_SESSION);
	CALL(LIVEUPDATE_SESSION_PRESERVE_FD);
	CALL(LIVEUPDATE_SESSION_RETRIEVE_FD);
	CALL(LIVEUPDATE_SESSION_FINISH);
	SIZE(liveupdate_ioctl_create_session);
	MEMBER(liveupdate_ioctl_create_session, fd);
	MEMBER(liveupdate_ioctl_create_session, name);
	SIZE(liveupdate_ioctl_retrieve_session);
	MEMBER(liveupdate_ioctl_retrieve_session, fd);
	MEMBER(liveupdate_ioctl_retrieve_session, name);
	SIZE(liveupdate_session_preserve_fd);
	MEMBER(liveupdate_session_preserve_fd, fd);
	MEMBER(liveupdate_session_preserve_fd, token);
	SIZE(liveupdate_session_retrieve_fd);
	MEMBER(liveupdate_session_retrieve_fd, fd);
	MEMBER(liveupdate_session_retrieve_fd, token);
	SIZE(liveupdate_session_finish);
	MEMBER(liveupdate_session_finish, reserved);

	return 0;
}
