// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The log of the previous kernel
 *
 * After a live update, pstore shows the log of the previous kernel, up to its last
 * message, so that the cause of a failed update can be found.
 *
 * At boot, this kernel allocates a page of the configured size and saves it to PKRAM.
 * At the kexec, pstore writes the log directly into that page: kmsg_dump() is called
 * right before the jump, when all other CPUs are stopped. Nothing is allocated at that
 * time, so nothing can fail, and there is no cost while the kernel runs. Unlike the
 * output of a console, the log has messages of every level.
 *
 * The page holds one dump, the newest one. The dump at the kexec replaces that of an
 * oops. It has the messages of the oops too, unless the log has since become longer
 * than the page.
 *
 * It is called by pstore and calls PKRAM.
 */

#define pr_fmt(fmt) "pstore_pkram: " fmt

#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kho/abi/pstore_pkram.h>
#include <linux/kmsg_dump.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/pkram.h>
#include <linux/printk.h>
#include <linux/pstore.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/utsname.h>

#include "pkram_internal.h"

/* Not less than pstore writes by default (kmsg_bytes). */
#define PSTORE_PKRAM_KIB_MIN	16
#define PSTORE_PKRAM_KIB_MAX	((PAGE_SIZE << MAX_PAGE_ORDER) / SZ_1K)

#define PSTORE_PKRAM_HEAD	"Linux %s, kernel %u of its chain:\n"

static unsigned int kib = 128;
module_param_named(size, kib, uint, 0444);
MODULE_PARM_DESC(size, "KiB for the log of this kernel, up to a power of two; 0 to have none");

/* The log of the previous kernel, and whether pstore has read it. */
static struct page *previous;
static bool previous_read;

/**
 * pstore_pkram_crc - Compute the CRC of a log.
 * @ser: The log, whose size was checked.
 *
 * Context: Any.
 * Return: The value that @ser->crc must have.
 */
u32 pstore_pkram_crc(const struct pstore_pkram_ser *ser)
{
	return crc32c(~0, &ser->size, sizeof(*ser) + ser->size -
		      offsetof(struct pstore_pkram_ser, size));
}

/**
 * pstore_pkram_check - Check the log of the previous kernel.
 * @ser: The log: any data.
 * @max: Size of its page in bytes, not less than sizeof(*@ser).
 *
 * A log of another version has only the magic and the version in common with this one.
 *
 * Context: Any.
 * Return: 0; -EPROTONOSUPPORT if it has another version; -EBADMSG if it is corrupt or
 * not a log.
 */
int pstore_pkram_check(const struct pstore_pkram_ser *ser, size_t max)
{
	if (ser->magic != PSTORE_PKRAM_MAGIC)
		return -EBADMSG;
	if (ser->version != PSTORE_PKRAM_VERSION)
		return -EPROTONOSUPPORT;
	if (ser->size > max - sizeof(*ser))
		return -EBADMSG;
	if (ser->crc != pstore_pkram_crc(ser))
		return -EBADMSG;
	if (ser->release[sizeof(ser->release) - 1])
		return -EBADMSG;

	return 0;
}

/**
 * pstore_pkram_last_line - Find the last line that is not empty.
 * @text: The text, with or without a newline at its end.
 * @len:  Its length in bytes. Set to that of the line, without the newline.
 *
 * Context: Any.
 * Return: The line, within @text.
 */
const char *pstore_pkram_last_line(const char *text, size_t *len)
{
	size_t end = *len, start;

	while (end && text[end - 1] == '\n')
		end--;
	for (start = end; start && text[start - 1] != '\n'; start--)
		;
	*len = end - start;

	return text + start;
}

static int pstore_pkram_open(struct pstore_info *psi)
{
	previous_read = false;

	return 0;
}

static ssize_t pstore_pkram_read(struct pstore_record *record)
{
	const struct pstore_pkram_ser *ser;
	size_t head;

	if (!previous || previous_read)
		return 0;
	ser = page_address(previous);

	head = snprintf(NULL, 0, PSTORE_PKRAM_HEAD, ser->release,
			ser->nr_kernels);
	record->buf = kvmalloc(head + 1 + ser->size, GFP_KERNEL);
	if (!record->buf)
		return -ENOMEM;

	snprintf(record->buf, head + 1, PSTORE_PKRAM_HEAD, ser->release,
		 ser->nr_kernels);
	memcpy(record->buf + head, ser + 1, ser->size);
	record->type = PSTORE_TYPE_DMESG;
	record->time.tv_sec = ser->seconds;
	record->time.tv_nsec = ser->nanoseconds;
	previous_read = true;

	return head + ser->size;
}

