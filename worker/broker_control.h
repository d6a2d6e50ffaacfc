/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_CONTROL_H
#define WORKER_BROKER_CONTROL_H

#include "worker/broker_declare.h"

/* The queue that control requests come in by; for broker_*.c only. */

#define BROKER_CONTROL_TAG "trophy-control"

enum { BROKER_CONTROL_KEY_SIZE = 256 };

/*
 * broker_open_control(connection, requests, replies, key, who):
 * Make a queue of the broker's naming that is ours alone and goes with the connection, bind it to
 * the exchange ${requests}, and by its own name, which becomes ${key}, to ${replies}, and consume
 * it without acknowledgements.  BROKER_NOT_FOUND: the broker refuses something of it to us; logged,
 * the channel has been opened again, and with it every consumer is gone.
 */
enum broker_found broker_open_control(amqp_connection_state_t connection,
                                      const struct broker_exchange *requests,
                                      const struct broker_exchange *replies,
                                      char key[BROKER_CONTROL_KEY_SIZE], const char *who);

#endif
