"""A code that was right, remembered in the sign-in it was typed for until that is written.

Twilio approves a code once. What it said is kept by a transaction of its own, so that whoever met a busy database
presses again and is in. It counts in this browser alone, and no longer than the code would have.
"""

from datetime import datetime

from idp.login.models import LoginFlow
from idp.otp import verifications


def store(flow: LoginFlow) -> None:
    """Remember that the code which a flow waits for was right. Runs inside the caller's transaction."""
    flow.approved = flow.verification
    flow.save(update_fields=["approved"])


def is_valid(flow: LoginFlow, now: datetime) -> bool:
    """Whether the code that this flow waits for was right in it, and is neither used up nor too old."""
    if flow.approved_id is None or flow.approved_id != flow.verification_id or flow.verification is None:
        return False
    flow.verification.refresh_from_db()
    return verifications.is_under_way(flow.verification, now)
