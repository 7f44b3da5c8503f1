"""The names of rules, for the trail. A rule keeps its key in every revision, but its name may change."""

from uuid import UUID

from idp.policies.models import AccessRule


def name_of(decided_by: str, revision: int | None = None) -> str:
    """Return the name that a rule had in that revision, or else its newest name, or what else decided."""
    try:
        key = UUID(decided_by)
    except ValueError:
        return decided_by
    named = AccessRule.objects.filter(key=key).order_by("-revision__number")
    then = named.filter(revision__number=revision).first() if revision else None
    rule = then or named.filter(revision__number__isnull=False).first() or named.first()
    return rule.name if rule else decided_by
