"""A channel that Twilio has switched off is not offered for an hour."""

from datetime import timedelta

import pytest

from idp.otp import open_channels
from idp.otp.channels import Channel
from idp.otp.gateway import Failure
from idp.otp.models import Verification, VerificationSend
from tests.conftest import NOW

HOUR = timedelta(hours=1)


@pytest.fixture
def off(db):
    """Twilio refuses calls at an instant."""

    def off(at):
        row = Verification.objects.create(counted_as="x", started_at=at)
        VerificationSend.objects.create(
            verification=row, nth=1, channel=Channel.CALL, at=at, answer=f"{Failure.CHANNEL_OFF.value} (60200)"
        )

    return off


def test_a_channel_that_twilio_refused_rests_for_an_hour(off):
    off(NOW)
    assert Channel.CALL not in open_channels.offered(NOW)
    assert Channel.CALL in open_channels.offered(NOW + HOUR)


def test_a_refusal_dated_by_a_clock_that_was_hours_ahead_closes_no_channel(off):
    off(NOW + 3 * HOUR)
    assert Channel.CALL in open_channels.offered(NOW)
