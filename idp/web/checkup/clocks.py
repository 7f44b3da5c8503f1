"""The clock, compared with the database's and Twilio's. A wrong clock makes every Assertion wrong."""

from datetime import UTC, datetime, timedelta

from django.db import connection

from idp import clock
from idp.conf import Conf
from idp.web.checkup import outside
from idp.web.checkup.finding import Finding, fault, not_checked, ok, warning

SUBJECT = "clock"
TWILIO = "https://verify.twilio.com"
FAULT_BEYOND = timedelta(seconds=60)
WARNING_BEYOND = timedelta(seconds=5)
OUR_FIX = "Switch on time synchronisation here (chrony or systemd-timesyncd). timedatectl shows whether it runs."
THEIR_FIX = "Switch on time synchronisation on the database's computer."
EITHER_FIX = "Compare both with a correct clock, and switch on time synchronisation on the computer that is wrong."
UNHEARD = not_checked(SUBJECT, "Twilio's clock could not be read, so ours was compared with the database's alone.")


def check_locally() -> list[Finding]:
    """Compare this computer's clock with the database's."""
    return judge(database_ahead(), None)


def check_online(conf: Conf) -> list[Finding]:
    """Compare this computer's clock with the database's and with Twilio's."""
    twilio = _ahead(conf.twilio.base_url or TWILIO)
    found = judge(database_ahead(), twilio)
    return found if twilio is not None else [*found, UNHEARD]


def judge(database: timedelta, twilio: timedelta | None) -> list[Finding]:
    """Judge how far the other clocks are ahead of this computer's.

    With Twilio's clock, it is clear which one is wrong.
    """
    if twilio is None:
        apart = f"Our clock and the database's are {_seconds(database)} apart, so one of them is wrong."
        return [_judged(database, "Our clock and the database's agree.", apart, EITHER_FIX)]
    ours = f"Our clock is {_seconds(twilio)} {'behind' if twilio > timedelta(0) else 'ahead of'} Twilio's."
    wrong = database - twilio if abs(twilio) > WARNING_BEYOND else database
    theirs = f"The database's clock is {_seconds(wrong)} {'ahead' if wrong > timedelta(0) else 'behind'}."
    return [
        _judged(twilio, "Our clock and Twilio's agree.", ours, OUR_FIX),
        _judged(wrong, "The database's clock is right.", theirs, THEIR_FIX),
    ]


def database_ahead() -> timedelta:
    """Return how far the database's clock is ahead of this computer's."""
    before = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(question())
        (answer,) = cursor.fetchone()
    return ahead(answer, before, clock.now())


def _judged(difference: timedelta, well: str, ill: str, fix: str) -> Finding:
    if abs(difference) <= WARNING_BEYOND:
        return ok(SUBJECT, well)
    return (fault if abs(difference) > FAULT_BEYOND else warning)(SUBJECT, ill, fix)


def _seconds(difference: timedelta) -> str:
    return f"{abs(difference).total_seconds():.0f} seconds"


def question() -> str:
    """Return the SQL that reads the database's clock."""
    # In PostgreSQL, CURRENT_TIMESTAMP is when the transaction began.
    return "SELECT clock_timestamp()" if connection.vendor == "postgresql" else "SELECT CURRENT_TIMESTAMP"


def ahead(answer: datetime | str, before: datetime, after: datetime) -> timedelta:
    """Return how far the database's clock is ahead, from its answer and this computer's clock before and after."""
    at = answer if isinstance(answer, datetime) else datetime.fromisoformat(answer).replace(tzinfo=UTC)
    return at - _between(before, after)


def _ahead(url: str) -> timedelta | None:
    before = clock.now()
    at = outside.date_of(url)
    return at - _between(before, clock.now()) if at else None


def _between(before: datetime, after: datetime) -> datetime:
    return before + (after - before) / 2
