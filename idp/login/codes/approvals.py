"""Remembers in the flow that a code was right, until the sign-in is written.

Verify approves a code only once. The approval is committed on its own, so that an agent who met a busy database only
has to press the button again. It is valid in this flow alone, and no longer than the code would have been.
"""

from datetime import datetime

from idp.login.models import LoginFlow
from idp.otp import verifications


def store(flow: LoginFlow) -> None:
    """Store that the code which the flow awaits was right. Runs inside the caller's transaction."""
    flow.approved = flow.verification
    flow.save(update_fields=["approved"])


def is_valid(flow: LoginFlow, now: datetime) -> bool:
    """Whether the code that the flow awaits was right, and is neither used nor expired."""
    if flow.approved_id is None or flow.approved_id != flow.verification_id or flow.verification is None:
        return False
    flow.verification.refresh_from_db()
    return verifications.is_under_way(flow.verification, now)
