"""A texted code that Verify approved is used up, together with the sign-in that it opens."""

import time

from idp.login.codes import approvals
from idp.login.flow import sign_in
from idp.login.flow.dispatcher import Step
from idp.login.flow.request import FlowRequest
from idp.login.flow.sign_in import BY_CODE
from idp.login.flow.storage import hold, hold_as_it_is
from idp.login.flow.transactions import in_transaction
from idp.login.models import LoginFlow
from idp.login.proofs import admission
from idp.otp import verifications
from idp.otp.verifications import Checked

TWIN_PATIENCE = 0.7
"""Seconds at most for which a tap waits until its twin, whose code Verify took, is written: within a wrong code's."""
POLL = 0.02


def use(request: FlowRequest[LoginFlow]) -> Step | Checked:
    """Turn an approved verification into a sign-in, if nobody used it before and the access policy allows."""
    flow = request.flow
    # Where the row in hand is ahead of the table, a run before this one failed.
    as_it_is = flow.finished_at is None and hold_as_it_is(flow)
    if not as_it_is and hold(flow).finished_at is not None:
        return sign_in.finished_by_twin(request)
    verification = flow.verification
    if verification is None or verification.authenticator is None:
        return Checked.WRONG
    if flow.approved_id != verification.pk:  # another tab went on to another number, of which the code proves nothing
        return Checked.WRONG
    if not verifications.approve(verification, request.now):
        return Checked.WRONG
    return admission.admit(request, verification.authenticator.user_id, BY_CODE)


def wait_for_twin(request: FlowRequest[LoginFlow]) -> None:
    """Let a double tap's twin write that its code was right, if there is one which may have had the code."""
    flow, end = request.flow, time.monotonic() + TWIN_PATIENCE
    if flow.verification is not None:
        flow.verification.refresh_from_db()  # the twin may have counted its try after this one
    while flow.verification is not None and flow.verification.tries > 1 and time.monotonic() < end:
        if in_transaction(lambda: is_approved_by_now(request)):
            return
        time.sleep(POLL)


def is_approved_by_now(request: FlowRequest[LoginFlow]) -> bool:
    """Whether a twin's code was right. The flow is held, lest it be read before a twin's commit and the rest after."""
    return hold(request.flow).finished_at is not None or approvals.is_valid(request.flow, request.now)
