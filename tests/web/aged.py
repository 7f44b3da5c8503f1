"""One row of each table that purge looks at, whose time is counted from an instant of one's choice."""

import uuid
from datetime import timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session

from idp.agents.models import Agent, Device, Kind, Reason
from idp.audit import events
from idp.audit.chain import sealing
from idp.audit.events import Origin
from idp.audit.models import Acknowledgement, CountedHour, Figure, HourlyCount, HourlyTotal, LoginEvent, Seal
from idp.audit.models import Kind as What
from idp.audit.statistics.hours import hour_of
from idp.importing.models import Import, ImportedAgent
from idp.login.models import Loan, LoginFlow
from idp.native.models import AuthorizationCode, Client, SignInLink
from idp.otp.models import DailyCodes, DailySends, OneTimeCode, RecoveryCode, Verification, VerificationSend
from idp.passkeys.models import Challenge, Purpose
from idp.policies.models import TimeoutPolicy
from idp.saml.models import (
    HeardRequest,
    IssuedAssertion,
    Listening,
    Logout,
    LogoutNotice,
    ObeyedLogoutRequest,
    ServiceProvider,
)
from idp.saml.models.logout import Channel, Outcome
from idp.sessions.models import SsoSession
from idp.tokens.models import LongLivedToken
from idp.web.models import OperatorLink, OperatorTry
from idp.webhooks.kinds import Kind as Type
from idp.webhooks.models import Delivery, State, Webhook
from tests.conftest import NOW
from tests.native.own_app import a_client
from tests.web.seeded import a_service

ORIGIN = Origin("192.0.2.1", "Mozilla/5.0 (iPhone)", "7KQ2M-9TX4D")
SHORT = timedelta(minutes=15)


def somebody():
    return Agent.objects.order_by("created_at").first()


def an_operator_of_old():
    email = "oda@acme.example"
    return Agent.objects.filter(email=email).first() or Agent.objects.create(email=email, full_name="Oda Operator")


def a_service_of_old():
    return ServiceProvider.objects.first() or a_service()


def a_webhook_of_old(at):
    return Webhook.objects.create(name=uuid.uuid4().hex, kinds=[], read_to=at)


def a_computer(at, **fields):
    return Device.objects.create(
        agent=somebody(),
        kind=Kind.DESKTOP,
        remembered=False,
        label="Windows, Firefox",
        family="windows",
        secret_hash=uuid.uuid4().hex,
        **{"authenticated_at": at, "enrolled_at": at - SHORT, "last_seen_at": at, **fields},
    )


def a_revoked_computer(at):
    return a_computer(at, revoked_at=at, reason=Reason.AGENT)


def a_line(at, **fields):
    return events.record(What.SIGNED_IN, ORIGIN, at, agent=somebody(), **fields)


def a_seal(at):
    line = a_line(at)
    sealing.seal_all(max(at, NOW), thorough=True)
    return line.seal


def a_verification(at):
    return Verification.objects.create(counted_as=uuid.uuid4().hex, started_at=at)


def an_imported_agent(at):
    done = Import.objects.create(made_at=at, applied_at=at, file_name="team.csv")
    return ImportedAgent.objects.create(of=done, agent=somebody(), after={})


