"""The operators' admin: one module for each thing that operators look after."""

from idp.web.admin import (
    departments,
    keys,
    logouts,
    operators,
    own_apps,
    passes,
    people,
    personnel_systems,
    phones,
    policies,
    revisions,
    rules,
    safe_list,
    services,
    trail,
    webhooks,
)

__all__ = [
    "departments",
    "keys",
    "logouts",
    "operators",
    "own_apps",
    "passes",
    "people",
    "personnel_systems",
    "phones",
    "policies",
    "revisions",
    "rules",
    "safe_list",
    "services",
    "trail",
    "webhooks",
]
