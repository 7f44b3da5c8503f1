"""Operators who change the access policy at the same moment."""

from django.db import OperationalError, connections

from idp import clock as clocks
from idp.audit.events import Origin
from idp.login.emergency import stops
from idp.policies import in_force
from idp.policies.editing import publishing
from idp.policies.editing.publishing import CannotPublish
from idp.policies.models import PolicyRevision, Stop
from tests.policies.publishing import drafted
from tests.races.concurrent import at_once

MANY = 8


def alone(act):
    """Run an act in a thread of its own; returns what it came to, or the exception."""

    def run():
        try:
            return act()
        except (CannotPublish, OperationalError) as lost:
            return lost
        finally:
            connections.close_all()

    return run


def publish(looked_at):
    return publishing.publish(author=None, reason="At once", now=clocks.now(), looked_at=looked_at)


def test_of_operators_who_publish_at_once_one_succeeds_and_the_others_read_so(transactional_db):
    drafted(name="New")
    looked_at = str(publishing.seen())
    came = at_once([alone(lambda: publish(looked_at))] * MANY)
    assert [it.number for it in came if isinstance(it, PolicyRevision)] == [2]
    assert PolicyRevision.objects.count() == 2
    assert [it.name for it in in_force.policy().rules] == ["No in-app browsers", "New"]


def test_a_draft_discarded_during_its_publication_is_either_discarded_or_published(transactional_db):
    drafted(name="New")
    looked_at = str(publishing.seen())
    at_once([alone(lambda: publish(looked_at)), alone(publishing.discard)] * MANY)
    assert publishing.draft() is None
    assert PolicyRevision.objects.live().count() == 1
    names = [it.name for it in in_force.policy().rules]
    assert names == (["No in-app browsers", "New"] if PolicyRevision.objects.count() == 2 else ["No in-app browsers"])


def test_operators_who_begin_at_once_share_one_draft(transactional_db):
    came = at_once([alone(publishing.begin_draft)] * MANY)
    begun = {it.pk for it in came if isinstance(it, PolicyRevision)}
    assert begun == {publishing.draft().pk}
    assert publishing.draft().rules.count() == 1


def test_operators_who_stop_at_once_make_one_stop(transactional_db):
    at_once([alone(lambda: stops.stop(None, "Stolen phones", Origin(None, "", "7KQ2M-9TX4D"), clocks.now()))] * MANY)
    assert Stop.objects.in_force().count() == 1
