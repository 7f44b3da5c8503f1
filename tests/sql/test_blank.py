"""A row made by copying a blank one is the row that the model makes itself."""

import pytest

from idp.audit.models import Kind, LoginEvent
from idp.saml.models import IssuedAssertion
from idp.sql.blank import Blank
from tests.conftest import NOW

GIVEN = {"at": NOW, "kind": Kind.ANSWERED, "reference": "7KQ2M-9TX4D"}


def columns(row):
    return {name: it for name, it in vars(row).items() if name != "_state"}


def test_it_has_the_values_that_were_given_and_what_the_fields_have_by_default():
    made, own = Blank(LoginEvent)(**GIVEN), LoginEvent(**GIVEN)
    assert columns(made) == columns(own)
    assert (made._state.adding, made._state.db) == (own._state.adding, own._state.db)


def test_what_is_made_anew_is_made_anew_for_each_row():
    one, other = (Blank(IssuedAssertion)() for _ in range(2))
    assert one.pk != other.pk
    line = Blank(LoginEvent)
    assert line().judged is not line().judged


def test_a_column_that_there_is_not_is_refused():
    with pytest.raises(TypeError, match="LoginEvent has no agent, detial"):
        Blank(LoginEvent)(agent=None, detial="")


def test_it_is_written_and_found_like_any_other(db):
    Blank(LoginEvent)(**GIVEN).save()
    assert LoginEvent.objects.get().kind == Kind.ANSWERED
