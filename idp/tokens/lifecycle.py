"""Long-lived tokens between the browser and the table: recognised, issued, rotated."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.functions import Greatest

from idp.agents.models import Device
from idp.keys import keyring
from idp.keys.models import Use
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


WITHDRAWN = "its key was withdrawn"


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """Something else. `why` is for the trail: *unknown*, WITHDRAWN, or *apart* from its device."""

    why: str


def recognise(token: str | None, device: Device | None, family: str, now: datetime) -> Recognised | Unrecognised | None:
    """Judge the token that a browser shows beside its device cookie, or None if it shows none.

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
    """Return the app's device that a token names by itself, or None. Whether the token counts is judged apart."""
    row = _row(token, APPS, now)
    return None if isinstance(row, Unrecognised) else row.device


def issue(device: Device, now: datetime) -> str:
    """Hand out the root token of a device's present generation; older ones are outdated by that."""
    _retire(LongLivedToken.objects.filter(device=device), now)
    return _hand_out(device, parent=None, nth=0, now=now)


def root_again(device: Device, now: datetime) -> str | None:
    """Return the root of the device's present generation once more, if it is still the current token."""
    current = LongLivedToken.objects.filter(device=device, generation=device.generation, retired_at__isnull=True)
    row = current.filter(parent__isnull=True).select_related("device").first()
    return _signed(row, now) if row else None


def rotate(shown: Recognised, device: Device, now: datetime) -> str | None:
    """Hand out a child of the shown token, or None (as within a visit): the browser keeps what it has.

    Runs inside the caller's transaction, on a device that is held. Raises LostRace if the facts changed
    since the token was judged.
    """
    if shown.verdict not in {Verdict.NEXT, Verdict.CONFIRM}:
        return None
    if shown.verdict == Verdict.CONFIRM:
        _retire(LongLivedToken.objects.filter(device=device).exclude(pk=shown.row.pk), now)
        confirmed = LongLivedToken.objects.filter(
            pk=shown.row.pk, confirmed_at__isnull=True, retired_at__isnull=True
        ).update(confirmed_at=now)
        if confirmed != 1:
            raise LostRace
    return _hand_out(device, parent=shown.row, nth=shown.children + 1, now=now)


def _hand_out(device: Device, parent: LongLivedToken | None, nth: int, now: datetime) -> str:
    row = LongLivedToken.objects.create(
        device=device,
        parent=parent.pk if parent else None,
        nth=nth,
        generation=device.generation,
        issued_at=now,
        expires_at=now + LIFETIME,
        confirmed_at=None if parent else now,
    )
    return _signed(row, now)


def _signed(row: LongLivedToken, now: datetime) -> str:
    key = keyring.active(Use.TOKEN, now)
    return claims.write(_claims(row), issuer=_issuer(_door(row.device)), kid=key.kid, private_key=key.private_key)


def _retire(rows: QuerySet[LongLivedToken], now: datetime) -> None:
    rows.filter(retired_at__isnull=True).update(retired_at=Greatest(now, F("issued_at")))


def _judged(row: LongLivedToken, device: Device, now: datetime) -> Recognised:
    own = LongLivedToken.objects.filter(device=device, generation=device.generation)
    facts = own.aggregate(
        last=Max("issued_at"),
        children=Count("pk", filter=Q(parent=row.pk)),
        followed=Count("pk", filter=Q(parent__isnull=False)),
    )
    family = Family(
        generation=device.generation,
        last_hand_out=facts["last"],
        in_use=facts["followed"] > 0,
        revoked=device.revoked_at is not None,
    )
    shown = Shown(
        generation=row.generation,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        confirmed_at=row.confirmed_at,
        retired_at=row.retired_at,
        children=facts["children"],
    )
    quiet = timedelta(seconds=settings.LATCHKEY.quiet_seconds)
    return Recognised(judge(shown, family, quiet=quiet, now=now), row, facts["children"])


def _row(token: str, door: str, now: datetime) -> LongLivedToken | Unrecognised:
    """Return the row that a token of this door points at, if they say the same."""
    kid = claims.key_id(token)
    key = keyring.find(Use.TOKEN, kid, retired_after=now - LIFETIME) if kid else None
    if kid and key is None:
        return Unrecognised(WITHDRAWN)
    content = claims.read(token, issuer=_issuer(door), public_key=keyring.public_key(key)) if key else None
    row = LongLivedToken.objects.select_related("device").filter(pk=content.jti).first() if content else None
    return row if row is not None and content == _claims(row) else Unrecognised("unknown")


def _door(device: Device) -> str:
    return APPS if device.client else BROWSERS


def _claims(row: LongLivedToken) -> claims.Claims:
    return claims.claims(
        jti=row.jti,
        device=row.device_id,
        agent=row.device.agent_id,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
    )


def _issuer(door: str) -> claims.Issuer:
    return claims.Issuer(settings.LATCHKEY.base_url, door)
