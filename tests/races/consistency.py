"""Rules that the tables must satisfy after any interleaving and any crash: nothing partial, nothing twice."""

from collections import Counter

from django.conf import settings
from django.db import connection, transaction

from idp.agents import counts
from idp.agents.authentication import FRESH, Method
from idp.agents.models import Agent, Device, Kind, Reason
from idp.audit.models import Kind as Happened
from idp.audit.models import LoginEvent
from idp.login.models import LoginFlow
from idp.otp.models import DailySends, Outcome, Verification, VerificationSend
from idp.saml.models import IssuedAssertion
from idp.sessions.models import SsoSession
from idp.tokens.models import LongLivedToken


def check():
    """Check all rules in one snapshot, even during other writes."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for rule in RULES:
            rule()


def no_agent_has_more_phones_than_allowed():
    for agent in Agent.objects.all():
        assert Device.objects.of(agent).active().phones().count() <= settings.LATCHKEY.phones_per_agent


def the_active_phone_is_the_one_of_the_last_code():
    for agent in Agent.objects.filter(devices__kind=Kind.MOBILE).distinct():
        last = signed_in(method__in=FRESH, agent=agent, device__kind=Kind.MOBILE).order_by("-pk").first()
        assert list(Device.objects.of(agent).active().phones()) == [last.device]


def a_device_has_one_open_session_while_it_is_active():
    open_ones = Counter(SsoSession.objects.filter(ended_at=None).values_list("device", flat=True))
    assert open_ones == Counter(Device.objects.active().values_list("pk", flat=True))


def a_device_has_one_current_token_and_every_other_living_one_is_its_child():
    for device in Device.objects.active().filter(remembered=True):
        living = LongLivedToken.objects.filter(device=device, retired_at=None)
        current = living.get(confirmed_at__isnull=False)
        assert {it.parent for it in living.exclude(pk=current.pk)} <= {current.pk}
        assert {it.generation for it in living} == {device.generation}


def every_code_left_device_session_token_and_trail():
    for device in Device.objects.all():
        codes = signed_in(device=device, method__in=FRESH).count()
        roots = LongLivedToken.objects.filter(device=device, parent=None).count()
        opened_by_code = SsoSession.objects.filter(device=device).exclude(opened_by=Method.TOKEN).count()
        assert device.generation == codes == opened_by_code
        assert roots == (codes if device.remembered else 0)
    assert not signed_in(device=None).exists()


def an_approved_code_signed_in_once():
    assert Verification.objects.filter(outcome=Outcome.APPROVED).count() == signed_in(method=Method.CODE).count()


def a_replaced_phone_was_told_of_and_knows_by_what():
    replaced = Device.objects.filter(reason=Reason.REPLACED)
    told = LoginEvent.objects.filter(kind=Happened.DEVICE_ENDED, detail=Reason.REPLACED)
    assert set(told.values_list("device", flat=True)) == set(replaced.values_list("pk", flat=True))
    assert told.count() == replaced.count()
    assert not replaced.filter(replaced_by=None).exists()


def a_finished_login_has_its_session_and_its_line_in_the_trail():
    for flow in LoginFlow.objects.filter(finished_at__isnull=False):
        assert SsoSession.objects.filter(pk=flow.session_index, device=flow.device).exists()
        assert signed_in(device=flow.device, at=flow.finished_at).exists()


def every_answer_is_on_record_and_in_the_trail():
    answered = LoginEvent.objects.filter(kind=Happened.ANSWERED)
    recorded = IssuedAssertion.objects.values_list("assertion_id", flat=True)
    assert sorted(answered.values_list("detail", flat=True)) == sorted(recorded)
    waiting = LoginFlow.objects.filter(finished_at__isnull=False, claimed_at=None).count()
    assert answered.count() == signed_in().count() - waiting


def devices_and_agents_are_counted_as_they_are():
    there = Counter(Device.objects.active().values_list("kind", flat=True))
    assert +counts.active_devices() == there
    assert counts.agents() == Agent.objects.filter(is_staff=False, is_superuser=False).count()


def each_text_to_somebody_is_counted_once():
    there = VerificationSend.objects.filter(verification__authenticator__isnull=False)
    assert sum(DailySends.objects.values_list("number", flat=True)) == there.count()


def signed_in(**which):
    return LoginEvent.objects.filter(kind=Happened.SIGNED_IN, **which)


RULES = (
    no_agent_has_more_phones_than_allowed,
    the_active_phone_is_the_one_of_the_last_code,
    a_device_has_one_open_session_while_it_is_active,
    a_device_has_one_current_token_and_every_other_living_one_is_its_child,
    every_code_left_device_session_token_and_trail,
    an_approved_code_signed_in_once,
    a_replaced_phone_was_told_of_and_knows_by_what,
    a_finished_login_has_its_session_and_its_line_in_the_trail,
    every_answer_is_on_record_and_in_the_trail,
    devices_and_agents_are_counted_as_they_are,
    each_text_to_somebody_is_counted_once,
)
