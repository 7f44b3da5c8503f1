"""The roles of Twilio Flex and Flex Insights. There are no other roles.

Source: Twilio Docs, "Configuring SSO and IdP in Flex" and "Flex Insights User Roles".
"""

from collections.abc import Collection

FLEX_ROLES = ("agent", "supervisor", "admin")
INSIGHTS_ROLES = (
    "wfo.full_access",
    "wfo.team_leader",
    "wfo.data_analyst",
    "wfo.data_auditor",
    "wfo.quality_manager",
    "wfo.quality_process_manager",
    "wfo.dashboard_viewer",
)
ROLES = FLEX_ROLES + INSIGHTS_ROLES
PLAIN = "agent"


def powers_given(before: Collection[str], after: Collection[str]) -> tuple[str, ...]:
    """Return the roles beyond that of an agent which somebody did not have before."""
    return tuple(it for it in ROLES if it in after and it not in before and it != PLAIN)


def fault(roles: frozenset[str]) -> str:
    """Return what is wrong with a set of roles, or an empty string.

    A supervisor or admin without an Insights role is given full access to recordings by Twilio, so the
    choice must be made here.
    """
    if strange := sorted(roles - set(ROLES)):
        return f"{', '.join(strange)}: not a role that Flex knows."
    if not roles & set(FLEX_ROLES):
        return "Choose at least one of agent, supervisor and admin."
    if roles & {"supervisor", "admin"} and not roles & set(INSIGHTS_ROLES):
        return (
            "A supervisor or admin needs an Insights role; without one Twilio grants wfo.full_access. "
            "The least powerful is wfo.quality_process_manager."
        )
    return ""
