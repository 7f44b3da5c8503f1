"""Sets passkeys up, accepts them as a proof, and removes them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Greatest

from idp.agents import agent_rows
from idp.agents.models import Device
from idp.passkeys import challenges, relying_party, verification
from idp.passkeys.models import Passkey, PasskeyQuerySet, Purpose
from idp.passkeys.verification import Known, Presented, Refused, RelyingParty, Used

MOST = 10
"""The most passkeys of one agent: one for each authenticator, and some to spare."""

NOT_ASKED = Refused("no challenge, or one that was used or is too old")


@dataclass(frozen=True, slots=True)
class NotProved:
    """Nothing was proved. The passkey that was named is for the trail only."""

    refused: Refused
    named: Passkey | None = None


def spend(text: str, flow: UUID, now: datetime) -> Passkey | NotProved:
    """Accept the use of a passkey as a proof of its agent, once. Runs inside the transaction that signs the agent in.

    The flow's challenge is used up in any case. The user handle in the answer must be that of the passkey's agent
    (WebAuthn Level 3, section 7.2 step 6), and the agent must be switched on.
    """
    rp, challenge = relying_party.from_settings(), challenges.take(Purpose.SIGN_IN, flow, now)
    presented = verification.read(text)
    if isinstance(presented, Refused):
        return NotProved(presented)
    passkey = _get_and_hold(presented.credential_id)
    if passkey is None:
        return NotProved(Refused("unknown"))
    used = _use(passkey, presented, challenge, rp)
    if isinstance(used, Refused):
        return NotProved(used, passkey)
    Passkey.objects.filter(pk=passkey.pk).update(
        sign_count=used.sign_count, backed_up=used.backed_up, last_used_at=Greatest(now, F("made_at"))
    )
    return passkey


def _use(passkey: Passkey, presented: Presented, challenge: bytes | None, rp: RelyingParty | None) -> Used | Refused:
    agent = passkey.agent
    if rp is None or challenge is None:
        return NOT_ASKED
    if passkey.removed_at is not None:
        return Refused("it was removed")
    if presented.user_handle != agent.pk.bytes:
        return Refused("its user handle is not the agent's")
    known = Known(bytes(passkey.public_key), passkey.sign_count, passkey.eligible)
    used = verification.check_use(presented, known, challenge, rp)
    return used if isinstance(used, Refused) or agent.is_active else Refused("the agent is switched off")


def set_up(text: str, device: Device, now: datetime) -> Passkey | Refused:
    """Store a passkey that was created on an agent's device. Runs inside the caller's transaction."""
    rp, challenge = relying_party.from_settings(), challenges.take(Purpose.SET_UP, device.pk, now)
    if rp is None or challenge is None:
        return NOT_ASKED
    made = verification.check_new(text, challenge, rp)
    if isinstance(made, Refused):
        return made
    if Passkey.objects.filter(credential_id=made.credential_id).exists():
        return Refused("it is known already")
    if Passkey.objects.of(device.agent).count() >= MOST:
        return Refused(f"there are {MOST} already")
    return Passkey.objects.create(
        agent=device.agent,
        device=device,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        transports=list(made.transports),
        eligible=made.eligible,
        backed_up=made.backed_up,
        label=device.label,
        made_at=now,
    )


def remove(chosen: PasskeyQuerySet, now: datetime) -> list[Passkey]:
    """Remove passkeys, so that they no longer count. Returns those that had counted."""
    removed = list(chosen.kept().select_related("agent"))
    Passkey.objects.kept().filter(pk__in=[it.pk for it in removed]).update(removed_at=Greatest(now, F("made_at")))
    return removed


def _get_and_hold(credential_id: bytes) -> Passkey | None:
    """Return a passkey and its agent, both locked until the commit, so its signature count is current."""
    named = Passkey.objects.filter(credential_id=credential_id)
    owner = named.values_list("agent", flat=True).first()
    if owner is None:
        return None
    agent = agent_rows.get_and_hold(owner)
    named.update(sign_count=F("sign_count"))
    passkey = named.first()
    if passkey is not None:
        passkey.agent = agent
    return passkey
