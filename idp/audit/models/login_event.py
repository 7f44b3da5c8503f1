"""The trail: one line for each thing that happened at a sign-in, and for each act of an operator."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from idp.agents.models import Agent, Device


class TrailIsAppendOnly(Exception):
    """Somebody tried to change or remove a line of the trail."""


class Kind(models.TextChoices):
    """What happened."""

    SIGNED_IN = "signed in", "signed in"
    PROVED = "proved", "right code: the app has yet to collect the sign-in"
    RENEWED = "renewed", "sign-in of an app renewed"
    PUSH_CHANGED = "push changed", "push address of an app changed"
    ANSWERED = "answered", "answer sent to the service"
    REFUSED = "refused", "refused by the access policy"
    CODE_SENT = "code sent", "code sent"
    CODE_NOT_SENT = "code not sent", "code could not be sent"
    CODE_WRONG = "code wrong", "wrong code"
    CODE_UNKNOWN = "code unchecked", "code could not be checked"
    SWITCHED_OFF = "switched off", "right code, but the agent is switched off"
    DEVICE_ENDED = "device ended", "a phone or computer was signed out"
    TOKEN_UNKNOWN = "token unknown", "unknown or misplaced token presented"
    TOKEN_COPIED = "token copied", "copied token presented"
    TOKEN_UNANSWERED = "token unanswered", "five answers in a row never arrived"
    DECLINED = "declined", "refusal sent to the service"
    SIGNED_OUT = "signed out", "signed out at a service"
    SERVICE_TOLD = "service told", "service notified of a sign-out"
    SERVICE_UNTOLD = "service untold", "service could not be notified of a sign-out"
    CODE_GIVEN = "code given", "one-time code given to an agent"
    CODE_REVOKED = "code revoked", "one-time code revoked"
    PASSKEY_REFUSED = "passkey refused", "a passkey was rejected"
    PASSKEY_COPIED = "passkey copied", "the counter of a passkey went backwards: it may have been copied"
    FACTOR_ADDED = "factor added", "another way to sign in was set up"
    FACTOR_REMOVED = "factor removed", "another way to sign in was removed"
    PAUSE_LIFTED = "pause lifted", "pause after wrong codes lifted"
    NUMBER_CHANGED = "number changed", "mobile number changed"
    NUMBER_TOLD = "number told", "text about a changed number sent"
    NUMBER_UNTOLD = "number untold", "text about a changed number could not be sent"
    AGENT_OFF = "agent off", "agent switched off"
    AGENT_ON = "agent on", "agent switched on"
    NAME_CHOSEN = "name chosen", "name ID chosen before the first sign-in"
    NAME_CHANGED = "name changed", "name ID changed: services see a new person"
    TEST_SENT = "test sent", "test code sent"
    TEST_NOT_SENT = "test not sent", "test code could not be sent"
    TEST_ARRIVED = "test arrived", "test code arrived"
    TEST_WRONG = "test wrong", "the code read out was not the test code"
    NOT_ME = "not me", "an agent reported a sign-in: that was not me"
    EVERYONE_OUT = "everyone out", "everyone was signed out"
    SAFE_LIST = "safe list", "Twilio's safe list changed"
    PASS_GIVEN = "pass given", "temporary pass given"
    PASS_ENDED = "pass ended", "temporary pass revoked"
    STOPPED = "stopped", "all sign-ins stopped"
    STOP_LIFTED = "stop lifted", "stop of all sign-ins lifted"
    IMPORTED = "imported", "people imported from a file"
    IMPORT_UNDONE = "import undone", "import of people undone"
    EXPORTED = "exported", "people exported to a file"
    TRAIL_EXPORTED = "trail exported", "lines of the trail exported to a file"
    VALUES_SHOWN = "values shown", "personal values of an answer shown to an operator"
    ADDED = "added", "added"
    CHANGED = "changed", "changed"
    REMOVED = "removed", "removed"
    WROTE = "wrote", "something was changed that no other line records"
    OPERATOR_IN = "operator in", "an operator signed in to the admin"
    OPERATOR_REFUSED = "operator refused", "a sign-in to the admin was rejected"
    OPERATOR_OUT = "operator out", "an operator signed out of the admin"
    CONFIRMED = "confirmed", "an operator confirmed an act with a code"
    OWN_SIGN_IN = "own sign-in", "an operator set a password and an authenticator app"


ALARMING = (Kind.NOT_ME, Kind.TOKEN_COPIED, Kind.PASSKEY_COPIED)
"""What an operator has to look into, and to acknowledge."""


def _by_index(sql: str) -> RawSQL:
    """Return a condition word for word as an index has it, without parameters: SQLite takes the index only then."""
    return RawSQL(sql, (), output_field=models.BooleanField())  # noqa: S611 - of our own words


_ALARMING = _by_index(f'"audit_loginevent"."kind" IN ({", ".join(f"{it.value!r}" for it in ALARMING)})')
BY_SOMEBODY = _by_index("""NOT ("audit_loginevent"."by" = '')""")
"""The condition of lines that tell of an act."""

ABOUT_A_ROW = _by_index("""NOT ("audit_loginevent"."about" = '')""")
"""The condition of lines that tell what was acted on."""


class LoginEventQuerySet(models.QuerySet["LoginEvent"]):
    """The trail offers neither change nor removal."""

    def unacknowledged(self) -> "LoginEventQuerySet":
        """Alarming lines that no operator has looked into, the newest first."""
        return self.filter(_ALARMING, kind__in=ALARMING, acknowledgement__isnull=True)

    def update(self, **_: Any) -> NoReturn:
        """Refuse."""
        raise TrailIsAppendOnly

    def delete(self) -> NoReturn:
        """Refuse."""
        raise TrailIsAppendOnly

    def bulk_create(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse, because it could overwrite lines."""
        raise TrailIsAppendOnly


