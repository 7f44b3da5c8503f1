"""A code that no text brought: of an authenticator app, a printed one, or one that an operator gave."""

from datetime import datetime

from idp.login.codes import guess_limit
from idp.login.codes.requesting import asker_of
from idp.login.flow import sign_in
from idp.login.flow.dispatcher import Step
from idp.login.flow.request import FlowRequest
from idp.login.flow.sign_in import FreshProof
from idp.login.flow.storage import hold
from idp.login.flow.transactions import in_transaction
from idp.login.ladder.steps import AskPhone
from idp.login.models import LoginFlow
from idp.login.proofs import admission, rejection
from idp.login.request_facts import RequestFacts
from idp.otp import limits, verifications
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.models import Outcome
from idp.otp.other_codes import proofs
from idp.otp.other_codes.proofs import Given
from idp.otp.verifications import Checked, Paused


def submit(
    flow: LoginFlow, typed: PhoneNumber | Email, given: Given, facts: RequestFacts, now: datetime
) -> Step | Checked | Paused:
    """Try a code that no text brought, and sign the agent in if it is right.

    The try is counted and committed first, together with those of texted codes. An identifier of nobody, an
    agent without app or codes, and a wrong code are told alike.
    """
    request, asker = FlowRequest(flow, facts, now), asker_of(facts)
    if flow.verification is None or not given.way.methods <= frozenset(flow.accepted):
        return AskPhone(None)
    if (until := guess_limit.blocked_until(asker, now)) is not None:
        return Paused(until)
    if limits.is_over(flow.verification.started_at, now):
        joined = verifications.join(typed, asker, now)
        if isinstance(joined, Paused):
            return joined
        flow.verification = joined
        flow.save(update_fields=["verification"])
    if not verifications.count_try(flow.verification, asker):
        return rejection.reject(request, Checked.TOO_MANY_TRIES, f"{Checked.TOO_MANY_TRIES}, {given.way}")
    step = in_transaction(lambda: _use_proof(request, given))
    return rejection.reject(request, Checked.WRONG, f"{Checked.WRONG}, {given.way}") if step is Checked.WRONG else step


def _use_proof(request: FlowRequest[LoginFlow], given: Given) -> Step | Checked:
    """Turn a code that needs no text into a sign-in. It is used up in the same transaction, for this agent alone."""
    flow = hold(request.flow)
    if flow.finished_at is not None:
        return sign_in.finished_by_twin(request)
    verification = flow.verification
    if verification is None or verification.authenticator is None:
        return Checked.WRONG
    agent = verification.authenticator.user
    proved = proofs.spend(agent, given, request.now)
    if proved is None:
        return Checked.WRONG
    verifications.approve(verification, request.now, Outcome.OTHERWISE)  # whoever was faster, the code counts by itself
    return admission.admit(request, agent.pk, FreshProof(proved.method, proved.remark))
