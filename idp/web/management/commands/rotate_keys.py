"""`manage.py rotate_keys`: replace a signing key, step by step."""

import argparse
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from idp import clock
from idp.audit import acts
from idp.audit.acts import Thing
from idp.audit.models import Kind
from idp.keys import certificates, change, keyring
from idp.keys.change import OutOfOrder, Standing, Step
from idp.keys.models import SigningKey, State, Use
from idp.saml import key_change, signing_keys
from idp.web.management.lookup import find_service
from idp.web.management.output import write_json
from idp.web.management.recorded import RecordedCommand

STATUS = "status"
KEYS = Thing("", "signing keys")
ON_SERVICES = {Step.SWITCH, Step.BACK}


class Command(RecordedCommand):
    """Prints the state of the key change, or takes its next step."""

    help = "Replaces a signing key: prepare, switch each service, activate. Without a step it prints the current state."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the step, the key's use, and the services."""
        steps = [STATUS, *(step.value for step in Step)]
        parser.add_argument("step", nargs="?", default=STATUS, choices=steps, metavar="STEP", help=", ".join(steps))
        parser.add_argument(
            "--use", default=Use.SAML.value, choices=Use.values, help="saml (default), saml-ec or token"
        )
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument("--sp", metavar="SLUG", help="the service to switch, or to switch back")
        chosen.add_argument("--all", action="store_true", dest="everywhere", help="switch every remaining service")
        parser.add_argument(
            "--dry-run", action="store_true", help="say whether the step is possible, and change nothing"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, step: str, use: str, as_json: bool, **given: Any) -> None:
        """Take the step, then print the state."""
        now, kind = clock.now(), Use(use)
        known = SigningKey.objects.count()
        signing_keys.ensure(now)
        if SigningKey.objects.count() != known:
            acts.record(Kind.ADDED, KEYS, now, detail="The keys that were missing.")
        if step != STATUS:
            self._take(Step(step), kind, now, given)
        if as_json:
            write_json(self.stdout, _as_values(kind, now))
        else:
            self._print(kind, now)

    def _take(self, step: Step, use: Use, now: datetime, given: dict[str, Any]) -> None:
        slugs = _chosen(step, use, given)
        try:
            if given["dry_run"]:
                change.check(step, key_change.standing(use), slugs)
                what = " ".join([step.value, *slugs])
                self.stderr.write(f"This can be done: {what}. Nothing was changed.")
                return
            with transaction.atomic():
                said = key_change.take(step, use, now, slugs)
                acts.record(Kind.CHANGED, KEYS, now, detail=said)
            self.stderr.write(said)
        except OutOfOrder as refused:
            raise CommandError(f"{refused.sentence} Next: {_command(use, refused.instead)}") from None

    def _print(self, use: Use, now: datetime) -> None:
        standing = key_change.standing(use)
        for row in keyring.published(use, now):
            self.stdout.write(f"{row.state}: {_described(row)}")
        for it in standing.connections:
            off = "" if it.enabled else " (switched off)"
            self.stdout.write(f"{it.slug}{off}: signed to with the {_key_word(it.switched)} key")
        for ending in keyring.endings(now):
            self.stderr.write(ending.sentence)
        if standing.prepared:
            self.stderr.write(f"Next: {_command(use, standing.step)}")
        else:
            self.stderr.write(f"No change is under way. To begin one: {_command(use, Step.PREPARE)}")


def _chosen(step: Step, use: Use, given: dict[str, Any]) -> list[str]:
    if step not in ON_SERVICES:
        if given["sp"] or given["everywhere"]:
            raise CommandError(
                f"--sp and --all are only for switch and back; {step.value} applies to all services at once."
            )
        return []
    if given["sp"]:
        return [find_service(given["sp"]).slug]
    if not given["everywhere"]:
        raise CommandError(
            f"Choose a service with --sp SLUG, or all with --all. Services: {_slugs(key_change.standing(use))}."
        )
    standing = key_change.standing(use)
    return [it.slug for it in (standing.waiting if step == Step.SWITCH else standing.switched)]


def _command(use: Use, step: Step) -> str:
    which = {Step.SWITCH: " --sp SLUG", Step.BACK: " --all"}.get(step, "")
    of = "" if use == Use.SAML else f" --use {use.value}"
    return f"python manage.py rotate_keys {step.value}{which}{of}"


def _as_values(use: Use, now: datetime) -> dict[str, Any]:
    standing = key_change.standing(use)
    return {
        "use": use.value,
        "next_step": standing.step.value,
        "keys": [_key(row) for row in keyring.published(use, now)],
        "services": [
            {"slug": it.slug, "enabled": it.enabled, "key": _key_word(it.switched)} for it in standing.connections
        ],
        "warnings": [it.sentence for it in keyring.endings(now)],
    }


def _key(row: SigningKey) -> dict[str, Any]:
    values = {"kid": row.kid, "state": row.state, "made_at": row.made_at, "retired_at": row.retired_at}
    if row.certificate:
        values["fingerprint"] = certificates.fingerprint(row.certificate)
        values["certificate_ends_at"] = certificates.expires_at(row.certificate)
        values["certificate"] = row.certificate
    return values


def _described(row: SigningKey) -> str:
    if not row.certificate:
        return f"{row.kid}, made {row.made_at:%Y-%m-%d}"
    ends = certificates.expires_at(row.certificate)
    return f"{certificates.fingerprint(row.certificate)}, certificate ends {ends:%Y-%m-%d}"


def _key_word(switched: bool) -> str:
    return State.NEXT.value if switched else State.ACTIVE.value


def _slugs(standing: Standing) -> str:
    return ", ".join(it.slug for it in standing.connections) or "none yet"
