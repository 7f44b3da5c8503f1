"""How a row of a query becomes a model, with those that are related to it: what a query set does for itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Shape:
    """Which columns of a row are a model's, and the models that are related to it."""

    model: type[Model]
    columns: slice
    names: list[str]
    key: int
    related: "tuple[tuple[Shape, dict[str, Any]], ...]"

    @classmethod
    def of(cls, info: dict[str, Any], select: Sequence[Any]) -> "Shape":
        """Read it from what the compiler tells of a model (`klass_info`)."""
        fields = info["select_fields"]
        columns = slice(fields[0], fields[-1] + 1)
        names = [it[0].target.attname for it in select[columns]]
        key = fields[names.index(info["model"]._meta.pk.attname)]
        return cls(
            info["model"], columns, names, key,
            tuple((cls.of(it, select), it) for it in info.get("related_klass_infos", ())),
        )  # fmt: skip

    def made(self, row: Sequence[Any]) -> Any:  # noqa: ANN401 - a model's instance
        """Make it of a row, with what is related; None where an outer join found nothing."""
        if row[self.key] is None:
            return None
        one = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.columns])
        for it, info in self.related:
            other = it.made(row)
            info["local_setter"](one, other)
            if other is not None:
                info["remote_setter"](other, one)
        return one
