"""Loans: an app lets the browser make one sign-in to one service as the app's device, to open that service there."""

from datetime import datetime

from idp.agents.models import Device
from idp.bearer_secrets import keyed_hash, new_secret
from idp.clock import unexpired
from idp.errors import LostRace
from idp.login.cookies import LOAN_LIFETIME
from idp.login.models import Loan


def give(device: Device, service: str, now: datetime) -> str:
    """Create a loan, and return its secret for the browser's cookie."""
    secret = new_secret()
    Loan.objects.create(
        secret_hash=_hash(secret), device=device, service=service, made_at=now, expires_at=now + LOAN_LIFETIME
    )
    return secret


def find(secret: str | None, service: str, now: datetime) -> Loan | None:
    """Return the loan with that secret for a service, if it is unused and has not expired."""
    if not secret:
        return None
    unused = Loan.objects.filter(secret_hash=_hash(secret), service=service, used_at__isnull=True)
    return unused.filter(unexpired(now, LOAN_LIFETIME)).first()


def spend(found: Loan, now: datetime) -> None:
    """Use a loan. Raises LostRace if another request was faster."""
    unused = Loan.objects.filter(pk=found.pk, used_at__isnull=True)
    if unused.update(used_at=max(now, found.made_at)) != 1:
        raise LostRace


def withdraw(client: str) -> None:
    """Delete the unused loans that the devices of an app have given."""
    Loan.objects.filter(device__client=client, used_at__isnull=True).delete()


def _hash(secret: str) -> str:
    return keyed_hash("loan", secret)
