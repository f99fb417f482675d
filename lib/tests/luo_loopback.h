/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_LOOPBACK_H
#define _LUO_LOOPBACK_H

#include <kunit/test.h>
#include <linux/types.h>

#include "../../kernel/liveupdate/luo_handover.h"
#include "../../kernel/liveupdate/luo_object_internal.h"

/**
 * enum luo_loopback_state - The state of the pages of a key.
 * @LUO_LOOPBACK_OUTGOING: Preserved by this kernel.
 * @LUO_LOOPBACK_INCOMING: Preserved by the previous one, not claimed yet.
 * @LUO_LOOPBACK_CLAIMED:  Claimed, not released yet.
 */
enum luo_loopback_state {
	LUO_LOOPBACK_OUTGOING,
	LUO_LOOPBACK_INCOMING,
	LUO_LOOPBACK_CLAIMED,
};

extern struct luo_object_out luo_loopback_out;
extern struct luo_object_in luo_loopback_in;

int luo_loopback_init(struct kunit *test);
void luo_loopback_exit(struct kunit *test);

void luo_loopback_kexec(void);
void luo_loopback_reset(void);
void luo_loopback_forget_in(struct luo_object_in *in);

u64 luo_loopback_page_alloc(unsigned int order);
u64 luo_loopback_run_alloc(unsigned int order);
void luo_loopback_page_get(u64 address);
unsigned long luo_loopback_pages_held(void);

bool luo_loopback_fails(void);
void luo_loopback_fail_nth(unsigned long nth);
bool luo_loopback_failed(void);
void luo_loopback_forget_scopes(void);
unsigned int luo_loopback_scopes(void);
void luo_loopback_on_claim(void (*on_claim)(u64 address));
void luo_loopback_steal(unsigned long nth);
u64 luo_loopback_stolen(void);
void luo_loopback_set_max_order(unsigned int order);

unsigned long luo_loopback_keys(enum luo_loopback_state state);
unsigned long luo_loopback_pages(enum luo_loopback_state state);
unsigned int luo_loopback_largest(void);

void *luo_loopback_blob(size_t *size);
void luo_loopback_lose_blob(u64 address, size_t size);
bool luo_loopback_incoming_key(unsigned long nth, u64 *address,
			       unsigned int *order);
void luo_loopback_lose_key(u64 address);
void luo_loopback_poison(u64 address);

#endif /* _LUO_LOOPBACK_H */