MAKE = {
    Import: lambda at: Import.objects.create(made_at=at, file_name="team.csv", content=b"Email"),
    ImportedAgent: an_imported_agent,
    LoginEvent: a_line,
    Seal: a_seal,
    Acknowledgement: lambda at: Acknowledgement.objects.create(event=a_line(at), by=somebody(), at=at),
    CountedHour: lambda at: CountedHour.objects.create(number=hour_of(at)),
    HourlyCount: lambda at: CountedHour.objects.create(number=hour_of(at)).counts.create(
        figure=Figure.RIGHT, count=1, last_at=at
    ),
    HourlyTotal: lambda at: CountedHour.objects.create(number=hour_of(at)).totals.create(
        figure=Figure.RIGHT, count=1, last_at=at
    ),
    Delivery: lambda at: Delivery.objects.create(
        webhook=a_webhook_of_old(at), kind=Type.TEST, state=State.DELIVERED, made_at=at, closed_at=at
    ),
    DailyCodes: lambda at: DailyCodes.objects.create(  # days begin when it is NOW
        day=(at - timedelta(hours=NOW.hour)).date(), asked=0, sent=0, approved=0
    ),
    DailySends: lambda at: DailySends.objects.create(day=(at - timedelta(hours=NOW.hour)).date(), part=0, number=1),
    LongLivedToken: lambda at: LongLivedToken.objects.create(
        device=a_computer(at), generation=1, issued_at=at - SHORT, expires_at=at, confirmed_at=at - SHORT
    ),
    Challenge: lambda at: Challenge.objects.create(
        purpose=Purpose.SIGN_IN, bound_to=uuid.uuid4(), value=b"\x00", made_at=at
    ),
    LoginFlow: lambda at: LoginFlow.objects.create(
        timeout_policy=TimeoutPolicy.objects.first(), begun_at=at - SHORT, expires_at=at, typed="+12015550101"
    ),
    AuthorizationCode: lambda at: AuthorizationCode.objects.create(
        secret_hash=uuid.uuid4().hex,
        client=Client.objects.first() or a_client(),
        agent=somebody(),
        proved_at=at - SHORT,
        made_at=at - SHORT,
        expires_at=at,
    ),
    SignInLink: lambda at: SignInLink.objects.create(
        secret_hash=uuid.uuid4().hex,
        device=a_computer(at),
        service_provider=a_service_of_old(),
        made_at=at - SHORT,
        expires_at=at,
    ),
    Loan: lambda at: Loan.objects.create(
        secret_hash=uuid.uuid4().hex, device=a_computer(at), service="flex", made_at=at - SHORT, expires_at=at
    ),
    VerificationSend: lambda at: VerificationSend.objects.create(
        verification=a_verification(at), nth=1, channel="sms", at=at
    ),
    Verification: a_verification,
    OneTimeCode: lambda at: OneTimeCode.objects.create(
        agent=somebody(),
        code_hash=uuid.uuid4().hex,
        reason="new phone",
        given_by=an_operator_of_old(),
        given_at=at - SHORT,
        expires_at=at,
        revoked_at=at,
    ),
    RecoveryCode: lambda at: RecoveryCode.objects.create(
        agent=somebody(), code_hash=uuid.uuid4().hex, made_at=at, used_at=at
    ),
    IssuedAssertion: lambda at: IssuedAssertion.objects.create(
        service_provider=a_service_of_old(), assertion_id=uuid.uuid4().hex, agent=somebody(), issued_at=at
    ),
    LogoutNotice: lambda at: LogoutNotice.objects.create(
        service_provider=a_service_of_old(),
        agent=somebody(),
        device=a_computer(at),
        channel=Channel.SERVER,
        outcome=Outcome.ENDED,
        made_at=at,
    ),
    Logout: lambda at: Logout.objects.create(begun_at=at),
    ObeyedLogoutRequest: lambda at: ObeyedLogoutRequest.objects.create(
        service_provider=a_service_of_old(), request_id=uuid.uuid4().hex, replayable_until=at
    ),
    HeardRequest: lambda at: HeardRequest.objects.create(at=at, binding="post", signed=False, reference="x"),
    Listening: lambda at: Listening.objects.create(begun_at=at - SHORT, until=at),
    SsoSession: lambda at: SsoSession.objects.create(
        index=uuid.uuid4().hex,
        device=a_computer(at),
        opened_by="code",
        authenticated_at=at - SHORT,
        opened_at=at - SHORT,
        last_seen_at=at,
        ended_at=at,
        reason="agent",
    ),
    Device: a_revoked_computer,
    OperatorLink: lambda at: OperatorLink.objects.create(
        secret_hash=uuid.uuid4().hex, operator=somebody(), made_at=at - SHORT, expires_at=at
    ),
    OperatorTry: lambda at: OperatorTry.objects.create(at=at, account="x", address="192.0.2.1"),
    Session: lambda at: Session.objects.create(session_key=uuid.uuid4().hex, session_data="", expire_date=at),
    LogEntry: lambda at: LogEntry.objects.create(user=somebody(), action_time=at, action_flag=CHANGE, object_repr="x"),
}
