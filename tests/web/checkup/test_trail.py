"""Whether the trail is sealed in time."""

from datetime import timedelta

from idp.audit import events
from idp.audit.chain import sealing
from idp.audit.models import Kind as EventKind
from idp.web.checkup import trail
from tests.conftest import NOW
from tests.web.checkup.conftest import OK, sentence, states


def test_lines_that_wait_for_an_hour_are_a_warning_until_something_seals(db, keys):
    events.record(EventKind.CODE_WRONG, events.Origin("", "", "7KQ2M-9TX4D"), NOW)
    assert states(trail.check(NOW + timedelta(minutes=59))) == [OK]
    assert "for their seals" in sentence(trail.check(NOW + timedelta(minutes=61)))
    sealing.seal_some(NOW + timedelta(minutes=61))
    assert states(trail.check(NOW + timedelta(minutes=61))) == [OK]
