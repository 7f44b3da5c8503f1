"""What the page of the signing keys shows for each use: the state of the change, and the effect of each step."""

from dataclasses import dataclass
from datetime import datetime

from idp.keys import certificates, keyring
from idp.keys.change import Connection, Standing, Step
from idp.keys.keyring import PUBLISHED_AFTER_RETIREMENT
from idp.keys.models import SigningKey, Use
from idp.saml import key_change
from idp.saml.models import ServiceProvider
from idp.saml.profiles.flex import PROFILES_OF_FLEX

_TITLES = {
    Use.SAML: "Answers to services, by RSA",
    Use.SAML_EC: "Answers to services, by ECDSA",
    Use.TOKEN: "Long-lived tokens on phones",
}


@dataclass(frozen=True, slots=True)
class StageLine:
    """A step of the change, and whether it is the next one."""

    text: str
    is_next: bool


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A published key. Instants are in UTC; `leaves_at` is None unless the key is retired."""

    state: str
    kid: str
    made_at: datetime
    certificate: str
    fingerprint: str
    ends_at: datetime | None
    ended: bool
    leaves_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConnectionLine:
    """A connection, the key that signs for it, and the consequence of switching it."""

    connection: Connection
    consequence: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What the page shows of one use."""

    use: Use
    title: str
    standing: Standing
    stages: list[StageLine]
    lines: list[ConnectionLine]
    published: list[PublishedKey]

    @property
    def may_activate(self) -> bool:
        """Whether the next key can be activated."""
        return self.standing.step == Step.ACTIVATE

    @property
    def may_discard(self) -> bool:
        """Whether there is a next key that no service uses."""
        return self.standing.prepared and not self.standing.switched


def panels(now: datetime) -> list[Panel]:
    """Return a panel for each use of a key."""
    return [_panel(use, now) for use in Use]


def _panel(use: Use, now: datetime) -> Panel:
    standing = key_change.standing(use)
    at_flex = set(ServiceProvider.objects.filter(profile__in=PROFILES_OF_FLEX).values_list("slug", flat=True))
    lines = [ConnectionLine(it, _consequence(it, at_flex=it.slug in at_flex)) for it in standing.connections]
    published = [_published(row, now) for row in keyring.published(use, now)]
    return Panel(use, _TITLES[use], standing, _stages(use, standing), lines, published)


def _published(row: SigningKey, now: datetime) -> PublishedKey:
    ends_at = certificates.expires_at(row.certificate) if row.certificate else None
    return PublishedKey(
        state=row.get_state_display(),
        kid=row.kid,
        made_at=row.made_at,
        certificate=row.certificate.strip(),
        fingerprint=certificates.fingerprint(row.certificate) if row.certificate else "",
        ends_at=ends_at,
        ended=ends_at is not None and ends_at <= now,
        leaves_at=row.retired_at + PUBLISHED_AFTER_RETIREMENT if row.retired_at else None,
    )


def _stages(use: Use, standing: Standing) -> list[StageLine]:
    texts = {
        Step.PREPARE: "Prepare the next key. It is published at once, but signs nothing yet.",
        Step.SWITCH: "For each service: install the next certificate there, switch the service here, and sign in to "
        "test it.",
        Step.ACTIVATE: "Activate the next key. The old one stays published for a week.",
    }
    if use == Use.TOKEN:
        del texts[Step.SWITCH]
        texts[Step.ACTIVATE] = (
            "Five minutes later, activate it. Tokens signed with the old key stay valid until they expire."
        )
    return [StageLine(text, step == standing.step) for step, text in texts.items()]


def _consequence(connection: Connection, *, at_flex: bool) -> str:
    there = "the Console" if at_flex else "it"
    if connection.switched:
        return (
            f"{connection.name} refuses sign-ins from the moment you switch back until {there} has the active "
            f"certificate."
        )
    refusal = f"{connection.name} refuses sign-ins from the moment you switch until {there} has the next certificate."
    return refusal if at_flex else f"{refusal} If it reads our metadata by itself, it may have it already."
