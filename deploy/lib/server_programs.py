# SPDX-License-Identifier: Apache-2.0
"""Where the programs of the servers come from: this machine or, with TROPHY_TEST_SERVERS=FOLDER, the Debian tree in that
folder (tests/extra/debian13 makes one).

Of a tree only the servers run, in a chroot and a mount namespace of their own: nothing is mounted where others see it,
and all of it goes with the process.  A server's folder has the same path inside.  That needs root.
"""
import os
import pathlib

TREE = os.environ.get('TROPHY_TEST_SERVERS', '')

# $0: the tree, $1: the server's folder, $2: uid:gid; then the program.  Every step execs, so the process id is the server's.
ENTER = '''
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
mount -t tmpfs tmpfs "$0/tmp"
mkdir -p "$0$1"
mount --bind "$1" "$0$1"
tree=$0 folder=$1 user=$2
shift 2
exec /usr/sbin/chroot --userspec="$user" --groups= "$tree" env --chdir="$folder" "$@"
'''


def find(pattern):
    """The paths that match the pattern (absolute), as the server sees them."""
    root = pathlib.Path(TREE or '/')
    return ['/' + str(path.relative_to(root)) for path in root.glob(pattern.lstrip('/'))]


def owner(name):
    """(uid, gid) of a user of the servers' system; None where we are not root and so cannot become anybody."""
    if os.geteuid() != 0:
        return None
    for line in (pathlib.Path(TREE or '/') / 'etc/passwd').read_text().splitlines():
        fields = line.split(':')
        if fields[0] == name:
            return int(fields[2]), int(fields[3])
    raise RuntimeError(f'there is no user {name}')


def command(argv, folder, user=None):
    """(argv, options of subprocess) that run a server's program in its folder, as the user with these (uid, gid)."""
    if TREE:
        uid, gid = user or (0, 0)
        return ['unshare', '--mount', 'sh', '-ec', ENTER, str(pathlib.Path(TREE).resolve()), folder, f'{uid}:{gid}',
                *argv], {}
    return argv, {'cwd': folder, **({'user': user[0], 'group': user[1], 'extra_groups': []} if user else {})}
