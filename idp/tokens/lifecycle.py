"""Recognises, issues and rotates long-lived tokens, using the token's row."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, DateTimeField, Exists, F, OuterRef, QuerySet, Subquery, UUIDField
from django.db.models.functions import Greatest

from idp.agents.models import Device
from idp.errors import LostRace
from idp.keys import keyring
from idp.keys.models import Use
from idp.sql.blank import Blank
from idp.sql.prepared import Insert, Select, Slot, Update
from idp.tokens import claims
from idp.tokens.claims import APPS, BROWSERS
from idp.tokens.models import LongLivedToken
from idp.tokens.rotation import LIFETIME, Family, Shown, Verdict, judge


@dataclass(frozen=True, slots=True)
class Recognised:
    """One of our tokens, shown by its own device, and the verdict on it."""

    verdict: Verdict
    row: LongLivedToken
    children: int


def _shown() -> QuerySet[LongLivedToken]:
    """Query a token by its id, the slot `jti`, with its device and the state of its family."""
    own = LongLivedToken.objects.filter(device=OuterRef("device"), generation=OuterRef("device__generation")).order_by()
    return LongLivedToken.objects.filter(pk=Slot("jti", UUIDField())).annotate(
        agent=F("device__agent_id"),
        last=Subquery(own.order_by("-issued_at").values("issued_at")[:1]),
        children=Subquery(
            own.filter(parent=OuterRef("pk")).values("device").annotate(children=Count("pk")).values("children")
        ),
        followed=Exists(own.filter(parent__isnull=False)),
    )


def _owned() -> QuerySet[LongLivedToken]:
    """Query a token by its id, the slot `jti`, with its device."""
    rows = LongLivedToken.objects.select_related("device").filter(pk=Slot("jti", UUIDField()))
    return rows.annotate(agent=F("device__agent_id"))


_SHOWN, _OWNED = Select(_shown), Select(_owned)
_DEVICE, _PK, _NOW = Slot("device", UUIDField()), Slot("pk", UUIDField()), Slot("now", DateTimeField())
_RETIRED = Greatest(_NOW, F("issued_at"))


def _others() -> QuerySet[LongLivedToken]:
    """Query a device's tokens that are not retired, except one."""
    return LongLivedToken.objects.filter(device=_DEVICE, retired_at__isnull=True).exclude(pk=_PK)


_RETIRE_OTHERS = Update(_others, retired_at=_RETIRED)
_CONFIRM = Update(
    lambda: LongLivedToken.objects.filter(pk=_PK, confirmed_at__isnull=True, retired_at__isnull=True),
    confirmed_at=_NOW,
)
_INSERT, _TOKEN = Insert(LongLivedToken), Blank(LongLivedToken)

WITHDRAWN = "its key was withdrawn"


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """A token that is not accepted. `why` is for the trail: *unknown*, WITHDRAWN, or *apart* from its device."""

    why: str


def recognise(token: str | None, device: Device | None, family: str, now: datetime) -> Recognised | Unrecognised | None:
    """Judge the token that a browser shows with its device cookie, or return None if it shows none.

    `family` is the browser's platform family. A token that moved to another one does not count.
    """
    if not token:
        return None
    row = _row(token, BROWSERS if device is None else _path_of(device), now)
    if isinstance(row, Unrecognised):
        return row
    if device is None or row.device_id != device.pk or device.family != family:
        return Unrecognised("apart")
    return _judged(row, device, now)


def owner(token: str, now: datetime) -> Device | None:
    """Return the device of an app's token, or None. Does not decide whether the token counts."""
    row = _row(token, APPS, now, _OWNED)
    return None if isinstance(row, Unrecognised) else row.device


def issue(device: Device, now: datetime, *, first: bool = False) -> str:
    """Issue the root token of the device's current generation, which outdates earlier ones.

    `first` means that the device is new and has no earlier tokens.
    """
    root = _token(device, parent=None, nth=0, now=now)
    if not first:
        _RETIRE_OTHERS.later(device=device.pk, pk=root.pk, now=now)
    return _hand_out(root, device, now)


def root_again(device: Device, now: datetime) -> str | None:
    """Issue the root of the device's current generation again, if it is still the current token."""
    current = LongLivedToken.objects.filter(device=device, generation=device.generation, retired_at__isnull=True)
    row = current.filter(parent__isnull=True).first()
    return _signed(row, device, now) if row else None


def rotate(shown: Recognised, device: Device, now: datetime) -> str | None:
    """Issue a child of the shown token. None if the browser keeps what it has, as within a visit.

    Runs inside the caller's transaction, with the device locked. Raises LostRace if the facts changed since the token
    was judged.
    """
    if shown.verdict not in {Verdict.NEXT, Verdict.CONFIRM}:
        return None
    if shown.verdict == Verdict.CONFIRM:
        _RETIRE_OTHERS.later(device=device.pk, pk=shown.row.pk, now=now)
        if _CONFIRM(pk=shown.row.pk, now=now) != 1:
            raise LostRace
    return _hand_out(_token(device, parent=shown.row, nth=shown.children + 1, now=now), device, now)


def _token(device: Device, parent: LongLivedToken | None, nth: int, now: datetime) -> LongLivedToken:
    return _TOKEN(
        device_id=device.pk,
        parent=parent.pk if parent else None,
        nth=nth,
        generation=device.generation,
        issued_at=now,
        expires_at=now + LIFETIME,
        confirmed_at=None if parent else now,
    )


def _hand_out(row: LongLivedToken, device: Device, now: datetime) -> str:
    _INSERT.later(row)
    return _signed(row, device, now)


def _signed(row: LongLivedToken, device: Device, now: datetime) -> str:
    key = keyring.active(Use.TOKEN, now)
    said, issuer = _claims(row, device.agent_id), _issuer(_path_of(device))
    return claims.write(said, issuer=issuer, kid=key.kid, private_key=keyring.private_key(key))


def _judged(row: Any, device: Device, now: datetime) -> Recognised:  # noqa: ANN401 - a token, with what `_shown` adds
    children = row.children or 0
    family = Family(
        generation=device.generation,
        last_hand_out=row.last,
        in_use=row.followed,
        revoked=device.revoked_at is not None,
    )
    shown = Shown(
        generation=row.generation,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        confirmed_at=row.confirmed_at,
        retired_at=row.retired_at,
        children=children,
    )
    quiet = timedelta(seconds=settings.LATCHKEY.quiet_seconds)
    return Recognised(judge(shown, family, quiet=quiet, now=now), row, children)


def _row(token: str, path: str, now: datetime, among: Select[LongLivedToken] = _SHOWN) -> LongLivedToken | Unrecognised:
    """Return the row of a token that this path accepts, if both agree."""
    kid = claims.key_id(token)
    key = keyring.find(Use.TOKEN, kid, retired_after=now - LIFETIME) if kid else None
    if kid and key is None:
        return Unrecognised(WITHDRAWN)
    content = claims.read(token, issuer=_issuer(path), public_key=keyring.public_key(key)) if key else None
    for row in among(jti=content.jti) if content else ():
        if content == _claims(row, row.agent):  # type: ignore[attr-defined]  # of the query
            return row
    return Unrecognised("unknown")


def _path_of(device: Device) -> str:
    return APPS if device.client else BROWSERS


def _claims(row: LongLivedToken, agent: UUID) -> claims.Claims:
    return claims.claims(
        jti=row.jti,
        device=row.device_id,
        agent=agent,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
    )


def _issuer(path: str) -> claims.Issuer:
    return claims.Issuer(settings.LATCHKEY.base_url, path)
