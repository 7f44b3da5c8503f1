"""The check for names in templates finds known faults."""

import pytest
from django.template import Context, Engine, Origin, Template

from tests.accessibility import names

SP = {"slug": "flex"}


def found(text, name=f"{names.OWN}/page.html", **given):
    with names.missing() as missing:
        page = Template(text, origin=Origin(name), engine=Engine.get_default())
        page.name = "page.html"
        page.render(Context(given))
    return missing


@pytest.mark.parametrize(
    "text", ["{{ mispelt }}", "{% if mispelt %}a button{% endif %}", "{% for it in mispelt %}{% endfor %}"]
)
def test_a_name_that_the_view_does_not_give_is_found(text):
    assert found(text, misspelt=1) == {"page.html: mispelt"}


def test_an_attribute_that_the_object_does_not_have_is_found():
    assert found("{{ sp.slugg }}", sp=SP) == {"page.html: slugg"}


def test_names_that_are_given_even_as_nothing_are_no_fault():
    assert found("{{ sp.slug }}{{ error }}{% if notice %}{% endif %}", sp=SP, error="", notice=None) == set()


def test_an_attribute_of_nothing_is_no_fault():
    assert found("{{ sp.slug }}", sp=None) == set()


def test_templates_of_others_may_name_anything():
    assert found("{{ mispelt }}", name="/usr/lib/python/django/page.html") == set()
