/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_WAIT_H
#define COMMON_DB_WAIT_H

/* db_wait_plainly(unused, fd, events, timeout_ms): a db_wait_fn that does nothing meanwhile. */
int db_wait_plainly(void *unused, int fd, short events, int timeout_ms);

#endif
