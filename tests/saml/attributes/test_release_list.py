import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from idp.saml import names
from idp.saml.attributes.attribute import Attribute
from idp.saml.attributes.faults import LONGEST_NAME, faults
from idp.saml.attributes.release_list import (
    ANY,
    BASICS,
    FLEX,
    Release,
    Rules,
    Source,
    lacking,
    release,
    rules_of,
    worker_attribute,
)
from idp.saml.attributes.types import Type
from idp.saml.documents.elements import writable
from idp.saml.responses.assertion import Authenticated, Envelope, ResponseContent, Subject, build_assertion
from tests.saml.messages import ACS, NOW, SP
from tests.saml.responses.releases import ANN, NEW, URI, fixed, listed


@pytest.mark.parametrize("slug", ["flex-enhanced", "flex-legacy"])
@pytest.mark.parametrize("person", [ANN, replace(ANN, full_name="", roles=())], ids=["full", "empty"])
def test_flex_gets_the_mandatory_whatever_the_list_says(slug, person):
    assert release(person, (), NEW, rules_of(slug)) == (
        Attribute("roles", person.roles),
        Attribute("full_name", (person.full_name,)),
        Attribute("email", (person.email,)),
    )


def test_an_empty_mandatory_attribute_is_named_with_its_format():
    rules = Rules(mandatory=(Release("tel", Source.PHONE, name_format=URI),))
    assert release(replace(ANN, phone=""), (), NEW, rules) == (Attribute("tel", ("",), URI),)


def test_a_comma_in_a_role_makes_no_second_role():
    roles = release(replace(ANN, roles=("agent,admin",)), (), NEW)[0]
    assert roles.values == ("agent,admin",)


def test_the_mandatory_cannot_be_changed_by_a_list():
    changed = [Release("roles", Source.EMAIL), fixed("email", "x"), Release("full_name", Source.FULL_NAME)]
    assert release(ANN, changed, frozenset({"roles", "full_name", "email"})) == release(ANN, (), NEW)


def test_another_app_gets_nothing_but_what_is_listed():
    assert rules_of("generic") == ANY
    assert release(ANN, (), NEW, ANY) == ()
    assert release(ANN, BASICS[1:2], NEW, ANY) == (Attribute("full_name", ("Ann Smith",)),)


TOLD = {
    "email": (Release("mail.string", Source.EMAIL), ("ann@example.org",)),
    "full name": (Release("name", Source.FULL_NAME), ("Ann Smith",)),
    "roles as one array": (Release("all.stringarray", Source.ROLES), ("agent,admin",)),
    "department": (Release("department", Source.DEPARTMENT), ("Sales",)),
    "phone": (Release("phone", Source.PHONE), ("+15550100",)),
    "fixed text": (fixed("location", "Berlin"), ("Berlin",)),
    "an empty text on purpose": (fixed("team_owner", ""), ("",)),
    "a comma list as text": (fixed("team_owner", "a,b"), ("a,b",)),
    "a number": (fixed("skill.int", "-5"), ("-5",)),
    "yes": (fixed("canAddAgents.boolean", "true"), ("true",)),
    "an array of one": (fixed("l.stringarray", "en"), ("en",)),
    "an array of text": (fixed("l.stringarray", "en", "de"), ("en,de",)),
    "an array of numbers": (fixed("l.intarray", "1", "-2"), ("1,-2",)),
    "an array of yes and no": (fixed("l.booleanarray", "true", "false"), ("true,false",)),
    "no type of its own": (fixed("channel.voice.availability", "true"), ("true",)),
    "lines": (fixed("a.string", "one\ntwo"), ("one\ntwo",)),
}


@pytest.mark.parametrize(("line", "values"), TOLD.values(), ids=TOLD)
def test_each_source_and_type_tells_its_values(line, values):
    assert listed(line) == (Attribute(line.name, values),)
    assert faults([line]) == ()


def test_elsewhere_several_values_stay_several_and_endings_mean_nothing():
    lines = (Release("roles", Source.ROLES), fixed("x.int", "a", "b,c"), fixed("x", "", name_format=URI))
    assert faults(lines, ANY) == ()
    assert listed(*lines, rules=ANY) == (
        Attribute("roles", ("agent", "admin")),
        Attribute("x.int", ("a", "b,c")),
        Attribute("x", ("",), URI),
    )


CLEARED = {
    "never sent": ((), (), ()),
    "removed": ((), ("team", "area"), ("area", "team")),
    "still sent": ((fixed("team", "x"),), ("team",), ()),
    "given a type": ((fixed("skill.int", "1"),), ("skill",), ()),
    "given another type": ((fixed("skill.string", "1"),), ("skill.int",), ()),
    "once without, once with a type": ((), ("skill.int", "skill"), ("skill",)),
    "mandatory": ((), ("roles", "email"), ()),
    "empty on purpose": ((fixed("team", ""),), ("team",), ()),
}


