"""Operators find an agent by what they heard on the phone: a name without its accents, a number as it is spoken."""

import pytest

from idp.agents.models import Agent
from idp.web import people_search
from tests.conftest import an_agent

pytestmark = pytest.mark.each_database

PEOPLE = {
    "ana": ("Ana García", "+12015550101"),
    "fatma": ("Fatma Y\u0131lmaz", "+34612345678"),
    "nikos": ("Νίκος Παπάς", "+12015550122"),
    "jose": ("Jose\u0301 Łukasz", "+12015550123"),
    "sakura": ("衛藤 さくら", "+12015550124"),
}


@pytest.fixture
def people(db):
    for short, (name, number) in PEOPLE.items():
        an_agent(number, f"{short}@acme.example", full_name=name)


def found(typed):
    return {it.email.partition("@")[0] for it in Agent.objects.filter(people_search.people(typed))}


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("Garcia", "ana"),
        ("GARCÍA ana", "ana"),
        ("yilmaz", "fatma"),
        ("Y\u0131lmaz", "fatma"),
        ("josé lukasz", "jose"),
        ("παπας", "nikos"),
        ("衛藤", "sakura"),
        ("FATMA@", "fatma"),
        ("acme ana", "ana"),
    ],
)
def test_a_name_is_found_with_and_without_accents_in_any_case_and_order(people, typed, who):
    assert found(typed) == {who}


@pytest.mark.parametrize(
    "typed",
    [
        "0612 345 678",
        "612/34.56",
        "00 34 612-345-678",
        "+34 (612) 345",
        "٦١٢٣٤٥",
        "678",
        "\u202a+34 612 345 678\u202c",
        "tel:+34612345678",
    ],
    ids=ascii,
)
def test_a_number_is_found_as_people_write_and_say_it(people, typed):
    assert found(typed) == {"fatma"}


def test_four_digits_with_a_zero_are_the_end_of_a_number(people):
    assert found("0101") == {"ana"}
    assert found("0345") == set()


@pytest.mark.parametrize("typed", ["56", "(.*", "[a-z]", "ana garcia lopez", "\\", "%", "a" * 5_000])
def test_two_digits_and_patterns_find_nobody(people, typed):
    assert found(typed) == set()
