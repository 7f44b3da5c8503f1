"""Whether the trail is sealed: what waits for its seal can be changed by whoever owns the database, unnoticed."""

from datetime import datetime

from idp.audit.chain import sealing
from idp.web.checkup.finding import Finding, ok, warning

SUBJECT = "trail"
LATE = "Lines of the trail have waited for more than an hour for their seals."
FIX = (
    "Run: python manage.py verify_trail, which seals them. Then let a monitor ask /readyz, or run send_webhooks: "
    "both seal. If they wait again, the log says why under sealing_failed."
)


def look(now: datetime) -> list[Finding]:
    """Judge by the oldest line that waits."""
    return [warning(SUBJECT, LATE, FIX) if sealing.late(now) else ok(SUBJECT, "What happened is sealed.")]
