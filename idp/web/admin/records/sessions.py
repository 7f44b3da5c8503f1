"""Sessions, in which an agent opens one service after the other without a code."""

from django.contrib import admin

from idp.agents.models import Reason
from idp.sessions.lifecycle import FOLLOWED
from idp.sessions.models import SsoSession
from idp.web.admin.base.filters import EndedFilter, FixedChoiceFilter
from idp.web.admin.base.long_lists import LongList
from idp.web.admin.base.read_only import ReadOnlyAdmin


class SessionOpen(EndedFilter):
    """Filters sessions by whether they are open."""

    end_column = "ended_at"


class EndReason(FixedChoiceFilter):
    """Filters sessions by why they ended."""

    title = column = parameter_name = "reason"
    values = ((FOLLOWED, FOLLOWED), *Reason.choices)


@admin.register(SsoSession)
class SsoSessionAdmin(ReadOnlyAdmin[SsoSession], LongList[SsoSession]):
    """Sessions, open and ended."""

    list_display = ["device", "agent", "opened_by", "opened_at", "last_seen_at", "ended_at", "end_reason"]
    list_filter = [SessionOpen, "opened_by", EndReason]
    search_fields = ["index", "device__agent__full_name", "device__agent__email"]
    list_select_related = ["device__agent"]
    exclude = ["secret_hash", "reason"]
    readonly_fields = ["end_reason"]

    @admin.display(description="agent")
    def agent(self, session: SsoSession) -> str:
        """Return the agent of the session's device."""
        return str(session.device.agent)

    @admin.display(description="why it ended", ordering="reason")
    def end_reason(self, session: SsoSession) -> str:
        """Return why the session ended, in the words of the filter; empty if it is open."""
        return dict(EndReason.values).get(session.reason, session.reason)
