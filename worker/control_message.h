/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_CONTROL_MESSAGE_H
#define WORKER_CONTROL_MESSAGE_H

#include "worker/control_request.h"
#include "worker/worker.h"

/* control_send(worker, exchange, routing_key, ticket, body): what remote control says, stamped with
 * our clock and, unless NULL, with ${ticket}.  ${body} is taken; NULL: nothing is sent. */
void control_send(struct worker *worker, const char *exchange, const char *routing_key,
                  const char *ticket, json_t *body);

/* control_reply(worker, reply_to, ticket, said): answer with ${said}, which is taken; NULL, here or
 * for ${reply_to}: there is no answer. */
void control_reply(struct worker *worker, const char *reply_to, const char *ticket, json_t *said);

/* control_is_answer(delivery, ticket): is it an answer to what we have sent with this ticket ("":
 * nothing)? */
bool control_is_answer(const struct delivery *delivery, const char *ticket);

/* control_hello.c
 * control_take_hello(worker, delivery): what came by the exchange for answers: one to our hello, or
 * nothing to us. */
void control_take_hello(struct worker *worker, const struct delivery *delivery);

#endif
