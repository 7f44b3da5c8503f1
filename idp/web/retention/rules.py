"""Which rows are due, table by table, and which tables are kept. Every table is in one of the two."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from idp.agents.models import Device
from idp.audit import forgetting
from idp.audit.models import Acknowledgement, CountedHour, HourlyCount, HourlyTotal, LoginEvent, Seal
from idp.audit.statistics.hours import hour_of
from idp.importing.models import Import, ImportedAgent
from idp.login.models import Loan, LoginFlow
from idp.native.models import AuthorizationCode, SignInLink
from idp.otp.models import DailyCodes, DailySends, OneTimeCode, RecoveryCode, Verification, VerificationSend
from idp.passkeys.models import Challenge
from idp.saml.models import HeardRequest, IssuedAssertion, Listening, Logout, LogoutNotice, ObeyedLogoutRequest
from idp.saml.models.logout import Outcome
from idp.sessions.models import SsoSession
from idp.tokens.models import LongLivedToken
from idp.web.models import OperatorLink, OperatorTry
from idp.webhooks.models import Delivery

Rows = Collection[Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """An act on a table: `is_due` is the condition of rows that are due at an instant, `act` what happens to them."""

    period: str
    model: type[Model]
    is_due: Callable[[datetime], Q]
    act: Callable[[Rows], int] | None = None

    @property
    def table(self) -> str:
        """The table's name, as in the documentation."""
        return self.model._meta.label

    def rows(self, before: datetime) -> "QuerySet[Model]":
        """Return the rows that were due before an instant, by key."""
        return QuerySet(self.model).filter(self.is_due(before)).order_by("pk")

    def carry_out(self, rows: Rows) -> int:
        """Act on rows. Returns how many there were."""
        if self.act is not None:
            return self.act(rows)
        removed = QuerySet(self.model).filter(pk__in=rows).delete()[1]
        return removed.get(self.table, 0)


def _unused_device(before: datetime) -> Q:
    over = Q(revoked_at__lt=before) | Q(revoked_at__isnull=True, last_seen_at__lt=before)
    return over & Q(~Exists(LoginEvent.objects.filter(device=OuterRef("pk"))))


def _logout_without_notices(before: datetime) -> Q:
    return Q(~Exists(LogoutNotice.objects.filter(logout=OuterRef("pk"))), begun_at__lt=before)


RULES = (
    Rule("user_agents", LoginEvent, lambda it: Q(at__lt=it) & ~Q(user_agent=""), act=forgetting.forget_user_agents),
    Rule("addresses", LoginEvent, lambda it: Q(at__lt=it, address__isnull=False), act=forgetting.forget_addresses),
    Rule("webhook_messages", Delivery, lambda it: Q(closed_at__lt=it)),
    Rule("trail", Acknowledgement, lambda it: Q(event__seal__latest__lt=it)),
    Rule("trail", Seal, lambda it: Q(latest__lt=it), act=forgetting.drop),
    Rule("figures", HourlyCount, lambda it: Q(hour__lt=hour_of(it))),
    Rule("figures", HourlyTotal, lambda it: Q(hour__lt=hour_of(it))),
    Rule("figures", CountedHour, lambda it: Q(number__lt=hour_of(it))),
    Rule("figures", DailyCodes, lambda it: Q(day__lt=it.date())),
    Rule("tokens", LongLivedToken, lambda it: Q(expires_at__lt=it)),
    Rule("logins", Challenge, lambda it: Q(made_at__lt=it)),
    Rule("logins", LoginFlow, lambda it: Q(expires_at__lt=it)),
    Rule("logins", AuthorizationCode, lambda it: Q(expires_at__lt=it)),
    Rule("logins", SignInLink, lambda it: Q(expires_at__lt=it)),
    Rule("logins", Loan, lambda it: Q(expires_at__lt=it)),
    Rule("codes", VerificationSend, lambda it: Q(verification__started_at__lt=it)),
    Rule("codes", Verification, lambda it: Q(started_at__lt=it)),
    Rule("codes", DailySends, lambda it: Q(day__lt=it.date())),
    Rule("one_time_codes", OneTimeCode, lambda it: Q(expires_at__lt=it)),
    Rule("recovery_codes", RecoveryCode, lambda it: Q(used_at__lt=it)),
    Rule("answers", IssuedAssertion, lambda it: Q(issued_at__lt=it)),
    Rule("sign_outs", LogoutNotice, lambda it: Q(made_at__lt=it) & ~Q(outcome=Outcome.WAITING)),
    Rule("sign_outs", Logout, _logout_without_notices),
    Rule("logout_requests", ObeyedLogoutRequest, lambda it: Q(replayable_until__lt=it)),
    Rule("heard_requests", HeardRequest, lambda it: Q(at__lt=it)),
    Rule("heard_requests", Listening, lambda it: Q(until__lt=it)),
    Rule("sessions", SsoSession, lambda it: Q(ended_at__lt=it)),
    Rule("devices", Device, _unused_device),
    Rule("imports", ImportedAgent, lambda it: Q(of__applied_at__lt=it)),
    Rule("imports", Import, lambda it: Q(made_at__lt=it, applied_at__isnull=True) | Q(applied_at__lt=it)),
    Rule("operator_links", OperatorLink, lambda it: Q(expires_at__lt=it)),
    Rule("operator_tries", OperatorTry, lambda it: Q(at__lt=it)),
    Rule("operator_sessions", Session, lambda it: Q(expire_date__lt=it)),
    Rule("operator_changes", LogEntry, lambda it: Q(action_time__lt=it)),
)
"""In this order: rows come before those that they refer to."""

