"""Limits guessing at the admin's sign-in, by account and by address. A whole IPv6 /64 network counts as one address.

Attempts are stored in the database, so that they count over all processes. Unknown accounts count as well.
"""

from datetime import datetime, timedelta

from idp.agents.models import Agent
from idp.bearer_secrets import keyed_hash
from idp.clock import lately
from idp.networks import network_of
from idp.web.models import OperatorTry

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 50


def reserve(typed: str, address: str, now: datetime) -> bool:
    """Count an attempt. Returns False if there were too many within `WINDOW`; then it must not be checked.

    The row is written before counting, so that simultaneous attempts all count. A rejected attempt does not count.
    """
    OperatorTry.objects.filter(at__lte=now - WINDOW).delete()
    network = network_of(address)
    own = OperatorTry.objects.create(at=now, account=_account(typed), address=network)
    recent = OperatorTry.objects.filter(lately("at", now - WINDOW, now))
    of_account, of_address = recent.filter(account=own.account), recent.filter(address=network)
    if of_account.count() <= PER_ACCOUNT and of_address.count() <= PER_ADDRESS:
        return True
    own.delete()
    return False


def forget(typed: str) -> None:
    """Forget the attempts on an account, after a successful one."""
    OperatorTry.objects.filter(account=_account(typed)).delete()


def _account(typed: str) -> str:
    """Return the key of the account that an email leads to.

    The database compares emails by its own idea of lower case, which for some letters is not Python's: to PostgreSQL,
    "İ" may be "i". So the stored email counts, if there is one.
    """
    email = Agent.objects.filter(email__iexact=typed.strip()).values_list("email", flat=True).first() or typed.strip()
    return keyed_hash("operator account", email.lower())
