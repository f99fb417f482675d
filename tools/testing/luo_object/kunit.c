// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The runner of the suites in user space
 *
 * Runs every suite that was linked in and prints KTAP, as the kernel does.
 */

#include <kunit/test.h>

static struct kunit_suite *suites;

/**
 * kunit_register - Add a suite; called by its constructor.
 * @suite: The suite.
 */
void kunit_register(struct kunit_suite *suite)
{
	struct kunit_suite **last;

	for (last = &suites; *last; last = &(*last)->next)
		;
	*last = suite;
}

/**
 * kunit_fail - Note that a case has failed.
 * @test:  The case.
 * @abort: Whether to end it.
 * @file:  Where.
 * @line:  Where.
 * @fmt:   What did not hold.
 */
void kunit_fail(struct kunit *test, bool abort, const char *file, int line,
		const char *fmt, ...)
{
	va_list args;

	test->failed = true;
	printf("    # %s:%d: ", file, line);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	if (abort)
		longjmp(test->abort, 1);
}

static bool kunit_run_case(const struct kunit_suite *suite,
			   const struct kunit_case *test_case, int nr)
{
	struct kunit test = {};

	if (!setjmp(test.abort)) {
		if (suite->init && suite->init(&test))
			kunit_fail(&test, true, suite->name, 0, "init failed");
		test_case->run_case(&test);
	}
	if (!setjmp(test.abort) && suite->exit)
		suite->exit(&test);

	printf("    %sok %d %s%s%s\n", test.failed ? "not " : "", nr,
	       test_case->name, test.skipped ? " # SKIP " : "", test.reason);
	fflush(stdout);

	return !test.failed;
}

static bool kunit_run_suite(const struct kunit_suite *suite)
{
	struct kunit_case *test_case;
	bool good = true;
	int nr = 0;

	for (test_case = suite->test_cases; test_case->run_case; test_case++)
		nr++;
	printf("    KTAP version 1\n    # Subtest: %s\n    1..%d\n",
	       suite->name, nr);

	nr = 0;
	for (test_case = suite->test_cases; test_case->run_case; test_case++)
		good &= kunit_run_case(suite, test_case, ++nr);

	return good;
}

int main(void)
{
	struct kunit_suite *suite;
	bool all_good = true;
	int nr = 0;

	for (suite = suites; suite; suite = suite->next)
		nr++;
	printf("KTAP version 1\n1..%d\n", nr);

	nr = 0;
	for (suite = suites; suite; suite = suite->next) {
		bool good = kunit_run_suite(suite);

		printf("%sok %d %s\n", good ? "" : "not ", ++nr, suite->name);
		fflush(stdout);
		all_good &= good;
	}

	return all_good ? 0 : 1;
}
