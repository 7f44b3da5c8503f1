"""Words that anybody would guess at this installation do not count towards the length of an operator's password."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from idp.web.operators import context_words


@pytest.mark.parametrize("password", ["Acme-Latchkey-2026", "flexTWILIOflex!77", "localhost acme 1"])
def test_a_password_is_as_long_as_the_rest_without_context_words(password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert [it for it in refused.value.messages if "easy to guess here: acme, admin, flex" in it]


@pytest.mark.parametrize("password", ["correct horse battery", "my reflexes are slower than Acme"])
def test_a_long_password_may_contain_a_context_word(password):
    validate_password(password)


def test_the_words_come_from_the_organisation_and_its_address(settings):
    own = {"organisation": "Müller & Söhne AG", "base_url": "https://login.mueller.example:8443"}
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update=own)
    assert {"müller", "söhne", "login", "mueller", "example"} <= set(context_words.words())
    assert not {"ag", "8443"} & set(context_words.words())
