"""Signing keys. Private keys are never shown."""

from django.contrib import admin

from idp.keys import certificates
from idp.keys.models import SigningKey
from idp.web.admin.base.read_only import ReadOnlyAdmin


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnlyAdmin[SigningKey]):
    """Keys by use and state, with their certificate's fingerprint as other consoles show it."""

    list_display = ["use", "state", "made_at", "expires_at", "fingerprint"]
    list_filter = ["use", "state"]
    search_fields = ["kid"]
    change_list_template = "admin/keys_list.html"
    fields = ["kid", "use", "state", "made_at", "retired_at", "expires_at", "fingerprint", "certificate"]

    @admin.display(description="certificate ends")
    def expires_at(self, key: SigningKey) -> object:
        """Return when the certificate expires."""
        return certificates.expires_at(key.certificate) if key.certificate else None

    @admin.display(description="fingerprint (SHA-256)")
    def fingerprint(self, key: SigningKey) -> str:
        """Return the SHA-256 fingerprint of the certificate."""
        return certificates.fingerprint(key.certificate) if key.certificate else ""
