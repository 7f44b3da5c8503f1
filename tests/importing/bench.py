"""How long 10,000 rows take: python -m tests.importing.bench [ROWS]. On a database of its own, as DATABASE_URL says.

Bar: read, shown, written and taken back in under 20 s each.
"""

import sys
import time
from contextlib import contextmanager

import tests.environment  # noqa: F401 - made-up settings, so that Django starts

ROWS = 10_000
HEADINGS = ["Email", "Full name", "Mobile number", "Department", "Roles", "May sign in", "May use app"]


@contextmanager
def timed(what):
    begun = time.perf_counter()
    yield
    print(f"{what:<32}{time.perf_counter() - begun:6.2f} s")  # noqa: T201 - its result


def measure(rows):
    """Import that many new agents, change each, change each one's number, and take that back."""
    from idp import clock
    from idp.audit.events import Origin
    from idp.web import people_files

    who = people_files.importer(None, Origin(None, "", "7KQ2M-9TX4D"))
    _written(who, "new", [_row(nth) for nth in range(rows)])
    _written(who, "unchanged", [_row(nth) for nth in range(rows)])
    _written(who, "name, department and roles", [_row(nth, changed=True) for nth in range(rows)])
    done = _written(who, "every number", [_row(nth, changed=True, area=202) for nth in range(rows)])
    with timed("undo of every number"):
        people_files.undo(done, who, clock.now())
    with timed("export"):
        sum(map(len, people_files.export(who, clock.now())))


def _row(nth, *, changed=False, area=201):
    name, roles = (f"Agent {nth:05}", "agent") if not changed else (f"Agente {nth:05}", "agent wfo.team_leader")
    number = f"+1 {area} 55{nth // 10_000} {nth % 10_000:04}"
    return [f"agent-{nth}@acme.example", name, number, f"Team {nth % 20 + changed}", roles, "yes", "no"]


def _written(who, what, rows):
    from idp import clock
    from idp.importing import imports
    from idp.web import people_files
    from tests.importing.files import a_file

    content = a_file(*rows, headings=HEADINGS)
    with timed(f"{what}: read"):
        options = {"missing_off": False, "most_missing": 25}
        waiting = imports.take_in(content, "bench.csv", who, clock.now(), **options)
    with timed(f"{what}: compared"):
        prepared = imports.prepare(waiting, who)
    assert not prepared.plan.problems, prepared.plan.problems[:3]
    with timed(f"{what}: written"):
        people_files.write(waiting, prepared, who, clock.now())
    return waiting


def main():
    import django

    django.setup()
    import logging

    import structlog
    from django.db import connection

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    kept = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        measure(int(sys.argv[1]) if sys.argv[1:] else ROWS)
    finally:
        connection.creation.destroy_test_db(kept, verbosity=0)


if __name__ == "__main__":
    main()
