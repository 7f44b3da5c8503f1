"""Codes that need no text: from an authenticator app, from a printed sheet, or from an operator."""

from datetime import datetime

from idp.agents import agent_rows
from idp.login.codes import guess_limit
from idp.login.codes.requesting import asker_of
from idp.login.flow import sign_in
from idp.login.flow.dispatcher import Step
from idp.login.flow.request import FlowRequest
from idp.login.flow.storage import hold
from idp.login.flow.transactions import in_transaction
from idp.login.ladder.steps import AskPhone
from idp.login.models import LoginFlow
from idp.login.proofs import admission, rejection
from idp.login.request_facts import RequestFacts
from idp.otp import allowances, verifications
from idp.otp.checks import Checked
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.models import Outcome, Verification
from idp.otp.other_codes import ways
from idp.otp.other_codes.ways import Given
from idp.otp.verifications import Paused


def submit(
    flow: LoginFlow, typed: PhoneNumber | Email, given: Given, facts: RequestFacts, now: datetime
) -> Step | Checked | Paused:
    """Check such a code, and sign the agent in if it is right. Raises Busy.

    The try is counted and committed first, together with the tries of texted codes. The answer is the same for a wrong
    code, for an agent without an app or codes, and for an identifier that belongs to nobody. Returns Paused if too many
    wrong codes came from this address.
    """
    request, asker = FlowRequest(flow, facts, now), asker_of(facts)
    if flow.verification is None or not given.way.methods <= frozenset(flow.accepted):
        return AskPhone(None)
    if (until := guess_limit.blocked_until(asker, now)) is not None:
        return Paused(until)
    if allowances.is_over(flow.verification.started_at, now):
        begun = verifications.begin(typed, asker, now)
        if isinstance(begun, Paused):
            return begun
        flow.verification = begun
        flow.save(update_fields=["verification"])
    counted = flow.verification
    if not verifications.count_try(counted, asker):
        return rejection.reject(request, Checked.TOO_MANY_TRIES, f"{Checked.TOO_MANY_TRIES}, {given.way}")
    step = in_transaction(lambda: _use_proof(request, given, counted))
    return rejection.reject(request, Checked.WRONG, f"{Checked.WRONG}, {given.way}") if step is Checked.WRONG else step


def _use_proof(request: FlowRequest[LoginFlow], given: Given, counted: Verification) -> Step | Checked:
    """Use up the code and sign its agent in, in the same transaction.

    It is valid only for the agent for whom the try was `counted`, even if another tab has gone on to another number.
    """
    flow = hold(request.flow)
    if flow.finished_at is not None:
        return sign_in.finished_by_twin(request)
    verification = flow.verification
    if verification is None or verification != counted or verification.authenticator is None:
        return Checked.WRONG
    agent = agent_rows.get_and_hold(verification.authenticator.user_id)
    proof = ways.spend(agent, given, request.now)
    if proof is None:
        return Checked.WRONG
    verifications.approve(verification, request.now, Outcome.OTHERWISE)  # the code counts even if another was faster
    return admission.admit(request, agent, proof)
