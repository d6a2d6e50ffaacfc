/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asking: what can be told from the header alone, then what the database knows. */
#include "shim/identify.h"

#include "common/store_askers.h"
#include "shim/credentials.h"
#include "shim/jwt.h"

#include <string.h>

static void
refuse_jwt(struct answer *answer, const char *message)
{
    answer_json(answer, 403,
                "{\"detail\":\"Given token not valid for any token type\",\"code\":"
                "\"token_not_valid\",\"messages\":[{\"token_class\":\"AccessToken\","
                "\"token_type\":\"access\",\"message\":\"");
    buffer_printf(&answer->body, "%s\"}]}", message);
}

static void
refuse_user(struct answer *answer)
{
    answer_json(answer, 403, "{\"detail\":\"User not found\",\"code\":\"user_not_found\"}");
}

static int
claim_of_jwt(const struct credentials *credentials, const struct jwt_key *key, int64_t now_s,
             struct claim *claim, struct answer *answer)
{
    int64_t user_id = 0;

    switch (jwt_verify(key, credentials->text, credentials->length, now_s, &user_id)) {
    case JWT_OK:
        break;
    case JWT_INVALID:
        refuse_jwt(answer, "Token is invalid");
        return -1;
    case JWT_EXPIRED:
        refuse_jwt(answer, "Token is expired");
        return -1;
    case JWT_WRONG_TYPE:
        refuse_jwt(answer, "Token has wrong type");
        return -1;
    }
    if (user_id > INT32_MAX) {
        refuse_user(answer);
        return -1;
    }
    *claim = (struct claim){.kind = CLAIM_USER, .user_id = (int32_t)user_id};
    return 0;
}

int
identify_claim(const char *authorization, const struct jwt_key *key, int64_t now_s,
               struct claim *claim, struct answer *answer)
{
    struct credentials credentials = credentials_parse(authorization, key != NULL);

    switch (credentials.kind) {
    case CREDENTIALS_NONE:
        *claim = (struct claim){.kind = CLAIM_ANONYMOUS};
        return 0;
    case CREDENTIALS_BEARER:
        return claim_of_jwt(&credentials, key, now_s, claim, answer);
    case CREDENTIALS_TOKEN:
        if (credentials.length < sizeof claim->token) {
            *claim = (struct claim){.kind = CLAIM_TOKEN};
            memcpy(claim->token, credentials.text, credentials.length);
            return 0;
        }
        answer_detail(answer, 403, "Invalid token."); /* longer than the column */
        return -1;
    case CREDENTIALS_WRONG:
        break;
    }
    answer_json(answer, 403, credentials.body);
    return -1;
}

static void
take(void *context, const struct store_asker *asker)
{
    *(struct store_asker *)context = *asker;
}

void
identify_send(struct db *db, const struct claim *claim, struct store_asker_reader *reader,
              struct store_asker *found)
{
    *reader = (struct store_asker_reader){take, found};
    *found = (struct store_asker){0};
    if (claim->kind == CLAIM_TOKEN)
        store_asker_by_token(db, claim->token, reader);
    else
        store_asker_by_id(db, claim->user_id, reader);
}

enum db_status
identify_find(struct db *db, const struct claim *claim, struct store_asker *found)
{
    struct store_asker_reader reader;

    identify_send(db, claim, &reader, found);
    return db_run(db);
}

int
identify_asker(const struct claim *claim, const struct store_asker *found, struct asker *asker,
               struct answer *answer)
{
    bool by_token = claim->kind == CLAIM_TOKEN;

    if (found->id == 0 && by_token)
        answer_detail(answer, 403, "Invalid token.");
    else if (found->id == 0)
        refuse_user(answer);
    else if (!found->active && by_token)
        answer_detail(answer, 403, "User inactive or deleted.");
    else if (!found->active)
        answer_json(answer, 403, "{\"detail\":\"User is inactive\",\"code\":\"user_inactive\"}");
    else
        *asker = (struct asker){.user_id = found->id, .staff = found->staff};
    return answer->status == 0 ? 0 : -1;
}
