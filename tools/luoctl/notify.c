// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "notify.h"

#define BARRIER_TIMEOUT_MS	30000

/* Ancillary data: descriptors, and the credentials of the sender. */
union control {
	struct cmsghdr align;
	char data[CMSG_SPACE(NOTIFY_FDS_MAX * sizeof(int)) +
		  CMSG_SPACE(sizeof(struct ucred))];
};

bool notify_is_set(void)
{
	const char *path = getenv("NOTIFY_SOCKET");

	return path && *path;
}

/* Get the address of the manager. Returns its length; 0 if none is set. */
static socklen_t manager_address(struct sockaddr_un *address)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path ? strlen(path) : 0;

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (!len || len >= sizeof(address->sun_path) || !strchr("/@", path[0]))
		return 0;
	memcpy(address->sun_path, path, len);
	if (path[0] == '@')
		address->sun_path[0] = 0;

	return offsetof(struct sockaddr_un, sun_path) + len;
}

static void *add_control(struct msghdr *msg, int type, size_t size)
{
	struct cmsghdr *cmsg = (void *)((char *)msg->msg_control +
					msg->msg_controllen);

	msg->msg_controllen += CMSG_SPACE(size);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(size);

	return CMSG_DATA(cmsg);
}

static int send_notice(const struct notice *notice, pid_t pid)
{
	const struct ucred credentials = { pid, getuid(), getgid() };
	struct sockaddr_un address;
	union control control = {};
	struct iovec iov = { (char *)notice->text, notice->len };
	struct msghdr msg = {
		.msg_name = &address,
		.msg_namelen = manager_address(&address),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
	};
	size_t without;
	int sock, ret, error;

	if (!msg.msg_namelen) {
		errno = EINVAL;
		return -1;
	}
	if (notice->nr_fds)
		memcpy(add_control(&msg, SCM_RIGHTS,
				   notice->nr_fds * sizeof(int)),
		       notice->fds, notice->nr_fds * sizeof(int));
	without = msg.msg_controllen;
	if (pid)
		memcpy(add_control(&msg, SCM_CREDENTIALS, sizeof(credentials)),
		       &credentials, sizeof(credentials));

	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -1;
	ret = sendmsg(sock, &msg, MSG_NOSIGNAL);
	/* Credentials of another process need privileges; send it without them. */
	if (ret < 0 && (errno == EPERM || errno == ESRCH) && pid) {
		msg.msg_controllen = without;
		ret = sendmsg(sock, &msg, MSG_NOSIGNAL);
	}
	error = errno;
	close(sock);
	errno = error;

	return ret < 0 ? -1 : 0;
}

int notify_send(const char *message, int fd, pid_t pid)
{
	struct notice notice = { .len = strlen(message) };

	if (notice.len > NOTIFY_TEXT_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	memcpy(notice.text, message, notice.len);
	if (fd >= 0)
		notice.fds[notice.nr_fds++] = fd;

	return send_notice(&notice, pid);
}

/* The manager closes the pipe when it receives BARRIER=1, after earlier messages. */
int notify_barrier(pid_t pid)
{
	struct pollfd end = { .events = 0 };
	int fds[2], ret;

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	end.fd = fds[0];
	ret = notify_send("BARRIER=1", fds[1], pid);
	close(fds[1]);
	if (!ret && poll(&end, 1, BARRIER_TIMEOUT_MS) != 1) {
		errno = ETIMEDOUT;
		ret = -1;
	}
	close(fds[0]);

	return ret;
}

int notify_listen(char **name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(address.sun_family);
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	if (sock < 0)
		return -1;
	/* The kernel chooses an abstract address. */
	if (setsockopt(sock, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ||
	    bind(sock, (void *)&address, len))
		goto err_close;
	len = sizeof(address);
	if (getsockname(sock, (void *)&address, &len))
		goto err_close;
	len -= offsetof(struct sockaddr_un, sun_path);
	*name = xasprintf("@%.*s", (int)len - 1, address.sun_path + 1);

	return sock;

err_close:
	close(sock);

	return -1;
}

int notify_receive(int sock, struct notice *notice)
{
	struct iovec iov = { notice->text, NOTIFY_TEXT_MAX };
	union control control;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t len;

	notice->len = 0;
	notice->nr_fds = 0;
	notice->sender = 0;
	len = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (len < 0)
		return -1;
	notice->len = len;
	notice->text[len] = 0;
	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg); cmsg;
	     cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		struct ucred from;

		if (cmsg->cmsg_type == SCM_RIGHTS) {
			notice->nr_fds = (cmsg->cmsg_len - CMSG_LEN(0)) /
					 sizeof(int);
			memcpy(notice->fds, CMSG_DATA(cmsg),
			       notice->nr_fds * sizeof(int));
		} else if (cmsg->cmsg_type == SCM_CREDENTIALS) {
			memcpy(&from, CMSG_DATA(cmsg), sizeof(from));
			notice->sender = from.pid;
		}
	}

	return 0;
}

void notify_close(struct notice *notice)
{
	while (notice->nr_fds)
		close(notice->fds[--notice->nr_fds]);
}

void notify_forward(const struct notice *notice, pid_t pid)
{
	/* Ignore errors: the command does not depend on the manager. */
	if (notify_is_set())
		(void)send_notice(notice, pid);
}

bool notify_has(const struct notice *notice, const char *line)
{
	const char *at = notice->text;
	size_t len = strlen(line);

	while (*at) {
		size_t size = strcspn(at, "\n");

		if (size == len && !strncmp(at, line, len))
			return true;
		at += size + (at[size] == '\n');
	}

	return false;
}
