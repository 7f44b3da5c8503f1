"""Tells agents why their phone is asked for a code again, and what a sign-in has ended."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from idp.agents.models import Device, Kind, Reason
from idp.login.ladder.steps import Cause
from idp.login.pages.localised import both, duration, instant, sentence, spoken_label
from idp.policies.timeouts import Limit, TimeoutPolicy
from idp.tokens.rotation import LIFETIME


@dataclass(frozen=True, slots=True)
class Notice:
    """A heading, and a paragraph above the form as HTML."""

    title: str
    text: SafeString


def notice(reason: str | None, device: Device | None, policy: TimeoutPolicy) -> Notice | None:
    """Return the explanation of a reason, or None. `policy` is the timeout policy that applies."""
    if reason is None or device is None:
        return None
    if reason in set(Reason):
        return Notice(_title(Reason(reason), device), _why_ended(Reason(reason), device))
    return Notice(_("Time for a new code"), _why_a_code(reason, device, policy))


def reported(other: Device) -> Notice:
    """Tell an agent what *That was not me* has done."""
    names = {
        "phone": spoken_label(other.label),
        "org": settings.LATCHKEY.organisation,
        "support": _(settings.LATCHKEY.support),
    }
    return Notice(
        _("We signed the other phone out"),
        sentence(_("You said that the sign-in on another phone (%(phone)s) was not you. We told %(org)s."), **names)
        + SafeString(" ")
        + sentence(
            _("If you no longer get texts, tell %(support)s now: somebody may have taken over your number."), **names
        ),
    )


def of_ended(ended: list[Device]) -> str:
    """Name the phones that a sign-in has just signed out, as HTML. Returns an empty string if there are none."""
    if not ended:
        return ""
    named = both(
        [
            sentence(_("%(phone)s (signed in since %(at)s)"), phone=spoken_label(it.label), at=instant(it.enrolled_at))
            for it in ended
        ]
    )
    return sentence(_("Signing in here signed you out on your other phone: %(named)s."), named=named)


def _title(reason: Reason, device: Device) -> str:
    if reason == Reason.REPLACED:
        return _("You signed in on another phone")
    if reason in {Reason.COPIED, Reason.REPORTED}:
        return (
            _("We signed this phone out to keep you safe")
            if device.kind == Kind.MOBILE
            else _("We signed this computer out to keep you safe")
        )
    return _("You were signed out")


def _why_ended(reason: Reason, device: Device) -> SafeString:
    if reason == Reason.REPLACED:
        return _the_other_phone(_when(device.revoked_at), device) + SafeString(" ") + sentence(_so_this_one_went())
    sentences = {
        Reason.AGENT: _("%(at)s, you signed out here or everywhere."),
        Reason.OPERATOR: _("%(at)s, your contact centre signed you out %(here)s."),
        Reason.SWITCHED_OFF: _("%(at)s, your access was switched off. Ask %(support)s."),
        Reason.NUMBER_CHANGED: _("%(at)s, your mobile number was changed. Sign in with the new one."),
        Reason.COPIED: _("%(at)s, an old copy of its sign-in was used somewhere. Sign in with a code."),
        Reason.HANDED_OVER: _("%(at)s, somebody else signed in %(here)s."),
        Reason.REPORTED: _(
            "%(at)s, you told us from another phone or computer that this sign-in was not yours. If it was, sign in "
            "with a code."
        ),
        Reason.EVERYONE: _("%(at)s, everyone was signed out."),
    }
    parts = {"at": _when(device.revoked_at), "here": _here(device), "support": _(settings.LATCHKEY.support)}
    return sentence(sentences[reason], **parts)


def _the_other_phone(at: str, device: Device) -> SafeString:
    if device.replaced_by is None:
        return sentence(_("%(at)s, you signed in with another phone."), at=at)
    phone = spoken_label(device.replaced_by.label)
    return sentence(_("%(at)s, you signed in with another phone (%(phone)s)."), at=at, phone=phone)


def _so_this_one_went() -> str:
    phones = settings.LATCHKEY.phones_per_agent
    return ngettext(
        "Only one phone can be signed in at a time, so we signed this one out.",
        "Only %(phones)s phones can be signed in at a time. This one had been unused for longest, so we signed it out.",
        phones,
    ) % {"phones": phones}


def _why_a_code(reason: str, device: Device, policy: TimeoutPolicy) -> SafeString:
    unused = _("You have not signed in %(here)s since %(at)s. We ask again after %(limit)s.")
    sentences = {
        Limit.INACTIVITY: (unused, policy.inactivity),
        Limit.ABSOLUTE: (
            _(
                "You used a code or passkey %(here)s on %(code)s. A sign-in ends after %(limit)s, even if you use it "
                "all the time."
            ),
            policy.absolute,
        ),
        Limit.CODE_AGE: (
            _("Your last code or passkey %(here)s was on %(code)s. We ask again after %(limit)s."),
            policy.code_again_after,
        ),
        Cause.EXPIRED: (unused, LIFETIME),
        Cause.KEY: (_("We changed the key that keeps phones signed in. Every phone needs a new code once."), None),
        Cause.POLICY: (_("Your contact centre asks for a code each time you sign in %(here)s."), None),
    }
    text, limit = sentences[Limit(reason) if reason in set(Limit) else Cause(reason)]
    code, at = instant(device.authenticated_at), instant(device.last_seen_at)
    return sentence(text, here=_here(device), code=code, at=at, limit=duration(limit))


def _here(device: Device) -> str:
    return _("on this phone") if device.kind == Kind.MOBILE else _("on this computer")


def _when(at: datetime | None) -> SafeString:
    on = _("on %(at)s")
    return sentence(on[:1].upper() + on[1:], at=instant(at) if at else _("an unknown day"))
