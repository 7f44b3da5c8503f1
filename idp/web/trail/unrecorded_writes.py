"""A safety net for the trail: a write by an operator or a command without a line of its own gets a general line.

Pages and commands record what they do, through `row_changes` or by themselves. One that does not is caught here by the
tables that it wrote to. The line names them, which says less than a line of its own, so the log warns too.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog
from django.db import connection

from idp import clock
from idp.audit import acts
from idp.audit.models import Kind

log = structlog.get_logger(__name__)

_WRITES = re.compile(r'(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "(\w+)"')
_HOLDS = re.compile(r'UPDATE "(\w+)" SET "(\w+)" = \(?"\1"\."\2"\)?(?: WHERE|$)')
"""An UPDATE that changes nothing, to lock a row."""

BOOKKEEPING: Final = frozenset(
    {
        "django_admin_log",
        "django_session",
        "importing_import",  # storing or discarding a file; writing it is recorded
        "importing_importedagent",
        "saml_heardrequest",
        "saml_metadatasource",  # when it was last fetched; operators' changes are watched
        "web_operatortry",
    }
)
"""Tables that no act is about."""


@contextmanager
def watched() -> Iterator[Callable[[str], None]]:
    """Watch the statements. Yields a function to call on success, which records writes that no event covers."""
    written: set[str] = set()

    def note_write(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: ANN401 - as Django calls it
        result = execute(sql, params, many, context)
        wrote = sql.startswith("INSERT") or context["cursor"].rowcount != 0  # SQLite sets rowcount later for RETURNING
        if wrote and (found := _WRITES.match(sql)) and not _HOLDS.match(sql):
            written.add(found.group(1))
        return result

    def on_success(where: str) -> None:
        tables = sorted(written - BOOKKEEPING)
        if tables and "audit_loginevent" not in tables:
            log.error("act_untold", where=where, tables=tables)
            acts.record(Kind.WROTE, acts.NOTHING, clock.now(), detail=f"{where}: {', '.join(tables)}")

    with connection.execute_wrapper(note_write):
        yield on_success
