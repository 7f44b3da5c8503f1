"""Passkeys. A passkey identifies its agent, so nobody needs to type a number."""

from datetime import datetime

from idp.agents.authentication import FreshProof, Method
from idp.audit.models import Kind
from idp.login.codes import guess_limit
from idp.login.codes.requesting import asker_of
from idp.login.flow import sign_in
from idp.login.flow.dispatcher import Step
from idp.login.flow.request import FlowRequest
from idp.login.flow.storage import hold
from idp.login.flow.transactions import in_transaction
from idp.login.ladder.steps import AskPhone, Refuse
from idp.login.models import LoginFlow
from idp.login.proofs import admission
from idp.login.request_facts import RequestFacts
from idp.otp.verifications import Paused
from idp.passkeys import lifecycle
from idp.passkeys.lifecycle import NotProved


def submit(flow: LoginFlow, shown: str, facts: RequestFacts, now: datetime) -> Step | NotProved | Paused:
    """Check the browser's response, and sign in the agent whose passkey it is. Raises Busy.

    The access policy is asked before and after. A response that proves nothing counts as a wrong guess of its address;
    Paused means that there were too many.
    """
    request = FlowRequest(flow, facts, now)
    if not flow.accepts(Method.PASSKEY):
        return AskPhone(None)
    if (until := guess_limit.blocked_until(asker_of(facts), now)) is not None:
        return Paused(until)
    decision = request.decide_or_refuse(None)
    return decision if isinstance(decision, Refuse) else in_transaction(lambda: _use_passkey(request, shown))


def _use_passkey(request: FlowRequest[LoginFlow], shown: str) -> Step | NotProved:
    """Use up the challenge and sign the agent in, in the same transaction."""
    flow = hold(request.flow)
    if flow.finished_at is not None:
        return sign_in.finished_by_twin(request)
    spent = lifecycle.spend(shown, flow.pk, request.now)
    if isinstance(spent, NotProved):
        refused, named = spent.refused, spent.named
        kind = Kind.PASSKEY_COPIED if refused.copied else Kind.PASSKEY_REFUSED
        request.record(kind, agent=named and named.agent, device=named and named.device, detail=refused.why)
        return spent
    flow.touch_points = request.facts.touch_points
    return admission.admit(request, spent.agent, FreshProof(Method.PASSKEY, f"passkey of {spent.label}"))
