// SPDX-License-Identifier: GPL-2.0
/*
 * crowd save|check FIRST COUNT
 *
 * Several tasks preserve a thousand files in many sessions, from FIRST on, at the same
 * time. Every 50th file has another handler. In the next kernel, several tasks retrieve
 * them at the same time.
 */
#include <pthread.h>
#include <stdlib.h>

#include <libliveupdate.h>

#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define OTHER		"/dev/luo_file_test"
#define OTHER_STEP	50
#define FILES		25	/* in a session */
#define TASKS		8
#define MAX_SESSIONS	64

struct task {
	pthread_t thread;
	int number;
	bool failed;
};

static int sessions[MAX_SESSIONS], nr_sessions;
static unsigned long first_file;
static bool saving;

static unsigned long pages_of(unsigned long file)
{
	return 1 + file % 5;
}

static bool is_other(unsigned long file)
{
	return file % OTHER_STEP == OTHER_STEP - 1;
}

static int save_other(unsigned long file)
{
	int fd = open(OTHER, O_RDWR);

	if (fd >= 0 && dprintf(fd, "%lu", file) < 0)
		return -1;
	return fd;
}

static bool check_other(unsigned long file, int fd)
{
	char text[24] = "";

	return read(fd, text, sizeof(text) - 1) > 0 &&
	       strtoul(text, NULL, 10) == file;
}

/* Every other page is a hole. */
static int save_file(unsigned long file)
{
	unsigned char page[PAGE];
	int fd;

	if (is_other(file))
		return save_other(file);

	fd = memfd_create("crowd", 0);
	if (fd < 0 || ftruncate(fd, 2 * pages_of(file) * PAGE))
		return -1;
	for (unsigned long i = 0; i < pages_of(file); i++) {
		pattern_fill(page, file + 1, i);
		if (pwrite(fd, page, PAGE, 2 * i * PAGE) != PAGE)
			return -1;
	}
	return fd;
}

static bool check_file(unsigned long file, int fd)
{
	unsigned char page[PAGE];

	if (is_other(file))
		return check_other(file, fd);

	if (lseek(fd, 0, SEEK_END) != (off_t)(2 * pages_of(file) * PAGE))
		return false;
	for (unsigned long i = 0; i < 2 * pages_of(file); i++)
		if (pread(fd, page, PAGE, i * PAGE) != PAGE ||
		    !pattern_matches(page, PAGE, i % 2 ? 0 : file + 1, i / 2))
			return false;
	return true;
}

static bool do_file(int session, unsigned long file)
{
	int fd = saving ? save_file(file) :
			  luo_session_retrieve_fd(session, file);
	bool good = fd >= 0 && (saving ?
				!luo_session_preserve_fd(session, fd, file) :
				check_file(file, fd));

	if (!good)
		ksft_print_msg("file %lu\n", file);
	close(fd);
	return good;
}

static void *run_task(void *arg)
{
	struct task *task = arg;

	for (int s = task->number; s < nr_sessions; s += TASKS)
		for (int i = 0; i < FILES; i++)
			if (!do_file(sessions[s], first_file + s * FILES + i))
				task->failed = true;
	return NULL;
}

/* Only one task at a time can open the device. */
static void open_sessions(void)
{
	char name[32];

	for (int s = 0; s < nr_sessions; s++) {
		snprintf(name, sizeof(name), "crowd %lu", first_file + s * FILES);
		sessions[s] = saving ? session_create(name) :
				       session_retrieve(name);
	}
}

int main(int argc, char *argv[])
{
	struct task tasks[TASKS];

	ksft_print_header();
	ksft_set_plan(TASKS);
	if (argc < 4)
		ksft_exit_fail_msg("crowd save|check FIRST COUNT\n");
	saving = !strcmp(argv[1], "save");
	first_file = strtoul(argv[2], NULL, 10);
	nr_sessions = atoi(argv[3]) / FILES;
	if (nr_sessions > MAX_SESSIONS)
		ksft_exit_fail_msg("too many files\n");
	open_sessions();
	for (int i = 0; i < TASKS; i++) {
		tasks[i] = (struct task){ .number = i };
		if (pthread_create(&tasks[i].thread, NULL, run_task, &tasks[i]))
			ksft_exit_fail_msg("cannot start a task\n");
	}
	for (int i = 0; i < TASKS; i++) {
		pthread_join(tasks[i].thread, NULL);
		ksft_test_result(!tasks[i].failed, "task %d\n", i);
	}
	if (saving)
		session_hold();
	else
		for (int s = 0; s < nr_sessions; s++)
			session_finish(sessions[s]);
	ksft_finished();
}
