"""Small worlds: a few facts, each known, unknown or still to come, and rules about them."""

from dataclasses import fields, replace
from itertools import product

from hypothesis import strategies as st

from idp.policies.access.conditions import (
    BrowserVersion,
    ClientIs,
    CodeAge,
    OsVersion,
    PlatformIs,
    RoleIs,
    TextContains,
    TextMatches,
)
from idp.policies.access.decisions import Attempt, Guardrails, evaluate
from idp.policies.access.facts import LATER, Facts, Later
from idp.policies.access.rules import Effect, Mode, Policy, Rule
from idp.policies.user_agents import Client, Platform

ALLOW, ASK, DENY = Effect.ALLOW, Effect.ASK_CODE, Effect.DENY
AGENT, BOSS = frozenset({"agent"}), frozenset({"agent", "supervisor"})


def sets(*members):
    return [frozenset(it) for it in members]


IOS, ANDROID, LINUX, MACOS, IPADOS = (
    Platform.IOS,
    Platform.ANDROID,
    Platform.LINUX,
    Platform.MACOS,
    Platform.IPADOS,
)
WORLD = {  # what each fact of the small world may be once it is settled
    "platform": sets((), (IOS,), (ANDROID,), (MACOS, IPADOS), (MACOS,), (IPADOS,), (ANDROID, LINUX)),
    "client": sets((), (Client.BROWSER,), (Client.WEB_VIEW,), (Client.BROWSER, Client.WEB_VIEW)),
    "text": sets((), ("Mobile",), ("Desktop",)),
    "role": [frozenset(), AGENT, BOSS],
    "code_age": sets((), (0,), (30,)),
    "browser": sets((), ("Chrome",), ("Safari",)),
    "browser_version": sets((), (99,), (120,)),
    "os_version": sets((), (9,), (14,)),
}
MAC_OR_IPAD = Later(frozenset({MACOS, IPADOS}))
MOST_OPEN = 2  # facts still to come in one world, so that all completions can be tried


def settled():
    return st.fixed_dictionaries({name: st.sampled_from(values) for name, values in WORLD.items()})


@st.composite
def all_facts(draw):
    known = draw(settled())
    to_come = draw(st.sets(st.sampled_from(sorted(WORLD)), max_size=MOST_OPEN))
    open_still = {it: draw(st.sampled_from([LATER, MAC_OR_IPAD])) if it == "platform" else LATER for it in to_come}
    return Facts(**known | open_still)


known_facts = settled().map(lambda known: Facts(**known))
conditions = st.one_of(
    st.builds(PlatformIs, st.sampled_from(sets((ANDROID,), (IPADOS,), Platform)), st.booleans()),
    st.builds(ClientIs, st.just(frozenset({Client.WEB_VIEW})), st.booleans()),
    st.builds(RoleIs, st.just(frozenset({"supervisor"})), st.booleans()),
    st.builds(TextContains, st.just("mobile"), st.booleans()),
    st.builds(TextMatches, st.just("^desk"), st.booleans()),
    st.builds(BrowserVersion, st.just("chrome"), st.just(110), st.booleans()),
    st.builds(OsVersion, st.just(ANDROID), st.just(12), st.booleans()),
    st.builds(CodeAge, st.just(12), st.booleans()),
)
condition_tuples = st.lists(conditions, max_size=2).map(tuple)
effects = st.sampled_from(Effect)
defaults = st.sampled_from([ALLOW, DENY])


@st.composite
def policies(draw, modes=(Mode.ON,)):
    parts = draw(st.lists(st.tuples(effects, st.sampled_from(modes), condition_tuples), max_size=5))
    return [Rule(str(at), "", mode, effect, held) for at, (effect, mode, held) in enumerate(parts)]


def completions(facts):
    """Everything that may be known in the end."""
    to_come = {it.name: getattr(facts, it.name) for it in fields(facts) if it.name in WORLD}
    to_come = {name: fact for name, fact in to_come.items() if isinstance(fact, Later)}
    ways = [[it for it in WORLD[name] if not fact.among or (it and it <= fact.among)] for name, fact in to_come.items()]
    return [replace(facts, **dict(zip(to_come, way, strict=True))) for way in product(*ways)]


def widened(facts):
    """List settled facts that know less of one thing."""
    for name, values in WORLD.items():
        fact = getattr(facts, name)
        yield replace(facts, **{name: frozenset()})
        if fact and name != "role":  # roles are held together; of the others one is true
            yield from (replace(facts, **{name: fact | it}) for it in values if it - fact)


def decide(rules, facts, *, default=ALLOW, guardrails=Guardrails(), let_in=False):  # noqa: B008
    return evaluate(Policy(tuple(rules), default), Attempt("flex", facts, guardrails, let_in))
