"""Values that every sign-in makes: dataclasses with slots, which the type checker holds frozen and Python does not.

To set a field of a frozen dataclass in `__init__` takes six times as long. A sign-in sets two hundred.
"""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """Make a dataclass of a class: compared and hashed by its fields, and changed by nobody."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
