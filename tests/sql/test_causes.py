"""The log names what a database reports, and none of the values in its message."""

import pytest
from django.db import IntegrityError, OperationalError, connection

from idp.otp.models import PhoneAuthenticator
from idp.sql.causes import cause
from tests.conftest import an_agent


def test_the_databases_own_name_of_a_cause_is_told(db):
    with pytest.raises(IntegrityError) as raised:
        PhoneAuthenticator.objects.create(user=an_agent(), name="mobile", number="12")
    assert (
        cause(raised.value) == {"postgresql": "CheckViolation", "sqlite": "SQLITE_CONSTRAINT_CHECK"}[connection.vendor]
    )


def test_what_we_raise_ourselves_is_told_in_full():
    assert cause(OperationalError("database is locked")) == "OperationalError: database is locked"
