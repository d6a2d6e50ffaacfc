/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines of evaluate and recalculate.  getopt hands out the words in their order, so
 * that those behind a list option are known to be of that list. */
#include "worker/choice.h"

#include <getopt.h>
#include <stddef.h>
#include <string.h>

static const struct option evaluate_options[] = {
    {"user", required_argument, NULL, 'u'},
    {"username", required_argument, NULL, 'n'},
    {"all", no_argument, NULL, 'a'},
    {"trophy", required_argument, NULL, 't'},
    {"force-reevaluate", no_argument, NULL, 'f'},
    {"revoke", no_argument, NULL, 'r'},
    {"dry-run", no_argument, NULL, 'd'},
    {"json", no_argument, NULL, 'j'},
    {NULL, 0, NULL, 0},
};

static const struct option recalculate_options[] = {
    {"user", required_argument, NULL, 'u'}, {"username", required_argument, NULL, 'n'},
    {"all", no_argument, NULL, 'a'},        {"active-only", no_argument, NULL, 'o'},
    {"json", no_argument, NULL, 'j'},       {NULL, 0, NULL, 0},
};

enum { WORD = 1 }; /* what getopt says of a word that is no option, with "-" in front */

static int
complain(struct choice_complaint *complaint, const char *text, const char *value)
{
    *complaint = (struct choice_complaint){text, value};
    return -1;
}

static int
add(struct text_list *list, const char *word, struct choice_complaint *complaint)
{
    if (list == NULL)
        return complain(complaint, "unexpected argument", word);
    if (text_list_add(list, word, strlen(word)) != 0)
        return complain(complaint, "out of memory at", word);
    return 0;
}

/* The list that this option begins; NULL: none. */
static struct text_list *
find_list(struct choice *choice, int option)
{
    switch (option) {
    case 'u':
        return &choice->users;
    case 'n':
        return &choice->usernames;
    case 't':
        return &choice->trophies;
    default:
        return NULL;
    }
}

static bool *
find_flag(struct choice *choice, int option)
{
    switch (option) {
    case 'a':
        return &choice->all;
    case 'o':
        return &choice->active_only;
    case 'f':
        return &choice->force;
    case 'r':
        return &choice->revoke;
    case 'd':
        return &choice->dry_run;
    case 'j':
        return &choice->json;
    default:
        return NULL;
    }
}

static int
check(const struct choice *choice, struct choice_complaint *complaint)
{
    bool named = choice->users.count > 0 || choice->usernames.count > 0;

    if (!named && !choice->all)
        return complain(complaint, "whom? Expected", "--user NAME... or --all");
    if (named && choice->all)
        return complain(complaint, "named users exclude", "--all");
    if (choice->revoke && !choice->force)
        return complain(complaint, "--force-reevaluate is needed for", "--revoke");
    if (choice->active_only && !choice->all)
        return complain(complaint, "--all is needed for", "--active-only");
    return 0;
}

int
choice_parse(enum choice_command command, int argc, char **argv, struct choice *choice,
             struct choice_complaint *complaint)
{
    const struct option *options =
        command == CHOICE_EVALUATE ? evaluate_options : recalculate_options;
    struct text_list *list = NULL; /* that a word belongs to */
    int option;

    optind = 0; /* glibc starts afresh */
    while ((option = getopt_long(argc, argv, "-:", options, NULL)) != -1) {
        bool *flag = find_flag(choice, option);

        if (option == ':')
            return complain(complaint, "an argument expected behind", argv[optind - 1]);
        if (option == '?')
            return complain(complaint, "unknown or misused option", argv[optind - 1]);
        if (option != WORD)
            list = find_list(choice, option);
        if (flag != NULL)
            *flag = true;
        else if (add(list, optarg, complaint) != 0)
            return -1;
    }
    for (; optind < argc; optind++) /* behind "--" */
        if (add(list, argv[optind], complaint) != 0)
            return -1;
    return check(choice, complaint);
}

void
choice_clear(struct choice *choice)
{
    text_list_clear(&choice->users);
    text_list_clear(&choice->usernames);
    text_list_clear(&choice->trophies);
}
