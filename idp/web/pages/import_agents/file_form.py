"""The form that chooses a file of agents."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from idp.importing import imports, sheet
from idp.importing.models import SHARE
from idp.importing.sheet import UnreadableFile


class FileForm(forms.Form):
    """A file, and what to do about agents who are not in it."""

    file = forms.FileField(label="File", help_text=f"CSV, up to {sheet.MOST_ROWS:,} rows.", allow_empty_file=True)
    missing_off = forms.BooleanField(
        label="Switch off agents who are not in the file",
        label_suffix="",
        required=False,
        help_text="Only if the file lists everybody. Operators stay as they are.",
    )
    most_missing = forms.IntegerField(
        label="Switch off at most this percentage of agents", min_value=0, max_value=100, initial=SHARE
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        """Reject a file that is too large, before reading it, or that cannot be read."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > sheet.MOST_BYTES:
            raise ValidationError(sheet.TOO_LARGE)
        try:
            imports.read(file.read())
        except UnreadableFile as error:
            raise ValidationError(str(error)) from None
        file.seek(0)
        return file
