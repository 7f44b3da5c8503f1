"""One-time links into the admin."""

from datetime import datetime, timedelta

from django.conf import settings
from django_otp.plugins.otp_static.models import StaticDevice

from idp.agents.models import Agent
from idp.bearer_secrets import keyed_hash, new_secret
from idp.errors import IdpError
from idp.policies.timeouts import has_passed
from idp.web.models import OperatorLink

LIFETIME = timedelta(hours=24)
LINK_FACTOR = "one-time link"


class LinkUsed(IdpError):
    """The link was used, has expired, or never existed."""

    code = "link_used"
    status = 410
    sentence = "This link does not work any more."
    advice = "It works once, for 24 hours. Ask whoever sent it for another, or run: python manage.py add_operator"


def make(operator: Agent, now: datetime) -> str:
    """Return the URL of a new link for an operator."""
    secret = new_secret()
    OperatorLink.objects.create(secret_hash=_hash(secret), operator=operator, made_at=now, expires_at=now + LIFETIME)
    return f"{settings.LATCHKEY.base_url}/admin/enter/{secret}"


def find(secret: str, now: datetime) -> OperatorLink:
    """Return a valid link without using it. Raises LinkUsed."""
    link = OperatorLink.objects.select_related("operator").filter(secret_hash=_hash(secret)).first()
    if link is None or link.used_at is not None or has_passed(LIFETIME, link.made_at, now):
        raise LinkUsed("no such link" if link is None else "used or too old")
    if not (link.operator.is_active and link.operator.is_staff):
        raise LinkUsed("its operator is none any more")
    return link


def use(secret: str, now: datetime) -> tuple[Agent, StaticDevice]:
    """Use a link. Returns the operator, and the factor that represents the link. Raises LinkUsed."""
    link = find(secret, now)
    if OperatorLink.objects.filter(pk=link.pk, used_at__isnull=True).update(used_at=now) != 1:
        raise LinkUsed("somebody was faster")
    own = {"user": link.operator, "name": LINK_FACTOR, "confirmed": True}
    factor = StaticDevice.objects.filter(**own).first() or StaticDevice.objects.create(**own)
    return link.operator, factor


def _hash(secret: str) -> str:
    return keyed_hash("operator link", secret)
