"""The forms of the login. They remove what people and phones add to numbers and codes."""

import unicodedata

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _

from idp.otp import identifiers
from idp.otp.identifiers import Email, Fault, PhoneNumber
from idp.otp.other_codes import written_codes
from idp.otp.other_codes.ways import LENGTHS
from idp.passkeys.verification import LONGEST

CODE_LENGTH = 6
"""Digits of a texted code and of an authenticator app's."""
MANY_TOUCH_POINTS = 50
"""More than any device has."""


class IdentifierForm(forms.Form):
    """A mobile number or a work email address."""

    identifier = forms.CharField(required=False, max_length=1000)
    touch_points = forms.IntegerField(required=False, min_value=0, max_value=MANY_TOUCH_POINTS)

    def __init__(self, sent: QueryDict, *, by_email: bool) -> None:
        """`by_email` tells which of the two the page asks for, for the error message. Either is accepted."""
        super().__init__(sent)
        self.by_email = by_email

    def clean_identifier(self) -> PhoneNumber | Email:
        """Parse what was typed as a number or an email address."""
        typed = identifiers.parse(self.cleaned_data["identifier"], settings.LATCHKEY.default_country)
        if isinstance(typed, Fault):
            raise forms.ValidationError(_(Fault.NOT_AN_EMAIL.value if self.by_email else typed.value))
        return typed


class CodeForm(forms.Form):
    """A texted code or an authenticator app's, in the digits of any script, with or without spaces and dashes."""

    code = forms.CharField(required=False, max_length=10_000)

    def clean_code(self) -> str:
        """Return six ASCII digits. A malformed code does not use up a try."""
        typed = written_codes.unseparated(self.cleaned_data["code"])
        if not typed:
            raise forms.ValidationError(_("Enter the 6-digit code"))
        if not typed.isdecimal():
            raise forms.ValidationError(_("Enter digits only."))
        if len(typed) != CODE_LENGTH:
            raise forms.ValidationError(
                _("The code has 6 digits. You entered %(count)s.") % {"count": min(len(typed), 1000)}
            )
        return "".join(str(unicodedata.decimal(digit)) for digit in typed)


class BackupCodeForm(forms.Form):
    """A printed or one-time code, in any letter case."""

    code = forms.CharField(required=False, max_length=200)

    def clean_code(self) -> str:
        """Return the code in its normal form. A malformed code does not use up a try."""
        typed = self.cleaned_data["code"]
        if not typed:
            raise forms.ValidationError(_("Enter the code"))
        read = written_codes.read(typed)
        if read is None or len(read) not in LENGTHS:
            raise forms.ValidationError(
                _(
                    "A recovery code has 10 letters and digits, a one-time code has 8. Check the code and type all of "
                    "it."
                )
            )
        return read


class PasskeyForm(forms.Form):
    """The browser's JSON about a passkey that was created or used (WebAuthn Level 3, section 5.1)."""

    passkey = forms.CharField(max_length=LONGEST, strip=False)
    touch_points = forms.IntegerField(required=False, min_value=0, max_value=MANY_TOUCH_POINTS)
