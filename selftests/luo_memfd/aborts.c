// SPDX-License-Identifier: GPL-2.0
/*
 * aborts save|check|check_last
 *
 * Cancels a live update at each step: after some files were preserved, after all were,
 * and after another file refused the kexec, which is the first, one in the middle, or
 * the last. To cancel is to close the sessions, or to kill the process that has them.
 * The files must be unchanged after each attempt. The last attempt succeeds, and the
 * next kernel closes sessions, and kills their process, before they are finished.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/reboot.h>
#include <sys/wait.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define REFUSER		"/dev/luo_file_test"
#define TOKEN_REFUSER	1000
#define NUMBER		4711
#define NR_SESSIONS	2
#define SLACK_KIB	2048
#define PATIENCE	60		/* seconds */

static const struct shape files[] = {
	{ "dense", .size = 8 << 20, .before = PAGES(0, 1, 1, 2048) },
	{ "sparse", .size = 1L << 30, .before = PAGES(7, 1000, 3, 100) },
	{ "odd", .size = 123457, .before = PAGES(0, 2, 1, 15) },
	{ "late", .size = 64 << 20, .before = PAGES(0, 1, 1, 10) },
};

#define NR_FILES	((int)ARRAY_SIZE(files))

static int fds[NR_FILES], refuser;

/* The step after which an attempt is cancelled. */
enum step { CREATED, FIRST, SOME, ALL, REFUSED_FIRST, REFUSED_BETWEEN,
	    REFUSED_LAST, NR_STEPS };

static const char *const steps[NR_STEPS] = {
	"created", "one file", "some files", "all files",
	"refused before all", "refused between", "refused after all",
};

static void refuse(const char *what, int err)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%s %d", what, err);

	if (write(refuser, text, len) != len)
		ksft_exit_fail_perror(REFUSER);
}

/* The first half of the files is in the first session. */
static int session_of(int file)
{
	return file * NR_SESSIONS / NR_FILES;
}

/*
 * Do everything except for the jump. The file that refuses is preserved before file
 * @refuser_at, or last if that is NR_FILES.
 */
static void attempt(int sessions[], enum step step, int refuser_at)
{
	int nr = step == CREATED ? 0 : step == FIRST ? 1 :
		 step == SOME ? NR_FILES - 1 : NR_FILES;
	char name[16];

	for (int i = 0; i < NR_SESSIONS; i++) {
		snprintf(name, sizeof(name), "part %d", i);
		sessions[i] = session_create(name);
	}
	for (int i = 0; i <= nr; i++) {
		if (i == refuser_at)
			session_preserve(sessions[i < NR_FILES ? session_of(i) :
						  NR_SESSIONS - 1],
					 refuser, TOKEN_REFUSER);
		if (i < nr)
			session_preserve(sessions[session_of(i)], fds[i], i);
	}
}

static int refuser_place(enum step step)
{
	return step == REFUSED_FIRST ? 0 :
	       step == REFUSED_BETWEEN ? NR_FILES / 2 :
	       step == REFUSED_LAST ? NR_FILES : -1;
}

static bool write_page(int fd, unsigned long index, unsigned long seed)
{
	unsigned char page[PAGE];

	pattern_fill(page, seed, index);
	return pwrite(fd, page, PAGE, index * PAGE) == PAGE;
}

/* Check that a file is preserved. Fills the hole at its end, and punches it again. */
static bool is_preserved(const struct shape *shape, int fd)
{
	return ftruncate(fd, shape->size + PAGE) && errno == EPERM &&
	       write_page(fd, shape->before.first, 1);
}

/* Check that all operations on a file work, and undo them. */
static bool is_free(const struct shape *shape, int fd)
{
	unsigned long first = shape->before.first, hole = first + shape->before.run;
	bool has_hole = shape->before.step > shape->before.run;
	int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	unsigned char page[PAGE], *map;

	if (!shape_check(shape, fd, 1, 0) || !shape_check_blocks(shape, fd, false) ||
	    !shape_check_alive(shape, fd))
		return false;
	if (fallocate(fd, punch, first * PAGE, PAGE) ||
	    pread(fd, page, PAGE, first * PAGE) != PAGE ||
	    !pattern_matches(page, PAGE, 0, first) ||
	    !write_page(fd, first, 1))
		return false;
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		   first * PAGE);
	if (map == MAP_FAILED)
		return false;
	pattern_fill(map, 1, first);
	munmap(map, PAGE);
	if (has_hole && (!write_page(fd, hole, 2) ||
			 fallocate(fd, punch, hole * PAGE, PAGE)))
		return false;
	return shape_check(shape, fd, 1, 0) && shape_check_blocks(shape, fd, false);
}

