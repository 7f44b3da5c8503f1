"""A one-time code that an operator gives, without a browser."""

import pytest
from django.db import IntegrityError, transaction

from idp.otp.models import OneTimeCode
from idp.otp.other_codes import one_time_codes
from tests.conftest import NOW, an_operator


@pytest.mark.timeout(20)
def test_a_code_without_a_reason_is_refused_by_the_table_and_not_tried_again(agent):
    with pytest.raises(IntegrityError), transaction.atomic():
        one_time_codes.give(agent, an_operator(), "", NOW)
    assert not OneTimeCode.objects.exists()
