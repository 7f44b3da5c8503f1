"""What somebody typed into a field that no form checks."""

from django.http import QueryDict


def typed(fields: QueryDict, name: str) -> str:
    """Return it trimmed and without NUL, which PostgreSQL cannot keep nor compare."""
    return fields.get(name, "").replace("\0", "").strip()
