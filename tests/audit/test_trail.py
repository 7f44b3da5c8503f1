import pytest
from django.db import transaction
from django.db.models import ProtectedError
from structlog.testing import capture_logs

from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent, TrailIsAppendOnly
from tests.conftest import NOW, an_agent
from tests.devices import a_phone

pytestmark = pytest.mark.each_database

ORIGIN = Origin("192.0.2.1", "Mozilla/5.0 (iPhone)", "7KQ2M-9TX4D")


@pytest.fixture
def event(agent):
    return events.record(Kind.SIGNED_IN, ORIGIN, NOW, agent=agent, device=a_phone(agent), service="flex", method="code")


def kept(event):
    return LoginEvent.objects.values().get(pk=event.pk)


def test_a_line_says_what_happened_to_which_agent_and_from_where(event, agent):
    line = LoginEvent.objects.get()
    assert (line.at, line.kind, line.agent, line.device.agent) == (NOW, Kind.SIGNED_IN, agent, agent)
    assert (line.address, line.user_agent, line.reference) == ("192.0.2.1", "Mozilla/5.0 (iPhone)", "7KQ2M-9TX4D")
    assert (line.service, line.method, line.judged) == ("flex", "code", {})


def test_a_detail_with_the_longest_name_of_an_operator_fits_its_column(db):
    line = events.record(Kind.PASS_ENDED, ORIGIN, NOW, detail=events.name_of(an_agent(full_name="Olivia " * 36)))
    line.full_clean(exclude=["agent"])
    assert LoginEvent.objects.get().detail.startswith("Olivia Olivia")


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(lambda line: line.save(), id="save"),
        pytest.param(lambda line: line.save(update_fields=["detail"]), id="save a field"),
        pytest.param(lambda line: line.delete(), id="delete"),
        pytest.param(lambda _: LoginEvent.objects.update(detail="nothing happened"), id="update all"),
        pytest.param(lambda _: LoginEvent.objects.filter(detail="").update(detail="x"), id="update some"),
        pytest.param(lambda _: LoginEvent.objects.all().delete(), id="delete all"),
        pytest.param(lambda _: LoginEvent.objects.filter(kind=Kind.SIGNED_IN).delete(), id="delete some"),
        pytest.param(lambda line: LoginEvent.objects.bulk_update([line], ["detail"]), id="bulk update"),
        pytest.param(
            lambda line: LoginEvent.objects.update_or_create(pk=line.pk, defaults={"detail": "x"}), id="upsert"
        ),
        pytest.param(lambda line: line.agent.events.update(detail="x"), id="update by way of the agent"),
        pytest.param(lambda line: line.agent.events.all().delete(), id="delete by way of the agent"),
        pytest.param(lambda line: line.agent.events.clear(), id="let go by way of the agent"),
    ],
)
def test_a_written_line_cannot_be_changed_or_removed(event, attempt):
    before = kept(event)
    event.detail = "nothing happened"
    with pytest.raises(TrailIsAppendOnly), transaction.atomic():
        attempt(event)
    assert kept(event) == before


@pytest.mark.parametrize("whose", ["agent", "device"])
def test_a_person_in_the_trail_cannot_be_deleted_with_its_lines(event, whose):
    before = kept(event)
    with pytest.raises(ProtectedError), transaction.atomic():
        getattr(event, whose).delete()
    assert kept(event) == before


def test_a_line_with_a_chosen_number_cannot_take_anothers_place(event):
    before = kept(event)
    with pytest.raises(TrailIsAppendOnly):
        LoginEvent(pk=event.pk, at=NOW, kind=Kind.REFUSED, reference="x").save()
    assert kept(event) == before


def test_the_log_gets_the_kind_and_nothing_personal(transactional_db, agent):
    with capture_logs() as logs:
        events.record(Kind.CODE_SENT, ORIGIN, NOW, agent=agent, service="flex", detail="sms: sent to Ana García")
    (line,) = logs
    told = str(line)
    assert (line["kind"], line["service"]) == ("code sent", "flex")
    for personal in (agent.email, agent.full_name, ORIGIN.address, ORIGIN.user_agent):
        assert personal not in told


def test_the_newest_line_comes_first_and_of_one_instant_the_later(event, agent):
    second = events.record(Kind.ANSWERED, ORIGIN, NOW, agent=agent)
    assert list(LoginEvent.objects.all()) == [second, event]


def test_every_kind_fits_its_column():
    assert max(len(kind.value) for kind in Kind) <= LoginEvent._meta.get_field("kind").max_length