_PEOPLE = (
    "A person of the contact centre, to whom the trail refers. Operators switch people off and change their numbers."
)
_SET_UP = "Operators create it, and remove it when they no longer need it."
_OWN_FACTOR = "Its owner signs in with it, for as long as they have it."
_OF_DECISIONS = "Explains why somebody was let in or refused. There are few."
_DJANGO = "Django's own list of models and rights."

KEPT = {
    "audit.Chain": "One row.",
    "versions.Version": "Four rows.",
    "agents.Agent": _PEOPLE,
    "agents.AgentRole": _PEOPLE,
    "agents.Department": _SET_UP,
    "agents.DeviceCount": "The sum is the number of signed-in phones and computers; `purge` merges the rows.",
    "agents.AgentCount": "The sum is the number of agents; `purge` merges the rows.",
    "agents.Cutoff": "Says which sign-ins are no longer valid, and who ended them; a few rows at most.",
    "agents.Agent_groups": "What an operator may do.",
    "agents.Agent_user_permissions": "What an operator may do.",
    "auth.Group": _SET_UP,
    "auth.Group_permissions": _SET_UP,
    "auth.Permission": _DJANGO,
    "contenttypes.ContentType": _DJANGO,
    "otp.PhoneAuthenticator": _OWN_FACTOR,
    "otp.AuthenticatorApp": _OWN_FACTOR,
    "passkeys.Passkey": "Its owner signs in with it. A removed one stays, so that its id is never reused.",
    "otp_totp.TOTPDevice": _OWN_FACTOR,
    "otp_static.StaticDevice": "Represents an operator's one-time link; one row per operator.",
    "otp_static.StaticToken": "Empty: the links have their own table.",
    "otp.Breaker": "One row.",
    "otp.SafeListing": "What is on Twilio's safe list, or must be removed from it.",
    "policies.TimeoutPolicy": _SET_UP,
    "policies.PolicyRevision": _OF_DECISIONS,
    "policies.AccessRule": _OF_DECISIONS,
    "policies.Stop": _OF_DECISIONS,
    "agents.AccessPass": _OF_DECISIONS,
    "agents.Supervisor": "What an operator may do.",
    "agents.Supervisor_departments": "What an operator may do.",
    "agents.GrantableRole": "What an operator may do.",
    "branding.Brand": _SET_UP,
    "native.Client": _SET_UP,
    "native.Client_services": _SET_UP,
    "native.RedirectUri": _SET_UP,
    "webhooks.Webhook": _SET_UP,
    "scim.PersonnelSystem": _SET_UP,
    "scim.KnownAs": "Deleted with its person. Personnel systems find people by it, also those they removed.",
    "keys.SigningKey": "What a retired key signed must remain verifiable; a handful of rows.",
    "saml.ServiceProvider": _SET_UP,
    "saml.AssertionConsumer": _SET_UP,
    "saml.LogoutEndpoint": _SET_UP,
    "saml.MetadataSource": _SET_UP,
    "saml.ReleasedAttribute": _SET_UP,
    "saml.SentAttribute": "Flex keeps a value until it receives another one, so Latchkey must remember what it sent.",
    "saml.SubjectName": "A NameID is never reused, not even after its agent is deleted.",
}
"""Tables that purge leaves alone, and why."""
