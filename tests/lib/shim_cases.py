# SPDX-License-Identifier: Apache-2.0
"""The cases of tests/data/shim/*.txt: a request, and what has to come back.

    # a comment
    ## title of the case
    GET /api/v2/trophy/?id=3        method and target
    Authorization: Token x          its headers, if any
    > {"a":1}                       its body, if any
    200                             the status
    Location: /x/                   headers of the answer, if any
    {"detail":"…"}                  then the body, to the byte; its lines are joined; nothing: not looked at

Instead of a body there may be any of these:

    ids 3 1        the ids of the results in this order, and nothing beside them
    ids 3 1 of 7   the same, and the count
    rows 20 of 99  the number of results and the count
    next URL       or null; previous likewise
    earned 3 1     of a list of progress: the ids of the trophies that are earned
    not-valid      the body of an access token that is not valid, with any of its three messages

<name> stands for a value: a row of rows.txt (<trophy 1>), <url> of the server, <static> where images are,
<token 1> of the user with this id, and <jwt CLAIMS>, signed now: "exp" and "iat" count in seconds from now; a word after
the claims names another algorithm, or "other" for a key that is not the server's.
"""
import collections
import json
import re

Case = collections.namedtuple('Case', 'title method target headers body status answer_headers expected')
METHODS = ('GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE')


def _blocks(text):
    block = []
    for line in text.splitlines():
        if line.startswith('## '):
            block = [line]
            yield block
        elif line.startswith('#') or not line:
            continue
        else:
            block.append(line)


def _case(lines):
    title, request, *rest = list(lines)
    method, _, target = request.partition(' ')
    at = next(i for i, line in enumerate(rest) if re.fullmatch(r'\d{3}', line))
    headers = dict(line.split(': ', 1) for line in rest[:at] if not line.startswith('> '))
    body = ''.join(line[2:] for line in rest[:at] if line.startswith('> '))
    after = rest[at + 1:]
    split = next((i for i, line in enumerate(after) if not re.match(r'[A-Z][\w-]*: ', line)), len(after))
    if method not in METHODS:
        raise ValueError(f'{title}: {request}')
    return Case(title[3:], method, target, headers, body, int(rest[at]),
                dict(line.split(': ', 1) for line in after[:split]), after[split:])


def read_cases(file):
    return [_case(block) for block in list(_blocks(file.read_text(encoding='utf-8')))]


def read_rows(file):
    """{name: text}, with the names inside the texts still to be replaced."""
    lines = file.read_text(encoding='utf-8').splitlines()
    return dict(line.split(' = ', 1) for line in lines if line and not line.startswith('#'))


class Values:
    """Replaces <names>."""

    def __init__(self, rows, sign, **values):
        self.rows, self.sign, self.values = rows, sign, values

    def but(self, **values):
        return Values(self.rows, self.sign, **{**self.values, **values})

    def _value(self, match):
        name = match.group(1)
        if name in self.values:
            return self.values[name]
        if name.startswith('token '):
            return ('a' + name[6:]) * 20
        if name.startswith('jwt '):
            claims, _, word = name[4:].rpartition('}')
            return self.sign(json.loads(claims + '}'), word.strip())
        if name in self.rows:
            return self.fill(self.rows[name])
        return match.group(0)

    def fill(self, text):
        return re.sub(r'<([a-z][^<>]*)>', self._value, text)


def differences(case, values, answer):
    """What is wrong with the answer (status, headers, text of the body): a list of lines, empty if all is right."""
    wrong = []

    def compare(what, got, wanted):
        if got != wanted:
            wrong.append(f'{what}: {got!r}, expected {wanted!r}')

    compare('status', answer.status, case.status)
    for name, value in case.answer_headers.items():
        compare(name, answer.headers.get(name), values.fill(value))
    if not case.expected:
        return wrong
    word = case.expected[0].split(' ')[0]
    if word not in CHECKS:
        compare('body', answer.text, values.fill(''.join(case.expected)))
        return wrong
    try:
        document = json.loads(answer.text)
    except ValueError:
        return wrong + [f'body: {answer.text!r}, expected JSON']
    for line in case.expected:
        word, _, wanted = line.partition(' ')
        try:
            CHECKS[word](document, values.fill(wanted), compare)
        except (KeyError, TypeError, IndexError) as error:
            wrong.append(f'{word}: {error!r} in {answer.text[:300]}')
    return wrong


def _ids(document, wanted, compare):
    ids, _, count = wanted.partition('of')
    compare('ids', [row['id'] for row in document['results']], [int(n) for n in ids.split()])
    compare('count', document['count'], int(count or len(ids.split())))


def _rows(document, wanted, compare):
    number, _, count = wanted.partition(' of ')
    compare('rows', len(document['results']), int(number))
    compare('count', document['count'], int(count))


def _earned(document, wanted, compare):
    compare('earned', [row['trophy']['id'] for row in document if row['is_earned']], [int(n) for n in wanted.split()])


def _not_valid(document, _, compare):
    message = document['messages'][0]['message']
    if message not in ('Token is expired', 'Token has wrong type'):
        message = 'Token is invalid'
    compare('body', document, {
        'detail': 'Given token not valid for any token type', 'code': 'token_not_valid',
        'messages': [{'token_class': 'AccessToken', 'token_type': 'access', 'message': message}]})


CHECKS = {
    'ids': _ids, 'rows': _rows, 'earned': _earned, 'not-valid': _not_valid,
    'next': lambda document, wanted, compare: compare('next', document['next'], None if wanted == 'null' else wanted),
    'previous': lambda document, wanted, compare: compare('previous', document['previous'],
                                                          None if wanted == 'null' else wanted),
}
