/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_HANDOVER_H
#define _LUO_OBJECT_TEST_HANDOVER_H

#include "../../../kernel/liveupdate/luo_handover.h"

/* The replacements of the functions of luo_handover.c. */
extern typeof(luo_handover_enabled) *luo_handover_enabled_stub;
extern typeof(luo_handover_alloc) *luo_handover_alloc_stub;
extern typeof(luo_handover_free) *luo_handover_free_stub;
extern typeof(luo_handover_order) *luo_handover_order_stub;
extern typeof(luo_handover_claim) *luo_handover_claim_stub;
extern typeof(luo_handover_release) *luo_handover_release_stub;
extern typeof(luo_handover_preserve) *luo_handover_preserve_stub;
extern typeof(luo_handover_unpreserve) *luo_handover_unpreserve_stub;
extern typeof(luo_handover_poisoned) *luo_handover_poisoned_stub;
extern typeof(luo_handover_claim_pages) *luo_handover_claim_pages_stub;
extern typeof(luo_handover_claim_singles) *luo_handover_claim_singles_stub;
extern typeof(luo_handover_claim_end) *luo_handover_claim_end_stub;
extern typeof(luo_handover_put) *luo_handover_put_stub;
extern typeof(luo_handover_map) *luo_handover_map_stub;
extern typeof(luo_handover_unmap) *luo_handover_unmap_stub;
extern typeof(luo_handover_publish) *luo_handover_publish_stub;
extern typeof(luo_handover_find) *luo_handover_find_stub;

#endif /* _LUO_OBJECT_TEST_HANDOVER_H */
