"""What commands print: JSON for programs, and a failure in one sentence."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, OutputWrapper


def write_json(out: OutputWrapper, value: object) -> None:
    """Write a value as JSON."""
    out.write(json.dumps(value, indent=2, default=str))


@contextmanager
def reading(file: object) -> Iterator[None]:
    """Turn an error of reading a file, or of its characters, into a CommandError."""
    try:
        yield
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} cannot be read: it is no text in UTF-8, at byte {error.start}.") from None


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """Turn a ValidationError or ValueError into a CommandError."""
    try:
        yield
    except ValidationError as error:
        raise CommandError(" ".join(_sentences(error))) from None
    except ValueError as error:
        raise CommandError(str(error)) from None


def _sentences(error: ValidationError) -> Iterator[str]:
    """Yield the sentences, each with the name of its field."""
    if not hasattr(error, "error_dict"):
        yield from error.messages
        return
    for field, messages in error.message_dict.items():
        name = "" if field == "__all__" else f"{field.replace('_', ' ')}: "
        yield from (f"{name}{message}" for message in messages)
