"""Records every change of a row by an operator or a command in the trail, unless a reason here says why not.

The tables that operators set up are watched by Django's signals, so that no page has to record anything itself. Writes
that send no signals (`update`, `bulk_create`) call `audit.acts` themselves. While agents sign in, there is no actor
(`audit.events.actor`), and nothing here queries the database.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.apps import apps
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.hashers import is_password_usable
from django.db.models import Field, ForeignKey, Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save

from idp import clock
from idp.audit import acts, events
from idp.audit.acts import Called, Changes, Thing
from idp.audit.models import Kind

_TRAIL = "The trail itself."
_SIGN_IN = "Changes with sign-ins, which have events of their own."
_OWN_LINE = "Has an event of its own, which says more."
_RECORD = "Latchkey's own record."
_DJANGO = "Django's own."
_WITH_PERSON = "Recorded with the person whom the same request adds or changes."

UNWATCHED: Final = {
    "admin.LogEntry": "Django's history; the trail takes over a sentence that a page writes there.",
    "agents.AccessPass": _OWN_LINE,
    "agents.Cutoff": _OWN_LINE,
    "audit.Chain": _TRAIL,
    "audit.CountedHour": _RECORD,
    "audit.HourlyCount": _RECORD,
    "audit.HourlyTotal": _RECORD,
    "audit.LoginEvent": _TRAIL,
    "audit.Seal": _TRAIL,
    "auth.Permission": _DJANGO,
    "contenttypes.ContentType": _DJANGO,
    "importing.Import": _OWN_LINE,
    "importing.ImportedAgent": _OWN_LINE,
    "keys.SigningKey": "The page or command that takes a step of a key change records it.",
    "login.Loan": _SIGN_IN,
    "login.LoginFlow": _SIGN_IN,
    "native.AuthorizationCode": _SIGN_IN,
    "native.SignInLink": _SIGN_IN,
    "otp.AuthenticatorApp": _OWN_LINE,
    "otp.Breaker": _RECORD,
    "otp.OneTimeCode": _OWN_LINE,
    "otp.RecoveryCode": _OWN_LINE,
    "otp.SafeListing": _OWN_LINE,
    "otp.Verification": _SIGN_IN,
    "otp.VerificationSend": _SIGN_IN,
    "otp_static.StaticDevice": "Represents an operator's one-time link, whose making and use are recorded.",
    "otp_static.StaticToken": _DJANGO,
    "passkeys.Challenge": _SIGN_IN,
    "passkeys.Passkey": _OWN_LINE,
    "policies.AccessRule": "The page that edits the draft records each changed rule, in a sentence.",
    "policies.Stop": _OWN_LINE,
    "saml.HeardRequest": _RECORD,
    "saml.IssuedAssertion": _SIGN_IN,
    "saml.Logout": _SIGN_IN,
    "saml.LogoutNotice": _SIGN_IN,
    "saml.ObeyedLogoutRequest": _SIGN_IN,
    "saml.SentAttribute": _SIGN_IN,
    "saml.SubjectName": _SIGN_IN,
    "scim.KnownAs": _WITH_PERSON,
    "sessions.Session": _DJANGO,
    "sso_sessions.SsoSession": _SIGN_IN,
    "tokens.LongLivedToken": _SIGN_IN,
    "web.OperatorTry": "A refused sign-in is recorded as such.",
    "webhooks.Delivery": _RECORD,
}
"""Tables whose changes are not recorded here, and why."""

WHOLES: Final = {
    "agents.AgentRole": "agent",
    "agents.GrantableRole": "supervisor",
    "native.RedirectUri": "client",
    "otp.PhoneAuthenticator": "user",
    "saml.AssertionConsumer": "service_provider",
    "saml.LogoutEndpoint": "service_provider",
    "saml.MetadataSource": "service_provider",
    "saml.ReleasedAttribute": "service_provider",
}
"""Tables whose rows are parts of another row: a change is recorded as a change of the whole."""

VOLATILE: Final = {
    "after_line",
    "chosen_after",
    "created_at",
    "drift",
    "failing_since",
    "forwarded_to",
    "fault",
    "held_by",
    "held_until",
    "last_login",
    "last_seen_at",
    "last_t",
    "last_used_at",
    "next_try_at",
    "read_line",
    "read_to",
    "throttling_failure_count",
    "throttling_failure_timestamp",
}
"""Fields that Latchkey itself updates."""

_before = "_values_before"


def watch() -> None:
    """Connect the signals of every watched table, and of its many-to-many relations."""
    for model in watched():
        for signal, receiver in (
            (pre_save, _remember),
            (post_save, _record_saved),
            (pre_delete, _remember),
            (post_delete, _record_deleted),
        ):
            signal.connect(receiver, sender=model, dispatch_uid=f"trail {receiver.__name__} {model._meta.label}")
        for field in model._meta.many_to_many:
            through = field.remote_field.through
            m2m_changed.connect(
                _make_link_receiver(field.name), sender=through, weak=False, dispatch_uid=f"trail {through}"
            )
    post_save.connect(_record_log_entry, sender=LogEntry, dispatch_uid="trail history")


def watched() -> Iterable[type[Model]]:
    """Return the tables whose changes are recorded."""
    return (it for it in apps.get_models() if it._meta.label not in UNWATCHED)


def _has_watched_actor() -> bool:
    """Whether an actor whose changes are recorded here is at work."""
    by = events.actor()
    return by is not None and by.watched


def _remember(sender: type[Model], instance: Model, **more: Any) -> None:
    """Keep the values of a row before it is written."""
    if _has_watched_actor() and not more.get("raw"):
        setattr(instance, _before, {} if instance._state.adding else _values(sender, instance.pk))


def _record_saved(sender: type[Model], instance: Model, created: bool, **more: Any) -> None:
    if not _has_watched_actor() or more.get("raw"):
        return
    before, after = instance.__dict__.pop(_before, {}), _values(sender, instance.pk)
    changes = acts.differences(before, after)
    if changes or created:
        _record(Kind.ADDED if created else Kind.CHANGED, instance, changes)


def _record_deleted(instance: Model, **_: Any) -> None:
    if _has_watched_actor():
        _record(Kind.REMOVED, instance, acts.differences(instance.__dict__.pop(_before, {}), {}))


def _make_link_receiver(name: str) -> Callable[..., None]:
    """Return a receiver that records links of a row added or removed, by the field's name."""

    def receiver(instance: Model, action: str, reverse: bool, model: type[Model], pk_set: Any, **_: Any) -> None:  # noqa: ANN401
        if not _has_watched_actor() or action not in {"post_add", "post_remove", "pre_clear"} or reverse:
            return
        if action == "pre_clear":
            called = sorted(str(it) for it in getattr(instance, name).all())
        else:
            called = sorted(str(it) for it in model._base_manager.filter(pk__in=pk_set))
        listed = acts.shown(name, Called(", ".join(called)))
        change: Changes = {name: [None, listed] if action == "post_add" else [listed, None]}
        if called:
            acts.record(Kind.CHANGED, acts.thing(instance), clock.now(), change)

    return receiver


