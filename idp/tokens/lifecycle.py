"""Long-lived tokens between the browser and the table: recognised, issued, rotated."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, DateTimeField, Exists, F, Max, OuterRef, QuerySet, Subquery, UUIDField
from django.db.models.functions import Greatest

from idp.agents.models import Device
from idp.keys import keyring
from idp.keys.models import Use
from idp.sql.blank import Blank
from idp.sql.prepared import Insert, Select, Slot, Update
from idp.tokens import claims
from idp.tokens.claims import APPS, BROWSERS
from idp.tokens.models import LongLivedToken
from idp.tokens.rotation import LIFETIME, Family, Shown, Verdict, judge


class LostRace(Exception):
    """Another request changed the device's tokens meanwhile; the whole step is to be judged again."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A token of ours, shown by the device it belongs to, and what that means now."""

    verdict: Verdict
    row: LongLivedToken
    children: int


def _shown() -> QuerySet[LongLivedToken]:
    """Ask for a token by its id, the slot `jti`, with whose it is and what became of its family since."""
    own = LongLivedToken.objects.filter(device=OuterRef("device"), generation=OuterRef("device__generation")).order_by()
    one = own.values("device")
    return LongLivedToken.objects.filter(pk=Slot("jti", UUIDField())).annotate(
        agent=F("device__agent_id"),
        last=Subquery(one.annotate(last=Max("issued_at")).values("last")),
        children=Subquery(one.filter(parent=OuterRef("pk")).annotate(children=Count("pk")).values("children")),
        followed=Exists(own.filter(parent__isnull=False)),
    )


def _owned() -> QuerySet[LongLivedToken]:
    """Ask for a token by its id, the slot `jti`, with the device that it belongs to."""
    rows = LongLivedToken.objects.select_related("device").filter(pk=Slot("jti", UUIDField()))
    return rows.annotate(agent=F("device__agent_id"))


_SHOWN, _OWNED = Select(_shown), Select(_owned)
_DEVICE, _PK, _NOW = Slot("device", UUIDField()), Slot("pk", UUIDField()), Slot("now", DateTimeField())
_RETIRED = Greatest(_NOW, F("issued_at"))


def _others() -> QuerySet[LongLivedToken]:
    """Ask for the tokens of a device that are not retired, but for one."""
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
    """Something else. `why` is for the trail: *unknown*, WITHDRAWN, or *apart* from its device."""

    why: str


def recognise(token: str | None, device: Device | None, family: str, now: datetime) -> Recognised | Unrecognised | None:
    """Judge the token that a browser shows besides its device cookie, or None if it shows none.

    `family` is the platform family of the browser; a token that moved to another one does not count.
    """
    if not token:
        return None
    row = _row(token, BROWSERS if device is None else _door(device), now)
    if isinstance(row, Unrecognised):
        return row
    if device is None or row.device_id != device.pk or device.family != family:
        return Unrecognised("apart")
    return _judged(row, device, now)


def owner(token: str, now: datetime) -> Device | None:
    """Return the app's device that a token names by itself, or None. Whether the token counts is judged elsewhere."""
    row = _row(token, APPS, now, _OWNED)
    return None if isinstance(row, Unrecognised) else row.device


def issue(device: Device, now: datetime, *, first: bool = False) -> str:
    """Hand out the root token of a device's present generation; older ones are outdated by that.

    On a new device it is the first, so there are none.
    """
    root = _token(device, parent=None, nth=0, now=now)
    if not first:
        _RETIRE_OTHERS.later(device=device.pk, pk=root.pk, now=now)
    return _hand_out(root, device, now)


def root_again(device: Device, now: datetime) -> str | None:
    """Return the root of the device's present generation once more, if it is still the current token."""
    current = LongLivedToken.objects.filter(device=device, generation=device.generation, retired_at__isnull=True)
    row = current.filter(parent__isnull=True).first()
    return _signed(row, device, now) if row else None


def rotate(shown: Recognised, device: Device, now: datetime) -> str | None:
    """Hand out a child of the shown token, or None (as within a visit): the browser keeps what it has.

    Runs inside the caller's transaction, on a device that is held. Raises LostRace if the facts changed
    since the token was judged.
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
    said, issuer = _claims(row, device.agent_id), _issuer(_door(device))
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


def _row(token: str, door: str, now: datetime, among: Select[LongLivedToken] = _SHOWN) -> LongLivedToken | Unrecognised:
    """Return the row that a token of this door points at, if they say the same."""
    kid = claims.key_id(token)
    key = keyring.find(Use.TOKEN, kid, retired_after=now - LIFETIME) if kid else None
    if kid and key is None:
        return Unrecognised(WITHDRAWN)
    content = claims.read(token, issuer=_issuer(door), public_key=keyring.public_key(key)) if key else None
    for row in among(jti=content.jti) if content else ():
        if content == _claims(row, row.agent):  # type: ignore[attr-defined]  # of the query
            return row
    return Unrecognised("unknown")


def _door(device: Device) -> str:
    return APPS if device.client else BROWSERS


def _claims(row: LongLivedToken, agent: UUID) -> claims.Claims:
    return claims.claims(
        jti=row.jti,
        device=row.device_id,
        agent=agent,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
    )


def _issuer(door: str) -> claims.Issuer:
    return claims.Issuer(settings.LATCHKEY.base_url, door)
