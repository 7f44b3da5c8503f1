"""The fields of the login, cleaned of all that people and phones add to them."""

import unicodedata

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _

from idp.otp import identifiers
from idp.otp.identifiers import Email, Fault, PhoneNumber
from idp.otp.other_codes import written_codes
from idp.otp.other_codes.proofs import LENGTHS
from idp.passkeys.verification import LONGEST

CODE_LENGTH = 6
MANY_TOUCH_POINTS = 50


class IdentifierForm(forms.Form):
    """Who is it? A mobile number or a work e-mail."""

    identifier = forms.CharField(required=False, max_length=1000)
    touch_points = forms.IntegerField(required=False, min_value=0, max_value=MANY_TOUCH_POINTS)

    def __init__(self, sent: QueryDict, *, by_email: bool) -> None:
        """Either is taken in the field of the other; `by_email` tells which one to ask for where it is neither."""
        super().__init__(sent)
        self.by_email = by_email

    def clean_identifier(self) -> PhoneNumber | Email:
        """Read what was typed into a number or an e-mail address."""
        typed = identifiers.parse(self.cleaned_data["identifier"], settings.LATCHKEY.default_country)
        if isinstance(typed, Fault):
            raise forms.ValidationError(_(Fault.NOT_AN_EMAIL.value if self.by_email else typed.value))
        return typed


class CodeForm(forms.Form):
    """The code, in any digits, with or without spaces and dashes."""

    code = forms.CharField(required=False, max_length=10_000)

    def clean_code(self) -> str:
        """Return exactly six ASCII digits; anything else costs no try."""
        typed = written_codes.unseparated(self.cleaned_data["code"])
        if not typed:
            raise forms.ValidationError(_("Enter the 6-digit code"))
        if not typed.isdecimal():
            raise forms.ValidationError(_("The code is digits only."))
        if len(typed) != CODE_LENGTH:
            raise forms.ValidationError(
                _("The code has 6 digits. You entered %(count)s.") % {"count": min(len(typed), 1000)}
            )
        return "".join(str(unicodedata.decimal(digit)) for digit in typed)


class AppCodeForm(CodeForm):
    """The six digits that an authenticator app shows."""


class BackupCodeForm(forms.Form):
    """A printed code or one that somebody read out, in any letter case."""

    code = forms.CharField(required=False, max_length=200)

    def clean_code(self) -> str:
        """Return a code in its one form; what cannot be one costs no try."""
        typed = self.cleaned_data["code"]
        if not typed:
            raise forms.ValidationError(_("Enter the code"))
        read = written_codes.read(typed)
        if read is None or len(read) not in LENGTHS:
            raise forms.ValidationError(
                _("A recovery code has 10 letters and digits, a one-time code 8. Look again, and type all of it.")
            )
        return read


class PasskeyForm(forms.Form):
    """What a browser says of a passkey that was made or used, as JSON (WebAuthn Level 3, section 5.1)."""

    passkey = forms.CharField(max_length=LONGEST, strip=False)
    touch_points = forms.IntegerField(required=False, min_value=0, max_value=MANY_TOUCH_POINTS)