def _record_log_entry(instance: LogEntry, **_: Any) -> None:
    """Record a sentence that a page wrote into a history, and those of Django's own that nothing else records."""
    actor, model = events.actor(), instance.content_type.model_class() if instance.content_type else None
    if actor is None or model is None:
        return
    on = Thing(f"{model._meta.label_lower}:{instance.object_id}", instance.object_repr)
    by_django = instance.change_message.startswith("[") or instance.action_flag == DELETION
    recorded = instance.change_message == "[]" or actor.recorded or model._meta.label not in UNWATCHED
    if by_django and recorded:
        return
    acts.record(_KINDS[instance.action_flag], on, clock.now(), detail=instance.get_change_message())


_KINDS: Final = {ADDITION: Kind.ADDED, CHANGE: Kind.CHANGED, DELETION: Kind.REMOVED}


def _record(kind: Kind, row: Model, changes: Changes) -> None:
    whole = getattr(row, WHOLES.get(row._meta.label, ""), None)
    if whole is None:
        acts.record(kind, acts.thing(row), clock.now(), changes)
        return
    part = row._meta.model_name or ""
    acts.record(Kind.CHANGED, acts.thing(whole), clock.now(), {f"{part}.{name}": it for name, it in changes.items()})


def _values(model: type[Model], pk: object) -> dict[str, Any]:
    """Return a row's recorded fields, with the names of rows that it refers to."""
    fields = [it for it in model._meta.concrete_fields if not it.primary_key and it.name not in VOLATILE]
    whole = WHOLES.get(model._meta.label)
    row = model._base_manager.filter(pk=pk).first()
    return {} if row is None else {it.name: _value(it, row) for it in fields if it.name != whole}


def _value(field: "Field[Any, Any]", row: Model) -> Any:  # noqa: ANN401 - whatever a field holds
    if isinstance(field, ForeignKey):
        other = getattr(row, field.name)
        return Called(other) if other is not None else None
    value = field.value_from_object(row)
    if field.name == "password" and not is_password_usable(value):
        return None  # Django writes a random text where nobody has a password
    return value