@pytest.mark.parametrize(("lines", "before", "cleared"), CLEARED.values(), ids=CLEARED)
def test_an_attribute_that_was_sent_before_and_is_no_longer_released_is_cleared(lines, before, cleared):
    told = listed(*lines, sent_before=before)
    assert told[len(lines) :] == tuple(Attribute(name, ("",)) for name in cleared)


def test_a_fact_that_became_empty_is_cleared_and_one_never_sent_is_not():
    nobody = replace(ANN, department="", phone="")
    lines = (Release("department", Source.DEPARTMENT), Release("phone", Source.PHONE))
    assert listed(*lines, person=nobody) == ()
    assert listed(*lines, person=nobody, sent_before={"phone"}) == (Attribute("phone", ("",)),)


def test_a_typed_value_is_not_cleared_by_an_empty_one():
    told = "canAddAgents.boolean: it was sent before, and an empty value of this type cannot be sent"
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        listed(sent_before={"canAddAgents.boolean"})


LACKING = {
    "nothing": ({}, ()),
    "a department": ({"department": "", "phone": ""}, ()),
    "roles": ({"roles": ()}, ("roles",)),
    "a role without a name": ({"roles": ("",)}, ("roles",)),
    "all": ({"email": "", "full_name": "", "roles": ()}, ("roles", "full_name", "email")),
}


@pytest.mark.parametrize(("changes", "named"), LACKING.values(), ids=LACKING)
def test_a_missing_attribute_is_named_if_the_service_requires_it(changes, named):
    assert lacking(replace(ANN, **changes), FLEX) == named
    assert lacking(replace(ANN, **changes), ANY) == ()


WORKERS = {
    "skill": ("skill", None),
    "skill.int": ("skill", Type.INT),
    "skill.level.stringarray": ("skill.level", Type.STRINGARRAY),
    "skill.Int": ("skill.Int", None),
    "int": ("int", None),
    ".int": ("", Type.INT),
}


@pytest.mark.parametrize("name", WORKERS)
def test_flex_names_a_worker_attribute_by_the_part_before_the_ending(name):
    assert worker_attribute(name) == WORKERS[name]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=LONGEST_NAME).filter(writable)


WHOLE = TEXT.filter(lambda it: it and it == it.strip())


def written(attributes):
    """Build an Assertion, and read its attributes back from the bytes."""
    content = ResponseContent(
        Envelope("us", SP, ACS), Subject("ann7"), Authenticated(NOW, names.PREVIOUS_SESSION, "s"), attributes
    )
    root = etree.fromstring(build_assertion(content, now=NOW).octets())
    return [
        (it.get("Name"), it.get("NameFormat"), [value.text or "" for value in it])
        for it in root.iter(f"{{{names.ASSERTION}}}Attribute")
    ]


@given(name=WHOLE, name_format=WHOLE, values=st.lists(TEXT, min_size=1, max_size=3))
def test_any_name_format_and_text_arrives_as_it_is(name, name_format, values):
    line = fixed(name, *values, name_format=name_format)
    told = release(ANN, [line], NEW, ANY)
    assert faults([line], ANY) == ()
    assert written(told) == [(name, name_format, values)]


@given(name=WHOLE, department=TEXT)
def test_any_fact_arrives_as_it_is(name, department):
    told = release(replace(ANN, department=department), [Release(name, Source.DEPARTMENT)], NEW, ANY)
    assert written(told) == ([(name, names.BASIC, [department])] if department else [])


@given(st.lists(st.builds(Release, st.text(), st.sampled_from(Source), st.lists(st.text()).map(tuple), st.text())))
def test_a_list_without_faults_can_always_be_sent(lines):
    for rules in (FLEX, ANY):
        if not faults(lines, rules):
            written(release(ANN, lines, NEW, rules))


ENDINGS = st.sampled_from(["", ".int", ".boolean", ".string", ".stringarray", ".intarray", ".booleanarray"])


LINE = st.builds(
    lambda base, ending, values: fixed(base + ending, *values),
    st.sampled_from("abcde"),
    ENDINGS,
    st.lists(st.sampled_from(["", "1", "-5", "true", "x", "x,y"]), max_size=3),
)


@given(st.lists(LINE, max_size=4), st.frozensets(st.builds("{}{}".format, st.sampled_from("abcde"), ENDINGS)))
def test_a_valid_release_list_never_fails_and_sends_no_attribute_twice(lines, before):
    if not faults(lines, sent_before=before):
        told = release(ANN, lines, before)
        bases = [it.name.partition(".")[0] for it in told]
        assert len(set(bases)) == len(bases)
        assert {it.partition(".")[0] for it in before} <= set(bases)
