"""The form of a service provider: what would not work is refused, or at least said."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F

from idp.saml import registration
from idp.saml.models import AssertionConsumer, ServiceProvider
from idp.saml.sp_metadata import LARGEST_INDEX, acs_fault

BEYOND_INDICES = LARGEST_INDEX + 1


class ServiceProviderForm(forms.ModelForm[ServiceProvider]):
    """A service provider as an operator types it in."""

    class Meta:
        model = ServiceProvider
        fields = [
            "name",
            "slug",
            "enabled",
            "profile",
            "timeout_policy",
            "entity_id",
            "certificates",
            "request_signature",
            "requested_context",
            "sign",
        ]
        widgets = {"entity_id": forms.TextInput(attrs={"class": "vLargeTextField"})}
        help_texts = {
            "entity_id": "What the service calls itself, to the character. Flex: urn:flex:JQ… "
            "or https://iam.twilio.com/v1/Accounts/AC…/saml2/metadata",
            "timeout_policy": "How long a sign-in counts here before a code is asked again.",
            "requested_context": "What is done if it asks for a certain way to sign in. Flex: ignore.",
        }

    def clean_entity_id(self) -> str:
        """Refuse white space, which no comparison would forgive."""
        entity_id: str = self.cleaned_data["entity_id"]
        if fault := registration.entity_id_fault(entity_id):
            raise ValidationError(fault)
        return entity_id

    def clean_certificates(self) -> str:
        """Keep certificates as plain PEM."""
        return registration.normal_certificates(self.cleaned_data["certificates"])

    def clean(self) -> dict[str, Any]:
        """Refuse to require signatures that nobody could check."""
        data = super().clean() or self.cleaned_data
        if data.get("request_signature") == "require" and data.get("certificates") == "":
            self.add_error("certificates", "Requests must be signed: paste the certificate that they are signed with.")
        return data


class AssertionConsumerForm(forms.ModelForm[AssertionConsumer]):
    """One address that takes Responses."""

    index = forms.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False)

    class Meta:
        model = AssertionConsumer
        fields = ["url", "index", "is_default"]
        widgets = {"url": forms.TextInput(attrs={"class": "vLargeTextField"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial.pop("index", None)  # the formset numbers it

    def clean_url(self) -> str:
        """Refuse what cannot be sent to safely."""
        url: str = self.cleaned_data["url"]
        if fault := acs_fault(url):
            raise ValidationError(f"This cannot be used: {fault}.")
        return url

    def validate_constraints(self) -> None:
        """Leave this to the formset: it has all rows of a service, and a default may move between them."""


class AssertionConsumers(
    forms.BaseInlineFormSet[AssertionConsumer, ServiceProvider, forms.ModelForm[AssertionConsumer]]
):
    """All addresses of a service: one at least, and exactly one of them the default."""

    def clean(self) -> None:
        """Choose the only address as default, number those without a number, and refuse the rest."""
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data.get("url") and not form.cleaned_data.get("DELETE")]
        if any(self.errors):
            return
        if not kept:
            raise ValidationError("A service needs at least one address, else nothing can be sent to it.")
        if len(kept) == 1:
            kept[0].instance.is_default = kept[0].cleaned_data["is_default"] = True
        if sum(form.cleaned_data["is_default"] for form in kept) != 1:
            raise ValidationError("Tick exactly one address as the default: the one used if a request names none.")
        self._number(kept)

    def save(self, commit: bool = True) -> list[AssertionConsumer]:
        """Save the rows; those that change give up default and number first, so that they can exchange them."""
        changing = [form.instance.pk for form in self.initial_forms if form.has_changed()]
        own = AssertionConsumer.objects.filter(service_provider=self.instance, pk__in=changing)
        own.update(is_default=False, index=F("index") + BEYOND_INDICES)
        return super().save(commit)

    @staticmethod
    def _number(kept: list[forms.ModelForm[AssertionConsumer]]) -> None:
        used = {form.cleaned_data["index"] for form in kept}
        free = (index for index in range(len(kept) + len(used)) if index not in used)
        for form in kept:
            if form.cleaned_data["index"] is None:
                form.instance.index = form.cleaned_data["index"] = next(free)
