/* SPDX-License-Identifier: GPL-2.0 */
/*
 * store - the descriptors that services put into systemd's store, now or when they stop.
 * systemd saves them in a session when it has stopped the services for a kexec, so before
 * that no session shows them.
 */
#ifndef LUOCTL_STORE_H
#define LUOCTL_STORE_H

#include <stdbool.h>

/*
 * The services whose descriptors systemd carries over a kexec, "a.service, b.service"; to
 * be freed. NULL if there are none. An active service whose store is empty is one of them:
 * luoctl run stores the files when the service is stopped. Sets @trees if one of them is a
 * luoctl-tree@.service.
 */
char *store_services(bool *trees);

#endif
