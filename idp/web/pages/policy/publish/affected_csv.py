"""All agents for whom a publication would change something, as CSV."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse

from idp.importing import exporting
from idp.policies.simulation.replay import Group
from idp.web.pages.policy.publish.forecast import Forecast, Row

COLUMNS = ("what", "agent", "email", "phone or computer", "sign-ins", "of those let in", "last (UTC)", "user agent")


def as_csv(forecast: Forecast) -> StreamingHttpResponse:
    """Stream the rows. No spreadsheet runs a cell as a formula."""
    answer = StreamingHttpResponse(map(exporting.line, _lines(forecast)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="who-would-change.csv"'
    return answer


def _lines(forecast: Forecast) -> Iterator[tuple[str, ...]]:
    yield COLUMNS
    for group in Group:
        for row in forecast.rows(group):
            yield _line(row)


def _line(row: Row) -> tuple[str, ...]:
    last = row.line.last
    email = row.agent.email if row.agent else ""
    counted = (str(row.line.sign_ins), str(row.let_in))
    return (row.line.group.value, row.who, email, row.device, *counted, f"{last.at:%Y-%m-%d %H:%M:%S}", last.text)
