"""Durations in words, so that no number of days is ever typed into a sentence."""

from datetime import timedelta

from django import template
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def duration(value: timedelta | None) -> str:
    """Say a duration in whole days from two days on, else in hours, else in minutes. None gives nothing."""
    if value is None:
        return ""
    minutes = int(value.total_seconds()) // 60
    hours, days = minutes // 60, value.days
    if days > 1 and hours == days * 24:
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if hours and minutes == hours * 60:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
