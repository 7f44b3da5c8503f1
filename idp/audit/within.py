"""`address__within="192.0.2.0/24"`: which addresses lie in a network, on either database."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import GenericIPAddressField, Lookup


@GenericIPAddressField.register_lookup
class Within(Lookup[Any]):
    """Whether an address lies in a network, written as CIDR (RFC 4632)."""

    lookup_name = "within"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 - as its base
        """Ask the function that `idp.sqlite3` gives every connection."""
        left, params = self.process_lhs(compiler, connection)
        return f"latchkey_within({left}, %s)", (*params, self.rhs)

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 - as its base
        """Ask PostgreSQL, which knows networks and finds them by an ordinary index."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} <<= %s::inet", (*params, self.rhs)
