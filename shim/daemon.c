/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's life: listen, turn until a signal, let the answers under way go out, leave. */
#include "common/daemon.h"

#include "common/admin.h"
#include "common/clock.h"
#include "common/listen.h"
#include "common/log.h"
#include "common/signals.h"
#include "common/store_askers.h"
#include "shim/shim.h"

#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

enum {
    STATEMENT_TIMEOUT_MS = 3000, /* at most: nobody else is answered meanwhile */
    LOCK_TIMEOUT_MS = 1000,
    ADMIN_CONNECTIONS = 16,
    OTHER_FILES = 32,
    DRAIN_MS = 10000,
    DRAIN_IDLE_MS = 1000, /* for requests of which only a part has come */
};

static int64_t
smaller(int64_t option_ms, int64_t limit_ms)
{
    return option_ms == 0 || option_ms > limit_ms ? limit_ms : option_ms;
}

struct db_settings
shim_db_settings(const struct options *options)
{
    return (struct db_settings){
        .kind = DB_READER,
        .url = options->database_url,
        .name = "trophy-shim",
        .statement_timeout_ms = smaller(options->database_statement_timeout, STATEMENT_TIMEOUT_MS),
        .lock_timeout_ms = smaller(options->database_lock_timeout, LOCK_TIMEOUT_MS),
    };
}

int
shim_load_key(const struct options *options, struct jwt_key **key, struct err *err)
{
    struct err why = {0};

    *key = NULL;
    if (options->shim_jwt_public_key[0] == '\0' ||
        jwt_key_load(options->shim_jwt_public_key, key, &why) == 0)
        return 0;
    return err_set(err, "%s: shim.jwt_public_key: %s",
                   options_source(options, "shim.jwt_public_key"), why.text);
}

/* Every connection is a file. */
static void
raise_file_limit(const struct options *options)
{
    rlim_t wanted =
        (rlim_t)options->shim_max_connections + HTTP_SPARE + ADMIN_CONNECTIONS + OTHER_FILES;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        log_warn("shim.max_connections: only %llu files may be open",
                 (unsigned long long)limit.rlim_cur);
}

/* ---- the admin listener */

static bool
is_ready(void *context, struct buffer *why)
{
    struct shim *shim = context;
    enum db_status status = DB_LOST;

    if (shim_has_database(shim))
        status = store_ping(shim->db);
    if (status == DB_LOST && shim_reconnect(shim))
        status = store_ping(shim->db);
    if (status == DB_OK)
        return true;
    buffer_printf(why, "the database does not answer");
    return false;
}

static void
write_metrics(void *context, struct buffer *out)
{
    const struct shim *shim = context;

    counters_write(&shim->counters, out);
    metrics_head(out, "trophy_shim_connections", "gauge", "Open connections of clients.");
    metrics_count(out, "trophy_shim_connections", "", http_connections(shim->api));
    metrics_head(out, "trophy_db_connected", "gauge", "1 while there is a database session.");
    metrics_count(out, "trophy_db_connected", "", shim_has_database(shim));
    metrics_head(out, "trophy_build_info", "gauge", "1; the program and its version.");
    metrics_count(out, "trophy_build_info",
                  "program=\"trophy-shim\",version=\"" TROPHY_VERSION "\"", 1);
}

/* A shim without it is still a shim. */
static void
open_admin(struct shim *shim, struct admin *admin)
{
    struct http_settings settings = {
        .name = "admin",
        .connections = ADMIN_CONNECTIONS,
        .connection_memory = (size_t)shim->options->shim_connection_memory,
        .handle = admin_handle,
        .context = admin,
    };
    struct err err = {0};

    *admin = (struct admin){.is_ready = is_ready, .write_metrics = write_metrics, .context = shim};
    if (shim->options->shim_admin_listen[0] == '\0')
        return;
    settings.socket = listen_open(shim->options->shim_admin_listen, /* shared */ false, &err);
    if (settings.socket < 0)
        log_warn("shim.admin_listen: %s: no admin listener", err.text);
    else
        shim->admin = http_new(&settings);
}

/* ---- the API's listener */

