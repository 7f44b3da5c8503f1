"""Makes new model instances from column values, by copying a blank instance.

A model's own constructor goes through all its fields and sends signals, which takes twenty times as long. Use this for
rows that every sign-in writes.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db.models import NOT_PROVIDED, Model
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=Model)


class Blank(Generic[Row]):
    """A blank row of a model, to be filled in. Foreign keys are given as `agent_id`, not as `agent`."""

    def __init__(self, model: type[Row]) -> None:
        self._model = model

    def __call__(self, **columns: Any) -> Row:
        """Return a new row with these values, and the fields' defaults elsewhere. Raises TypeError."""
        if not columns.keys() <= self._values.keys():
            raise TypeError(f"{self._model.__name__} has no {', '.join(sorted(columns.keys() - self._values.keys()))}")
        row = self._model.__new__(self._model)
        made = {name: make() for name, make in self._makers if name not in columns}
        row.__dict__ = {"_state": ModelState(), **self._values, **made, **columns}
        return row

    @cached_property
    def _values(self) -> dict[str, Any]:
        """Return each column's default; None for one that is computed for each row."""
        given = {it.attname: it.get_default() for it in self._model._meta.concrete_fields}
        return {**given, **dict.fromkeys(name for name, _ in self._makers)}

    @cached_property
    def _makers(self) -> tuple[tuple[str, Callable[[], Any]], ...]:
        fields = self._model._meta.concrete_fields
        return tuple(
            (it.attname, it.default) for it in fields if it.default is not NOT_PROVIDED and callable(it.default)
        )
