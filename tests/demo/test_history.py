from datetime import timedelta

import pytest

from idp.agents.models import Device
from idp.audit.models import Kind, LoginEvent
from idp.demo import history
from idp.demo.seeds import people
from idp.policies.access import recorded_attempts
from tests.conftest import NOW

pytestmark = pytest.mark.long


@pytest.fixture
def told(db):
    people()
    history.write(NOW)


def test_a_new_demo_has_a_month_of_history_created_once(told):
    lines = LoginEvent.objects.filter(kind=Kind.SIGNED_IN)
    count = lines.count()
    history.write(NOW)

    assert lines.count() == count > 200
    assert lines.earliest("at").at > NOW - timedelta(days=31)
    assert lines.latest("at").at < NOW
    assert set(lines.values_list("method", flat=True)) == {"code", "session"}
    assert Device.objects.phones().active().count() == len(history.PHONES)


def test_each_entry_can_be_replayed_and_the_demos_agents_have_none(told):
    line = LoginEvent.objects.filter(agent__email="jonas@acme.example").first()

    assert recorded_attempts.from_json(line.judged, service=line.service, text=line.user_agent, address=line.address)
    assert [it["effect"] for it in line.would_have] == ["deny"]
    assert not Device.objects.filter(agent__email__in=["ana@acme.example", "ben@acme.example"]).exists()
