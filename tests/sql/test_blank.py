"""A row made by copying a blank one is the row that the model makes itself."""

import pytest

from idp.audit.models import Kind, LoginEvent
from idp.saml.models import IssuedAssertion
from idp.sql.blank import Blank
from tests.conftest import NOW

GIVEN = {"at": NOW, "kind": Kind.ANSWERED, "reference": "7KQ2M-9TX4D"}


def columns(row):
    return {name: it for name, it in vars(row).items() if name != "_state"}


def test_a_row_has_the_given_values_and_the_defaults_of_the_other_fields():
    made, own = Blank(LoginEvent)(**GIVEN), LoginEvent(**GIVEN)
    assert columns(made) == columns(own)
    assert (made._state.adding, made._state.db) == (own._state.adding, own._state.db)


def test_a_computed_default_is_computed_for_each_row():
    one, other = (Blank(IssuedAssertion)() for _ in range(2))
    assert one.pk != other.pk
    line = Blank(LoginEvent)
    assert line().judged is not line().judged


def test_an_unknown_column_is_refused():
    with pytest.raises(TypeError, match="LoginEvent has no agent, detial"):
        Blank(LoginEvent)(agent=None, detial="")


def test_a_copied_row_is_saved_and_found_like_any_other(db):
    Blank(LoginEvent)(**GIVEN).save()
    assert LoginEvent.objects.get().kind == Kind.ANSWERED
