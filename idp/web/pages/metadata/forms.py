"""The forms of a service's metadata: its source, and what the metadata must contain."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from idp.errors import IdpError
from idp.outgoing.addresses import address_fault
from idp.saml.metadata.sp_description import LONGEST_NAME, MAX_METADATA, SpDescription
from idp.saml.metadata_updates import sources as metadata_sources
from idp.saml.models import MetadataSource

LONGEST_SLUG = 50


class SourceForm(forms.ModelForm[MetadataSource]):
    """The source of metadata, and what the metadata must contain. Only addresses entered here are fetched."""

    class Meta:
        model = MetadataSource
        fields = ["url", "signing_certificate", "valid_until_rule", "longest_days", "take_over"]
        labels = {
            "url": "Address of its metadata",
            "signing_certificate": "Certificate the metadata is signed with",
            "valid_until_rule": "Its last day (validUntil)",
            "longest_days": "Most days away",
            "take_over": "Changes at the address",
        }
        help_texts = {
            "url": "https only. It is fetched when you ask for it here, and by manage.py refresh_metadata.",
            "signing_certificate": "PEM, obtained by another way than the metadata itself. Unsigned metadata is "
            "then rejected.",
            "longest_days": "Applies only if a last day is required.",
            "take_over": "Accepting changes automatically requires the certificate above.",
        }
        widgets = {
            "url": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "signing_certificate": forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        }

    def clean_url(self) -> str:
        """Reject an address that Latchkey never fetches."""
        url: str = self.cleaned_data["url"].strip()
        if url and (fault := address_fault(url)):
            raise ValidationError(f"This cannot be used: {fault}.")
        return url

    def clean_signing_certificate(self) -> str:
        """Return a single certificate, as plain PEM."""
        return metadata_sources.one_certificate(self.cleaned_data["signing_certificate"])


class DocumentForm(forms.Form):
    """A metadata document, pasted or as a file."""

    pasted = forms.CharField(
        label="Metadata, pasted",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )
    file = forms.FileField(label="Or its file", required=False)

    def xml(self) -> bytes:
        """Return the document as received, or nothing. The form must be valid."""
        file = self.cleaned_data["file"]
        if file is not None:
            file.seek(0)
            document: bytes = file.read(MAX_METADATA + 1)
            return document
        pasted: str = self.cleaned_data["pasted"]
        return pasted.encode()


class NewServiceForm(DocumentForm, SourceForm):
    """A new service from its metadata: pasted, as a file, or from an address."""

    name = forms.CharField(
        required=False, max_length=LONGEST_NAME, help_text="Shown to agents. If empty, the name from the metadata."
    )
    slug = forms.SlugField(
        label="Short name",
        required=False,
        help_text="For addresses and the trail. It cannot be changed later. If empty, it is made from the name.",
    )

    field_order = ["pasted", "file", "url", "name", "slug"]

    def clean(self) -> dict[str, Any]:
        """Require exactly one way to give the document."""
        data = super().clean() or self.cleaned_data
        if data.get("pasted") and data.get("file"):
            raise ValidationError("Paste the metadata or choose its file, not both.")
        if not self.errors and not any(data.get(name) for name in ("pasted", "file", "url")):
            raise ValidationError("Paste the metadata, choose its file, or give its address.")
        return data

    def document(self) -> bytes:
        """Return the document, fetched if necessary. Raises UnfetchedMetadata."""
        return self.xml() or metadata_sources.fetch(self.cleaned_data["url"])

    def names(self, described: SpDescription) -> dict[str, str]:
        """Return name and slug, as entered or as the metadata suggests."""
        host = urlsplit(described.entity_id).hostname or described.entity_id
        name = self.cleaned_data["name"] or described.display_name or host
        slug = self.cleaned_data["slug"] or slugify(name.replace(".", "-"))[:LONGEST_SLUG]
        return {"name": name[:LONGEST_NAME], "slug": slug}


def add_errors(form: forms.BaseForm, error: IdpError | ValidationError) -> None:
    """Add the faults of the document to the form."""
    sentences = error.messages if isinstance(error, ValidationError) else [metadata_sources.sentence_of(error)]
    for sentence in sentences:
        form.add_error(None, sentence)
