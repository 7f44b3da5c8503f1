"""Turns a row of a query into a model instance with its related instances, as a query set does.

It bypasses `Model.__init__`, which sets one attribute after the other and takes longer than the database takes to find
the row. A model with an `__init__` or a `from_db` of its own, or with a signal receiver, is made the usual way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.signals import post_init, pre_init


@dataclass(frozen=True, slots=True)
class Shape:
    """Which columns of a row belong to a model, how to make it of them, and its related models."""

    make: Callable[[Sequence[str], Sequence[Any]], Any]
    columns: slice
    names: list[str]
    key: int
    related: "tuple[tuple[Shape, dict[str, Any]], ...]"

    @classmethod
    def of(cls, info: dict[str, Any], select: Sequence[Any]) -> "Shape":
        """Return the shape from the compiler's description of a model (`klass_info`)."""
        fields = info["select_fields"]
        columns = slice(fields[0], fields[-1] + 1)
        names = [it[0].target.attname for it in select[columns]]
        key = fields[names.index(info["model"]._meta.pk.attname)]
        return cls(
            stored(info["model"]), columns, names, key,
            tuple((cls.of(it, select), it) for it in info.get("related_klass_infos", ())),
        )  # fmt: skip

    def made(self, row: Sequence[Any]) -> Any:  # noqa: ANN401 - a model's instance
        """Return a model instance with its related ones; None if an outer join found nothing."""
        if row[self.key] is None:
            return None
        one = self.make(self.names, row[self.columns])
        for it, info in self.related:
            other = it.made(row)
            info["local_setter"](one, other)
            if other is not None:
                info["remote_setter"](other, one)
        return one


def stored(model: type[Model]) -> Callable[[Sequence[str], Sequence[Any]], Any]:
    """Return a function that makes a model of column names and values, as its `from_db` does."""
    if not _is_plain(model):
        return lambda names, values: model.from_db(DEFAULT_DB_ALIAS, names, values)

    def made(names: Sequence[str], values: Sequence[Any]) -> Model:
        one = object.__new__(model)
        one.__dict__.update(zip(names, values, strict=True))
        state = one._state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        return one

    return made


def _is_plain(model: type[Model]) -> bool:
    """Whether the model has no `__init__`, `from_db` or signal receiver of its own."""
    own = (model.__init__, model.__new__, model.from_db.__func__)  # type: ignore[attr-defined]
    usual = (Model.__init__, Model.__new__, Model.from_db.__func__)  # type: ignore[attr-defined]
    return own == usual and not pre_init.has_listeners(model) and not post_init.has_listeners(model)
