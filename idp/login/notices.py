"""Why a phone that was signed in is asked for a code again, in words for the agent."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from idp.agents.models import Device, Kind, Reason
from idp.login.standing import EXPIRED
from idp.policies.timeouts import Limit


@dataclass(frozen=True, slots=True)
class Notice:
    """A heading and one paragraph, shown above the form."""

    title: str
    text: str


def notice(reason: str | None, device: Device | None) -> Notice | None:
    """Explain a reason, or return None if there is nothing to explain."""
    if reason is None or device is None:
        return None
    if reason in {Limit.INACTIVITY, Limit.ABSOLUTE, Limit.CODE_AGE, EXPIRED}:
        return _time_for_a_code(reason, device)
    titles = {
        Reason.REPLACED: _("You signed in on another phone"),
        Reason.COPIED: _("We signed this phone out to keep you safe"),
    }
    return Notice(titles.get(Reason(reason), _("You were signed out")), _why_ended(Reason(reason), device))


def _why_ended(reason: Reason, device: Device) -> str:
    at = _when(device.revoked_at)
    replaced_by = device.replaced_by.label if device.replaced_by else _("another phone")
    sentences = {
        Reason.REPLACED: _("%(at)s you signed in with another phone (%(phone)s).") % {"at": at, "phone": replaced_by}
        + " "
        + _so_this_one_went(),
        Reason.AGENT: _("%(at)s you signed this phone out.") % {"at": at},
        Reason.OPERATOR: _("%(at)s your contact centre signed this phone out.") % {"at": at},
        Reason.SWITCHED_OFF: _("Your access was switched off. Ask %(support)s.")
        % {"support": settings.LATCHKEY.support},
        Reason.NUMBER_CHANGED: _("Your mobile number was changed."),
        Reason.COPIED: _("An old copy of its sign-in was used somewhere. Sign in with a code."),
        Reason.HANDED_OVER: _("Somebody else signed in with it."),
    }
    return sentences[reason]


def _so_this_one_went() -> str:
    phones = settings.LATCHKEY.phones_per_agent
    return ngettext(
        "Only one phone can be signed in at a time, so this one was signed out.",
        "Only %(phones)s phones can be signed in at a time. This one was unused longest, so it was signed out.",
        phones,
    ) % {"phones": phones}


def _time_for_a_code(reason: str, device: Device) -> Notice:
    here = _("on this phone") if device.kind == Kind.MOBILE else _("on this computer")
    if reason == Limit.INACTIVITY:
        text = _("You have not signed in %(here)s since %(at)s.") % {
            "here": here,
            "at": _when(device.last_seen_at, lower=True),
        }
    else:
        text = _("Your last code %(here)s was given %(at)s.") % {
            "here": here,
            "at": _when(device.authenticated_at, lower=True),
        }
    return Notice(_("Time for a new code"), text)


def _when(at: datetime | None, *, lower: bool = False) -> str:
    told = date_format(at, "l j F, H:i") + " UTC" if at else _("some time ago")
    on = _("on %(at)s") % {"at": told}
    return on if lower else on[:1].upper() + on[1:]