static int
open_api(struct shim *shim)
{
    int inherited;
    struct http_settings settings = {
        .name = "api",
        .socket = listen_inherited(&inherited),
        .connections = (unsigned)shim->options->shim_max_connections,
        /* a proxy is one address for all its clients */
        .address_connections = shim->options->shim_trust_proxy
                                   ? 0
                                   : (unsigned)shim->options->shim_max_connections_per_address,
        .connection_memory = (size_t)shim->options->shim_connection_memory,
        .handle = serve,
        .context = shim,
    };
    struct err err = {0};

    if (inherited > 1)
        log_warn("listen: %d sockets were handed over, the first is used", inherited);
    if (settings.socket < 0)
        settings.socket = listen_open(shim->options->shim_listen, /* shared */ true, &err);
    if (settings.socket < 0) {
        log_error("shim.listen: %s", err.text);
        return EX_UNAVAILABLE;
    }
    shim->api = http_new(&settings);
    if (shim->api == NULL)
        return EX_SOFTWARE;
    log_note("api: listening on %s",
             inherited > 0 ? "the socket handed over" : shim->options->shim_listen);
    return EX_OK;
}

/* ---- life */

static void
drain(struct shim *shim)
{
    int64_t start_ms = clock_monotonic_ms();
    int64_t now_ms = start_ms;

    http_quiesce(shim->api);
    while (!shim->leaving && now_ms - start_ms < DRAIN_MS && http_connections(shim->api) > 0 &&
           (!http_is_idle(shim->api) || now_ms - start_ms < DRAIN_IDLE_MS)) {
        (void)shim_turn(shim, -1, 0, 50);
        now_ms = clock_monotonic_ms();
    }
    log_note("stopped: %u connections are closed", http_connections(shim->api));
}

/* A manifest that cannot be read leaves the old one standing. */
static void
reload(struct shim *shim, const struct command_line *line)
{
    struct err err = {0};

    daemon_reload(line->options, line->config_file, line->config_required);
    recall_clear(&shim->memory.recall);
    if (images_load(shim->options, &shim->memory.images, &err) != 0)
        log_error("reload: %s", err.text);
}

static void
live(struct shim *shim, const struct command_line *line)
{
    while (!shim->stopping) {
        if (shim->reload)
            reload(shim, line);
        shim->reload = false;
        shim_connect(shim);
        if (!shim->stopping)
            (void)shim_turn(shim, -1, 0, shim_pause_ms(shim));
    }
    drain(shim);
}

static int
set_up(struct shim *shim, struct admin *admin)
{
    struct db_settings db = shim_db_settings(shim->options);
    struct err err = {0};
    int status;

    if (shim_load_key(shim->options, &shim->key, &err) != 0 ||
        clock_set_zone(shim->options->trophies_time_zone, &err) != 0 ||
        images_load(shim->options, &shim->memory.images, &err) != 0) {
        log_error("configuration: %s", err.text);
        return EX_CONFIG;
    }
    db.wait = shim_wait;
    db.wait_context = shim;
    shim->db = db_new(&db);
    shim->gzip = gzip_new();
    shim->signal_fd = signals_open();
    if (shim->db == NULL || shim->gzip == NULL || shim->signal_fd < 0) {
        log_error("out of memory");
        return EX_SOFTWARE;
    }
    raise_file_limit(shim->options);
    status = open_api(shim);
    if (status == EX_OK)
        open_admin(shim, admin);
    return status;
}

static void
tear_down(struct shim *shim)
{
    http_free(shim->api);
    http_free(shim->admin);
    db_free(shim->db);
    gzip_free(shim->gzip);
    jwt_key_free(shim->key);
    resource_memory_clear(&shim->memory);
    if (shim->signal_fd >= 0)
        (void)close(shim->signal_fd);
}

int
shim_run(const struct command_line *line)
{
    struct shim shim = {.options = line->options, .signal_fd = -1};
    struct admin admin;
    int status = set_up(&shim, &admin);

    if (status == EX_OK) {
        log_note("trophy-shim " TROPHY_VERSION " starts");
        live(&shim, line);
    }
    tear_down(&shim);
    return status;
}
