"""The forms of the first step: reading what was pasted, and registering a connection."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.http import QueryDict

from idp.saml.connecting import adoption, registration
from idp.saml.connecting.registration import Draft
from idp.saml.models import ServiceProvider
from idp.saml.profiles import PROFILES, flex
from idp.saml.profiles.flex import PROFILES_OF_FLEX, FlexAddress

RESERVED = {"symptoms"}
LONGEST_PASTED = 8000


@dataclass(frozen=True, slots=True)
class RecognisedSso:
    """A kind of SSO that was recognised: its address, faults and warnings, and what would be registered."""

    label: str
    address: FlexAddress
    review: flex.Review
    known: ServiceProvider | None
    slug: str
    name: str

    @property
    def flex_id(self) -> str:
        """The connection or the account."""
        return flex.account_id(self.address)

    @property
    def is_legacy(self) -> bool:
        """Whether it is legacy SSO."""
        return self.address.profile == flex.LEGACY.slug

    @property
    def is_flex(self) -> bool:
        """Whether the service that is registered already is a Flex."""
        return self.known is not None and self.known.profile in PROFILES_OF_FLEX


def recognise(address: FlexAddress) -> RecognisedSso:
    """Prepare an address for the page, with a free name and slug."""
    known = ServiceProvider.objects.filter(entity_id=address.entity_id).first()
    slug, name = flex.suggest(address.profile, adoption.taken_slugs() | RESERVED)
    return RecognisedSso(PROFILES[address.profile].label, address, flex.review(address), known, slug, name)


class PasteForm(forms.Form):
    """Up to three values from Twilio's Console."""

    pasted = forms.CharField(
        label="Account SID, connection (JQ…), ACS URL or entity ID",
        help_text=f"One of them is enough. You can paste up to {flex.MOST_PASTED}, one per line.",
        max_length=LONGEST_PASTED,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_pasted(self) -> str:
        """Return what was pasted. Raises ValidationError for what cannot be read."""
        pasted: str = self.cleaned_data["pasted"]
        if faults := flex.read(pasted).faults:
            raise ValidationError(list(faults))
        return pasted

    @property
    def understood(self) -> flex.Pasted:
        """What was pasted, as addresses."""
        return flex.read(self.cleaned_data["pasted"])


class ConnectForm(forms.Form):
    """The connection to register: its profile, name and slug."""

    profile = forms.ChoiceField(choices=[(it, it) for it in PROFILES_OF_FLEX])
    name = forms.CharField(max_length=100)
    slug = forms.CharField(max_length=50, validators=[validate_slug])

    def __init__(self, data: QueryDict, pasted: flex.Pasted) -> None:
        super().__init__(data)
        self.pasted = pasted

    def clean_slug(self) -> str:
        """Reject a slug that is the address of another page."""
        slug: str = self.cleaned_data["slug"]
        if slug in RESERVED:
            raise ValidationError("This short name is already the address of another page. Choose another.")
        return slug

    def connect(self) -> ServiceProvider:
        """Register what was pasted. Raises ValidationError if that is impossible, and then nothing is added."""
        address = self.pasted.enhanced if self.cleaned_data["profile"] == flex.ENHANCED.slug else self.pasted.legacy
        if address is None:
            raise ValidationError("The pasted values do not say where this Flex expects its answers.")
        return connect(address, slug=self.cleaned_data["slug"], name=self.cleaned_data["name"])


def connect(address: FlexAddress, *, slug: str, name: str) -> ServiceProvider:
    """Register a Flex connection. Raises ValidationError if that is impossible, and then nothing is added."""
    if fault := flex.review(address).fault:
        raise ValidationError(fault)
    return registration.register(Draft.of_flex(address), slug=slug, name=name)
