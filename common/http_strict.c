/* SPDX-License-Identifier: Apache-2.0 */
/* What libmicrohttpd 0.9.75 lets pass though it is a way to smuggle one request inside another. */
#include "common/http_strict.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

/* What the library keeps of each header besides its text. */
enum { HEADER_OVERHEAD = 72 };

struct head {
    size_t bytes;
    unsigned hosts;
    unsigned lengths;
    unsigned encodings;
    bool unknown_encoding;
    bool bad_name;
};

/* status 0: nothing is wrong. */
struct refusal {
    int status;
    const char *why;
};

/* RFC 9110, 5.6.2 */
static bool
is_token(const char *name, size_t length)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789!#$%&'*+-.^_`|~";

    return length > 0 && strspn(name, letters) == length;
}

static enum MHD_Result
look_at(void *context, enum MHD_ValueKind kind, const char *name, size_t name_length,
        const char *value, size_t value_length)
{
    struct head *head = context;

    (void)kind;
    head->bytes += name_length + value_length + HEADER_OVERHEAD;
    head->bad_name = head->bad_name || !is_token(name, name_length);
    head->hosts += strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0;
    head->lengths += strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
    if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
        head->encodings++;
        head->unknown_encoding =
            head->unknown_encoding || value == NULL || strcasecmp(value, "chunked") != 0;
    }
    return MHD_YES;
}

static const char *
find_ambiguity(const struct head *head)
{
    if (head->bad_name)
        return "a header's name has characters that no token has";
    if (head->hosts > 1)
        return "more than one Host";
    if (head->lengths > 1)
        return "more than one Content-Length";
    if (head->encodings > 0 && head->lengths > 0)
        return "Transfer-Encoding beside Content-Length";
    if (head->encodings > 1 || head->unknown_encoding)
        return "a Transfer-Encoding other than chunked";
    return NULL;
}

static struct refusal
decide(const struct head *head, size_t target_length, size_t room)
{
    const char *ambiguity = find_ambiguity(head);

    if (ambiguity != NULL)
        return (struct refusal){MHD_HTTP_BAD_REQUEST, ambiguity};
    if (target_length + head->bytes <= room)
        return (struct refusal){0};
    if (target_length > head->bytes)
        return (struct refusal){MHD_HTTP_URI_TOO_LONG, "the target is too long"};
    return (struct refusal){MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too large"};
}

/* As it is, since the library may have no memory left to build an answer; whatever it had to send
 * before has been sent. */
static void
answer(int fd, const struct refusal *refusal)
{
    char body[128];
    char text[512];
    int length;

    (void)snprintf(body, sizeof body, "{\"detail\":\"Malformed request: %s.\"}", refusal->why);
    length = snprintf(text, sizeof text,
                      "HTTP/1.1 %d Malformed Request\r\nConnection: close\r\n"
                      "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                      refusal->status, strlen(body), body);
    (void)send(fd, text, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

bool
http_strict_refuse(struct MHD_Connection *connection, int fd, size_t target_length, size_t room)
{
    struct head head = {0};
    struct refusal refusal;

    (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, look_at, &head);
    refusal = decide(&head, target_length, room);
    if (refusal.status != 0)
        answer(fd, &refusal);
    return refusal.status != 0;
}
