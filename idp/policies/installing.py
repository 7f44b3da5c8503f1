"""Installs what every installation starts with: the built-in timeout policies, and revision 1 of the access policy."""

from idp import clock
from idp.policies.access.conditions import ClientIs, to_json
from idp.policies.access.rules import Effect, Mode
from idp.policies.editing.publishing import go_live
from idp.policies.models import AccessRule, PolicyRevision
from idp.policies.models.timeout_policy import install_timeout_policies
from idp.policies.user_agents import Client

FIRST_REASON = "As installed"


def install(**_: object) -> None:
    """Add to the database what is missing. Connected to Django's post_migrate signal."""
    install_timeout_policies()
    if not PolicyRevision.objects.live().exists():
        _first_revision()


def _first_revision() -> None:
    """Create the first revision. It lets everybody in, and watches how many use a browser inside another app."""
    revision = PolicyRevision.objects.create()
    AccessRule.objects.create(
        revision=revision,
        name="No in-app browsers",
        mode=Mode.WATCH,
        effect=Effect.DENY,
        conditions=[to_json(ClientIs(frozenset({Client.WEB_VIEW})))],
    )
    go_live(revision, author=None, reason=FIRST_REASON, now=clock.now())
