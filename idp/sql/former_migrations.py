"""Migrations that each package's first one has taken in, and databases that have only some of them.

This list may go once no database and no backup is left from before 1 December 2026. Later ones know nothing of it.
"""

from collections.abc import Collection
from typing import Any, Final

from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

TOO_OLD: Final = "The database is too old for this version: migrations of an earlier one are missing."
REMEDY: Final = "Apply them with that version first; the end of docs/how-to/upgrade.md says how."
_NAMES: Final = {
    "agents": (
        "0002_other_proofs 0003_phones_by_slot 0004_endings 0005_cutoff 0006_apps 0007_access_pass 0008_registry "
        "0009_language 0010_supervisor 0011_agents_by_name 0012_devices_and_agents_in_order 0013_active_devices "
        "0014_devices_signed_in 0015_device_count 0016_plain_labels 0017_last_cutoff"
    ),
    "audit": (
        "0002_connections 0003_alarms 0004_everyone_out 0005_safe_list 0006_apps 0007_decisions 0008_passkeys "
        "0009_push_changed 0010_imports 0011_hourly_counts 0012_agent_acts 0013_acts 0014_seals 0015_search "
        "0016_plain_labels 0017_confirmed"
    ),
    "branding": "0002_brands_of_apps",
    "keys": "0002_connections 0003_plain_labels",
    "login": "0002_other_proofs 0003_apps 0004_loans 0005_approvals 0006_plain_labels 0007_proofs_in_order",
    "native": "0002_sign_in_links 0003_plain_labels 0004_proofs_in_order",
    "otp": (
        "0002_limits_and_breaker 0003_other_proofs 0004_safe_list 0005_test_codes 0006_latest_verifications "
        "0007_test_codes_of_an_operator 0008_daily_codes 0009_not_done_and_unproved 0010_sends_that_failed "
        "0011_codes_tried_in_vain 0012_plain_labels"
    ),
    "policies": "0002_revisions 0003_rules_of_a_revision 0004_plain_labels",
    "saml": (
        "0002_connections 0003_states_end 0004_passkeys 0005_name_id_told 0006_latest_answers "
        "0007_name_ids_as_they_are 0008_fewer_indexes_of_answers 0009_plain_labels 0010_asynchronous_logouts"
    ),
    "scim": "0002_plain_labels",
    "sso_sessions": "0002_other_proofs 0003_passkeys 0004_latest_sessions",
    "tokens": "0002_latest_tokens 0003_plain_labels 0004_tokens_of_a_device",
    "versions": "0002_version_in_parts",
    "web": "0002_plain_labels",
    "webhooks": "0002_push_changed 0003_forwarding 0004_plain_labels 0005_chosen_at 0006_by_line",
}
FORMER: Final = frozenset((app, name) for app, names in _NAMES.items() for name in names.split())
"""App and name of each."""


def are_incomplete(applied: Collection[tuple[str, str]]) -> bool:
    """Whether some have been applied, but not all. Django then takes tables for finished that are not."""
    return 0 < len(FORMER.intersection(applied)) < len(FORMER)


def check(databases: Collection[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Stop `migrate` if they are incomplete. A system check of Django's, which `migrate` alone gives databases."""
    recorders = (MigrationRecorder(connections[it]) for it in databases or ())
    return [Error(TOO_OLD, REMEDY) for it in recorders if are_incomplete(it.applied_migrations())]
