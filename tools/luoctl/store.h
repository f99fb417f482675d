/* SPDX-License-Identifier: GPL-2.0 */
/*
 * store - the descriptors that services have put into systemd's store. systemd saves
 * them in a session when it has stopped the services for a kexec, so before that no
 * session shows them.
 */
#ifndef LUOCTL_STORE_H
#define LUOCTL_STORE_H

/*
 * The services whose stored descriptors systemd carries over a kexec, "a.service,
 * b.service"; to be freed. NULL if there are none.
 */
char *store_services(void);

#endif
