"""Names of rules, for the trail: a rule's key is the same in every revision, its name may have changed."""

from uuid import UUID

from idp.policies.models import AccessRule


def name_of(decided_by: str, revision: int | None = None) -> str:
    """Return the name a rule had in that revision, else its newest, or what else decided."""
    try:
        key = UUID(decided_by)
    except ValueError:
        return decided_by
    named = AccessRule.objects.filter(key=key).order_by("-revision__number")
    then = named.filter(revision__number=revision).first() if revision else None
    rule = then or named.filter(revision__number__isnull=False).first() or named.first()
    return rule.name if rule else decided_by
