"""`manage.py connect_flex`: connect a Flex account, and print what to enter in Twilio's Console."""

import argparse
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import CommandError
from django.db import transaction

from idp import clock
from idp.saml.connecting import adoption, console, registration
from idp.saml.metadata import published
from idp.saml.models import ServiceProvider
from idp.saml.profiles import flex
from idp.saml.profiles.flex import FlexAddress
from idp.web.management.output import in_one_sentence, write_json
from idp.web.management.recorded import RecordedCommand
from idp.web.pages.connect_flex.forms import RESERVED, connect

NEEDS_CONNECTION = (
    "Enhanced SSO needs the connection, JQ and 32 hex digits, from the Console. For legacy SSO add --legacy."
)
NEEDS_ACCOUNT = "Legacy SSO needs the Account SID, AC and 32 hex digits."


class Command(RecordedCommand):
    """Registers a Flex connection from values of the Console, or prints the fields of a registered one again."""

    help = "Connects a Flex account and prints the fields for Twilio's Console. Prints them again if it is connected."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the Console's values; everything else has a default."""
        parser.add_argument(
            "value", nargs="+", help=f"up to {flex.MOST_PASTED} of connection (JQ…), Account SID, entity ID, ACS URL"
        )
        parser.add_argument("--legacy", action="store_true", help="legacy SSO; by default enhanced SSO")
        parser.add_argument("--name", default="", help="the name that agents see; by default Flex")
        parser.add_argument("--slug", default="", help="short name; by default flex, or a free variant")
        parser.add_argument(
            "--default-redirect-url",
            default="",
            metavar="URL",
            help="the one in the Console; agents may then also begin at Latchkey",
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")

    def handle(self, *_: Any, value: list[str], legacy: bool, dry_run: bool, **given: Any) -> None:
        """Connect all of it, or nothing."""
        address = _address(value, legacy=legacy)
        redirect = _redirect(given["default_redirect_url"])
        published.certificates(clock.now())  # a dry run would roll back a key made below, after showing it
        with in_one_sentence(), transaction.atomic():
            sp, known = self._registered(address, given["slug"], given["name"])
            if redirect and not sp.unsolicited:
                sp.unsolicited = True
                sp.save(update_fields=["unsolicited"])
            typed = console.fields_of(sp, clock.now(), redirect)
            warnings = [*flex.review(address).warnings, *registration.warnings(sp)]
            transaction.set_rollback(dry_run)
        for sentence in dict.fromkeys(warnings):
            self.stderr.write(sentence)
        self.stderr.write(_outcome(sp, known=known, dry_run=dry_run))
        self._print(sp, typed, as_json=given["as_json"])

    @staticmethod
    def _registered(address: FlexAddress, slug: str, name: str) -> tuple[ServiceProvider, bool]:
        """Return the connection, and whether it existed already."""
        if sp := ServiceProvider.objects.filter(entity_id=address.entity_id).first():
            return sp, True
        if slug in RESERVED:
            raise CommandError(f"{slug} is the address of another page. Choose another --slug.")
        free, usual = flex.suggest(address.profile, adoption.taken_slugs() | RESERVED)
        return connect(address, slug=slug or free, name=name or usual), False

    def _print(self, sp: ServiceProvider, typed: list[console.ConsoleField], *, as_json: bool) -> None:
        if as_json:
            known = {"slug": sp.slug, "name": sp.name, "profile": sp.profile, "entity_id": sp.entity_id}
            acs = [acs.url for acs in sp.consumers.all()]
            write_json(self.stdout, known | {"acs": acs, "console": {it.label: it.value for it in typed}})
            return
        self.stderr.write("In the Console, at Flex > Users and access > Single sign-on (SSO):")
        for field in typed:
            self.stdout.write(f"{field.label}:\n{field.value or f'({field.line})'}\n")


def _address(values: list[str], *, legacy: bool) -> FlexAddress:
    pasted = flex.read("\n".join(values))
    if pasted.faults:
        raise CommandError(" ".join(pasted.faults))
    address = pasted.legacy if legacy else pasted.enhanced
    if address is None:
        raise CommandError(NEEDS_ACCOUNT if legacy else NEEDS_CONNECTION)
    return address


def _redirect(url: str) -> str:
    parts = urlsplit(url)
    if url and not (parts.scheme == "https" and parts.netloc):
        raise CommandError(f"The Default Redirect URL is an https address, such as {console.RUNTIME_DOMAIN}.")
    return url


def _outcome(sp: ServiceProvider, *, known: bool, dry_run: bool) -> str:
    if known:
        return f"{sp.name} ({sp.slug}) is connected already."
    if dry_run:
        return f"{sp.name} ({sp.slug}, {sp.expects.label}) would be connected; nothing was changed."
    return f"{sp.name} ({sp.slug}, {sp.expects.label}) may ask for sign-ins now."
