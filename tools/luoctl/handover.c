// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "handover.h"
#include "running.h"

#define BLOB_MAX	((size_t)64 << 20)

/*
 * Get the compatible string of an FDT. NULL if the FDT is invalid: debugfs shows the
 * outgoing FDT with the size that it had at boot, and empty in a kernel that has taken
 * over a previous one.
 */
static char *fdt_compatible(const struct bytes *file)
{
	const void *fdt = file->data;
	const char *compatible;
	int len;

	if (file->size < sizeof(struct fdt_header) || fdt_check_header(fdt) ||
	    fdt_totalsize(fdt) > file->size ||
	    fdt_check_full(fdt, fdt_totalsize(fdt)))
		return NULL;
	compatible = fdt_getprop(fdt, 0, "compatible", &len);

	return compatible && len > 0 ? xasprintf("%.*s", len, compatible) : NULL;
}

static int compare_subtrees(const void *a, const void *b)
{
	const struct subtree *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void read_subtrees(const char *directory, struct handover *handover)
{
	DIR *blobs = opendir(directory);
	struct dirent *entry;

	if (!blobs)
		return;
	while ((entry = readdir(blobs))) {
		struct subtree *subtree;
		struct bytes blob;
		char *path;

		if (entry->d_name[0] == '.')
			continue;
		path = xasprintf("%s/%s", directory, entry->d_name);
		if (!read_file(path, BLOB_MAX, &blob)) {
			handover->subtrees = xrealloc(handover->subtrees,
						      handover->nr + 1,
						      sizeof(*subtree));
			subtree = &handover->subtrees[handover->nr++];
			subtree->name = xstrdup(entry->d_name);
			subtree->size = blob.size;
			free(blob.data);
		}
		free(path);
	}
	closedir(blobs);
	if (handover->nr)
		qsort(handover->subtrees, handover->nr,
		      sizeof(*handover->subtrees), compare_subtrees);
}

void handover_read(const char *which, struct handover *handover)
{
	char *path = xasprintf(DEBUGFS "/kho/%s/fdt", which);
	struct bytes fdt;

	*handover = (struct handover){};
	if (!read_file(path, BLOB_MAX, &fdt)) {
		handover->compatible = fdt_compatible(&fdt);
		free(fdt.data);
	}
	free(path);

	path = xasprintf(DEBUGFS "/kho/%s/sub_fdts", which);
	read_subtrees(path, handover);
	free(path);
}

void handover_free(struct handover *handover)
{
	for (size_t i = 0; i < handover->nr; i++)
		free(handover->subtrees[i].name);
	free(handover->subtrees);
	free(handover->compatible);
	*handover = (struct handover){};
}
