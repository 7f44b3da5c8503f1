import base64
from datetime import timedelta
from uuid import uuid4

import jwt
import pytest
from django.db import IntegrityError, transaction

from idp.agents import devices
from idp.agents.models import Reason
from idp.errors import LostRace
from idp.keys.models import SigningKey, State, Use
from idp.policies.user_agents import Family
from idp.tokens import lifecycle
from idp.tokens.lifecycle import Recognised, Unrecognised
from idp.tokens.models import LongLivedToken
from idp.tokens.rotation import CHILDREN, LIFETIME, Verdict
from tests.conftest import NOW, an_agent
from tests.devices import IPHONE, a_phone

pytestmark = [pytest.mark.usefixtures("db", "keys"), pytest.mark.each_database]

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
QUIET = timedelta(seconds=60)
ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture
def phone(agent):
    return a_phone(agent)


@pytest.fixture
def root(phone):
    return lifecycle.issue(phone, NOW)


def recognise(token, phone, now, family=Family.APPLE):
    return lifecycle.recognise(token, phone, family, now)


def visit(token, phone, now):
    """Come by with a token, and return the child that the answer brings."""
    shown = recognise(token, phone, now)
    assert shown.verdict.lets_in, shown.verdict
    return lifecycle.rotate(shown, phone, now)


def again(phone, agent, now):
    """A code on the same phone, and its new root."""
    renewed = devices.enrol(agent, IPHONE, phone, now).device
    return renewed, lifecycle.issue(renewed, now)


def row(token):
    return LongLivedToken.objects.get(pk=jti(token))


def jti(token):
    return jwt.decode(token, options={"verify_signature": False})["jti"]


def facts():
    return list(LongLivedToken.objects.order_by("pk").values())


def test_the_root_is_current_from_birth_and_lives_seven_days(root, phone):
    born = row(root)
    assert (born.parent, born.nth, born.generation) == (None, 0, phone.generation)
    assert (born.confirmed_at, born.retired_at) == (NOW, None)
    assert born.expires_at - born.issued_at == LIFETIME


def test_a_visit_an_hour_later_brings_a_child_and_the_root_stays_good(root, phone):
    child = visit(root, phone, NOW + HOUR)
    assert (row(child).parent, row(child).nth, row(child).confirmed_at) == (row(root).pk, 1, None)
    assert row(root).retired_at is None
    assert recognise(root, phone, NOW + 2 * HOUR).verdict is Verdict.NEXT


def test_a_shown_child_is_confirmed_and_the_root_and_siblings_retire(root, phone):
    lost, child = visit(root, phone, NOW + HOUR), visit(root, phone, NOW + 2 * HOUR)
    grandchild = visit(child, phone, NOW + 3 * HOUR)
    assert row(child).confirmed_at == NOW + 3 * HOUR
    assert row(root).retired_at == row(lost).retired_at == NOW + 3 * HOUR
    assert (row(grandchild).parent, row(grandchild).retired_at) == (row(child).pk, None)


def test_each_lost_answer_is_followed_by_another_child(root, phone):
    children = [visit(root, phone, NOW + hour * HOUR) for hour in range(1, CHILDREN + 1)]
    assert [row(child).nth for child in children] == [1, 2, 3, 4, 5]
    assert len({jti(child) for child in children}) == CHILDREN


def test_five_lost_answers_in_a_row_ask_for_a_code_and_raise_no_alarm(root, phone):
    for hour in range(1, CHILDREN + 1):
        visit(root, phone, NOW + hour * HOUR)
    assert recognise(root, phone, NOW + 6 * HOUR).verdict is Verdict.UNANSWERED


def test_any_of_the_five_that_did_arrive_still_counts(root, phone):
    children = [visit(root, phone, NOW + hour * HOUR) for hour in range(1, CHILDREN + 1)]
    assert visit(children[2], phone, NOW + 6 * HOUR) is not None


def test_tabs_of_one_visit_get_one_child_between_them(root, phone):
    answers = [visit(root, phone, NOW + HOUR + timedelta(seconds=second)) for second in (0, 1, 30, 59)]
    assert [answer is not None for answer in answers] == [True, False, False, False]
    assert LongLivedToken.objects.count() == 2


def test_the_child_and_its_parent_both_let_in_while_the_visit_lasts(root, phone):
    child = visit(root, phone, NOW + HOUR)
    grandchild = visit(child, phone, NOW + 2 * HOUR)
    just_after = NOW + 2 * HOUR + QUIET - TICK
    verdicts = {recognise(token, phone, just_after).verdict for token in (root, child, grandchild)}
    assert verdicts == {Verdict.SAME_VISIT}


