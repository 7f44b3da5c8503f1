"""The operators' admin: one module for each thing that operators look after."""

from idp.web.admin import (
    keys,
    logouts,
    operators,
    own_apps,
    passes,
    people,
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
    "keys",
    "logouts",
    "operators",
    "own_apps",
    "passes",
    "people",
    "phones",
    "policies",
    "revisions",
    "rules",
    "safe_list",
    "services",
    "trail",
    "webhooks",
]
