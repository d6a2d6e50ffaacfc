# SPDX-License-Identifier: Apache-2.0
"""The scenarios of the conformance suite about chains, callbacks, errbacks and groups; as scenarios.py has the others.
"""
import celery

WORKFLOWS = {}


def scenario(function):
    WORKFLOWS[function.__name__] = function
    return function


def user(stand):
    return stand.users(1)[0]


def chain(stand, *signatures, **options):
    def make():
        results = [celery.chain(*signatures).apply_async(**options)]
        while results[0].parent is not None:
            results.insert(0, results[0].parent)
        return results
    return stand.canvas(make)


@scenario
def chain_of_three(stand):
    one, p = user(stand), stand.producer
    return stand.row(chain(stand, p.evaluate_user.si(one), p.update_statistics.si(one).set(priority=3),
                           p.evaluate_user.si(user_id=one)))


@scenario
def chain_that_fails_at_first(stand):
    one, p = user(stand), stand.producer
    return stand.row(chain(stand, p.evaluate_user.si('seven'), p.update_statistics.si(one), p.evaluate_user.si(one)))


@scenario
def chain_that_fails_within(stand):
    one, p = user(stand), stand.producer
    return stand.row(chain(stand, p.evaluate_user.si(one), p.update_statistics.si([]), p.evaluate_user.si(one),
                           p.evaluate_user.si(one)))


@scenario
def chain_that_hands_on_its_result(stand):
    """evaluate_user(None, 1): one argument too many."""
    one, p = user(stand), stand.producer
    return stand.row(chain(stand, p.evaluate_user.s(one), p.update_statistics.s(one)))


@scenario
def chain_whose_first_is_revoked(stand):
    one, p = user(stand), stand.producer
    call = chain(stand, p.evaluate_user.si(one).set(countdown=1.5), p.update_statistics.si(one))
    stand.await_event(call, 'task-received')
    stand.control.revoke(call.ids[0])
    return stand.row(call, over=call.ids[:1])


@scenario
def chain_with_callback_and_errback(stand):
    one, p = user(stand), stand.producer
    return stand.row(chain(stand, p.evaluate_user.si(one), p.update_statistics.si('seven'),
                           link=p.evaluate_user.si(one), link_error=p.update_statistics.si(one)))


@scenario
def link(stand):
    return stand.row(stand.call(stand.producer.update_statistics, (user(stand),),
                                link=stand.producer.evaluate_user.si(user(stand))))


@scenario
def two_links(stand):
    p = stand.producer
    return stand.row(stand.call(p.update_statistics, (user(stand),),
                                link=[p.evaluate_user.si(user(stand)), p.update_statistics.si(user(stand))]))


@scenario
def errback(stand):
    return stand.row(stand.call(stand.producer.update_statistics, ('seven',),
                                link_error=stand.producer.evaluate_user.si(user(stand))))


@scenario
def errback_that_takes_the_id(stand):
    """update_statistics(<id of the failed task>): wrong, as the failed one was."""
    return stand.row(stand.call(stand.producer.update_statistics, ('seven',),
                                link_error=stand.producer.evaluate_user.s()))


@scenario
def group(stand):
    one, p = user(stand), stand.producer
    return stand.row(stand.canvas(lambda: celery.group(
        p.evaluate_user.si(one), p.update_statistics.si('seven'), p.evaluate_user.si(user(stand))).apply_async().results))


@scenario
def group_after_a_task(stand):
    """A chain whose second step is a group: more than one step at a time."""
    one, p = user(stand), stand.producer

    def make():
        last = celery.chain(p.evaluate_user.si(one), celery.group(p.update_statistics.si(one),
                                                                 p.evaluate_user.si(one))).apply_async()
        return [last.parent, *last.results]
    return stand.row(stand.canvas(make))


