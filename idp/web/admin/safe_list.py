"""Numbers on Twilio's safe list, on their way to it, or leaving it."""

from django.contrib import admin

from idp.otp.models import SafeListing
from idp.otp.safe_list.provider import Verdict
from idp.web.admin.read_only import ReadOnlyAdmin


@admin.register(SafeListing)
class SafeListingAdmin(ReadOnlyAdmin[SafeListing]):
    """What came of each number. The whole number stands on the agent's page only."""

    list_display = ["agent", "ending", "standing", "asked_at", "listed_at", "tried_at", "due_at"]
    list_filter = ["wanted", "verdict"]
    search_fields = ["agent__full_name", "agent__email"]
    list_select_related = ["agent"]
    fields = ["agent", "ending", "standing", "what_to_do", "asked_at", "listed_at", "tried_at", "due_at"]
    kept_back = frozenset({"number"})

    @admin.display(description="number")
    def ending(self, row: SafeListing) -> str:
        """Show the last digits only."""
        return f"…{row.number[-4:]}"

    @admin.display(description="standing")
    def standing(self, row: SafeListing) -> str:
        """Say in words where the number is."""
        return standing(row)

    @admin.display(description="what to do")
    def what_to_do(self, row: SafeListing) -> str:
        """Say what Twilio's last answer asks for."""
        return Verdict(row.verdict).sentence if row.verdict else ""


def standing(row: SafeListing) -> str:
    """Say where a number is, and what Twilio minded."""
    if row.due_at is None:
        refused = f"refused ({row.code})" if row.code else "refused"
        on = "on the list" if row.wanted else "still on the list"
        return refused if row.verdict == Verdict.REFUSED else on if row.listed_at else "taken off"
    wait = "waits to be put on" if row.wanted else "waits to be taken off"
    return f"{wait}: {row.verdict}" if row.verdict else wait
