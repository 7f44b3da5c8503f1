"""Attribute release: what a list tells of a person, what it clears, and what cannot be saved."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from idp.saml import names
from idp.saml.documents.elements import writable
from idp.saml.profiles import Person
from idp.saml.responses.assertion import Answer, Attribute, Authenticated, Envelope, Subject, build_assertion
from idp.saml.responses.attributes import (
    ANY,
    BASICS,
    FLEX,
    LONGEST_NAME,
    LONGEST_VALUE,
    Release,
    Rules,
    Source,
    Type,
    faults,
    lacking,
    release,
    rules_of,
    value_faults,
    worker_attribute,
)
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


def test_an_empty_mandatory_is_told_in_its_own_format():
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


NO_NUMBER = "a value is not a whole number, such as 5 or -5"
NO_TRUTH = "a value is not true or false"
COMMA = "a comma separates items, so no item can hold one"
EMPTY = "an empty value of this type cannot be sent; give an explicit one, such as 0 or false"
UNWRITABLE = "a value holds a character that XML cannot hold"
TOO_LONG = "a value has at most 1024 characters"
UNTELLABLE = {
    "a fraction": (fixed("a.int", "1.5"), NO_NUMBER),
    "no digits": (fixed("a.int", "-"), NO_NUMBER),
    "a plus": (fixed("a.int", "+1"), NO_NUMBER),
    "padded": (fixed("a.int", " 1"), NO_NUMBER),
    "a line end": (fixed("a.int", "1\n"), NO_NUMBER),
    "digits of another script": (fixed("a.int", "٣"), NO_NUMBER),
    "a capital": (fixed("a.boolean", "True"), NO_TRUTH),
    "one for true": (fixed("a.boolean", "1"), NO_TRUTH),
    "one bad item": (fixed("a.intarray", "1", "x"), NO_NUMBER),
    "a comma in an item": (fixed("a.stringarray", "a,b"), COMMA),
    "a comma in a number": (fixed("a.intarray", "1,2"), NO_NUMBER, COMMA),
    "an empty number": (fixed("a.int", ""), EMPTY),
    "an empty text with a type": (fixed("a.string", ""), EMPTY),
    "an empty item": (fixed("a.stringarray", "a", ""), EMPTY),
    "no item": (fixed("a.stringarray"), "it has no value"),
    "no value": (fixed("a"), "it has no value"),
    "two values of one": (fixed("a.int", "1", "2"), "it has several values: end the name in .intarray"),
    "a control character": (fixed("a", "\x00"), UNWRITABLE),
    "half a pair": (fixed("a", "\ud800"), UNWRITABLE),
    "too long": (fixed("a", "x" * (LONGEST_VALUE + 1)), TOO_LONG),
    "too long together": (fixed("a.stringarray", "x" * 512, "y" * 512), TOO_LONG),
}


@pytest.mark.parametrize("case", UNTELLABLE.values(), ids=UNTELLABLE)
def test_a_value_that_would_not_parse_is_neither_saved_nor_sent(case):
    line, *told = case
    assert faults([line]) == value_faults(line) == tuple(f"{line.name}: {it}." for it in told)
    with pytest.raises(ValueError, match=f"^{re.escape(f'{line.name}: {told[0]}')}$"):
        listed(line)


def test_a_role_with_a_comma_is_no_item():
    with pytest.raises(ValueError, match="comma"):
        listed(Release("all.stringarray", Source.ROLES), person=replace(ANN, roles=("agent,admin",)))


@pytest.mark.parametrize("line", [fixed("a", "x" * LONGEST_VALUE), fixed("a.stringarray", "x" * 511, "y" * 512)])
def test_a_value_of_the_longest_length_passes(line):
    assert faults([line]) == ()
    assert len(listed(line)[0].values[0]) == LONGEST_VALUE


SEVERAL = "roles is several values: end the name in .stringarray"
TEXT_OR_NOT = "is text: end the name in .string or leave the ending out"
MAYBE_EMPTY = "is text that may be empty: leave the ending out"
FROM_THE_START = "it is always sent, and cannot be changed"
UNSAVABLE = {
    "a padded name": (fixed(" a", "x"), "a name is not empty and has no white space around it"),
    "an ending alone": (fixed(".int", "5"), "there is no name before the ending"),
    "a capital ending": (fixed("a.Int", "5"), "endings are written small: .int"),
    "a capital ending behind two dots": (fixed("a.b.Int", "5"), "endings are written small: .int"),
    "an address": (fixed("https://x.example/mail", "x"), "Flex does not understand an address as a name"),
    "another format": (fixed("a", "x", name_format=URI), "Flex wants the name format basic"),
    "several texts": (fixed("a", "x", "y"), "it has several values: end the name in .stringarray"),
    "a long name": (fixed("x" * (LONGEST_NAME + 1), "x"), "a name has at most 256 characters"),
    "roles as text": (Release("a", Source.ROLES), SEVERAL),
    "roles as numbers": (Release("a.intarray", Source.ROLES), SEVERAL),
    "a name as number": (Release("a.int", Source.FULL_NAME), f"full_name {TEXT_OR_NOT}"),
    "a name as array": (Release("a.stringarray", Source.FULL_NAME), f"full_name {TEXT_OR_NOT}"),
    "an e-mail as number": (Release("a.int", Source.EMAIL), f"email {TEXT_OR_NOT}"),
    "a department with a type": (Release("a.string", Source.DEPARTMENT), f"department {MAYBE_EMPTY}"),
    "a phone with a type": (Release("a.int", Source.PHONE), f"phone {MAYBE_EMPTY}"),
    "a value beside a fact": (
        Release("a", Source.EMAIL, ("x",)),
        "a fixed value stands beside a fact of the person; choose one",
    ),
    "a mandatory of another source": (Release("email", Source.FULL_NAME), FROM_THE_START),
    "a mandatory of another format": (replace(BASICS[0], name_format=URI), FROM_THE_START),
}


@pytest.mark.parametrize(("line", "sentence"), UNSAVABLE.values(), ids=UNSAVABLE)
def test_a_line_that_cannot_be_saved_is_told_in_a_sentence(line, sentence):
    assert faults([line]) == (f"{line.name}: {sentence}.",)


def test_a_name_that_cannot_be_shown_is_shown_escaped():
    assert faults([fixed("a\x00", "x")]) == ("'a\\x00': the name holds a character that XML cannot hold.",)
    assert faults([fixed("", "x")], ANY) == ("'': a name is not empty and has no white space around it.",)


@pytest.mark.parametrize("rules", [FLEX, ANY])
def test_a_name_of_the_longest_length_passes(rules):
    assert faults([fixed("x" * LONGEST_NAME, "y")], rules) == ()


@pytest.mark.parametrize("name_format", ["", " ", f" {URI}", "\x00"])
def test_a_name_format_that_is_no_uri_cannot_be_saved(name_format):
    assert faults([fixed("a", "x", name_format=name_format)], ANY) == ("a: the name format is no URI.",)


TWICE = {
    "a, a": [fixed("a", "1"), fixed("b", "1"), fixed("a", "2")],
    "skill, skill.int": [fixed("skill", "x"), fixed("skill.int", "1")],
    "skill.string, skill.int": [fixed("skill.string", "x"), fixed("skill.int", "1")],
    "roles, roles.stringarray": [Release("roles.stringarray", Source.ROLES)],
}


@pytest.mark.parametrize("both", TWICE)
def test_two_names_of_one_attribute_cannot_be_saved(both):
    assert faults(TWICE[both]) == (f"{both}: this is one and the same attribute; keep one.",)


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
    told = "canAddAgents.boolean: it was sent before, and an empty value of this type cannot be sent"
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        listed(sent_before={"canAddAgents.boolean"})


def test_the_removal_of_a_typed_value_cannot_be_saved():
    before = frozenset({"canAddAgents.boolean", "team"})
    assert faults([], sent_before=before) == (
        "canAddAgents.boolean: Flex keeps the last value, and an empty one of this type cannot be sent. "
        "Do not remove it; give it a fixed value instead.",
    )
    assert faults([fixed("canAddAgents.boolean", "false")], sent_before=before) == ()


LACKING = {
    "nothing": ({}, ()),
    "a department": ({"department": "", "phone": ""}, ()),
    "roles": ({"roles": ()}, ("roles",)),
    "a role without a name": ({"roles": ("",)}, ("roles",)),
    "all": ({"email": "", "full_name": "", "roles": ()}, ("roles", "full_name", "email")),
}


@pytest.mark.parametrize(("changes", "named"), LACKING.values(), ids=LACKING)
def test_what_a_person_lacks_is_named_where_the_app_insists_on_it(changes, named):
    assert lacking(replace(ANN, **changes), FLEX) == named
    assert lacking(replace(ANN, **changes), ANY) == ()


def test_the_values_of_a_line_are_judged_without_its_name():
    assert value_faults(fixed(" a.int", "x")) == (f" a.int: {NO_NUMBER}.",)
    assert value_faults(fixed("https://x.example", "x", name_format=URI)) == ()
    assert value_faults(fixed("a.int", "x"), ANY) == ()
    assert value_faults(fixed("a\x00")) == ("'a\\x00': it has no value.",)


WORKERS = {
    "skill": ("skill", None),
    "skill.int": ("skill", Type.INT),
    "skill.level.stringarray": ("skill.level", Type.STRINGARRAY),
    "skill.Int": ("skill.Int", None),
    "int": ("int", None),
    ".int": ("", Type.INT),
}


@pytest.mark.parametrize("name", WORKERS)
def test_flex_names_a_worker_attribute_by_what_stands_before_the_ending(name):
    assert worker_attribute(name) == WORKERS[name]


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
