"""`manage.py add_sp`: let a service trust us, and say what to type there."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from idp import clock
from idp.saml import registration, sp_metadata
from idp.saml.errors import UnreadableMetadata
from idp.saml.models import ServiceProvider
from idp.saml.profiles import PROFILES, flex
from idp.saml.registration import Draft
from idp.saml.sp_metadata import AcsDescription
from idp.web.management.asking import in_one_sentence, write_json


class Command(BaseCommand):
    """Register a service provider by its metadata, by one value of Flex, or by hand."""

    help = "Registers a service provider and prints what to type there."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Offer three ways to describe it."""
        way = parser.add_mutually_exclusive_group(required=True)
        way.add_argument("--metadata", metavar="FILE", help="its SAML 2.0 metadata")
        way.add_argument("--flex", metavar="VALUE", help="Account SID, connection (JQ…), entity ID or ACS URL of Flex")
        way.add_argument("--entity-id", help="by hand, together with --acs")
        parser.add_argument("--acs", action="append", default=[], metavar="URL", help="the first is the default")
        parser.add_argument("--slug", required=True, help="short name for addresses and the trail")
        parser.add_argument("--name", required=True, help="what agents read, such as Flex")
        parser.add_argument("--timeout-policy", default="", help="by default the one of its profile")
        parser.add_argument("--profile", default="", choices=["", *PROFILES], help="by default what fits the entity ID")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_: Any, slug: str, name: str, timeout_policy: str, profile: str, **given: Any) -> None:
        """Register it whole, or not at all."""
        draft = _draft(given)
        with in_one_sentence():
            sp = registration.register(draft, slug=slug, name=name, timeout_policy=timeout_policy, profile=profile)
        for sentence in registration.warnings(sp):
            self.stderr.write(sentence)
        self._tell(sp, as_json=given["as_json"])

    def _tell(self, sp: ServiceProvider, *, as_json: bool) -> None:
        typed = dict(registration.what_to_type(sp, clock.now()))
        if as_json:
            known = {"slug": sp.slug, "entity_id": sp.entity_id, "profile": sp.profile}
            acs = [acs.url for acs in sp.consumers.all()]
            write_json(self.stdout, known | {"acs": acs, "timeout_policy": str(sp.timeout_policy), "type_there": typed})
            return
        self.stderr.write(f"{sp.name} ({sp.expects.label}, timeouts: {sp.timeout_policy}) may ask for sign-ins now.")
        self.stderr.write("Type there:")
        for label, value in typed.items():
            self.stdout.write(f"{label}:\n{value}\n")


def _draft(given: dict[str, Any]) -> Draft:
    if given["acs"] and not given["entity_id"]:
        raise CommandError("--acs belongs to --entity-id; metadata and Flex bring their own.")
    if given["metadata"]:
        return Draft.of_metadata(_read(Path(given["metadata"])))
    if given["flex"]:
        return _draft_of_flex(given["flex"])
    if not given["acs"]:
        raise CommandError("--entity-id needs at least one --acs URL, where Responses are sent to.")
    acs = tuple(AcsDescription(url, is_default=at == 0) for at, url in enumerate(given["acs"]))
    return Draft(given["entity_id"], acs)


def _draft_of_flex(pasted: str) -> Draft:
    address = flex.derive(pasted)
    if address is None:
        raise CommandError("That is neither an Account SID (AC…), a connection (JQ…), nor an entity ID or ACS of Flex.")
    return Draft.of_flex(address)


def _read(path: Path) -> sp_metadata.SpDescription:
    try:
        with path.open("rb") as file:
            return sp_metadata.read(file.read(sp_metadata.MAX_METADATA + 1))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except UnreadableMetadata as error:
        raise CommandError(f"{path} cannot be used: {error.detail}.") from None
