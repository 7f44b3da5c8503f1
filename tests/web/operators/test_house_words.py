"""Words that anybody would try at this place make an operator's password no longer."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from idp.web.operators import house_words


@pytest.mark.parametrize("password", ["Acme-Latchkey-2026", "flexTWILIOflex!77", "localhost acme 1"])
def test_a_password_is_as_long_as_what_is_left_without_words_of_the_house(password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert [it for it in refused.value.messages if "easy to guess here: acme, admin, flex" in it]


@pytest.mark.parametrize("password", ["correct horse battery", "my reflexes are slower than Acme"])
def test_a_word_of_the_house_among_many_others_does_no_harm(password):
    validate_password(password)


def test_they_are_those_of_the_organisation_and_its_address(settings):
    own = {"organisation": "Müller & Söhne AG", "base_url": "https://login.mueller.example:8443"}
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update=own)
    assert {"müller", "söhne", "login", "mueller", "example"} <= set(house_words.words())
    assert not {"ag", "8443"} & set(house_words.words())
