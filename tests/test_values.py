"""A value is compared and hashed by what it holds, and takes no field that it was not made with."""

import pytest

from idp.values import value


@value
class Name:
    first: str
    last: str = "Ana"


def test_values_with_equal_fields_are_equal():
    assert Name("Ruiz") == Name("Ruiz", "Ana")
    assert len({Name("Ruiz"), Name("Ruiz"), Name("Diaz")}) == 2


def test_a_value_accepts_no_other_attributes():
    with pytest.raises(AttributeError):
        Name("Ruiz").middle = "Maria"