/* A process that holds sessions. It reports when it has them, and waits for its end. */
struct holder {
	pid_t pid;
	int ready;
	int end;
};

/* Return true in the new process. */
static bool holder_fork(struct holder *holder)
{
	int ready[2], end[2];
	bool is_child;

	if (pipe(ready) || pipe(end))
		ksft_exit_fail_perror("pipe");
	fflush(stdout);
	holder->pid = fork();
	is_child = !holder->pid;
	close(ready[!is_child]);
	close(end[is_child]);
	holder->ready = ready[is_child];
	holder->end = end[!is_child];
	return is_child;
}

static void holder_end(const struct holder *holder, bool kill_it)
{
	if (kill_it)
		kill(holder->pid, SIGKILL);
	close(holder->end);
	waitpid(holder->pid, NULL, 0);
	close(holder->ready);
}

static void hold(enum step step, const struct holder *holder)
{
	int sessions[NR_SESSIONS];
	char byte = 0;

	attempt(sessions, step, refuser_place(step));
	if (step >= REFUSED_FIRST && (!reboot(RB_KEXEC) || errno != EBUSY))
		byte = 1;
	if (write(holder->ready, &byte, 1) != 1 ||
	    read(holder->end, &byte, 1) < 0)
		_exit(1);
	for (int i = 0; i < NR_SESSIONS; i++)
		close(sessions[i]);
	_exit(0);
}

static void call_off(enum step step, bool kill_it)
{
	const char *how = kill_it ? "killed" : "closed";
	struct holder holder;
	bool preserved = true;
	char byte = 1;

	if (holder_fork(&holder))
		hold(step, &holder);
	if (read(holder.ready, &byte, 1) != 1)
		byte = 1;

	for (int i = 0; i < NR_FILES && step >= ALL; i++)
		preserved &= is_preserved(&files[i], fds[i]);
	holder_end(&holder, kill_it);

	ksft_test_result(!byte && preserved, "%s, %s: preserved until then\n",
			 steps[step], how);
	for (int i = 0; i < NR_FILES; i++)
		ksft_test_result(is_free(&files[i], fds[i]), "%s, %s: %s\n",
				 steps[step], how, files[i].name);
}

/* Refuse to preserve a second file of a session. */
static void refuse_preserve(void)
{
	int session = session_create("refused");
	bool is_right = true;

	session_preserve(session, fds[0], 0);
	refuse("preserve", EIO);
	is_right &= luo_session_preserve_fd(session, refuser, 1) == -EIO;
	is_right &= is_preserved(&files[0], fds[0]);
	refuse("preserve", 0);
	is_right &= !luo_session_preserve_fd(session, refuser, 1);
	close(session);
	ksft_test_result(is_right && is_free(&files[0], fds[0]),
			 "a file is refused, and can be preserved later\n");
}

/* Try a kexec without a loaded kernel, which freezes nothing. */
static void unload(void)
{
	int sessions[NR_SESSIONS];
	bool is_right = true;

	if (system("kexec-load -u"))
		ksft_exit_fail_msg("kexec-load -u\n");
	attempt(sessions, ALL, -1);
	is_right &= reboot(RB_KEXEC) && errno == EINVAL;
	for (int i = 0; i < NR_FILES; i++)
		is_right &= is_preserved(&files[i], fds[i]);
	/* Loading a file that is no kernel fails. */
	is_right &= system("kexec-load /init 2>/dev/null >/dev/null") != 0;
	is_right &= reboot(RB_KEXEC) && errno == EINVAL;
	for (int i = 0; i < NR_SESSIONS; i++)
		close(sessions[i]);
	for (int i = 0; i < NR_FILES; i++)
		is_right &= is_free(&files[i], fds[i]);
	ksft_test_result(is_right, "no kernel is loaded\n");
	ksft_test_result(!system("kexec-load"), "one is loaded again\n");
}

static void save_for_check(void)
{
	static const char *const names[] = { "kept", "killed", "closed", "again" };
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", NUMBER);

	for (size_t s = 0; s < ARRAY_SIZE(names); s++) {
		int session = session_create(names[s]);

		for (int i = 0; i < NR_FILES; i++) {
			int fd = s ? shape_create(&files[i], 1) : fds[i];

			session_preserve(session, fd, i);
		}
		if (s)
			continue;
		if (write(refuser, text, len) != len)
			ksft_exit_fail_perror(REFUSER);
		session_preserve(session, refuser, TOKEN_REFUSER);
	}
}

