"""Whether the purge runs: rows beyond their retention time must be gone."""

from datetime import datetime, timedelta

from idp.conf import Conf, retention
from idp.login.models import LoginFlow
from idp.web.checkup.finding import Finding, ok, warning

SUBJECT = "purge"
PATIENCE = timedelta(days=7)
FIX = "Run: python manage.py purge, once a day by a timer. docs/how-to/keep-no-longer.md shows how."


def check(conf: Conf, now: datetime) -> list[Finding]:
    """Judge by the login flows, whose table fills first and whose retention time is the shortest."""
    days = retention.days(conf.retention_days)["logins"]
    before = now - timedelta(days=days) - PATIENCE
    return [purged(late=LoginFlow.objects.filter(expires_at__lt=before).exists())]


def purged(*, late: bool) -> Finding:
    """Judge whether rows are a week past their retention time."""
    if late:
        return warning(SUBJECT, "Expired data is not being removed: logins from weeks ago are still stored.", FIX)
    return ok(SUBJECT, "Expired data is removed.")
