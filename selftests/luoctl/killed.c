// SPDX-License-Identifier: GPL-2.0
/*
 * killed COMMAND... - run a command, and kill it when it is about to execute another one, after
 * the last output of luoctl and before execve(2).
 */
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Check if the process is at the entry of execve(2). */
static int is_at_exec(pid_t pid)
{
	struct __ptrace_syscall_info info;

	return ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
	       info.op == PTRACE_SYSCALL_INFO_ENTRY &&
	       info.entry.nr == SYS_execve;
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	if (argc < 2)
		return 2;
	pid = fork();
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	/* The child stops when it executes the command. */
	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
	while (!WIFEXITED(status) && !WIFSIGNALED(status)) {
		if (is_at_exec(pid)) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return WIFSIGNALED(status) ? 0 : 1;
		}
		ptrace(PTRACE_SYSCALL, pid, 0, 0);
		waitpid(pid, &status, 0);
	}
	fprintf(stderr, "%s has run no other command\n", argv[1]);

	return 1;
}
