import pytest

from idp.agents.roles import FLEX_ROLES, INSIGHTS_ROLES, ROLES, fault


@pytest.mark.parametrize(
    "roles",
    [
        {"agent"},
        {"agent", "wfo.dashboard_viewer"},
        {"supervisor", "wfo.quality_process_manager"},
        {"agent", "supervisor", "admin", "wfo.full_access"},
    ],
    ids=lambda it: ", ".join(sorted(it)),
)
def test_these_roles_are_taken(roles):
    assert fault(frozenset(roles)) == ""


@pytest.mark.parametrize(
    ("roles", "says"),
    [
        (set(), "at least one"),
        ({"wfo.full_access"}, "at least one"),
        ({"supervisor"}, "wfo.quality_process_manager"),
        ({"agent", "admin"}, "wfo.full_access"),
        ({"agent", "owner"}, "owner: not a role"),
        ({"agent", "Agent"}, "Agent: not a role"),
        ({"agent,admin"}, "agent,admin: not a role"),
        ({"agent\nadmin"}, "not a role"),
        ({"agent "}, "not a role"),
    ],
    ids=lambda it: it if isinstance(it, str) else ascii(sorted(it)),
)
def test_these_are_refused_with_a_sentence(roles, says):
    assert says in fault(frozenset(roles))


def test_the_list_is_closed_and_names_each_role_once():
    assert len(set(ROLES)) == len(ROLES) == len(FLEX_ROLES) + len(INSIGHTS_ROLES)
