"""Attribute release: what a list tells of a person, what it clears, and what cannot be saved."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from idp.saml import names
from idp.saml.assertion import Answer, Attribute, Authenticated, Envelope, Subject, build_assertion
from idp.saml.attributes import (
    ANY,
    BASICS,
    FLEX,
    LONGEST_NAME,
    LONGEST_VALUE,
    Release,
    Source,
    faults,
    release,
    rules_of,
)
from idp.saml.elements import writable
from idp.saml.profiles import Person
from tests.saml.messages import ACS, NOW, SP

ANN = Person("ann7", "ann@example.org", "Ann Smith", ("agent", "admin"), "Sales", "+15550100")
NEW = frozenset()
URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"


def fixed(name, *values, **changes):
    return Release(name, Source.FIXED, values, **changes)


def listed(*releases, person=ANN, sent_before=NEW, rules=FLEX):
    """What is told besides the mandatory."""
    return release(person, releases, frozenset(sent_before), rules)[len(rules.mandatory) :]


@pytest.mark.parametrize("slug", ["flex-enhanced", "flex-legacy"])
@pytest.mark.parametrize("person", [ANN, replace(ANN, full_name="", roles=())], ids=["full", "empty"])
def test_flex_gets_the_mandatory_whatever_the_list_says(slug, person):
    assert release(person, (), NEW, rules_of(slug)) == (
        Attribute("roles", person.roles),
        Attribute("full_name", (person.full_name,)),
        Attribute("email", (person.email,)),
    )


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
    "e-mail": (Release("mail.string", Source.EMAIL), ("ann@example.org",)),
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


UNTELLABLE = {
    "a fraction": fixed("a.int", "1.5"),
    "no digits": fixed("a.int", "-"),
    "a plus": fixed("a.int", "+1"),
    "padded": fixed("a.int", " 1"),
    "a line end": fixed("a.int", "1\n"),
    "digits of another script": fixed("a.int", "٣"),
    "a capital": fixed("a.boolean", "True"),
    "one for true": fixed("a.boolean", "1"),
    "one bad item": fixed("a.intarray", "1", "x"),
    "a comma in an item": fixed("a.stringarray", "a,b"),
    "a comma in a number": fixed("a.intarray", "1,2"),
    "an empty number": fixed("a.int", ""),
    "an empty text with a type": fixed("a.string", ""),
    "an empty item": fixed("a.stringarray", "a", ""),
    "no item": fixed("a.stringarray"),
    "no value": fixed("a"),
    "two values of one": fixed("a.int", "1", "2"),
    "a control character": fixed("a", "\x00"),
    "half a pair": fixed("a", "\ud800"),
    "too long": fixed("a", "x" * (LONGEST_VALUE + 1)),
    "too long together": fixed("a.stringarray", "x" * 512, "y" * 512),
}


@pytest.mark.parametrize("line", UNTELLABLE.values(), ids=UNTELLABLE)
def test_a_value_that_would_not_parse_is_neither_saved_nor_sent(line):
    assert faults([line])
    with pytest.raises(ValueError, match="a"):
        listed(line)


def test_a_role_with_a_comma_is_no_item():
    with pytest.raises(ValueError, match="comma"):
        listed(Release("all.stringarray", Source.ROLES), person=replace(ANN, roles=("agent,admin",)))


@pytest.mark.parametrize("line", [fixed("a", "x" * LONGEST_VALUE), fixed("a.stringarray", "x" * 511, "y" * 512)])
def test_a_value_of_the_longest_length_passes(line):
    assert faults([line]) == ()
    assert len(listed(line)[0].values[0]) == LONGEST_VALUE


UNSAVABLE = {
    "no name": (fixed("", "x"), "not empty"),
    "a padded name": (fixed(" a", "x"), "white space"),
    "a name XML cannot hold": (fixed("a\x00", "x"), "XML cannot hold"),
    "a long name": (fixed("x" * (LONGEST_NAME + 1), "x"), "at most 256"),
    "an ending alone": (fixed(".int", "5"), "before the ending"),
    "a capital ending": (fixed("a.Int", "5"), "written small: .int"),
    "an address": (fixed("https://x.example/mail", "x"), "address"),
    "another format": (fixed("a", "x", name_format=URI), "basic"),
    "several texts": (fixed("a", "x", "y"), ".stringarray"),
    "roles as text": (Release("a", Source.ROLES), ".stringarray"),
    "roles as numbers": (Release("a.intarray", Source.ROLES), ".stringarray"),
    "a name as number": (Release("a.int", Source.FULL_NAME), ".string"),
    "a name as array": (Release("a.stringarray", Source.FULL_NAME), ".string"),
    "a department with a type": (Release("a.string", Source.DEPARTMENT), "may be empty"),
    "a phone with a type": (Release("a.int", Source.PHONE), "may be empty"),
    "a value beside a fact": (Release("a", Source.EMAIL, ("x",)), "choose one"),
    "a mandatory of another source": (Release("email", Source.FULL_NAME), "always sent"),
    "a mandatory of another format": (replace(BASICS[0], name_format=URI), "always sent"),
}


@pytest.mark.parametrize(("line", "sentence"), UNSAVABLE.values(), ids=UNSAVABLE)
def test_a_line_that_cannot_be_saved_is_told_in_a_sentence(line, sentence):
    told = [it for it in faults([line]) if sentence in it]
    assert told
    assert all(it.isprintable() and it.endswith(".") for it in told)


@pytest.mark.parametrize("name_format", ["", " ", f" {URI}", "\x00"])
def test_a_name_format_that_is_no_uri_cannot_be_saved(name_format):
    assert "URI" in faults([fixed("a", "x", name_format=name_format)], ANY)[0]


TWICE = {
    "one name": [fixed("a", "1"), fixed("a", "2")],
    "one base": [fixed("skill", "x"), fixed("skill.int", "1")],
    "two types": [fixed("skill.string", "x"), fixed("skill.int", "1")],
    "the base of a mandatory": [Release("roles.stringarray", Source.ROLES)],
}


@pytest.mark.parametrize("lines", TWICE.values(), ids=TWICE)
def test_two_names_of_one_attribute_cannot_be_saved(lines):
    (sentence,) = faults(lines)
    assert "one and the same attribute" in sentence


@pytest.mark.parametrize("other", ["Skill.int", "skill.level.int", "skill.Int.int", "skills.int"])
def test_names_that_differ_at_all_are_two_attributes(other):
    assert faults([fixed("skill.int", "1"), fixed(other, "1")]) == ()


def test_a_mandatory_may_stand_in_the_list_as_it_is():
    assert faults(BASICS) == ()
    assert release(ANN, BASICS, NEW) == release(ANN, (), NEW)


def test_every_fault_of_a_list_is_told():
    assert len(faults([fixed("a.int", "x"), fixed("b.boolean", "x"), fixed("c"), fixed("c.int", "1")])) == 4


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
def test_what_was_sent_and_is_no_more_is_cleared(lines, before, cleared):
    told = listed(*lines, sent_before=before)
    assert told[len(lines) :] == tuple(Attribute(name, ("",)) for name in cleared)


def test_a_fact_that_became_empty_is_cleared_and_one_never_sent_is_not():
    nobody = replace(ANN, department="", phone="")
    lines = (Release("department", Source.DEPARTMENT), Release("phone", Source.PHONE))
    assert listed(*lines, person=nobody) == ()
    assert listed(*lines, person=nobody, sent_before={"phone"}) == (Attribute("phone", ("",)),)


def test_a_typed_value_is_not_cleared_by_an_empty_one():
    with pytest.raises(ValueError, match="sent before"):
        listed(sent_before={"canAddAgents.boolean"})


def test_the_removal_of_a_typed_value_cannot_be_saved():
    before = frozenset({"canAddAgents.boolean", "team"})
    (sentence,) = faults([], sent_before=before)
    assert sentence.startswith("canAddAgents.boolean: ")
    assert faults([fixed("canAddAgents.boolean", "false")], sent_before=before) == ()


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=LONGEST_NAME).filter(writable)
WHOLE = TEXT.filter(lambda it: it and it == it.strip())


def written(attributes):
    """Build an Assertion, and read its attributes back from the bytes."""
    content = Answer(
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
def test_what_may_be_saved_never_fails_and_never_tells_an_attribute_twice(lines, before):
    if not faults(lines, sent_before=before):
        told = release(ANN, lines, before)
        bases = [it.name.partition(".")[0] for it in told]
        assert len(set(bases)) == len(bases)
        assert {it.partition(".")[0] for it in before} <= set(bases)
