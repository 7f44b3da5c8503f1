"""Durations, instants, countries, lists and device names in the language of the page.

Babel provides the names of days, months and countries from the Unicode CLDR.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce

from babel import Locale
from babel.dates import format_datetime
from babel.lists import format_list
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext, to_locale
from django.utils.translation import gettext as _

from idp.policies.user_agents.words import ENDINGS, INSIDE_AN_APP, WHOLE


def duration(value: timedelta | None) -> str:
    """Return a duration in whole days (from two days on), hours or minutes. None gives an empty string."""
    if value is None:
        return ""
    minutes = int(value.total_seconds()) // 60
    hours, days = minutes // 60, value.days
    if days > 1 and hours == days * 24:
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if hours and minutes == hours * 60:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


def instant_pattern() -> str:
    """Return the pattern of an instant in UTC, in CLDR's letters. The catalogues hold it."""
    # Translators: a pattern of the Unicode CLDR for a day with weekday, and the time; see docs/how-to/add-a-language.md
    return pgettext("pattern", "EEEE d MMMM, HH:mm 'UTC'")


def instant(at: datetime) -> SafeString:
    """Return an instant as HTML, as in “Tuesday 3 March, 10:05 UTC”.

    `login/local_times.html` shows it in the time zone of the reader's phone, if the browser runs scripts.
    """
    return format_html('<time datetime="{}">{}</time>', _machine_readable(at), _in_utc(at, instant_pattern()))


def sentence(text: str, **parts: str) -> SafeString:
    """Put parts in place of the %(names)s of a text, as HTML: everything is escaped that is not HTML already."""
    safe = {name: conditional_escape(it) for name, it in parts.items()}
    return mark_safe(escape(text) % safe)  # noqa: S308 - all of it is escaped


def day(at: datetime) -> SafeString:
    """Return the day of an instant with its year as HTML, as in “3 March 2026”. Its time zone is as for `instant`."""
    # Translators: a pattern of the Unicode CLDR for a day with its year
    pattern = pgettext("pattern", "d MMMM y")
    shown = _in_utc(at, pattern)
    return format_html('<time datetime="{}" data-pattern="{}">{}</time>', _machine_readable(at), pattern, shown)


def country(code: str) -> str:
    """Return the name of a country, given its ISO 3166 code."""
    return str(_locale().territories.get(code, code))


def both(parts: Sequence[str]) -> SafeString:
    """Join names, as in “A, B and C”, as HTML."""
    return mark_safe(format_list([conditional_escape(it) for it in parts], locale=_locale()))  # noqa: S308 - as above


def spoken_label(label: str) -> str:
    """Translate the stored English label of a device, such as “Android phone, Chrome”. Brand names stay."""
    parts = [_spoken(part) for part in label.split(", ")]
    return reduce(lambda phone, browser: _("%(phone)s, %(browser)s") % {"phone": phone, "browser": browser}, parts)


def _spoken(part: str) -> str:
    """Translate a part of a label.

    “phone” is translated as a whole, “Android or Linux computer” by its last word. What an app calls itself stays.
    """
    if part in WHOLE or part == INSIDE_AN_APP:
        return _(part)
    for ending in ENDINGS:
        rest = ending.removeprefix("%(platform)s")
        if part.endswith(rest):
            platforms = part.removesuffix(rest).split(" or ")
            return _(ending) % {"platform": format_list(platforms, style="or", locale=_locale())}
    return part


def _machine_readable(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _in_utc(at: datetime, pattern: str) -> str:
    return format_datetime(at, pattern, tzinfo=UTC, locale=_locale())


def _locale() -> Locale:
    return Locale.parse(to_locale(get_language() or "en"))
