// SPDX-License-Identifier: GPL-2.0-only

/**
 * DOC: Walk over the radix tree of KHO
 *
 * A leaf is a bitmap of keys. Most callers handle keys that are close together in the
 * same way, so the walk looks at a leaf word by word.
 *
 * It is called by kexec_handover.c and, for the tree of the previous kernel, by
 * kho_preserved.c. It reads a node after its callback has returned 0, so a callback can
 * check the address of the node.
 */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/kho/abi/kexec_handover.h>
#include <linux/kho_radix_tree.h>
#include <linux/mutex.h>

static int kho_radix_walk_word(unsigned long key, unsigned long bits,
			       const struct kho_radix_walk_cb *cb, void *data)
{
	int err;

	if (cb->word) {
		err = cb->word(key, bits, data);
		if (err)
			return err;
	}

	for (; cb->leaf && bits; bits &= bits - 1) {
		err = cb->leaf(key + __ffs(bits), data);
		if (err)
			return err;
	}

	return 0;
}

static int kho_radix_walk_leaf(const struct kho_radix_leaf *leaf, unsigned long key,
			       const struct kho_radix_walk_cb *cb, void *data)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(leaf->bitmap); i++) {
		if (!leaf->bitmap[i])
			continue;

		err = kho_radix_walk_word(key + i * BITS_PER_LONG, leaf->bitmap[i],
					  cb, data);
		if (err)
			return err;
	}

	return 0;
}

static int kho_radix_walk_node(phys_addr_t phys, unsigned int level,
			       unsigned long key, const struct kho_radix_walk_cb *cb,
			       void *data)
{
	const struct kho_radix_node *node;
	unsigned int shift;
	unsigned long i;
	int err;

	if (cb->node) {
		err = cb->node(phys, data);
		if (err)
			return err;
	}

	if (!level)
		return cb->word || cb->leaf ?
		       kho_radix_walk_leaf(phys_to_virt(phys), key, cb, data) : 0;

	node = phys_to_virt(phys);
	shift = (level - 1) * KHO_TABLE_SIZE_LOG2 + KHO_BITMAP_SIZE_LOG2;
	for (i = 0; i < ARRAY_SIZE(node->table); i++) {
		if (!node->table[i])
			continue;

		err = kho_radix_walk_node(node->table[i], level - 1, key | i << shift,
					  cb, data);
		if (err)
			return err;
	}

	return 0;
}

/**
 * kho_radix_walk_tree - Traverse the radix tree and call callbacks.
 * @tree: The tree to walk.
 * @cb:   The callbacks.
 * @data: Opaque data pointer passed to each callback in @cb.
 *
 * Walks from the root down, in ascending order of keys.
 *
 * Context: Process context, or early boot. Takes the lock of @tree.
 * Return: 0 if the walk completed, or the first result of a callback that is not 0;
 * -EINVAL if there is no tree.
 */
int kho_radix_walk_tree(struct kho_radix_tree *tree,
			const struct kho_radix_walk_cb *cb, void *data)
{
	int err;

	if (WARN_ON_ONCE(!tree->root))
		return -EINVAL;

	mutex_lock(&tree->lock);
	err = kho_radix_walk_node(virt_to_phys(tree->root), KHO_TREE_MAX_DEPTH - 1, 0,
				  cb, data);
	mutex_unlock(&tree->lock);

	return err;
}
EXPORT_SYMBOL_GPL(kho_radix_walk_tree);
