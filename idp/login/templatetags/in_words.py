"""Durations, instants, countries and the names of phones, as filters."""

from django import template

from idp.login import in_words

register = template.Library()
for said in (in_words.duration, in_words.instant, in_words.day, in_words.country, in_words.spoken_label):
    register.filter(said.__name__, said)
