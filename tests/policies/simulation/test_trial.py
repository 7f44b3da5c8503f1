"""An attempt made up for a preview or a file of cases is judged by all that was said of it."""

from idp.policies.access.decisions import Guardrails
from idp.policies.access.facts import LATER, AgentFacts, gather
from idp.policies.simulation.trial import Trial
from idp.policies.user_agents import parse
from tests.conftest import NOW
from tests.policies.samples import MAC_SAFARI

ANA = AgentFacts("ana@acme.example", frozenset({"agent"}), device_age=3, code_age=70)


def test_a_trial_passes_on_all_its_arguments():
    attempt = Trial(MAC_SAFARI, NOW, "flex", 5, "192.0.2.7", ANA, let_in=True).attempt()
    facts = gather(parse(MAC_SAFARI), touch_points=5, address="192.0.2.7", now=NOW, agent=ANA)
    assert (attempt.service, attempt.facts, attempt.let_in) == ("flex", facts, True)
    assert attempt.guardrails == Guardrails()


def test_a_trial_by_default_is_before_the_first_page():
    facts = gather(parse(MAC_SAFARI), touch_points=LATER, address=None, now=NOW)
    attempt = Trial(MAC_SAFARI, NOW).attempt()
    assert (attempt.service, attempt.facts, attempt.let_in) == ("", facts, False)


def test_guardrails_that_are_given_count():
    stopped = Guardrails(stopped=True)
    assert Trial(MAC_SAFARI, NOW).attempt(stopped).guardrails == stopped
