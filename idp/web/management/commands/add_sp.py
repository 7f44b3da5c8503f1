"""`manage.py add_sp`: register a service provider, and print what to enter there."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from idp import clock
from idp.saml.connecting import console, registration
from idp.saml.connecting.registration import Draft
from idp.saml.metadata import trust as metadata_trust
from idp.saml.metadata.sp_description import MAX_METADATA, AcsDescription
from idp.saml.metadata_updates import sources as metadata_sources
from idp.saml.models import MetadataSource, ServiceProvider
from idp.saml.models.metadata_source import ValidUntil
from idp.saml.profiles import PROFILES, flex
from idp.web.management.output import in_one_sentence, reading, write_json
from idp.web.management.recorded import RecordedCommand


class Command(RecordedCommand):
    """Registers a service provider by its metadata, by one value of Flex, or by hand."""

    help = "Registers a service provider and prints what to enter there."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the three ways to describe it."""
        way = parser.add_mutually_exclusive_group(required=True)
        way.add_argument("--metadata", metavar="FILE|URL", help="its SAML 2.0 metadata, a file or an https address")
        way.add_argument("--flex", metavar="VALUE", help="Account SID, connection (JQ…), entity ID or ACS URL of Flex")
        way.add_argument("--entity-id", help="its entity ID, together with --acs")
        parser.add_argument(
            "--metadata-certificate", metavar="FILE", help="a PEM file; the metadata must be signed with its key"
        )
        parser.add_argument(
            "--valid-until",
            choices=ValidUntil.values,
            default=ValidUntil.CHECK.value,
            help="validUntil in the metadata: check it if present (default), require it within 30 days, or ignore it",
        )
        parser.add_argument(
            "--acs",
            action="append",
            default=[],
            metavar="URL",
            help="an ACS address; may be repeated; the first is the default",
        )
        parser.add_argument("--slug", required=True, help="short name for addresses and the trail")
        parser.add_argument("--name", required=True, help="the name that agents see, such as Flex")
        parser.add_argument("--timeout-policy", default="", help="by default that of its profile")
        parser.add_argument(
            "--profile", default="", choices=["", *PROFILES], help="by default the one that fits the entity ID"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, slug: str, name: str, timeout_policy: str, profile: str, **given: Any) -> None:
        """Register all of it, or nothing."""
        wanted = {"slug": slug, "name": name, "timeout_policy": timeout_policy, "profile": profile}
        with in_one_sentence():
            if given["metadata"]:
                sp = self._by_metadata(given, wanted)
            else:
                sp = registration.register(_draft(given), **wanted)
        for sentence in registration.warnings(sp):
            self.stderr.write(sentence)
        self._print(sp, as_json=given["as_json"])

    def _by_metadata(self, given: dict[str, Any], wanted: dict[str, str]) -> ServiceProvider:
        source, now = _source(given), clock.now()
        try:
            xml = metadata_sources.fetch(source.url) if source.url else _read(Path(given["metadata"]))
            described = metadata_trust.read(xml, metadata_sources.demands_of(source), now)
        except metadata_sources.FAULTS as error:
            raise CommandError(f"{given['metadata']}: {metadata_sources.sentence_of(error)}") from None
        for sentence in described.objections:
            self.stderr.write(sentence)
        return metadata_sources.register(described, source, now, **wanted)

    def _print(self, sp: ServiceProvider, *, as_json: bool) -> None:
        typed = dict(console.values_for(sp, clock.now()))
        if as_json:
            known = {"slug": sp.slug, "entity_id": sp.entity_id, "profile": sp.profile}
            acs = [acs.url for acs in sp.consumers.all()]
            write_json(self.stdout, known | {"acs": acs, "timeout_policy": str(sp.timeout_policy), "type_there": typed})
            return
        self.stderr.write(f"{sp.name} ({sp.expects.label}, timeouts: {sp.timeout_policy}) may ask for sign-ins now.")
        self.stderr.write("Enter these values at the service:")
        for label, value in typed.items():
            self.stdout.write(f"{label}:\n{value}\n")


def _draft(given: dict[str, Any]) -> Draft:
    _check_acs(given)
    if given["flex"]:
        return _draft_of_flex(given["flex"])
    if not given["acs"]:
        raise CommandError("--entity-id needs at least one --acs URL, to which Latchkey sends Responses.")
    acs = tuple(AcsDescription(url, is_default=at == 0) for at, url in enumerate(given["acs"]))
    return Draft(given["entity_id"], acs)


def _draft_of_flex(pasted: str) -> Draft:
    address = flex.derive(pasted)
    if address is None:
        raise CommandError("That is neither an Account SID (AC…), a connection (JQ…), nor an entity ID or ACS of Flex.")
    return Draft.of_flex(address)


def _check_acs(given: dict[str, Any]) -> None:
    if given["acs"] and not given["entity_id"]:
        raise CommandError("--acs is only for --entity-id; metadata and Flex values contain it.")


def _source(given: dict[str, Any]) -> MetadataSource:
    _check_acs(given)
    file, metadata = given["metadata_certificate"], given["metadata"]
    pem = _read(Path(file)).decode(errors="replace") if file else ""
    return MetadataSource(
        url=metadata if metadata.startswith(("https:", "http:")) else "",
        signing_certificate=metadata_sources.one_certificate(pem),
        valid_until_rule=given["valid_until"],
    )


def _read(path: Path) -> bytes:
    with reading(path), path.open("rb") as file:
        return file.read(MAX_METADATA + 1)
