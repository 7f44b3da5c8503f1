"""Lets in an agent who has just given proof."""

from idp.agents import device_rows
from idp.agents.authentication import FreshProof
from idp.agents.models import Agent
from idp.audit.models import Kind
from idp.login.access_decision import Subject
from idp.login.flow import sign_in
from idp.login.flow.dispatcher import Step
from idp.login.flow.request import FlowRequest
from idp.login.ladder.steps import Refuse, RefusedBy
from idp.login.models import LoginFlow


def admit(request: FlowRequest[LoginFlow], agent: Agent, proof: FreshProof) -> Step:
    """Sign an agent in, if they are switched on and the access policy allows it.

    Runs inside the caller's transaction, in which the agent's row is held. It was held before the texted code or the
    passkey was used up: a changed number ends these in the same order, so neither waits for the other.
    """
    if not agent.is_active:
        request.record(Kind.SWITCHED_OFF, agent=agent)
        return Refuse(RefusedBy.SWITCHED_OFF)
    present = device_rows.find(request.facts.device_secret)
    own = present if present and present.agent_id == agent.pk and present.revoked_at is None else None
    decision = request.decide_or_refuse(Subject(agent, own, fresh=True))
    if isinstance(decision, Refuse):
        return decision
    if not request.flow.enrols_browser:
        return sign_in.finish_without_device(request, agent, decision, proof)
    return sign_in.enrol(request, agent, present, decision, proof)
