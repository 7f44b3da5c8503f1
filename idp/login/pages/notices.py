"""Tells agents why their phone is asked for a code again, and what a sign-in has ended."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from idp.agents.models import Device, Kind, Reason
from idp.login.ladder.steps import Cause
from idp.login.pages.localised import both, duration, instant, spoken_label
from idp.policies.timeouts import Limit, TimeoutPolicy
from idp.tokens.rotation import LIFETIME


@dataclass(frozen=True, slots=True)
class Notice:
    """A heading and a paragraph above the form."""

    title: str
    text: str


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
        _("You said that the sign-in on another phone (%(phone)s) was not you. We told %(org)s.") % names
        + " "
        + _("If you no longer get texts, tell %(support)s now: somebody may have taken over your number.") % names,
    )


def of_ended(ended: list[Device]) -> str:
    """Name the phones that a sign-in has just signed out. Returns an empty string if there are none."""
    if not ended:
        return ""
    named = both(
        [
            _("%(phone)s (signed in since %(at)s)") % {"phone": spoken_label(it.label), "at": instant(it.enrolled_at)}
            for it in ended
        ]
    )
    return _("Signing in here signed you out on your other phone: %(named)s.") % {"named": named}


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


def _why_ended(reason: Reason, device: Device) -> str:
    at, here = _when(device.revoked_at), _here(device)
    sentences = {
        Reason.REPLACED: f"{_the_other_phone(at, device)} {_so_this_one_went()}",
        Reason.AGENT: _("%(at)s, you signed out here or everywhere.") % {"at": at},
        Reason.OPERATOR: _("%(at)s, your contact centre signed you out %(here)s.") % {"at": at, "here": here},
        Reason.SWITCHED_OFF: _("%(at)s, your access was switched off. Ask %(support)s.")
        % {"at": at, "support": _(settings.LATCHKEY.support)},
        Reason.NUMBER_CHANGED: _("%(at)s, your mobile number was changed. Sign in with the new one.") % {"at": at},
        Reason.COPIED: _("%(at)s, an old copy of its sign-in was used somewhere. Sign in with a code.") % {"at": at},
        Reason.HANDED_OVER: _("%(at)s, somebody else signed in %(here)s.") % {"at": at, "here": here},
        Reason.REPORTED: _(
            "%(at)s, you told us from another phone or computer that this sign-in was not yours. If it was, sign in "
            "with a code."
        )
        % {"at": at},
        Reason.EVERYONE: _("%(at)s, everyone was signed out.") % {"at": at},
    }
    return sentences[reason]


def _the_other_phone(at: str, device: Device) -> str:
    if device.replaced_by is None:
        return _("%(at)s, you signed in with another phone.") % {"at": at}
    phone = spoken_label(device.replaced_by.label)
    return _("%(at)s, you signed in with another phone (%(phone)s).") % {"at": at, "phone": phone}


def _so_this_one_went() -> str:
    phones = settings.LATCHKEY.phones_per_agent
    return ngettext(
        "Only one phone can be signed in at a time, so we signed this one out.",
        "Only %(phones)s phones can be signed in at a time. This one had been unused for longest, so we signed it out.",
        phones,
    ) % {"phones": phones}


def _why_a_code(reason: str, device: Device, policy: TimeoutPolicy) -> str:
    here = _here(device)
    code, away = instant(device.authenticated_at), {"here": here, "at": instant(device.last_seen_at)}
    sentences = {
        Limit.INACTIVITY: _("You have not signed in %(here)s since %(at)s. We ask again after %(limit)s.")
        % {**away, "limit": duration(policy.inactivity)},
        Limit.ABSOLUTE: _(
            "You used a code or passkey %(here)s on %(code)s. A sign-in ends after %(limit)s, even if you use it "
            "all the time."
        )
        % {"here": here, "code": code, "limit": duration(policy.absolute)},
        Limit.CODE_AGE: _("Your last code or passkey %(here)s was on %(code)s. We ask again after %(limit)s.")
        % {"here": here, "code": code, "limit": duration(policy.code_again_after)},
        Cause.EXPIRED: _("You have not signed in %(here)s since %(at)s. We ask again after %(limit)s.")
        % {**away, "limit": duration(LIFETIME)},
        Cause.KEY: _("We changed the key that keeps phones signed in. Every phone needs a new code once."),
        Cause.POLICY: _("Your contact centre asks for a code each time you sign in %(here)s.") % {"here": here},
    }
    return sentences[Limit(reason) if reason in set(Limit) else Cause(reason)]


def _here(device: Device) -> str:
    return _("on this phone") if device.kind == Kind.MOBILE else _("on this computer")


def _when(at: datetime | None) -> str:
    on = _("on %(at)s") % {"at": instant(at) if at else _("an unknown day")}
    return on[:1].upper() + on[1:]