/* pstore has written the text to its buffer, which is in the page. Write the head. */
static int pstore_pkram_write(struct pstore_record *record)
{
	struct pstore_pkram_ser *ser = record->psi->data;

	/* Keep only the first part, which is the newest. */
	if (record->part != 1)
		return -ENOSPC;

	ser->size = record->size;
	ser->seconds = record->time.tv_sec;
	ser->nanoseconds = record->time.tv_nsec;
	ser->crc = pstore_pkram_crc(ser);

	return 0;
}

static int pstore_pkram_erase(struct pstore_record *record)
{
	put_page(previous);
	previous = NULL;

	return 0;
}

static struct pstore_info pstore_pkram_info = {
	.name		= "pkram",
	.flags		= PSTORE_FLAGS_DMESG | PSTORE_FLAGS_PLAIN,
	.max_reason	= KMSG_DUMP_SHUTDOWN,
	.open		= pstore_pkram_open,
	.read		= pstore_pkram_read,
	.write		= pstore_pkram_write,
	.erase		= pstore_pkram_erase,
};

/* Check the log of the previous kernel. Keep its page, or free it on failure. */
static void __init pstore_pkram_keep(struct page *page)
{
	const struct pstore_pkram_ser *ser = page_address(page);
	const char *line;
	size_t len;
	int err;

	err = pstore_pkram_check(ser, page_size(page));
	if (err)
		pr_warn("the log of the previous kernel cannot be read: %pe\n",
			ERR_PTR(err));
	if (err || !ser->size) {
		put_page(page);
		return;
	}

	len = ser->size;
	line = pstore_pkram_last_line((const char *)(ser + 1), &len);
	pr_info("the last of %u bytes from Linux %s: %.*s\n", ser->size,
		ser->release, (int)min(len, 200), line);
	previous = page;
}

static void __init pstore_pkram_load(void)
{
	struct pkram_stream stream;
	struct page *page = NULL;
	int err;

	err = pkram_prepare_load(&stream, PSTORE_PKRAM_NODE);
	if (err)
		goto out;

	err = pkram_prepare_load_obj(&stream);
	if (!err) {
		page = pkram_load_page(&stream, NULL, NULL);
		pkram_finish_load_obj(&stream);
	}
	pkram_finish_load(&stream);

	if (page)
		pstore_pkram_keep(page);
	else
		err = err ?: -ENODATA;
out:
	if (err && err != -ENOENT && err != -EOPNOTSUPP)
		pr_warn("the log of the previous kernel cannot be read: %pe\n",
			ERR_PTR(err));
}

/* Save the page for the log of this kernel, and register with pstore. */
static int __init pstore_pkram_save(struct page *page)
{
	struct pstore_pkram_ser *ser = page_address(page);
	const struct pstore_pkram_ser *before = previous ?
					page_address(previous) : NULL;
	struct pkram_stream stream;
	int err;

	ser->magic = PSTORE_PKRAM_MAGIC;
	ser->version = PSTORE_PKRAM_VERSION;
	ser->nr_kernels = before ? before->nr_kernels + 1 : 1;
	strscpy(ser->release, init_utsname()->release);
	ser->crc = pstore_pkram_crc(ser);

	pstore_pkram_info.data = ser;
	pstore_pkram_info.buf = (char *)(ser + 1);
	pstore_pkram_info.bufsize = page_size(page) - sizeof(*ser);

	err = pkram_prepare_save(&stream, PSTORE_PKRAM_NODE, GFP_KERNEL);
	if (err)
		return err;

	err = pkram_prepare_save_obj(&stream);
	if (!err)
		err = pkram_save_page(&stream, page, 0);
	if (!err)
		err = pstore_register(&pstore_pkram_info);
	if (err) {
		pkram_discard_save(&stream);
		return err;
	}

	pkram_finish_save_obj(&stream);
	pkram_finish_save(&stream);

	return 0;
}

static int __init pstore_pkram_init(void)
{
	struct page *page;
	unsigned int order;
	int err = 0;

	pstore_pkram_load();
	if (!kib)
		goto err_previous;

	kib = clamp(kib, PSTORE_PKRAM_KIB_MIN, PSTORE_PKRAM_KIB_MAX);
	order = get_order((unsigned long)kib * SZ_1K);
	kib = (PAGE_SIZE << order) / SZ_1K;
	err = -ENOMEM;
	page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_ZERO | __GFP_NOWARN,
			   order);
	if (!page)
		goto err_warn;

	err = pstore_pkram_save(page);
	if (err)
		goto err_page;

	return 0;

err_page:
	put_page(page);
err_warn:
	if (err != -EOPNOTSUPP)
		pr_warn("the log of this kernel will not be handed over: %pe\n",
			ERR_PTR(err));
err_previous:
	if (previous)
		put_page(previous);
	previous = NULL;

	return err;
}
device_initcall(pstore_pkram_init);
