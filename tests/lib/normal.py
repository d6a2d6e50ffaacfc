# SPDX-License-Identifier: Apache-2.0
"""What was seen of a worker, made comparable: ids become words, moments and other things that cannot be the same become
the name of their kind.
"""
import json
import re

import celery.exceptions

UUID = re.compile(r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')
TIME = re.compile(r'\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?')
# Values under these keys are only of a kind.
KINDS = 'timestamp', 'pid', 'clock', 'runtime', 'local_received', 'loadavg', 'time_start', 'worker_pid', 'traceback'
FINAL = 'SUCCESS', 'FAILURE', 'REVOKED'


def as_json(value):
    return json.dumps(value)


def kind(value):
    """The name of what it is; None and such a name stay."""
    return value if value is None or str(value).startswith('<') else f'<{type(value).__name__}>'


class Words:
    """Ids and the words that stand for them; one that nobody gave a word gets the next "new"."""

    def __init__(self, words):
        self.words = dict(words)

    def of(self, found):
        return self.words.setdefault(found, f'new{sum(w.startswith("new") for w in self.words.values()) + 1}')

    def text(self, text):
        for known, word in self.words.items():
            if len(known) > 8:
                text = text.replace(known, word)
        text = TIME.sub('<time>', UUID.sub(lambda found: self.of(found.group(0)), text))
        return re.sub(r'^gen\d+@.*', '<origin>', text)

    def plain(self, value, key=None):
        """The value in these words."""
        if key in KINDS:
            return kind(value)
        if isinstance(value, dict):
            return {self.text(k): self.plain(v, k) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.plain(one) for one in value]
        if isinstance(value, bytes):
            return f'<{len(value)} bytes>'
        return self.text(value) if isinstance(value, str) else value


def shape(value):
    """Keys and types, recursively; of a list what its elements are."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        kinds = {as_json(shape(one)): shape(one) for one in value}
        return [kinds[key] for key in sorted(kinds)]
    return kind(value)


def flat(value, path=''):
    """{path: leaf}; empty containers are leaves."""
    if isinstance(value, dict) and value:
        return {k: v for key, one in value.items() for k, v in flat(one, f'{path}.{key}' if path else str(key)).items()}
    if isinstance(value, (list, tuple)) and value and any(isinstance(one, (dict, list)) for one in value):
        return {k: v for i, one in enumerate(value) for k, v in flat(one, f'{path}[{i}]').items()}
    return {path: value}


# ---- one call

NAMES = 'task', 'second', 'third', 'fourth', 'fifth'


def row(stand, call):
    """{word of the task: what became of it}: of those called, and of those that came of them."""
    seen = stand.trace.seen[call.mark:]
    words = Words(zip(call.ids, NAMES))
    words.words[stand.reply_queue] = 'replies'
    for one in seen:  # what our worker or the native one made of a call of ours
        if one.how == 'published' and one.headers and one.headers.get('root_id') in words.words and \
                one.headers['id'] not in words.words:
            words.of(one.headers['id'])
    results = dict(zip(call.ids, call.results))
    return {word: of_task(stand, call, task_id, words, results.get(task_id))
            for task_id, word in list(words.words.items()) if word != 'replies' and '-' in task_id}


def of_task(stand, call, task_id, words, result):
    trace, mark = stand.trace, call.mark
    events = [e for e in trace.events(mark) if e.get('uuid') == task_id]
    published = [one for one in trace.results(mark) if one.body['task_id'] == task_id]
    found = {
        'events': [event['type'] for event in events],
        'fields': {event['type']: words.plain(event) for event in events},
        'states': [one.body['status'] for one in published],
        'results': {one.body['status']: result_message(one, words) for one in published},
        'deliveries': ['again' if one.redelivered else 'first' for one in trace.delivered(mark, 'trophies')
                       if id_of(one) == task_id],
        'end': None,
    }
    if found['deliveries']:
        found['end'] = 'dead' if any(id_of(one) == task_id for one in trace.dead(mark)) else 'acknowledged'
    sent = [one for one in trace.published(mark, '') + trace.published(mark, 'trophies')
            if id_of(one) == task_id and one not in published]
    by_worker = [one for one in sent if one.headers and (one.headers.get('parent_id') or one.headers.get('retries'))]
    if by_worker:
        found['sent'] = [task_message(one, words) for one in by_worker]
    if result is not None:
        found['client'] = client_view(result, any(state in FINAL for state in found['states']), words)
    return found


def id_of(one):
    if one.headers and 'id' in one.headers:
        return one.headers['id']
    return one.body.get('id') if isinstance(one.body, dict) else one.properties.get('correlation_id')


def result_message(one, words):
    return {'body': words.plain(one.body), 'properties': words.plain(one.properties), 'key': words.text(one.key),
            'headers': words.plain(one.headers)}


def task_message(one, words):
    return {'exchange': one.place, 'key': one.key, 'properties': words.plain(one.properties),
            'headers': words.plain(one.headers), 'body': words.plain(one.body)}


def client_view(result, final, words):
    """What the producer's AsyncResult shows."""
    if result.ignored:  # as one who does not know that sees it
        result = result.app.AsyncResult(result.id)
    try:
        result.get(timeout=10 if final else 0.3, propagate=False)
    except celery.exceptions.TimeoutError:
        return 'waits'
    meta = result._get_task_meta()
    value = meta['result']
    if isinstance(value, BaseException):
        value = {'type': type(value).__name__, 'module': type(value).__module__, 'args': words.plain(value.args)}
    return {'state': meta['status'], 'value': value, 'traceback': kind(meta['traceback']),
            'children': [words.text(child.id) for child in result.children or []]}
