# SPDX-License-Identifier: Apache-2.0
"""Several queues, and a message that cannot be moved."""
import json

from test_flow import add_users, settled


def test_a_queue_that_is_made_takes_no_other_with_it(postgres, rabbitmq, database, vhost, worker, producer):
    add_users(postgres, database, 1)
    rabbitmq.declare('one', vhost)
    running = worker(queue='one,two,three')
    for queue in 'one', 'two', 'three':
        assert producer.evaluate_user.apply_async((1,), queue=queue).get(timeout=20) is None
    assert {queue: counts['consumers'] for queue, counts in rabbitmq.queues(vhost).items() if len(queue) < 6} == {
        'one': 1, 'two': 1, 'three': 1}
    assert running.stop() == 0


def test_headers_too_large_to_be_published_again(postgres, rabbitmq, database, vhost, worker, producer):
    """As large as a frame allows; one more attempt counted in them does not fit."""
    add_users(postgres, database, 1)
    running = worker(env={'TROPHY_WORKER_FOREIGN_TASKS': 'requeue'})
    headers = {'task': 'foreign.task', 'id': 'too-large', 'pad': 'x' * 130965}
    rabbitmq.publish(json.dumps([[], {}, None]), 'trophies', vhost, headers, content_type='application/json')
    running.wait_log('too large to be published again', 20)
    assert producer.evaluate_user.delay(1).get(timeout=20) is None
    settled(rabbitmq, vhost)
    assert 'publisher: connected' in running.log() and running.log().count('publisher: connected') == 1
    assert running.stop() == 0
