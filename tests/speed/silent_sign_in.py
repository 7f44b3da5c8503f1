"""One sign-in without a question, from the request in the query to the page that posts the signed Response."""

from datetime import timedelta

from tests.speed import bare
from tests.speed.browser import Browser
from tests.speed.place import Silent, at_a_computer, at_a_phone, somebody
from tests.speed.rounds import Contest
from tests.speed.signing import raw_pair
from tests.user_agents import DESKTOP

APART = timedelta(seconds=61)
"""Past the minute within which nothing is written twice: each sign-in notes the visit and hands out another token."""
WITHOUT_ROTATION = {"sqlite": (0.75, 0.85), "postgresql": (0.85, 0.95)}


def contests(setting):
    by_session = _silent(setting, at_a_computer, APART)
    signing = raw_pair()
    yield _contest("sign-in by session", by_session, "two raw signatures", signing, must=4.0, aim=2.5)
    rotating = _silent(setting, at_a_phone, APART)
    yield _contest("sign-in that rotates the token", rotating, "two raw signatures", signing)
    hello = Browser(bare.application(), DESKTOP)
    yield _contest("sign-in by session", by_session, "a bare Django view", lambda: hello.get("/"))
    health = Browser(setting.application, DESKTOP)
    yield Contest("/healthz", "a bare Django view", lambda: health.get("/healthz"), lambda: hello.get("/"))
    yield _rotation_beside_none(setting)


def _rotation_beside_none(setting):
    """The same phone's sign-ins, a minute apart each and all within the minute."""
    apart, visit = _silent(setting, at_a_phone, APART), _silent(setting, at_a_phone)
    must, aim = WITHOUT_ROTATION[setting.vendor]

    def prepare(times):
        apart.prepare(times)
        visit.prepare(times)

    name, against = "speed of a sign-in that rotates the token", "one that does not"
    return Contest(name, against, apart.sign_in, visit.sign_in, must, aim, prepare=prepare, turned=True)


def _silent(setting, device, apart=timedelta()):
    browser = device(setting.application, setting.clock, somebody(next(setting.numbers)))
    return Silent(setting.application, setting.clock, browser, apart=apart)


def _contest(name, silent, against, reference, *, must=None, aim=None):
    return Contest(name, against, silent.sign_in, reference, must, aim, prepare=silent.prepare)