def test_a_retired_token_shown_an_hour_later_is_a_copy(root, phone):
    child = visit(root, phone, NOW + HOUR)
    visit(child, phone, NOW + 2 * HOUR)
    assert recognise(root, phone, NOW + 2 * HOUR + QUIET).verdict is Verdict.COPIED
    assert recognise(root, phone, NOW + 3 * HOUR).verdict is Verdict.COPIED


def test_of_owner_and_thief_the_later_one_is_found_out(root, phone):
    owners, thiefs = visit(root, phone, NOW + HOUR), visit(root, phone, NOW + 2 * HOUR)
    visit(thiefs, phone, NOW + 3 * HOUR)
    assert recognise(owners, phone, NOW + 4 * HOUR).verdict is Verdict.COPIED


def test_a_code_outdates_every_token_from_before(root, phone, agent):
    child = visit(root, phone, NOW + HOUR)
    phone, _ = again(phone, agent, NOW + 2 * HOUR)
    assert {recognise(token, phone, NOW + 3 * HOUR).verdict for token in (root, child)} == {Verdict.OUTDATED}


def test_a_token_from_before_the_code_is_an_old_copy_once_the_new_root_was_used(root, phone, agent):
    phone, new = again(phone, agent, NOW + HOUR)
    visit(new, phone, NOW + 2 * HOUR)
    assert recognise(root, phone, NOW + 2 * HOUR + QUIET - TICK).verdict is Verdict.OUTDATED
    assert recognise(root, phone, NOW + 2 * HOUR + QUIET).verdict is Verdict.OLD_COPY
    assert recognise(new, phone, NOW + 3 * HOUR).verdict is Verdict.NEXT


def test_the_new_tree_stays_in_use_after_its_root_has_left_the_table(root, phone, agent):
    phone, new = again(phone, agent, NOW + HOUR)
    visit(new, phone, NOW + 2 * HOUR)
    row(new).delete()
    assert recognise(root, phone, NOW + 3 * HOUR).verdict is Verdict.OLD_COPY


@pytest.mark.parametrize(
    ("age", "expected"),
    [(LIFETIME - TICK, Verdict.NEXT), (LIFETIME, Verdict.EXPIRED)],
    ids=["just before", "at the instant"],
)
def test_a_token_expires_by_our_clock_to_the_instant(root, phone, age, expected):
    assert recognise(root, phone, NOW + age).verdict is expected


def test_a_revoked_device_reads_why_whatever_its_token_was(root, phone):
    devices.revoke(phone, Reason.OPERATOR, NOW + HOUR)
    assert recognise(root, phone, NOW + LIFETIME).verdict is Verdict.ENDED


@pytest.mark.parametrize("cookie", ["none", "another phone's"])
def test_a_token_without_its_device_cookie_is_apart(root, cookie):
    other = a_phone(an_agent("+12015550102", "ben@acme.example")) if cookie != "none" else None
    assert recognise(root, other, NOW + HOUR) == Unrecognised("apart")


@pytest.mark.parametrize("revoked", [False, True], ids=["living", "revoked"])
def test_a_token_on_another_platform_is_apart(root, phone, revoked):
    if revoked:
        devices.revoke(phone, Reason.OPERATOR, NOW)
    assert recognise(root, phone, NOW + HOUR, Family.ANDROID) == Unrecognised("apart")


@pytest.mark.parametrize("token", ["", None])
def test_no_token_is_no_finding(phone, token):
    assert recognise(token, phone, NOW) is None


@pytest.mark.parametrize("token", ["x", "a.b.c", "é" * 100, "x" * 5000], ids=lambda it: it[:5])
def test_rubbish_is_unknown(phone, token):
    assert recognise(token, phone, NOW) == Unrecognised("unknown")


def test_a_token_whose_row_is_gone_is_unknown(root, phone):
    row(root).delete()
    assert recognise(root, phone, NOW + HOUR) == Unrecognised("unknown")


@pytest.mark.parametrize("field", ["issued_at", "expires_at"])
def test_a_token_that_differs_from_its_row_is_unknown(root, phone, field):
    LongLivedToken.objects.update(**{field: getattr(row(root), field) + timedelta(seconds=1)})
    assert recognise(root, phone, NOW + HOUR) == Unrecognised("unknown")


def test_a_token_whose_device_passed_to_another_agent_is_unknown(root, phone):
    phone.agent = an_agent("+12015550102", "ben@acme.example")
    phone.save()
    assert recognise(root, phone, NOW + HOUR) == Unrecognised("unknown")


def test_a_token_of_another_installation_is_unknown(root, phone, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"base_url": "https://elsewhere.example"})
    assert recognise(root, phone, NOW + HOUR) == Unrecognised("unknown")


def test_a_token_signed_by_a_key_for_something_else_does_not_count(root, phone):
    SigningKey.objects.filter(use=Use.SAML).delete()
    SigningKey.objects.filter(use=Use.TOKEN).update(use=Use.SAML, certificate="made up")
    assert recognise(root, phone, NOW + HOUR) == Unrecognised(lifecycle.WITHDRAWN)


