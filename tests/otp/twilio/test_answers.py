import pytest

from idp.otp.gateway import SHARED_BY_ALL, CheckResult, Failure, NotSent
from idp.otp.twilio.answers import Trouble, failed_check, failed_start


def a_trouble(status, code, *, connected=True):
    return Trouble(status, code, request_id="", retry_after=1.0, connected=connected)


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (0, None, Failure.UNAVAILABLE),
        (201, None, Failure.UNAVAILABLE),
        (302, None, Failure.UNAVAILABLE),
        (400, None, Failure.UNAVAILABLE),
        (400, 60200, Failure.REFUSED_NUMBER),
        (400, 21211, Failure.REFUSED_NUMBER),
        (400, 68004, Failure.REFUSED_NUMBER),
        (400, 60999, Failure.UNEXPLAINED),
        (400, 60223, Failure.CHANNEL_OFF),
        (400, 60201, Failure.TEMPLATE_REFUSED),
        (400, 60229, Failure.TEMPLATE_REFUSED),
        (401, None, Failure.MISCONFIGURED),
        (401, 20003, Failure.MISCONFIGURED),
        (403, 20003, Failure.MISCONFIGURED),
        (403, 20005, Failure.MISCONFIGURED),
        (403, 60204, Failure.CHANNEL_OFF),
        (403, 60205, Failure.LANDLINE),
        (403, 60220, Failure.REGISTRATION_NEEDED),
        (403, 60250, Failure.REGISTRATION_NEEDED),
        (403, 60238, Failure.BLOCKED),
        (403, 60410, Failure.FRAUD_GUARD),
        (403, 60412, Failure.BLOCKED),
        (403, 60605, Failure.COUNTRY_OFF),
        (404, None, Failure.UNAVAILABLE),
        (404, 20404, Failure.MISCONFIGURED),
        (429, None, Failure.RATE_LIMITED),
        (429, 20429, Failure.RATE_LIMITED),
        (429, 25109, Failure.RATE_LIMITED),
        (429, 60202, Failure.TOO_MANY_SENDS),
        (429, 60203, Failure.TOO_MANY_SENDS),
        (429, 60212, Failure.TOO_MANY_SENDS),
        (429, 60999, Failure.TOO_MANY_SENDS),
        (500, 20500, Failure.UNAVAILABLE),
        (503, None, Failure.UNAVAILABLE),
        (503, 20404, Failure.UNAVAILABLE),
    ],
)
def test_a_failed_start_says_why(status, code, failure):
    assert failed_start(a_trouble(status, code)) is failure


@pytest.mark.parametrize(
    ("status", "code", "result"),
    [
        (0, None, CheckResult.UNKNOWN),
        (201, None, CheckResult.UNKNOWN),
        (302, None, CheckResult.UNKNOWN),
        (400, 60200, CheckResult.GONE),
        (400, 60999, CheckResult.UNKNOWN),
        (401, None, CheckResult.MISCONFIGURED),
        (401, 20003, CheckResult.MISCONFIGURED),
        (403, 20005, CheckResult.MISCONFIGURED),
        (404, None, CheckResult.UNKNOWN),
        (404, 20404, CheckResult.GONE),
        (429, None, CheckResult.UNKNOWN),
        (429, 20429, CheckResult.UNKNOWN),
        (429, 25109, CheckResult.UNKNOWN),
        (429, 60202, CheckResult.TOO_MANY_TRIES),
        (429, 60203, CheckResult.TOO_MANY_TRIES),
        (503, None, CheckResult.UNKNOWN),
        (503, 20404, CheckResult.UNKNOWN),
    ],
)
def test_a_failed_check_is_a_verdict_only_if_twilio_says_so(status, code, result):
    assert failed_check(a_trouble(status, code)) is result


def test_without_a_connection_the_result_is_unknown():
    assert failed_start(a_trouble(0, None, connected=False)) is Failure.UNAVAILABLE
    assert failed_check(a_trouble(0, None, connected=False)) is CheckResult.UNKNOWN


@pytest.mark.parametrize("failure", list(Failure))
def test_only_what_is_not_about_the_number_opens_the_breaker(failure):
    shared = {Failure.RATE_LIMITED, Failure.MISCONFIGURED, Failure.UNAVAILABLE}
    assert shared == SHARED_BY_ALL
    assert NotSent(failure, None, "").opens_breaker is (failure in shared)
