"""Durations, instants, days, countries and device names as template filters."""

from django import template

from idp.login.pages import localised

register = template.Library()
for said in (localised.duration, localised.instant, localised.day, localised.country, localised.spoken_label):
    register.filter(said.__name__, said)
register.simple_tag(localised.instant_pattern)