static void save(void)
{
	long before, after;

	refuser = open(REFUSER, O_RDWR);
	if (refuser < 0)
		ksft_exit_fail_perror(REFUSER);
	for (int i = 0; i < NR_FILES; i++)
		fds[i] = shape_create(&files[i], 1);
	if (system("kexec-load"))
		ksft_exit_fail_msg("kexec-load\n");

	/* A task that writes to a file that stays frozen would wait forever. */
	alarm(PATIENCE);
	refuse("freeze", EBUSY);
	call_off(REFUSED_LAST, false);
	before = memory_free();
	for (int step = 0; step < NR_STEPS; step++) {
		call_off(step, false);
		call_off(step, true);
	}
	refuse_preserve();
	unload();
	after = memory_free();
	refuse("freeze", 0);
	ksft_print_msg("free memory %ld KiB before, %ld KiB after\n", before,
		       after);
	ksft_test_result(memory_same(before, after, SLACK_KIB),
			 "all memory is freed\n");
	alarm(0);
	save_for_check();
	session_hold();
}

/* Close a session, or kill its process, when some of its files were retrieved. */
static void end_early(const char *name, bool kill_it)
{
	long before = memory_free(), after;
	struct holder holder;
	int session, fd, kept;
	char path[64];

	if (holder_fork(&holder)) {
		session = session_retrieve(name);
		fd = session_retrieve_file(session, 1);
		if (write(holder.ready, &fd, sizeof(fd)) == sizeof(fd) &&
		    !read(holder.end, &fd, sizeof(fd)))
			close(session);
		_exit(0);
	}
	if (read(holder.ready, &fd, sizeof(fd)) != sizeof(fd))
		ksft_exit_fail_msg("%s: no file\n", name);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", holder.pid, fd);
	kept = open(path, O_RDWR);
	holder_end(&holder, kill_it);

	ksft_test_result(kept >= 0 && is_free(&files[1], kept),
			 "%s: the retrieved file stays\n", name);
	close(kept);
	session = open(LUO_DEVICE, O_RDWR);
	ksft_test_result(luo_retrieve_session(session, name) == -ENOENT,
			 "%s: the session is over\n", name);
	close(session);
	after = memory_free();
	/* The dense file alone has more memory than this. */
	ksft_test_result(after - before > files[0].size / 1024,
			 "%s: the others are freed\n", name);
}

/* Preserving a retrieved file fails until its session is finished. */
static void save_again(void)
{
	int again = session_retrieve("again"), next = session_create("next");
	bool is_busy = true, is_good = true;

	for (int i = 0; i < NR_FILES; i++) {
		fds[i] = session_retrieve_file(again, i);
		is_good &= shape_check(&files[i], fds[i], 1, 0);
		is_busy &= luo_session_preserve_fd(next, fds[i], i) == -EBUSY;
	}
	ksft_test_result(is_good, "again: all files are there\n");
	ksft_test_result(is_busy, "again: none is preserved before the end\n");
	session_finish(again);
	close(next);
	for (int i = 0; i < NR_FILES; i++)
		ksft_test_result(is_free(&files[i], fds[i]), "again: %s\n",
				 files[i].name);
	next = session_create("next");
	for (int i = 0; i < NR_FILES; i++)
		session_preserve(next, fds[i], i);
	session_hold();
}

static void check_session(const char *name)
{
	int session = session_retrieve(name), got[NR_FILES], fd;
	char text[16] = "";

	for (int i = 0; i < NR_FILES; i++)
		got[i] = session_retrieve_file(session, i);
	if (!strcmp(name, "kept")) {
		fd = session_retrieve_file(session, TOKEN_REFUSER);
		ksft_test_result(read(fd, text, sizeof(text) - 1) > 0 &&
				 atoi(text) == NUMBER,
				 "%s: the file of the other handler\n", name);
		close(fd);
	}
	session_finish(session);
	for (int i = 0; i < NR_FILES; i++) {
		ksft_test_result(is_free(&files[i], got[i]), "%s: %s\n", name,
				 files[i].name);
		close(got[i]);
	}
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";

	ksft_print_header();
	if (!strcmp(what, "save")) {
		ksft_set_plan((2 * NR_STEPS + 1) * (1 + NR_FILES) + 4);
		save();
	} else if (!strcmp(what, "check")) {
		ksft_set_plan(1 + NR_FILES + 2 * 3 + 2 + NR_FILES);
		check_session("kept");
		end_early("killed", true);
		end_early("closed", false);
		save_again();
	} else {
		ksft_set_plan(NR_FILES);
		check_session("next");
	}
	ksft_finished();
}