class LoginEvent(models.Model):
    """One line of the trail, written once.

    `judged` holds the facts that the access policy judged, enough to judge them again; `revision` is the number of
    the policy, `decided_by` a rule's key or what else decided, `would_have` the rules in watch only that would have
    decided otherwise. `reference` is what the person may have read on the screen.

    `by` names who acted, where somebody did (`audit.events.Actor`); `operator` is who that is, if a person. `about` is
    the row that was acted on, as `audit.acts.thing` writes it, `about_name` what it was called then, and `changes`
    holds each field that changed, with the value before and after.
    """

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    agent = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="events")
    device = models.ForeignKey(Device, models.PROTECT, null=True, blank=True, related_name="events")
    service = models.CharField(max_length=50, blank=True)
    method = models.CharField(max_length=8, blank=True)
    effect = models.CharField(max_length=12, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(null=True, blank=True)
    judged = models.JSONField(default=dict, blank=True)
    would_have = models.JSONField(default=list, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=512, blank=True)
    reference = models.CharField(max_length=11, db_index=True)
    operator = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="acts", db_index=False)
    by = models.CharField(max_length=100, blank=True)
    about = models.CharField(max_length=100, blank=True)
    about_name = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(default=dict, blank=True)

    objects = LoginEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "event"
        indexes = [
            models.Index(fields=["at"], condition=Q(kind__in=ALARMING), name="alarming_events"),
            models.Index(fields=["operator", "-at"], condition=Q(operator__isnull=False), name="acts_of_an_operator"),
            models.Index(fields=["about", "-at"], condition=~Q(about=""), name="acts_about_a_row"),
            models.Index(fields=["-at"], condition=~Q(by=""), name="acts_in_time"),
            models.Index(fields=["kind", "-at"], name="events_of_a_kind"),
            models.Index(fields=["address", "-at"], condition=Q(address__isnull=False), name="events_from_an_address"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["device"], condition=Q(kind=Kind.NOT_ME), name="a_device_is_reported_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.reference})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the line. A written line cannot be written again."""
        if self.pk is not None:
            raise TrailIsAppendOnly
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise TrailIsAppendOnly


class Acknowledgement(models.Model):
    """An operator has looked into an alarming line of the trail. Once is enough."""

    event = models.OneToOneField(LoginEvent, models.PROTECT, related_name="acknowledgement")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="acknowledged")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.by}, {self.at:%Y-%m-%d %H:%M} UTC"
