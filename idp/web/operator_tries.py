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
    """Count a try before it is looked at. False if there were too many lately; then it must not be looked at."""
    OperatorTry.objects.filter(at__lte=now - WINDOW).delete()
    recent = OperatorTry.objects.filter(at__gt=now - WINDOW)
    account = _account(typed)
    if recent.filter(account=account).count() >= PER_ACCOUNT:
        return False
    if recent.filter(address=address).count() >= PER_ADDRESS:
        return False
    OperatorTry.objects.create(at=now, account=account, address=address)
    return True


def forget(typed: str) -> None:
    """Forget the tries on an account, after a right one."""
    OperatorTry.objects.filter(account=_account(typed)).delete()


def _account(typed: str) -> str:
    return keyed_hash("operator account", typed.strip().lower())
