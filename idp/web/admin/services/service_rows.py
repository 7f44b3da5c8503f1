"""The inline rows of a service provider: its endpoints, and the attributes that it receives."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F

from idp.outgoing.addresses import address_fault
from idp.saml.attributes import faults, release_list
from idp.saml.attributes.release_list import Release, Rules
from idp.saml.attributes.types import Type
from idp.saml.metadata.sp_description import LARGEST_INDEX
from idp.saml.models import AssertionConsumer, LogoutEndpoint, ReleasedAttribute, SentAttribute, ServiceProvider
from idp.web.admin.base.labelled_rows import LabelledRows

BEYOND_INDICES = LARGEST_INDEX + 1
LAST_POSITION = 9999
TYPES = {
    None: "text",
    Type.STRING: "text",
    Type.INT: "a whole number",
    Type.BOOLEAN: "true or false",
    Type.STRINGARRAY: "a list of texts",
    Type.INTARRAY: "a list of whole numbers",
    Type.BOOLEANARRAY: "a list of true and false",
}


class AssertionConsumerForm(forms.ModelForm[AssertionConsumer]):
    """An assertion consumer service (ACS): an address that receives Responses."""

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
        """Reject an address that is unsafe to send to."""
        return _address(self.cleaned_data["url"])

    def validate_constraints(self) -> None:
        """Do nothing: the formset checks all rows of a service, because the default may move between them."""


class AssertionConsumers(LabelledRows[AssertionConsumer, ServiceProvider]):
    """The ACS addresses of a service: at least one, of which exactly one is the default."""

    def clean(self) -> None:
        """Make an only address the default, and number the addresses without an index.

        Raises ValidationError otherwise.
        """
        super().clean()
        remaining = [
            form for form in self.forms if form.cleaned_data.get("url") and not form.cleaned_data.get("DELETE")
        ]
        if any(self.errors):
            return
        if not remaining:
            raise ValidationError("A service needs at least one address, else nothing can be sent to it.")
        if len(remaining) == 1:
            remaining[0].instance.is_default = remaining[0].cleaned_data["is_default"] = True
        if sum(form.cleaned_data["is_default"] for form in remaining) != 1:
            raise ValidationError("Tick exactly one address as the default: the one used if a request names none.")
        self._number(remaining)

    def save(self, commit: bool = True) -> list[AssertionConsumer]:
        """Save the rows. Changed rows give up default and index first, so that they can exchange them."""
        changing = [form.instance.pk for form in self.initial_forms if form.has_changed()]
        own = AssertionConsumer.objects.filter(service_provider=self.instance, pk__in=changing)
        own.update(is_default=False, index=F("index") + BEYOND_INDICES)
        return super().save(commit)

    @staticmethod
    def _number(remaining: list[forms.ModelForm[AssertionConsumer]]) -> None:
        used = {form.cleaned_data["index"] for form in remaining}
        free = (index for index in range(len(remaining) + len(used)) if index not in used)
        for form in remaining:
            if form.cleaned_data["index"] is None:
                form.instance.index = form.cleaned_data["index"] = next(free)


class ReleasedAttributeForm(forms.ModelForm[ReleasedAttribute]):
    """An attribute that the service receives."""

    position = forms.IntegerField(min_value=0, max_value=LAST_POSITION, required=False)
    fixed = forms.CharField(
        label="if always the same",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 24}),
        help_text="One value on each line. An empty line is an empty value.",
    )

    class Meta:
        model = ReleasedAttribute
        fields = ["position", "name", "source", "fixed", "name_format"]
        widgets = {"name": forms.TextInput(attrs={"size": 28})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial.pop("position", None)  # the formset puts it last

    def judge(self, rules: Rules) -> None:
        """Add an error to the field for each fault of this attribute by itself."""
        line = self.instance.line
        values = faults.value_faults(line, rules)
        for sentence in faults.faults([line], rules):
            self.add_error("fixed" if sentence in values else "name", sentence)


class ReleasedAttributes(LabelledRows[ReleasedAttribute, ServiceProvider]):
    """The release list of a service, within the rules of its profile."""

    @property
    def rules(self) -> Rules:
        """The rules of the profile that is being saved."""
        return release_list.rules_of(self.instance.profile)

    def clean(self) -> None:
        """Reject a list that could not be sent, or that would leave an outdated attribute in Flex."""
        super().clean()
        if any(self.errors):
            return
        remaining = list(self._remaining())
        last = max((form.cleaned_data["position"] or 0 for form in remaining), default=0)
        for form in remaining:
            if form.cleaned_data["position"] is None:
                last = form.instance.position = form.cleaned_data["position"] = last + 1
            form.judge(self.rules)
        if any(self.errors):
            return
        lines = [form.instance.line for form in remaining]
        if found := faults.faults(lines, self.rules, sent_before=self._sent_before()):
            raise ValidationError(list(found))

    def save(self, commit: bool = True) -> list[ReleasedAttribute]:
        """Save the attributes, except those that are sent in any case."""
        saved = super().save(commit)
        for row in self.instance.released.all():
            if row.line in self.rules.mandatory:
                row.delete()
        return saved

    def _remaining(self) -> Iterator[ReleasedAttributeForm]:
        for form in self.forms:
            filled = form.instance.pk is not None or form.has_changed()
            if isinstance(form, ReleasedAttributeForm) and filled and not form.cleaned_data.get("DELETE"):
                yield form

    def _sent_before(self) -> frozenset[str]:
        if not self.rules.typed or self.instance.pk is None:
            return frozenset()
        sent = SentAttribute.objects.filter(service_provider=self.instance)
        return frozenset(sent.values_list("name", flat=True).distinct())


class LogoutEndpointForm(forms.ModelForm[LogoutEndpoint]):
    """An address that receives logout messages."""

    class Meta:
        model = LogoutEndpoint
        fields = ["binding", "location", "response_location"]
        widgets = {name: forms.TextInput(attrs={"size": 44}) for name in ("location", "response_location")}

    def clean_location(self) -> str:
        """Reject an address that is unsafe to send to."""
        return _address(self.cleaned_data["location"])

    def clean_response_location(self) -> str:
        """Reject an address that is unsafe to send to."""
        return _address(self.cleaned_data["response_location"])


class LogoutEndpoints(LabelledRows[LogoutEndpoint, ServiceProvider]):
    """The logout addresses of a service: at most one for each binding."""


def at_flex(line: Release) -> str:
    """Return what an attribute becomes in Flex: the worker's attribute, and its type."""
    base, kind = release_list.worker_attribute(line.name)
    if line in release_list.FLEX.mandatory:
        return f"{base}: always sent"
    return f"{base}: {TYPES[kind]}"


def _address(url: str) -> str:
    if url and (fault := address_fault(url)):
        raise ValidationError(f"This cannot be used: {fault}.")
    return url
