/* SPDX-License-Identifier: Apache-2.0 */
/* The commands evaluate and recalculate: the same sweep over users, with and without trophies. */
#include "worker/command.h"
#include "worker/sweep.h"

static const char evaluate_help[] =
    "usage: trophy-worker [-c FILE] evaluate --user NAME...|--all [OPTION...]\n"
    "\n"
    "Evaluates users directly, without the broker, and says who earned what.\n"
    "Safe beside running workers; running it twice gives nothing more.\n"
    "\n"
    "  --user NAME...       these users, by name or (digits only) id\n"
    "  --username NAME...   these, by name even if it is digits only\n"
    "  --all                all active users\n"
    "  --trophy ID|NAME...  only these trophies, by id, uuid or name\n"
    "  --force-reevaluate   check earned trophies again, report those no longer met\n"
    "  --revoke             and take these away\n"
    "  --dry-run            write nothing; who would earn and lose what\n"
    "  --json               one object a user, and last {\"summary\": ...}\n"
    "\n"
    "Ctrl-C ends after the batch in hand and says how far it came (exit 75).\n"
    "Exits: 0 done, 64 usage, 65 no such trophy or a user's data failed (the others\n"
    "are done), 67 no such user, 69 database unavailable, 75 try again.\n"
    "\n"
    "example: trophy-worker evaluate --all --force-reevaluate --revoke --dry-run\n";

static const char recalculate_help[] =
    "usage: trophy-worker [-c FILE] recalculate --user NAME...|--all [OPTION...]\n"
    "\n"
    "Recomputes the statistics of users from their whole history, directly, without\n"
    "the broker.  Awards are left alone.  Safe beside running workers.\n"
    "\n"
    "  --user NAME...       these users, by name or (digits only) id\n"
    "  --username NAME...   these, by name even if it is digits only\n"
    "  --all                every user\n"
    "  --active-only        with --all: only those who logged in lately\n"
    "  --json               one object a user, and last {\"summary\": ...}\n"
    "\n"
    "Ctrl-C ends after the batch in hand and says how far it came (exit 75).\n"
    "Exits: 0 done, 64 usage, 65 a user's data failed (the others are done),\n"
    "67 no such user, 69 database unavailable, 75 try again.\n"
    "\n"
    "example: trophy-worker recalculate --user alice 4711 --json\n";

static int
run(const struct command_line *line, enum choice_command command)
{
    struct choice choice = {0};
    struct choice_complaint complaint;
    int code;

    if (choice_parse(command, line->argc, line->argv, &choice, &complaint) != 0)
        code = command_usage(line, complaint.text, complaint.value);
    else
        code = sweep(line, &choice, command == CHOICE_EVALUATE);
    choice_clear(&choice);
    return code;
}

static int
run_evaluate(const struct command_line *line)
{
    return run(line, CHOICE_EVALUATE);
}

static int
run_recalculate(const struct command_line *line)
{
    return run(line, CHOICE_RECALCULATE);
}

const struct command command_evaluate = {
    .name = "evaluate",
    .summary = "evaluates users directly and says who earned what",
    .help = evaluate_help,
    .run = run_evaluate,
};

const struct command command_recalculate = {
    .name = "recalculate",
    .summary = "recomputes the statistics of users",
    .help = recalculate_help,
    .run = run_recalculate,
};
