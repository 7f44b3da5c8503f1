"""Codes as people type them: what separates letters, seen or not, is no part of a code."""

import pytest

from idp.otp.other_codes import written_codes


@pytest.mark.parametrize("typed", ["7KQ2M-9TX4D", "7kq2m 9tx4d", " 7KQ2M\u20139TX4D\n", "7KQ2M\u200b9TX4D\u2060"])
def test_a_code_is_read_however_its_halves_are_kept_apart(typed):
    assert written_codes.read(typed) == "7KQ2M9TX4D"


def test_a_character_that_is_no_separator_makes_another_code():
    assert written_codes.read("7KQ2M+9TX4D") is None
