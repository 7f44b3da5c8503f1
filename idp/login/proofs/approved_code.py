"""Uses up a texted code that Verify has approved, together with the sign-in it opens.

A double tap submits the same code twice, and Verify approves it for one of the two requests only. The other one waits
for that sign-in to be written.
"""

import time

from idp.agents import agent_rows
from idp.agents.authentication import FreshProof, Method
from idp.login.codes import approvals
from idp.login.flow import sign_in
from idp.login.flow.dispatcher import Step
from idp.login.flow.request import FlowRequest
from idp.login.flow.storage import hold, hold_as_it_is
from idp.login.flow.transactions import in_transaction
from idp.login.models import LoginFlow
from idp.login.proofs import admission
from idp.otp import verifications
from idp.otp.checks import Checked

TWIN_PATIENCE = 0.7
"""Seconds that a request waits for its twin. This is less than the pause after a wrong code."""
POLL = 0.02
"""Seconds between two looks."""


def use(request: FlowRequest[LoginFlow]) -> Step | Checked:
    """Use up the approved code and sign its agent in, unless it has been used or the access policy refuses."""
    flow = request.flow
    # If the row in memory is already finished, an earlier run of this transaction was rolled back.
    as_it_is = flow.finished_at is None and hold_as_it_is(flow)
    if not as_it_is and hold(flow).finished_at is not None:
        return sign_in.finished_by_twin(request)
    verification = flow.verification
    if verification is None or verification.authenticator is None:
        return Checked.WRONG
    if flow.approved_id != verification.pk:  # another tab has gone on to another number
        return Checked.WRONG
    agent = agent_rows.get_and_hold(verification.authenticator.user_id)
    if not verifications.approve(verification, request.now):
        return Checked.WRONG
    return admission.admit(request, agent, FreshProof(Method.CODE))


def wait_for_twin(request: FlowRequest[LoginFlow]) -> None:
    """Wait up to 0.7 seconds for a twin to store that the code was right, if there may be one."""
    flow, end = request.flow, time.monotonic() + TWIN_PATIENCE
    if flow.verification is not None:
        flow.verification.refresh_from_db()  # the twin may have counted its try after this one
    while flow.verification is not None and flow.verification.tries > 1 and time.monotonic() < end:
        if in_transaction(lambda: is_approved_by_now(request)):
            return
        time.sleep(POLL)


def is_approved_by_now(request: FlowRequest[LoginFlow]) -> bool:
    """Whether a twin's code was right, or has even finished the flow.

    Locks the flow's row, so that both facts are from the same moment.
    """
    return hold(request.flow).finished_at is not None or approvals.is_valid(request.flow, request.now)