@pytest.mark.parametrize(
    ("retired", "counts"), [(LIFETIME - TICK, True), (LIFETIME, False)], ids=["just under seven days", "seven days"]
)
def test_a_retired_key_is_trusted_until_its_last_token_has_expired(root, phone, retired, counts):
    SigningKey.objects.filter(use=Use.TOKEN).update(state=State.RETIRED, retired_at=NOW + HOUR - retired)
    assert isinstance(recognise(root, phone, NOW + HOUR), Recognised) is counts


def test_the_other_form_of_a_signature_leads_to_the_same_decision(root, phone):
    visit(visit(root, phone, NOW + HOUR), phone, NOW + 2 * HOUR)
    assert recognise(other_form(root), phone, NOW + 3 * HOUR).verdict is Verdict.COPIED


def other_form(token):
    """The same token with (r, n - s) for (r, s), which ECDSA takes as well."""
    *signed, signature = token.split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    mirrored = raw[:32] + (ORDER_OF_P256 - int.from_bytes(raw[32:])).to_bytes(32)
    return ".".join([*signed, base64.urlsafe_b64encode(mirrored).rstrip(b"=").decode()])


@pytest.mark.parametrize("verdict", [it for it in Verdict if it not in {Verdict.NEXT, Verdict.CONFIRM}])
def test_a_token_that_is_not_rotated_has_no_child(root, phone, verdict):
    before = facts()
    assert lifecycle.rotate(Recognised(verdict, row(root), 0), phone, NOW + HOUR) is None
    assert facts() == before


def test_a_child_confirmed_by_another_request_meanwhile_is_a_lost_race(root, phone):
    child = visit(root, phone, NOW + HOUR)
    seen = recognise(child, phone, NOW + 2 * HOUR)
    visit(child, phone, NOW + 2 * HOUR)
    with pytest.raises(LostRace), transaction.atomic():
        lifecycle.rotate(seen, phone, NOW + 2 * HOUR)


def test_the_same_child_is_never_handed_out_twice(root, phone):
    seen = recognise(root, phone, NOW + HOUR)
    lifecycle.rotate(seen, phone, NOW + HOUR)
    with pytest.raises(IntegrityError), transaction.atomic():
        lifecycle.rotate(seen, phone, NOW + HOUR)


def test_the_root_can_be_had_again_while_it_is_current(root, phone):
    assert jti(lifecycle.root_again(phone, NOW + TICK)) == jti(root)
    visit(visit(root, phone, NOW + HOUR), phone, NOW + 2 * HOUR)
    assert lifecycle.root_again(phone, NOW + 3 * HOUR) is None


def test_a_worker_whose_clock_is_behind_hands_out_nothing_and_retires_nothing_before_its_birth(root, phone, agent):
    before = facts()
    assert visit(root, phone, NOW - HOUR) is None
    assert facts() == before
    again(phone, agent, NOW - HOUR)
    assert row(root).retired_at == NOW


def test_without_a_quiet_minute_every_visit_hands_out(root, phone, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"quiet_seconds": 0})
    assert visit(root, phone, NOW) is not None
    assert visit(root, phone, NOW) is not None


def test_the_quiet_minute_is_as_long_as_the_setting_says(root, phone, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"quiet_seconds": 10})
    assert recognise(root, phone, NOW + timedelta(seconds=10) - TICK).verdict is Verdict.SAME_VISIT
    assert recognise(root, phone, NOW + timedelta(seconds=10)).verdict is Verdict.NEXT


def test_the_table_holds_no_token(root):
    stored = " ".join(str(value) for row in facts() for value in row.values())
    assert root not in stored
    assert root.split(".")[2] not in stored


def a_row(phone, **fields):
    plain = {"generation": 1, "issued_at": NOW, "expires_at": NOW + LIFETIME, "confirmed_at": NOW}
    return LongLivedToken.objects.create(device=phone, **(plain | fields))


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"nth": 1}, id="a first child without parent"),
        pytest.param({"confirmed_at": None}, id="an unconfirmed root"),
        pytest.param({"parent": uuid4(), "nth": 0}, id="a child without number"),
        pytest.param({"parent": uuid4(), "nth": 6, "confirmed_at": None}, id="a sixth child"),
        pytest.param({"expires_at": NOW}, id="expiry at issue"),
    ],
)
def test_the_database_refuses_a_token_that_cannot_be(phone, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        a_row(phone, **fields)


def test_the_database_refuses_two_current_tokens_of_a_device(phone):
    a_row(phone)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_row(phone, generation=2)
    a_row(phone, retired_at=NOW)


def test_the_database_refuses_a_child_twice(phone):
    child = {"parent": uuid4(), "nth": 1, "confirmed_at": None}
    a_row(phone, **child)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_row(phone, **child)
