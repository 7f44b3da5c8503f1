"""Numbers that are on Twilio's safe list, or waiting to be added or removed."""

from django.contrib import admin

from idp.otp.models import SafeListing
from idp.otp.safe_list.provider import Verdict
from idp.web.admin.base.read_only import ReadOnlyAdmin


@admin.register(SafeListing)
class SafeListingAdmin(ReadOnlyAdmin[SafeListing]):
    """The state of each number. Only the agent's page shows the whole number."""

    list_display = ["agent", "last_digits", "state", "asked_at", "listed_at", "tried_at", "due_at"]
    list_filter = ["wanted", "verdict"]
    search_fields = ["agent__full_name", "agent__email"]
    list_select_related = ["agent"]
    fields = ["agent", "last_digits", "state", "advice", "asked_at", "listed_at", "tried_at", "due_at"]
    hidden_columns = frozenset({"number"})

    @admin.display(description="number")
    def last_digits(self, row: SafeListing) -> str:
        """Return the last four digits only."""
        return f"…{row.number[-4:]}"

    @admin.display(description="state")
    def state(self, row: SafeListing) -> str:
        """Return the state of the number in words."""
        return state_in_words(row)

    @admin.display(description="what to do")
    def advice(self, row: SafeListing) -> str:
        """Return what to do about Twilio's last answer."""
        return Verdict(row.verdict).sentence if row.verdict else ""


def state_in_words(row: SafeListing) -> str:
    """Return whether a number is on the list, waiting, or refused, with Twilio's answer."""
    if row.due_at is None:
        if row.verdict == Verdict.REFUSED:
            return f"refused ({row.code})" if row.code else "refused"
        if not row.listed_at:
            return "taken off"
        return "on the list" if row.wanted else "still on the list"
    wait = "waits to be put on" if row.wanted else "waits to be taken off"
    return f"{wait}: {row.verdict}" if row.verdict else wait
