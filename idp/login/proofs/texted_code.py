"""Codes that arrived by text or call."""

from datetime import datetime

from idp.agents.authentication import Method
from idp.login.codes import approvals, checking
from idp.login.codes.requesting import asker_of
from idp.login.flow.dispatcher import Step, advance
from idp.login.flow.request import FlowRequest
from idp.login.flow.transactions import in_transaction
from idp.login.ladder.steps import AskPhone
from idp.login.models import LoginFlow
from idp.login.proofs import approved_code, rejection
from idp.login.request_facts import RequestFacts
from idp.otp import checks, verifications
from idp.otp.checks import Checked
from idp.versions import version


def submit(flow: LoginFlow, code: str, facts: RequestFacts, now: datetime) -> Step | Checked:
    """Check a code with Verify, and sign the agent in if it is right. Raises Busy."""
    request = FlowRequest(flow, facts, now)
    if flow.verification is None or not flow.accepts(Method.CODE):
        return AskPhone(None)
    if not approvals.is_valid(flow, now):
        was_in_doubt = flow.is_in_doubt
        with checking.with_deadline() as verify:
            checked = checks.check(flow.verification, code, asker_of(facts), verify, now, login=flow.pk)
        flow.texts_fail = None  # this and the configuration may have changed meanwhile
        version.unpin()
        if checked in {Checked.WRONG, Checked.GONE} and not was_in_doubt:
            verifications.note_verdict(flow.verification, flow.pk)
        if checked != Checked.APPROVED:
            if checked == Checked.GONE:
                approved_code.wait_for_twin(request)
            return rejection.reject(request, checked, checked.value)
        in_transaction(lambda: approvals.store(flow))
    return in_transaction(lambda: approved_code.use(request))


def resume(flow: LoginFlow, facts: RequestFacts, now: datetime) -> Step:
    """Advance a flow. If its code was right but the sign-in could not be written, write it now.

    Raises Busy.
    """
    if approvals.is_valid(flow, now):
        step = in_transaction(lambda: approved_code.use(FlowRequest(flow, facts, now)))
        if not isinstance(step, Checked):
            return step
    return advance(flow, facts, now)
