// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The runner of the suites in user space
 *
 * Runs the suites that were linked in, and prints KTAP like the kernel. The argument
 * selects suites and cases like the parameter kunit.filter_glob of the kernel:
 * "luo_pool*" or "luo_array.load_*".
 */

#include <fnmatch.h>

#include <kunit/test.h>

static struct kunit_suite *suites;
static const char *suite_pattern = "*";
static const char *case_pattern = "*";

/**
 * kunit_register - Add a suite.
 * @suite: The suite.
 *
 * Called by the constructor of the suite.
 */
void kunit_register(struct kunit_suite *suite)
{
	struct kunit_suite **last;

	for (last = &suites; *last; last = &(*last)->next)
		;
	*last = suite;
}

/**
 * kunit_fail - Report that a case has failed.
 * @test:  The case.
 * @abort: End the case.
 * @file:  File of the failed expectation.
 * @line:  Its line.
 * @fmt:   Format of the message.
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

static bool is_selected(const struct kunit_case *test_case)
{
	return !fnmatch(case_pattern, test_case->name, 0);
}

/* Count the cases of a suite that the patterns select. */
static int count_cases(const struct kunit_suite *suite)
{
	struct kunit_case *test_case;
	int nr = 0;

	if (fnmatch(suite_pattern, suite->name, 0))
		return 0;
	for (test_case = suite->test_cases; test_case->run_case; test_case++)
		nr += is_selected(test_case);

	return nr;
}

static bool kunit_run_suite(const struct kunit_suite *suite)
{
	struct kunit_case *test_case;
	bool good = true;
	int nr = 0;

	printf("    KTAP version 1\n    # Subtest: %s\n    1..%d\n",
	       suite->name, count_cases(suite));
	for (test_case = suite->test_cases; test_case->run_case; test_case++) {
		if (is_selected(test_case))
			good &= kunit_run_case(suite, test_case, ++nr);
	}

	return good;
}

/* "SUITE" or "SUITE.CASE" */
static void parse_patterns(char *argument)
{
	char *dot = strchr(argument, '.');

	suite_pattern = argument;
	if (dot) {
		*dot = 0;
		case_pattern = dot + 1;
	}
}

int main(int argc, char **argv)
{
	struct kunit_suite *suite;
	bool all_good = true;
	int nr = 0;

	if (argc > 1)
		parse_patterns(argv[1]);
	for (suite = suites; suite; suite = suite->next)
		nr += count_cases(suite) > 0;
	printf("KTAP version 1\n1..%d\n", nr);
	if (!nr) {
		fprintf(stderr, "no case matches %s.%s\n", suite_pattern,
			case_pattern);
		return 1;
	}

	nr = 0;
	for (suite = suites; suite; suite = suite->next) {
		bool good;

		if (!count_cases(suite))
			continue;
		good = kunit_run_suite(suite);
		printf("%sok %d %s\n", good ? "" : "not ", ++nr, suite->name);
		fflush(stdout);
		all_good &= good;
	}

	return all_good ? 0 : 1;
}
