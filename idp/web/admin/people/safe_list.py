"""Numbers that are on Twilio's safe list, or waiting to be added or removed."""

from django.contrib import admin

from idp.otp.models import SafeListing
from idp.otp.safe_list.provider import Verdict
from idp.web.admin.base.read_only import ReadOnlyAdmin


@admin.register(SafeListing)
class SafeListingAdmin(ReadOnlyAdmin[SafeListing]):
    """The state of each number. Only the agent's page shows the whole number."""

    list_display = ["agent", "ending", "standing", "asked_at", "listed_at", "tried_at", "due_at"]
    list_filter = ["wanted", "verdict"]
    search_fields = ["agent__full_name", "agent__email"]
    list_select_related = ["agent"]
    fields = ["agent", "ending", "standing", "what_to_do", "asked_at", "listed_at", "tried_at", "due_at"]
    hidden_columns = frozenset({"number"})

    @admin.display(description="number")
    def ending(self, row: SafeListing) -> str:
        """Return the last four digits only."""
        return f"…{row.number[-4:]}"

    @admin.display(description="standing")
    def standing(self, row: SafeListing) -> str:
        """Return the state of the number in words."""
        return standing(row)

    @admin.display(description="what to do")
    def what_to_do(self, row: SafeListing) -> str:
        """Return what to do about Twilio's last answer."""
        return Verdict(row.verdict).sentence if row.verdict else ""


def standing(row: SafeListing) -> str:
    """Return whether a number is on the list, waiting, or refused, with Twilio's answer."""
    if row.due_at is None:
        refused = f"refused ({row.code})" if row.code else "refused"
        on = "on the list" if row.wanted else "still on the list"
        return refused if row.verdict == Verdict.REFUSED else on if row.listed_at else "taken off"
    wait = "waits to be put on" if row.wanted else "waits to be taken off"
    return f"{wait}: {row.verdict}" if row.verdict else wait
