// SPDX-License-Identifier: GPL-2.0
/*
 * Eight tasks save eight nodes at once: 100,000 pages of mixed orders with random
 * index and flags, and a byte stream of 64 MiB in odd-sized writes. In the next
 * kernel, eight tasks load them at once.
 */

#define _GNU_SOURCE
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../kselftest.h"
#include "../luo_lib/pkram_device.h"

#define NODES		8
#define OBJECTS		5
#define PAGES		2500	/* in an object */
#define MAX_ORDER	4
#define MIB		(1024 * 1024)
#define BYTES		(64 * MIB)
#define FEW_BYTES	MIB

struct node {
	pthread_t thread;
	int number;
	int fd;
	bool load;
	bool failed;
};

static void __printf(2, 3) run(struct node *node, const char *format, ...)
{
	char command[128];
	va_list args;
	int err;

	if (node->failed)
		return;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	err = device_run(node->fd, command);
	if (err) {
		ksft_print_msg("node %d: %s: %s\n", node->number, command,
			       strerror(err));
		node->failed = true;
	}
}

static int seed(const struct node *node, int object)
{
	return 1 + 1000000 * node->number + 100000 * object;
}

/* The first object of the first node has the long stream. */
static int bytes(const struct node *node, int object)
{
	return node->number || object ? FEW_BYTES : BYTES;
}

static void save_object(struct node *node, int object)
{
	int half = bytes(node, object) / 2;

	run(node, "prepare_save_obj");
	run(node, "write %d %d 0", seed(node, object), half);
	run(node, "alloc %d %d %d", seed(node, object), PAGES, MAX_ORDER);
	run(node, "save %d %d", seed(node, object), MAX_ORDER);
	run(node, "free");
	run(node, "write %d %d 0", seed(node, object) + 1, half);
	run(node, "finish_save_obj");
}

/* Load the two streams in another order than they were saved. */
static void load_object(struct node *node, int object)
{
	int half = bytes(node, object) / 2;

	run(node, "prepare_load_obj");
	run(node, "load %d %d %d", seed(node, object), PAGES, MAX_ORDER);
	run(node, "load_none");
	run(node, "read %d %d 0", seed(node, object), half);
	run(node, "read %d %d 0", seed(node, object) + 1, half);
	run(node, "finish_load_obj");
}

static void *work(void *arg)
{
	struct node *node = arg;
	int object;

	run(node, "prepare_%s node%d", node->load ? "load" : "save",
	    node->number);
	for (object = 0; object < OBJECTS; object++) {
		if (node->load)
			load_object(node, object);
		else
			save_object(node, object);
	}
	run(node, "finish_%s", node->load ? "load" : "save");

	return NULL;
}

int main(int argc, char **argv)
{
	struct node nodes[NODES];
	int i;

	ksft_print_header();
	ksft_set_plan(NODES);

	for (i = 0; i < NODES; i++) {
		nodes[i] = (struct node){
			.number = i,
			.fd = device_open(),
			.load = argc > 1 && !strcmp(argv[1], "load"),
		};
		if (nodes[i].fd < 0)
			ksft_exit_fail_perror(DEVICE);
		if (pthread_create(&nodes[i].thread, NULL, work, &nodes[i]))
			ksft_exit_fail_msg("cannot start a task\n");
	}

	for (i = 0; i < NODES; i++) {
		pthread_join(nodes[i].thread, NULL);
		ksft_test_result(!nodes[i].failed, "node %d\n", i);
	}
	ksft_finished();
}
