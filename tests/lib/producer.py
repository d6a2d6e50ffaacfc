# SPDX-License-Identifier: Apache-2.0
"""The application's side of the queue: Debian's own Celery, with the four tasks under the application's names.

    with Producer('amqp://guest:guest@127.0.0.1:5672//') as p:
        p.evaluate_user.delay(7).get(timeout=10)
        p.wait([p.update_statistics.delay(i) for i in ids])      # {id of the task: state}
"""
import celery

PREFIX = 'wger.trophies.tasks.'


class Producer:
    def __init__(self, broker_url, queue='trophies', backend='rpc://', **settings):
        self.app = celery.Celery('producer', broker=broker_url, backend=backend, set_as_current=False)
        self.app.conf.update(task_default_queue=queue, **settings)
        self.evaluate_user = self.task('evaluate_user_trophies_task')
        self.evaluate_all = self.task('evaluate_all_users_trophies_task')
        self.update_statistics = self.task('update_user_statistics_task')
        self.recalculate_all = self.task('recalculate_all_statistics_task')

    def task(self, name, prefix=PREFIX):
        """A task with .delay() and .apply_async() that a worker elsewhere does; arguments go out unchecked."""
        def elsewhere(*args, **kwargs):
            raise NotImplementedError
        return self.app.task(elsewhere, name=prefix + name, typing=False)

    def wait(self, results, timeout_s=60):
        """Wait for all these results; their states by task id.  Failures are states too, not exceptions."""
        self.app.backend.add_pending_results(results)  # or each that came in another order would cost a second
        for result in results:
            result.get(timeout=timeout_s, propagate=False)
        return {result.id: result.state for result in results}

    def close(self):
        self.app.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
