"""Rules put in force in a test, as an operator does it: a draft, then a publication."""

from datetime import UTC, datetime

from idp.policies.access.conditions import to_json
from idp.policies.access.rules import Effect
from idp.policies.editing import publishing
from idp.policies.editing.publishing import begin_draft, edited, live
from idp.policies.models import AccessRule, PolicyRevision

__all__ = ["begin_draft", "edited", "live"]
AT = datetime(2026, 11, 21, 8, tzinfo=UTC)


def drafted(*conditions, name="a rule", mode="on", effect="deny", **fields):
    """Add a rule below the others of the draft."""
    stored = [to_json(it) for it in conditions]
    return AccessRule.objects.create(
        revision=publishing.begin_draft(),
        conditions=stored,
        **{"name": name, "mode": mode, "effect": effect, **fields},
    )


def publish(reason="for a test", *, now=AT, author=None):
    """Publish the draft as it is, as an operator who has just looked at it."""
    return publishing.publish(author=author, reason=reason, now=now, looked_at=str(publishing.seen()))


def go_back(number, reason="for a test", *, now=AT):
    """Put an older revision in force again, as an operator who has just looked at it."""
    older = PolicyRevision.objects.filter(number=number).first()
    return publishing.go_back(number, author=None, reason=reason, now=now, looked_at=str(publishing.seen(older)))


def in_force(*conditions, **fields):
    """Add a rule below the others, and publish."""
    rule = drafted(*conditions, **fields)
    publish()
    return rule


def withdraw(rule):
    """Take a rule away, and publish."""
    publishing.begin_draft().rules.filter(key=rule.key).delete()
    publish()


def change(rule, **fields):
    """Change a rule, and publish."""
    publishing.begin_draft().rules.filter(key=rule.key).update(**fields)
    publish()


def only(*rules, default=Effect.ALLOW):
    """Put exactly these rules (values, not rows) in force."""
    publishing.rewrite(publishing.begin_draft(), rules, default)
    return publish()


def broken(conditions, **fields):
    """Put a rule in force that cannot be read, which no publication would let through."""
    rule = drafted(**fields)
    draft = publishing.begin_draft()
    draft.rules.filter(key=rule.key).update(conditions=conditions)
    publishing.go_live(draft, author=None, reason="broken", now=AT)
    return AccessRule.objects.get(pk=rule.pk)
