"""Long-lived tokens, which renew a sign-in without a code."""

from django.contrib import admin

from idp import clock
from idp.tokens.models import LongLivedToken
from idp.web.admin.base.filters import EndedFilter
from idp.web.admin.base.long_lists import LongList
from idp.web.admin.base.read_only import ReadOnlyAdmin


class TokenInUse(EndedFilter):
    """Filters tokens by whether they are in use."""

    end_column = "retired_at"


@admin.register(LongLivedToken)
class LongLivedTokenAdmin(ReadOnlyAdmin[LongLivedToken], LongList[LongLivedToken]):
    """Long-lived tokens. The tokens themselves are only on the devices."""

    list_display = [
        "device",
        "agent",
        "is_valid",
        "nth",
        "issued_at",
        "expires_at",
        "confirmed_at",
        "retired_at",
    ]
    list_filter = [TokenInUse]
    search_fields = ["jti", "device__agent__full_name", "device__agent__email"]
    list_select_related = ["device__agent"]

    @admin.display(description="agent")
    def agent(self, token: LongLivedToken) -> str:
        """Return the agent of the token's device."""
        return str(token.device.agent)

    @admin.display(description="valid", boolean=True)
    def is_valid(self, token: LongLivedToken) -> bool:
        """Whether the token is still valid."""
        current = token.generation == token.device.generation and token.device.revoked_at is None
        return current and token.retired_at is None and clock.now() < token.expires_at
