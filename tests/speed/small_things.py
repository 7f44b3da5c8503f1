"""A hundred access rules, and the metadata, each compared with something of known cost."""

from tests.speed import bare
from tests.speed.browser import Browser
from tests.speed.comparisons import Comparison
from tests.speed.place import NOW
from tests.speed.signing import raw_pair
from tests.user_agents import DESKTOP

RULES = 100


def comparisons(setting):
    yield Comparison(f"{RULES} rules evaluated, none matches", "two raw signatures", judge(), raw_pair())
    asked, hello = Browser(setting.application, DESKTOP), Browser(bare.application(), DESKTOP)
    yield Comparison("metadata", "a bare Django view", lambda: asked.get("/saml/metadata"), lambda: hello.get("/"))


def judge():
    """Return a function that evaluates rules none of which matches, so that all of them are read."""
    from idp.policies import user_agents
    from idp.policies.access.decisions import Attempt, evaluate
    from idp.policies.access.facts import AgentFacts, gather
    from idp.policies.access.rules import Policy
    from tests.policies.simulation.replay_speed import policies

    few = policies(clocked=True)[0].rules
    policy = Policy(tuple(few[nth % len(few)] for nth in range(RULES)))
    who = AgentFacts("ana@acme.example", frozenset({"agent"}), "Sales", device_age=3, code_age=3)
    seen = user_agents.parse(DESKTOP)
    facts = gather(seen, touch_points=None, address="198.51.100.7", now=NOW, agent=who)
    attempt = Attempt("flex", facts)
    assert evaluate(policy, attempt).decided_by == "default"
    return lambda: evaluate(policy, attempt)
