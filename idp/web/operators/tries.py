"""Slowing down whoever guesses at the door of the admin, by account and by address.

Tries are kept in the database, so that they count over all workers. An account that nobody has counts alike.
"""

from datetime import datetime, timedelta

from idp.bearer_secrets import keyed_hash
from idp.web.models import OperatorTry

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 50


def reserve(typed: str, address: str, now: datetime) -> bool:
    """Count a try before it is looked at. False if there were too many lately; then it must not be looked at.

    Written first and counted then, so that of many at once none is overlooked. What is not looked at counts no further.
    """
    OperatorTry.objects.filter(at__lte=now - WINDOW).delete()
    own = OperatorTry.objects.create(at=now, account=_account(typed), address=address)
    recent = OperatorTry.objects.filter(at__gt=now - WINDOW)
    of_account, of_address = recent.filter(account=own.account), recent.filter(address=address)
    if of_account.count() <= PER_ACCOUNT and of_address.count() <= PER_ADDRESS:
        return True
    own.delete()
    return False


def forget(typed: str) -> None:
    """Forget the tries on an account, after a right one."""
    OperatorTry.objects.filter(account=_account(typed)).delete()


def _account(typed: str) -> str:
    return keyed_hash("operator account", typed.strip().lower())
