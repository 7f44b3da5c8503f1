"""Compares texts in any letter case, with the same expression as the indexes that keep them unique.

Django's own `iexact` uses `UPPER(…)` or `LIKE`. The indexes on `LOWER(…)` do not help there, so each query would read
the whole table.
"""

from typing import Any

from django.db.models import Lookup


class InAnyCase(Lookup[Any]):
    """`iexact` that can use an index on `LOWER`: `Model._meta.get_field("email").register_lookup(InAnyCase)`."""

    lookup_name = "iexact"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ANN401 - as its base
        """Return the condition and its parameters."""
        left, left_parameters = self.process_lhs(compiler, connection)
        right, right_parameters = self.process_rhs(compiler, connection)
        return f"LOWER({left}) = LOWER({right})", (*left_parameters, *right_parameters)
