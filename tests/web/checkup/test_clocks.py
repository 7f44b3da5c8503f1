"""Clocks: ours, the database's and Twilio's."""

from datetime import UTC, datetime, timedelta

import pytest

from idp.web.checkup import clocks
from tests.web.checkup.conftest import FAULT, NOT_CHECKED, OK, WARNING, sentence, states
from tests.web.web_server import a_web_server


@pytest.mark.parametrize(
    ("database_ahead", "twilio_ahead", "expected", "said"),
    [
        (0, 1, [OK, OK], "agree"),
        (5, 5, [OK, OK], "agree"),
        (6, None, [WARNING], "6 seconds apart, so one of them is wrong"),
        (61, None, [FAULT], "61 seconds apart, so one of them is wrong"),
        (90, 90, [FAULT, OK], "Our clock is 90 seconds behind Twilio's"),
        (-20, -20, [WARNING, OK], "Our clock is 20 seconds ahead of Twilio's"),
        (90, 0, [OK, FAULT], "The database's clock is 90 seconds ahead"),
        (0, 90, [FAULT, FAULT], "The database's clock is 90 seconds behind"),
    ],
)
def test_the_clock_that_is_off_is_named(database_ahead, twilio_ahead, expected, said):
    ahead = None if twilio_ahead is None else timedelta(seconds=twilio_ahead)
    found = clocks.judge(timedelta(seconds=database_ahead), ahead)
    assert states(found) == expected
    assert said in " ".join(it.sentence for it in found)


def test_the_databases_clock_agrees_with_ours(db):
    assert states(clocks.check_locally()) == [OK]


def test_a_clock_that_was_moved_differs_from_the_databases(db, clock):
    clock.move_to(datetime.now(UTC) + timedelta(minutes=10))
    assert "apart" in sentence(clocks.check_locally())


def test_twilios_clock_is_read_from_the_head_of_an_answer(db, twilio, settings):
    with a_web_server({}, headers=[("Date", "Mon, 01 Jan 2024 00:00:00 GMT")]) as url:
        twilio(base_url=url)
        found = clocks.check_online(settings.LATCHKEY)
    assert "ahead of Twilio's" in found[0].sentence


def test_an_unreadable_clock_of_twilio_is_reported_as_unread(db, twilio, settings):
    twilio(base_url="http://127.0.0.1:9")
    assert states(clocks.check_online(settings.LATCHKEY)) == [OK, NOT_CHECKED]
