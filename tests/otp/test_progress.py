"""The tries and waits that a page shows for a code."""

from idp.otp import allowances
from idp.otp.progress import progress_of
from tests.conftest import NOW
from tests.otp.codes import (
    EVERYBODY,
    SECOND,
    STRANGER,
    reserve,
)


@EVERYBODY
def test_tries_and_waits_look_alike_for_everybody(agent, typed):
    verification = reserve(typed).verification
    left = progress_of(verification, STRANGER, NOW)
    assert (left.tries_left, left.sends) == (4, 1)
    assert (left.next_send_at, left.expires_at) == (NOW + 30 * SECOND, NOW + allowances.CODE_LIFETIME)
    over = NOW + allowances.CODE_LIFETIME
    assert progress_of(verification, STRANGER, over).next_send_at == over
