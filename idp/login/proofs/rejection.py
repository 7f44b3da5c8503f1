"""Records a rejected code, unless the agent is signed in by now."""

from idp.audit.models import Kind
from idp.login.codes.requesting import asker_of
from idp.login.flow.dispatcher import Step, advance
from idp.login.flow.request import FlowRequest
from idp.login.flow.sign_in import Finished
from idp.login.flow.transactions import in_transaction
from idp.login.models import LoginFlow
from idp.login.proofs import approved_code
from idp.otp.checks import Checked


def reject(request: FlowRequest[LoginFlow], checked: Checked, detail: str) -> Step | Checked:
    """Record a rejected code, and return `checked`.

    If a twin of the request or another tab has signed the agent in meanwhile, return that sign-in instead.
    """
    flow = request.flow
    if in_transaction(lambda: approved_code.is_approved_by_now(request)):
        step = in_transaction(lambda: approved_code.use(request))
        if not isinstance(step, Checked):
            return step
    authenticator = flow.verification.authenticator if flow.verification else None
    if authenticator and asker_of(request.facts).owns(authenticator):  # perhaps its code was typed in another tab
        other = advance(flow, request.facts, request.now)
        if isinstance(other, Finished):
            return other
    request.record(
        Kind.CODE_UNKNOWN if checked == Checked.UNKNOWN else Kind.CODE_WRONG,
        agent=authenticator.user if authenticator else None,
        detail=detail,
    )
    return checked
