"""The list of what a service is told, and what cannot be told."""

import pytest
from lxml import html

from idp.saml import names
from idp.saml.attributes.release_list import BASICS, Release, Source
from idp.saml.models import ReleasedAttribute, SentAttribute, ServiceProvider
from tests.conftest import an_agent
from tests.web.admin.services.form import FLEX, FLEX_ACS, LIST, add, filled, row
from tests.web.seeded import a_service

URI = names.URI


def line(nth, name, source="fixed", *values, pk="", sp="", **fields):
    """One line of a release list, as a browser sends it."""
    given = {
        "position": nth,
        "name": name,
        "source": source,
        "fixed": "\r\n".join(values),
        "name_format": names.BASIC,
        "id": pk,
        "service_provider": sp,
        **fields,
    }
    return {f"released-{nth}-{field}": value for field, value in given.items()}


def the_lines(sp=None):
    return [it.line for it in (sp or ServiceProvider.objects.get()).released.all()]


def test_a_new_service_starts_with_the_three_usual_attributes(admin):
    page = admin.get(f"{LIST}add/").text
    for nth, name in enumerate(["roles", "full_name", "email"]):
        assert f'name="released-{nth}-name" value="{name}"' in page


def test_attributes_are_saved_in_order_with_values_and_formats(admin, keys):
    add(admin, line(0, "site", "fixed", "Kraków", "R&D <Team>", position=2), line(1, "mail", "email", name_format=URI))
    assert the_lines() == [
        Release("mail", Source.EMAIL, (), URI),
        Release("site", Source.FIXED, ("Kraków", "R&D <Team>"), names.BASIC),
    ]


def test_an_attribute_without_a_position_comes_last(admin, keys):
    lines = [line(0, "c", "email", position=""), line(1, "a", "email", position=7), line(2, "b", "email", position="")]
    add(admin, *lines)
    assert [it.name for it in the_lines()] == ["a", "c", "b"]


def test_a_name_with_markup_stays_a_name_on_the_page(admin, keys):
    add(admin, line(0, "R&D <Team>", "fixed", "<b>"))
    page = admin.get(f"{LIST}{ServiceProvider.objects.get().pk}/change/").text
    assert 'value="R&amp;D &lt;Team&gt;"' in page
    assert "&lt;b&gt;</textarea>" in page


def test_an_empty_line_is_an_empty_value(admin, keys):
    add(admin, line(0, "note", "fixed", "", ""))
    assert the_lines()[0].fixed == ("",)


UNTELLABLE = {
    "no value": (line(0, "site"), {}, "fixed", "site: it has no value."),
    "a value beside a fact": (line(0, "mail", "email", "x"), {}, "fixed", "there are both a fixed value and a fact"),
    "a word for a number": (line(0, "skill.int", "fixed", "x"), FLEX, "fixed", "a value is not a whole number"),
    "a type that does not fit": (line(0, "all.int", "roles"), FLEX, "name", "end the name in .stringarray"),
    "another format at Flex": (line(0, "a", "fixed", "x", name_format=URI), FLEX, "name", "the name format basic"),
    "one that is always sent": (line(0, "email", "fixed", "x"), FLEX, "name", "it is always sent"),
}


@pytest.mark.parametrize(("told", "fields", "at", "sentence"), UNTELLABLE.values(), ids=UNTELLABLE)
def test_an_attribute_that_cannot_be_sent_gets_a_sentence_at_its_field(admin, told, fields, at, sentence):
    page = html.fromstring(add(admin, row(0, FLEX_ACS, default=True), told, **fields).text)
    errors = page.xpath(f"//td[contains(@class,'field-{at}')]/ul[contains(@class,'errorlist')]")
    assert any(sentence in it.text_content() for it in errors)
    assert not ServiceProvider.objects.exists()


def test_the_same_attribute_twice_gets_a_sentence(admin):
    told = [line(0, "skill", "fixed", "a"), line(1, "skill.int", "fixed", "5")]
    page = add(admin, row(0, FLEX_ACS, default=True), *told, **FLEX).text
    assert "skill, skill.int: this is one and the same attribute; keep one." in page


def test_type_suffixes_mean_nothing_to_services_other_than_flex(admin, keys):
    add(admin, line(0, "skill", "fixed", "a"), line(1, "skill.int", "fixed", "x"))
    assert [it.name for it in the_lines()] == ["skill", "skill.int"]


def test_attributes_that_flex_always_receives_are_shown_and_not_stored(admin, keys):
    told = [line(nth, it.name, it.source.value) for nth, it in enumerate(BASICS)]
    add(admin, row(0, FLEX_ACS, default=True), *told, line(3, "canAddAgents.boolean", "fixed", "true"), **FLEX)
    sp = ServiceProvider.objects.get()
    assert [it.name for it in the_lines(sp)] == ["canAddAgents.boolean"]
    page = html.fromstring(admin.get(f"{LIST}{sp.pk}/change/").text)
    assert "roles, full_name, email" in page.xpath("string(//div[contains(@class,'field-mandatory_attributes')])")
    assert "canAddAgents: true or false" in page.xpath("string(//td[contains(@class,'field-at_flex')])")


def test_a_typed_attribute_that_was_sent_cannot_be_removed(admin, keys):
    sp = a_service()
    kept = ReleasedAttribute.objects.create(service_provider=sp, name="skill.int", source="fixed", fixed="5")
    SentAttribute.objects.create(agent=an_agent(), service_provider=sp, name="skill.int")
    acs = sp.consumers.get()
    rows = [row(0, acs.url, index=0, default=True, pk=acs.pk, sp=sp.pk)]
    rows.append(line(0, "skill.int", "fixed", "5", pk=kept.pk, sp=sp.pk) | {"released-0-DELETE": "on"})
    fields = {"profile": sp.profile, "entity_id": sp.entity_id, "known": 1, "told": 1}
    page = admin.post(f"{LIST}{sp.pk}/change/", filled(*rows, **fields))
    assert "Do not remove it; give it a fixed value instead." in page.text
    assert sp.released.count() == 1
