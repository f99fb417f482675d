// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "record.h"

#define DIRECTORY	"/var/lib/luoctl"
#define RECORD		DIRECTORY "/update"
#define PREVIOUS	DIRECTORY "/previous"
#define HERE_DIRECTORY	"/run/luoctl"
#define HERE		HERE_DIRECTORY "/update"
#define RECORD_MAX	0x10000

/* The second one is only in a kernel that was booted with a handover. */
#define KHO		"/sys/kernel/debug/kho"
#define KHO_IN		KHO "/in"
#define DEVICE		"/dev/liveupdate"
#define BOOT_ID		"/proc/sys/kernel/random/boot_id"

static char *boot_id(void)
{
	struct bytes text;

	if (read_file(BOOT_ID, 4096, &text))
		return xstrdup("");
	text.data[strcspn((char *)text.data, "\n")] = 0;

	return (char *)text.data;
}

/* A reader finds the old file or the new one, also after a crash. */
static int write_whole(const char *path, const char *text)
{
	char *temporary = xasprintf("%s.new", path);
	FILE *out;
	int err = -1;

	mkdir(DIRECTORY, 0755);
	out = fopen(temporary, "we");
	if (out) {
		err = fputs(text, out) < 0 || fflush(out) || fsync(fileno(out));
		err = fclose(out) || err ? -1 : rename(temporary, path);
	}
	if (err)
		complain("%s: cannot be written: %s", path, strerror(errno));
	free(temporary);

	return err;
}

int record_write(const char *image, const char *services)
{
	struct utsname running;
	char *text, *id;
	int ret;

	if (uname(&running))
		return complain("uname: %s", strerror(errno));
	id = boot_id();
	text = xasprintf("boot %s\nfrom %s\nimage %s\nservices %s\nleft %lld\n", id,
			 running.release, image, services, (long long)time(NULL));
	ret = write_whole(RECORD, text);
	free(text);
	free(id);
	if (ret)
		return ret;
	text = xasprintf("%s\n", running.release);
	ret = write_whole(PREVIOUS, text);
	free(text);
	if (ret)
		unlink(RECORD);

	return ret;
}

/* The value of a line "KEY VALUE"; to be freed. "" if there is no such line. */
static char *value_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	while (*text) {
		size_t line = strcspn(text, "\n");

		if (line > len && !strncmp(text, key, len) && text[len] == ' ')
			return xasprintf("%.*s", (int)(line - len - 1), text + len + 1);
		text += line + !!text[line];
	}

	return xstrdup("");
}

static u64 number_of(const char *text, const char *key)
{
	char *value = value_of(text, key);
	u64 number;

	if (!parse_u64(value, &number))
		number = 0;
	free(value);

	return number;
}

/* Return true if an earlier boot wrote the record. */
static bool is_of_earlier_boot(const char *text)
{
	char *of = value_of(text, "boot"), *here = boot_id();
	bool earlier = strcmp(of, here);

	free(of);
	free(here);

	return earlier;
}

/*
 * Move the record of the boot before from the disk to /run, with the time. What another
 * user is shown has that of now.
 */
static char *take(void)
{
	struct bytes text;
	char *taken;

	if (read_file(RECORD, RECORD_MAX, &text))
		return NULL;
	if (!is_of_earlier_boot((char *)text.data)) {
		free(text.data);
		return NULL;
	}
	taken = xasprintf("%sback %lld\n", (char *)text.data, (long long)time(NULL));
	free(text.data);
	mkdir(HERE_DIRECTORY, 0755);
	if (!geteuid() && !write_whole(HERE, taken))
		unlink(RECORD);

	return taken;
}

/* Check if this is a kexec boot. Without debugfs, assume so if live update is on. */
static bool has_arrived(void)
{
	if (access(KHO, F_OK))
		return !access(DEVICE, F_OK);

	return !access(KHO_IN, F_OK);
}

int record_read(struct record_of_update *record)
{
	char *text = take();
	struct bytes here;

	*record = (struct record_of_update){};
	if (!text && read_file(HERE, RECORD_MAX, &here))
		return -1;
	text = text ?: (char *)here.data;
	record->from = value_of(text, "from");
	record->image = value_of(text, "image");
	record->services = value_of(text, "services");
	record->left = number_of(text, "left");
	record->back = number_of(text, "back");
	record->arrived = has_arrived();
	free(text);

	return 0;
}

void record_free(struct record_of_update *record)
{
	free(record->from);
	free(record->image);
	free(record->services);
}

char *record_previous(void)
{
	struct utsname running;
	struct bytes release;

	if (read_file(PREVIOUS, RECORD_MAX, &release)) {
		complain("no update to go back from: there is no " PREVIOUS "; name a version");
		return NULL;
	}
	release.data[strcspn((char *)release.data, "\n")] = 0;
	if (uname(&running) || strcmp((char *)release.data, running.release))
		return (char *)release.data;
	free(release.data);
	complain("no update to go back from: Linux %s, from which the last one began, runs; name a version",
		 running.release);

	return NULL;
}
