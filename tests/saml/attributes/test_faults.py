"""What is wrong with a release list, told in sentences before it is saved."""

import re
from dataclasses import replace

import pytest

from idp.saml.attributes.faults import LONGEST_NAME, faults, value_faults
from idp.saml.attributes.release_list import ANY, BASICS, FLEX, Release, Source, release
from idp.saml.attributes.types import LONGEST_VALUE
from tests.saml.responses.releases import ANN, NEW, URI, fixed, listed

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
    assert faults([line]) == value_faults(line, FLEX) == tuple(f"{line.name}: {it}." for it in told)
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
    "an email as number": (Release("a.int", Source.EMAIL), f"email {TEXT_OR_NOT}"),
    "a department with a type": (Release("a.string", Source.DEPARTMENT), f"department {MAYBE_EMPTY}"),
    "a phone with a type": (Release("a.int", Source.PHONE), f"phone {MAYBE_EMPTY}"),
    "a value beside a fact": (
        Release("a", Source.EMAIL, ("x",)),
        "there are both a fixed value and a fact of the person; choose one",
    ),
    "a mandatory of another source": (Release("email", Source.FULL_NAME), FROM_THE_START),
    "a mandatory of another format": (replace(BASICS[0], name_format=URI), FROM_THE_START),
}


@pytest.mark.parametrize(("line", "sentence"), UNSAVABLE.values(), ids=UNSAVABLE)
def test_a_line_that_cannot_be_saved_is_explained_in_a_sentence(line, sentence):
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


def test_every_fault_of_a_list_is_reported():
    assert len(faults([fixed("a.int", "x"), fixed("b.boolean", "x"), fixed("c"), fixed("c.int", "1")])) == 4


def test_the_removal_of_a_typed_value_cannot_be_saved():
    before = frozenset({"canAddAgents.boolean", "team"})
    assert faults([], sent_before=before) == (
        "canAddAgents.boolean: Flex keeps the last value, and an empty one of this type cannot be sent. "
        "Do not remove it; give it a fixed value instead.",
    )
    assert faults([fixed("canAddAgents.boolean", "false")], sent_before=before) == ()


def test_the_values_of_a_line_are_judged_without_its_name():
    assert value_faults(fixed(" a.int", "x"), FLEX) == (f" a.int: {NO_NUMBER}.",)
    assert value_faults(fixed("https://x.example", "x", name_format=URI), FLEX) == ()
    assert value_faults(fixed("a.int", "x"), ANY) == ()
    assert value_faults(fixed("a\x00"), FLEX) == ("'a\\x00': it has no value.",)
