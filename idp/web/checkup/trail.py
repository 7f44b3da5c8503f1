"""Whether the trail is sealed. The owner of the database can change an unsealed event unnoticed."""

from datetime import datetime

from idp.audit.chain import sealing
from idp.web.checkup.finding import Finding, ok, warning

SUBJECT = "trail"
LATE = "Lines of the trail have waited for more than an hour for their seals."
FIX = (
    "Run: python manage.py verify_trail, which seals them. Then let a monitor ask /readyz, or run send_webhooks: "
    "both seal. If they wait again, the log says why under sealing_failed."
)


def check(now: datetime) -> list[Finding]:
    """Judge the oldest unsealed event."""
    return [warning(SUBJECT, LATE, FIX) if sealing.late(now) else ok(SUBJECT, "What happened is sealed.")]
