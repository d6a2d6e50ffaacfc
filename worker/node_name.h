/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_NODE_NAME_H
#define WORKER_NODE_NAME_H

enum { NODE_NAME_SIZE = 256 };

/*
 * node_name(pattern, instance, name):
 * The worker's name as Celery's tools show it: ${pattern} with %h the host, %i the --instance
 * number (nothing if 0) and
 * %% a percent sign.  Cut at the size of ${name}.
 */
void node_name(const char *pattern, int instance, char name[NODE_NAME_SIZE]);

#endif
