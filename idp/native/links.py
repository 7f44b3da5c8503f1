"""Sign-in links, with which an app opens a service in the browser. The agent enters a code only if one is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from idp.agents.models import Device
from idp.bearer_secrets import keyed_hash, new_secret
from idp.clock import unexpired
from idp.login import app_sign_in
from idp.login.flow import loans
from idp.native import clients
from idp.native.errors import CodeNeeded, SignInLinkUsed, UnknownResource
from idp.native.models import Client, SignInLink
from idp.policies.timeouts import code_is_too_old

LIFETIME = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Opened:
    """The service that a link leads to, and the secret of the loan for it."""

    service: str
    loan_secret: str


def make(client: Client, device: Device, slug: str, now: datetime) -> str:
    """Return the address of a new link.

    Raises UnknownResource for a service that the app may not open, and CodeNeeded.
    """
    sp = client.may_open().filter(slug=slug).select_related("timeout_policy").first()
    if sp is None:
        raise UnknownResource("no such service, or this app may not open it")
    if code_is_too_old(sp.timeout_policy.limits, device.authenticated_at, now):
        raise CodeNeeded(f"the last code is too old for {slug}")
    secret = new_secret()
    SignInLink.objects.create(
        secret_hash=_hash(secret), device=device, service_provider=sp, made_at=now, expires_at=now + LIFETIME
    )
    return f"{settings.LATCHKEY.base_url}/oauth/open/{secret}"


@transaction.atomic
def open_once(secret: str, now: datetime) -> Opened:
    """Use a link, and lend the app's device to the browser for that service. Raises SignInLinkUsed."""
    links = SignInLink.objects.filter(unexpired(now, LIFETIME), secret_hash=_hash(secret), opened_at__isnull=True)
    link = links.select_related("device", "service_provider").first()
    if link is None or links.update(opened_at=max(now, link.made_at)) != 1:
        raise SignInLinkUsed("no such link, or it was opened before, or it is too old")
    client = clients.find(link.device.client)
    device = app_sign_in.signed_in(link.device.pk, link.device.client)
    if client is None or device is None or not client.may_open().filter(pk=link.service_provider.pk).exists():
        raise SignInLinkUsed("its phone was signed out, or its app may not open this any more")
    slug = link.service_provider.slug
    return Opened(slug, loans.give(device, slug, now))


def _hash(secret: str) -> str:
    return keyed_hash("sign-in link", secret)
