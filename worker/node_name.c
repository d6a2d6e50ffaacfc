/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/node_name.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
node_name(const char *pattern, int instance, char name[NODE_NAME_SIZE])
{
    char host[65] = "";
    char number[16] = "";
    size_t length = 0;

    (void)gethostname(host, sizeof host - 1);
    if (instance > 0)
        (void)snprintf(number, sizeof number, "%d", instance);
    name[0] = '\0';
    for (const char *c = pattern; *c != '\0' && length < NODE_NAME_SIZE - 1; c++) {
        char plain[2] = {*c, '\0'};
        const char *part = plain;

        if (*c == '%' && c[1] != '\0') {
            c++;
            plain[0] = *c;
            part = *c == 'h' ? host : *c == 'i' ? number : plain;
        }
        (void)snprintf(name + length, NODE_NAME_SIZE - length, "%s", part);
        length = strlen(name);
    }
}
