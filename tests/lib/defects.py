# SPDX-License-Identifier: Apache-2.0
"""The worker with a defect: one source file with a text replaced, compiled as the release preset compiles it, and linked
before the libraries that hold the sound one.  A second or two for each.

    program = build('no lock', [('common/sql/statistics_lock.sql', 'FOR NO KEY UPDATE', '')])

An edit whose text is not there, or there more than once, is a failure: the defect has to follow the code.
"""
import pathlib
import re
import shlex
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASE = ROOT / 'build' / 'release'
DEFECTS = ROOT / 'build' / 'defects'
PROGRAM = 'worker/trophy-worker'
EMBEDS = 'common/db_statements.c'  # has the text of every statement


def run(command, cwd=RELEASE):
    done = subprocess.run(command, cwd=cwd, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, shell=isinstance(command, str))
    if done.returncode:
        raise RuntimeError(f'{command}: {done.stdout[-3000:]}')
    return done.stdout


def commands():
    """Those that make the sound program, which is made, too."""
    if not (RELEASE / 'build.ninja').exists():
        run(['cmake', '--preset', 'release'], ROOT)
    run(['cmake', '--build', '--preset', 'release', '--target', 'trophy-worker', '-j2'], ROOT)
    return run(['ninja', '-t', 'commands', PROGRAM]).splitlines()


def edited(folder, name, edits):
    """A copy of the file with the edits, in the folder that its own is in."""
    text = (ROOT / name).read_text()
    for anchor, replacement in edits:
        if text.count(anchor) != 1:
            raise AssertionError(f'{name}: {text.count(anchor)} times there, not once: {anchor!r}')
        text = text.replace(anchor, replacement)
    copy = folder / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(text)
    return copy


def compile_copy(made_by, name, copy, target, first=()):
    """The object of the copy, made as that of the file of this name is; first: options before the others."""
    words = shlex.split(next(one for one in made_by if one.endswith(f' -c {ROOT / name}')))
    kept, skip = [], 0
    for word in words:
        if skip:
            skip -= 1
        elif word in ('-MT', '-MF', '-o', '-c'):
            skip = 1
        elif word != '-MD':
            kept.append(word)
    run([kept[0], *first, *kept[1:], '-w', '-o', str(target), '-c', str(copy)])
    return target


def embed(made_by, folder, copies):
    """statements.inc with the copies in place of their statements; the folder it is in."""
    line = next(one for one in made_by if 'EmbedSql.cmake' in one)
    command = next(part for part in re.split(r' && ', line) if 'EmbedSql.cmake' in part)
    for name, copy in copies.items():
        assert command.count(str(ROOT / name)) == 1, name
        command = command.replace(str(ROOT / name), str(copy))
    command = re.sub(r'-DOUT=\S+', f'-DOUT={folder}/statements.inc', command)
    run(command)
    return folder


def build(name, edits):
    """edits: [(file, text, replacement)]; the program's path."""
    made_by = commands()
    folder = DEFECTS / re.sub(r'\W+', '-', name)
    folder.mkdir(parents=True, exist_ok=True)
    copies = {file: edited(folder, file, [(old, new) for one, old, new in edits if one == file])
              for file in {file for file, _, _ in edits}}
    objects = [compile_copy(made_by, file, copy, copy.with_suffix('.o'))
               for file, copy in copies.items() if file.endswith('.c')]
    statements = {file: copy for file, copy in copies.items() if file.endswith('.sql')}
    if statements:
        include = embed(made_by, folder, statements)
        objects.append(compile_copy(made_by, EMBEDS, ROOT / EMBEDS, folder / 'statements.o', [f'-I{include}']))
    link = next(one for one in reversed(made_by) if f' -o {PROGRAM} ' in one)
    program = folder / 'trophy-worker'
    link = link.replace(f' -o {PROGRAM} ', f' {" ".join(map(str, objects))} -o {program} ')
    run(link)
    return program
