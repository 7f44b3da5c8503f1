"""A supervisor who posts whatever comes to mind never changes anybody outside, and raises nobody's rights."""

import random

from idp.agents.models import Agent, Department
from tests.conftest import an_agent
from tests.web.departments.place import a_supervisor, of, rows
from tests.web.people_form import DEVICES, LIST, filled

STEPS = 80
ACTS = ("change", "one-time-code", "revoke-one-time-code", "remove-app", "make-recovery-codes", "lift-pause")
HELD = ("auth.Group", "agents.Department", "agents.Supervisor", "agents.GrantableRole", "agents.Agent_groups")


def test_a_random_walk_of_posted_forms_stays_inside(place, operator):
    chief = an_agent("+12015550150", "chief@acme.example", ("admin", "wfo.full_access"), department=place.theirs)
    colleague, _ = a_supervisor("Department 2", email="colleague@acme.example", department=place.theirs)
    outside = [place.ben, chief, colleague, operator, place.sue]
    people = [place.ana, *outside]
    before, held = [of(it) for it in outside], {it: rows()[it] for it in HELD}
    dice = random.Random(20261121)
    answers = {_step(place, dice, people) for _ in range(STEPS)}
    assert [of(it) for it in outside] == before
    assert {it: rows()[it] for it in HELD} == held
    theirs = Agent.objects.exclude(pk__in=[it.pk for it in outside])
    assert {(it.is_staff, it.is_superuser, it.department_id) for it in theirs} == {(False, False, place.theirs.pk)}
    assert {role for it in theirs for role in it.role_names} == {"agent"}
    assert {200, 302, 403, 404} <= answers


def _step(place, dice, people):
    """Post one form about somebody, with values that somebody else's form could hold."""
    who = dice.choice(people)
    if dice.random() < 0.2:
        chosen = [str(it.pk) for one in people for it in one.devices.all()]
        fields = {"action": "sign_out_chosen", "_selected_action": chosen, "select_across": dice.choice("01")}
        return place.browser.post(DEVICES, fields).status_code
    path = f"{LIST}add/" if dice.random() < 0.3 else f"{LIST}{who.pk}/{dice.choice(ACTS)}/"
    return place.browser.post(path, _forged(dice, who)).status_code


def _forged(dice, who):
    other = dice.choice([f"+1 201 555 01{nth:02}" for nth in range(60, 90)])
    return filled(
        who if dice.random() < 0.7 else None,
        number=dice.choice([other, "+1 201 555 0102", ""]),
        email=dice.choice([who.email, f"new-{dice.random()}@acme.example", "olivia@acme.example"]),
        department=dice.choice([*Department.objects.values_list("pk", flat=True), ""]),
        flex_roles=dice.choice([["agent"], ["agent", "admin", "wfo.full_access"], ["supervisor", "wfo.team_leader"]]),
        is_active=dice.choice(["on", ""]),
        reason="forged",
        **dict.fromkeys(dice.sample(["is_staff", "is_superuser", "barred", "may_use_app"], 2), "on"),
    )
