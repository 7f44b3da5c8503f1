"""An installation to look over, and what the findings about it say."""

import pytest

from idp.web.checkup.finding import State

OK, WARNING, FAULT, NOT_CHECKED = State.OK, State.WARNING, State.FAULT, State.NOT_CHECKED
HTTPS = "https://login.acme.example"


def states(found):
    return [it.state for it in found]


def sentence(found):
    """The one thing that is wrong, which has a remedy."""
    (ill,) = [it for it in found if it.state in (WARNING, FAULT)]
    assert ill.fix
    return ill.sentence


@pytest.fixture
def conf(settings):
    """The settings, with some of them changed."""

    def changed(**fields):
        return settings.LATCHKEY.model_copy(update=fields)

    return changed


@pytest.fixture
def twilio(settings):
    """Let the settings speak of another account, key or service at Twilio."""

    def change(**changed):
        other = settings.LATCHKEY.twilio.model_copy(update=changed)
        settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"twilio": other})

    return change
