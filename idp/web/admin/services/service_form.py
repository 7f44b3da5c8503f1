"""The form of a service provider. It rejects settings that cannot work, and warns about those that probably do not."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from idp.keys import certificates
from idp.saml import encryption, names
from idp.saml.connecting import registration
from idp.saml.errors import UnusableKey
from idp.saml.models import ServiceProvider
from idp.saml.profiles import PROFILES
from idp.saml.profiles.flex import PROFILES_OF_FLEX
from idp.saml.profiles.profile import configured
from idp.saml.signatures.signing import Sign
from idp.saml.trust import RequestSignature

# RFC 3986 section 4.3. Characters outside ASCII would have to be escaped.
ABSOLUTE_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")

# What Flex does not support, by form field. The database's constraints refuse the same.
NOT_AT_FLEX = {
    "sign": (Sign.ASSERTION, "Flex needs the Response signed."),
    "encrypt": (True, "Flex cannot read encrypted Assertions."),
    "signature_algorithm": (names.ECDSA_SHA256, "Flex is not known to take ECDSA signatures."),
}

ENTITY_ID_SHOWN = 90
"""Characters: that of a Flex by legacy SSO has 84, and nobody can compare it if its end is out of sight."""

RESPONSES, ATTRIBUTES, LOGOUT = "Responses", "Attributes", "Logout"
"""Groups of fields that inline rows belong to."""

FIELDSETS: Mapping[str, tuple[list[str], str]] = {
    "Identity": (["name", "slug", "enabled", "profile", "entity_id", "timeout_policy"], ""),
    RESPONSES: (["unsolicited"], ""),
    ATTRIBUTES: (
        ["name_id_format"],
        "Send only what the service needs. Twilio Flex stores each value in the worker until it receives another one. "
        "It always receives roles, full_name and email, even if they are not listed here.",
    ),
    "Signatures and encryption": (
        [
            "sign",
            "signature_algorithm",
            "encrypt",
            "encryption_certificates",
            "encryption_algorithm",
            "key_transport",
        ],
        "",
    ),
    "Requests": (
        ["certificates", "request_signature", "requested_context", "code_context", "passkey_context", "token_context"],
        "",
    ),
    LOGOUT: (["logout_ends", "states_end"], ""),
}


class ServiceProviderForm(forms.ModelForm[ServiceProvider]):
    """A service provider, as an operator enters it."""

    class Meta:
        model = ServiceProvider
        fields = [name for fields, _ in FIELDSETS.values() for name in fields]
        widgets = {
            name: forms.TextInput(attrs={"class": "vLargeTextField"})
            for name in ("code_context", "passkey_context", "token_context")
        } | {"entity_id": forms.TextInput(attrs={"size": ENTITY_ID_SHOWN})}
        help_texts = {
            "entity_id": "What the service calls itself, to the character. Flex: urn:flex:JQ… "
            "or https://iam.twilio.com/v1/Accounts/AC…/saml2/metadata",
            "timeout_policy": "How long a sign-in is valid here before Latchkey asks for a code again.",
            "requested_context": "What Latchkey does if a request asks for a certain way to sign in. Flex: ignore.",
            "name_id_format": "The kind of name by which it knows an agent. A name that changes makes a new user "
            "there.",
            "states_end": "As SessionNotOnOrAfter: it then ends its own sign-in at the first limit of the timeout "
            "policy. Not for Flex, which would end an agent's work in the middle of a call.",
            "encrypt": "Only the service can read an encrypted Assertion. Flex cannot.",
        }

    def clean_entity_id(self) -> str:
        """Reject an entity ID with white space, which no comparison would match."""
        entity_id: str = self.cleaned_data["entity_id"]
        if fault := registration.entity_id_fault(entity_id):
            raise ValidationError(fault)
        return entity_id

    def clean_certificates(self) -> str:
        """Return the certificates as plain PEM."""
        return registration.normal_certificates(self.cleaned_data["certificates"])

    def clean_encryption_certificates(self) -> str:
        """Return the certificates as plain PEM."""
        return registration.normal_certificates(self.cleaned_data["encryption_certificates"])

    def clean_code_context(self) -> str:
        """Reject anything but an absolute URI."""
        return _context(self.cleaned_data["code_context"])

    def clean_passkey_context(self) -> str:
        """Reject anything but an absolute URI."""
        return _context(self.cleaned_data["passkey_context"])

    def clean_token_context(self) -> str:
        """Reject anything but an absolute URI."""
        return _context(self.cleaned_data["token_context"])

    def clean(self) -> dict[str, Any]:
        """Reject fields that contradict each other."""
        data = super().clean() or self.cleaned_data
        if data.get("request_signature") == RequestSignature.REQUIRE and data.get("certificates") == "":
            self.add_error("certificates", "Requests must be signed: paste the certificate that they are signed with.")
        self._check_flex(data)
        self._check_encryption(data)
        self._check_name_id_format(data)
        return data

    def _check_flex(self, data: Mapping[str, Any]) -> None:
        if data.get("profile") not in PROFILES_OF_FLEX:
            return
        for field, (refused, sentence) in NOT_AT_FLEX.items():
            if data.get(field) == refused:
                self.add_error(field, sentence)

    def _check_encryption(self, data: Mapping[str, Any]) -> None:
        if not data.get("encrypt") or "encryption_certificates" not in data:
            return
        try:
            encryption.usable_key(tuple(certificates.split(data["encryption_certificates"])))
        except UnusableKey:
            sentence = "To encrypt, paste the certificate to encrypt for, with an RSA key of 2048 bits or more."
            self.add_error("encryption_certificates", sentence)

    def _check_name_id_format(self, data: Mapping[str, Any]) -> None:
        chosen, profile = data.get("name_id_format"), PROFILES.get(data.get("profile", ""))
        if not chosen or profile is None:
            return
        try:
            configured(profile, chosen)
        except ValueError:
            sentence = "Flex cannot be given transient names: each sign-in would make, and bill, a new user."
            self.add_error("name_id_format", sentence)


def _context(typed: str) -> str:
    if typed and not ABSOLUTE_URI.fullmatch(typed):
        raise ValidationError(
            "This is no URI: it begins with a scheme, such as urn: or https:, and has no white space."
        )
    return typed
