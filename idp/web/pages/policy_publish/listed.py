"""Everybody whom a publication would change, as CSV."""

import csv
from collections.abc import Iterator

from django.http import StreamingHttpResponse

from idp.policies.replay import Group
from idp.web.pages.policy_publish.foreseen import Foreseen, Row

COLUMNS = ("what", "agent", "e-mail", "phone or computer", "sign-ins", "of those let in", "last (UTC)", "user agent")


def as_csv(foreseen: Foreseen) -> StreamingHttpResponse:
    """Send it line by line."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow([_plain(cell) for cell in line]) for line in _lines(foreseen))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="who-would-change.csv"'
    return answer


def _lines(foreseen: Foreseen) -> Iterator[tuple[str, ...]]:
    yield COLUMNS
    for group in Group:
        for row in foreseen.rows(group):
            yield _line(row)


def _line(row: Row) -> tuple[str, ...]:
    last = row.line.last
    email = row.agent.email if row.agent else ""
    counted = (str(row.line.sign_ins), str(row.let_in))
    return (row.line.group.value, row.who, email, row.device, *counted, f"{last.at:%Y-%m-%d %H:%M:%S}", last.text)


class _Echo:
    """A file that hands each line back."""

    def write(self, line: str) -> str:
        return line


def _plain(cell: str) -> str:
    """Keep a spreadsheet from reading a name or a header as a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
