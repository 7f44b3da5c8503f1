"""A value is compared and hashed by what it holds, and takes no field that it was not made with."""

import pytest

from idp.values import value


@value
class Name:
    first: str
    last: str = "Ana"


def test_values_that_hold_the_same_are_one():
    assert Name("Ruiz") == Name("Ruiz", "Ana")
    assert len({Name("Ruiz"), Name("Ruiz"), Name("Diaz")}) == 2


def test_a_value_has_no_room_for_anything_else():
    with pytest.raises(AttributeError):
        Name("Ruiz").middle = "Maria"
