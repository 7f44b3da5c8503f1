"""Durations, instants, countries and the names of phones, as filters."""

from django import template

from idp.login.pages import localised

register = template.Library()
for said in (localised.duration, localised.instant, localised.day, localised.country, localised.spoken_label):
    register.filter(said.__name__, said)
