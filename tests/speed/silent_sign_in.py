"""A silent sign-in, from the AuthnRequest in the query to the page that posts the signed Response."""

from datetime import timedelta

from tests.speed import bare
from tests.speed.browser import Browser
from tests.speed.comparisons import Comparison
from tests.speed.place import Silent, at_a_computer, at_a_phone, somebody
from tests.speed.signing import raw_pair
from tests.user_agents import DESKTOP

APART = timedelta(seconds=61)
"""More than the minute within which writes are skipped: each sign-in records the visit and issues a new token."""
WITHOUT_ROTATION = {"sqlite": (0.75, 0.85), "postgresql": (0.85, 0.95)}


def comparisons(setting):
    by_session = _silent(setting, at_a_computer, APART)
    signing = raw_pair()
    yield _comparison("sign-in by session", by_session, "two raw signatures", signing, required=4.0, goal=2.5)
    rotating = _silent(setting, at_a_phone, APART)
    yield _comparison("sign-in that rotates the token", rotating, "two raw signatures", signing)
    hello = Browser(bare.application(), DESKTOP)
    yield _comparison("sign-in by session", by_session, "a bare Django view", lambda: hello.get("/"))
    health = Browser(setting.application, DESKTOP)
    yield Comparison("/healthz", "a bare Django view", lambda: health.get("/healthz"), lambda: hello.get("/"))
    yield _rotation_beside_none(setting)


def _rotation_beside_none(setting):
    """Compare a phone's sign-ins a minute apart with sign-ins within one minute."""
    apart, visit = _silent(setting, at_a_phone, APART), _silent(setting, at_a_phone)
    required, goal = WITHOUT_ROTATION[setting.vendor]

    def prepare(times):
        apart.prepare(times)
        visit.prepare(times)

    name, compared_with = "speed of a sign-in that rotates the token", "one that does not"
    return Comparison(name, compared_with, apart.sign_in, visit.sign_in, required, goal, prepare=prepare, is_speed=True)


def _silent(setting, device, apart=timedelta()):
    browser = device(setting.application, setting.clock, somebody(next(setting.numbers)))
    return Silent(setting.application, setting.clock, browser, apart=apart)


def _comparison(name, silent, compared_with, reference, *, required=None, goal=None):
    return Comparison(name, compared_with, silent.sign_in, reference, required, goal, prepare=silent.prepare)
