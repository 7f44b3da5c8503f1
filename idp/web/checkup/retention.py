"""Whether the purge runs: rows beyond their retention time must be gone."""

from datetime import datetime, timedelta

from idp.conf import Conf, retention
from idp.login.models import LoginFlow
from idp.web.checkup.finding import Finding, ok, warning

SUBJECT = "purge"
PATIENCE = timedelta(days=7)
FIX = "Run: python manage.py purge, once a day by a timer; docs/how-to/keep-no-longer.md has the lines for it."


def check(conf: Conf, now: datetime) -> list[Finding]:
    """Judge by the login flows, whose table fills first and whose retention time is the shortest."""
    days = retention.days(conf.retention_days)["logins"]
    before = now - timedelta(days=days) - PATIENCE
    return [purged(late=LoginFlow.objects.filter(expires_at__lt=before).exists())]


def purged(*, late: bool) -> Finding:
    """Judge whether rows are a week past their retention time."""
    if late:
        return warning(SUBJECT, "Nobody removes what is past its time: logins of weeks ago are still here.", FIX)
    return ok(SUBJECT, "What is past its time is removed.")
