"""Sessions, in which an agent opens one service after the other without a code."""

from django.contrib import admin

from idp.agents.models import Reason
from idp.sessions.lifecycle import FOLLOWED
from idp.sessions.models import SsoSession
from idp.web.admin.base.filters import EndedFilter, FixedChoiceFilter
from idp.web.admin.base.long_lists import LongList
from idp.web.admin.base.read_only import ReadOnlyAdmin


class Ended(EndedFilter):
    """Filters sessions by whether they are open."""

    ends_by = "ended_at"


class EndedBy(FixedChoiceFilter):
    """Filters sessions by why they ended."""

    title = column = parameter_name = "reason"
    values = ((FOLLOWED, FOLLOWED), *Reason.choices)


@admin.register(SsoSession)
class SsoSessionAdmin(ReadOnlyAdmin[SsoSession], LongList[SsoSession]):
    """Sessions, open and ended."""

    list_display = ["device", "agent", "opened_by", "opened_at", "last_seen_at", "ended_at", "why"]
    list_filter = [Ended, "opened_by", EndedBy]
    search_fields = ["index", "device__agent__full_name", "device__agent__email"]
    list_select_related = ["device__agent"]
    exclude = ["secret_hash", "reason"]
    readonly_fields = ["why"]

    @admin.display(description="agent")
    def agent(self, session: SsoSession) -> str:
        """Return the agent of the session's device."""
        return str(session.device.agent)

    @admin.display(description="why it ended", ordering="reason")
    def why(self, session: SsoSession) -> str:
        """Return why the session ended, in the words of the filter; empty if it is open."""
        return dict(EndedBy.values).get(session.reason, session.reason)
