"""`manage.py refresh_metadata`: fetch the metadata of services again, run by a timer."""

import argparse
import sys
from typing import Any

import structlog

from idp import clock
from idp.saml.metadata_updates import sources as metadata_sources
from idp.saml.metadata_updates.sources import Outcome, Refreshed
from idp.saml.models import MetadataSource
from idp.web.management.lookup import find_service
from idp.web.management.output import write_json
from idp.web.management.recorded import RecordedCommand

log = structlog.get_logger(__name__)
UNEXPECTED = "An unexpected error. The log has the details."


class Command(RecordedCommand):
    """Fetches every source that has an address. A failure does not stop the others."""

    help = (
        "Fetches the metadata of services again. Changes apply immediately or wait in the admin, as set per service. "
        "Exits with status 1 if any failed."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare `--sp`, `--dry-run` and `--json`."""
        parser.add_argument("--sp", default="", metavar="SLUG", help="this service only")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, sp: str, dry_run: bool, as_json: bool, **__: Any) -> None:
        """Print the outcome of each source."""
        sources = MetadataSource.objects.exclude(url="").select_related("service_provider")
        if sp:
            sources = sources.filter(service_provider=find_service(sp))
        done = [(it, _refresh(it, dry_run=dry_run)) for it in sources.order_by("service_provider__slug")]
        if as_json:
            write_json(self.stdout, [_as_values(*it) for it in done])
        else:
            self._print(done, dry_run=dry_run)
        if any(it.outcome == Outcome.FAILED for _, it in done):
            sys.exit(1)

    def _print(self, done: list[tuple[MetadataSource, Refreshed]], *, dry_run: bool) -> None:
        if not done:
            self.stderr.write("No service has an address for its metadata.")
        if dry_run:
            self.stderr.write("Dry run: nothing was changed.")
        for source, refreshed in done:
            self.stdout.write(f"{source.service_provider.slug}: {refreshed.outcome}. {refreshed.fault}".rstrip())
            for change in refreshed.changes:
                self.stdout.write(f"  {change.what}")
                for line in (*(f"- {it}" for it in change.gone), *(f"+ {it}" for it in change.new)):
                    self.stdout.write(f"    {line}")


def _refresh(source: MetadataSource, *, dry_run: bool) -> Refreshed:
    try:
        return metadata_sources.refresh(source, clock.now(), dry_run=dry_run)
    except Exception:  # one bad source must not stop the others
        log.exception("metadata", service=source.service_provider.slug)
        return Refreshed(Outcome.FAILED, fault=UNEXPECTED)


def _as_values(source: MetadataSource, refreshed: Refreshed) -> dict[str, Any]:
    return {
        "sp": source.service_provider.slug,
        "url": source.url,
        "outcome": refreshed.outcome.name.lower(),
        "fault": refreshed.fault,
        "changes": [{"what": it.what, "gone": it.gone, "new": it.new} for it in refreshed.changes],
    }
