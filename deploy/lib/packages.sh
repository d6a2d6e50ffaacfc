# SPDX-License-Identifier: Apache-2.0
# Sourced by tests/run and deploy/demo: which Debian packages they need, and how to install what is missing without
# starting a service or making a database cluster.

BUILD_PACKAGES=(gcc libc6-dev cmake ninja-build pkg-config libpq-dev libjansson-dev libconfig-dev librabbitmq-dev
    libmicrohttpd-dev libssl-dev libpcre2-dev zlib1g-dev liblzma-dev libbz2-dev)
SERVER_PACKAGES=(postgresql rabbitmq-server python3 python3-celery python3-amqp python3-psycopg2)
TEST_PACKAGES=(git check clang clang-format libclang-rt-14-dev faketime pgbouncer python3-pytest python3-jsonschema python3-selenium
    chromium chromium-driver openssl)

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# missing_packages NAME...: print those that are not installed, one a line
missing_packages() {
    local name
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}\n' "$name" 2>/dev/null | grep -q '^ii' || echo "$name"
    done
}

# install_packages NAME...: install what is missing, say so; nothing to do is the usual case
install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        echo "missing: ${missing[*]}; install them as root, or install sudo" >&2
        return 1
    fi
    echo "installing: ${missing[*]}"
    install_quietly "${missing[@]}"
}

# A subshell of its own: the two files that keep services and clusters from being started are put back as they were on
# any way out.
install_quietly() (
    policy=/usr/sbin/policy-rc.d
    clusters=/etc/postgresql-common/createcluster.conf
    template=/usr/share/postgresql-common/createcluster.conf
    own_policy='' old_clusters=''
    log=$(mktemp)
    restore() {
        [ -z "$own_policy" ] || as_root rm -f $policy
        if [ -n "$old_clusters" ]; then
            as_root tee $clusters <"$old_clusters" >/dev/null
        elif [ -e $template ]; then
            as_root cp $template $clusters
        else
            as_root rm -f $clusters
        fi
        rm -f "$log" "$log.clusters"
    }
    trap restore EXIT
    trap 'exit 130' INT TERM HUP

    if [ ! -e $policy ]; then
        own_policy=yes
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 755 $policy
    fi
    if [ -e $clusters ]; then
        cat $clusters >"$log.clusters"
        old_clusters=$log.clusters
    else
        as_root mkdir -p ${clusters%/*}
    fi
    echo 'create_main_cluster = false' | as_root tee -a $clusters >/dev/null

    apt=(env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 apt-get -q -y -o DPkg::Lock::Timeout=300)
    if as_root "${apt[@]}" update >"$log" 2>&1 </dev/null &&
        as_root "${apt[@]}" --no-install-recommends install "$@" >>"$log" 2>&1 </dev/null; then
        exit 0
    fi
    tail -n 30 "$log" >&2
    if grep -q 'dpkg was interrupted' "$log"; then
        echo 'An earlier installation was cut off.  Repair it with: dpkg --configure -a (as root), then try again.' >&2
    fi
    exit 1
)

# build_preset NAME: configure and build; the output is shown only if it fails
build_preset() {
    local log
    log=$(mktemp)
    echo "building $1"
    if (cd "$ROOT" && cmake --preset "$1" && cmake --build --preset "$1") >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        return 0
    fi
    tail -n 60 "$log" >&2
    rm -f "$log"
    return 1
}
