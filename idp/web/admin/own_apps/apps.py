"""The customer's own apps and back ends: their names, redirect URIs, and the services they may open."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, reverse

from idp import clock
from idp.native.models import Client, ClientKind, RedirectUri
from idp.policies import timeouts
from idp.policies.models import TimeoutPolicy
from idp.saml.models import ServiceProvider
from idp.saml.requests import unsolicited
from idp.web.admin.access.timeout_confirmation import ConfirmsTimeouts
from idp.web.admin.base.buttons import button, redirect_to_make_secret, show_once
from idp.web.admin.base.hidden_columns import HidesColumns
from idp.web.admin.base.labelled_rows import LabelledRows
from idp.web.operators import recent_factor


class ClientForm(forms.ModelForm[Client]):
    """An app or back end, as an operator enters it."""

    services = forms.ModelMultipleChoiceField(
        label="May open",
        queryset=ServiceProvider.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Without a code, while the agent is signed in to the app. Services that may be opened from here.",
    )

    class Meta:
        model = Client
        fields = ["name", "client_id", "kind", "enabled", "timeout_policy", "services"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "services" in self.fields:  # absent if the operator may not change it
            may_open = Q(pk__in=unsolicited.services().values("pk"))
            if self.instance.pk:
                may_open |= Q(pk__in=self.instance.services.values("pk"))
            self.fields["services"].queryset = ServiceProvider.objects.filter(may_open)  # type: ignore[attr-defined]  # a choice of models


class RedirectUris(LabelledRows[RedirectUri, Client]):
    """The redirect URIs of an app. A back end has none."""

    def clean(self) -> None:
        """Reject an app without a redirect URI, and a back end with one."""
        super().clean()
        uris = [it for it in self.cleaned_data if it.get("uri") and not it.get("DELETE")] if self.is_valid() else [{}]
        is_app = self.instance.kind == ClientKind.APP
        if is_app and not uris:
            raise ValidationError("An app needs a redirect URI.")
        if not is_app and any(uris):
            raise ValidationError("A back end has no redirect URIs. Remove them.")


class RedirectUriForm(forms.ModelForm[RedirectUri]):
    """A redirect URI, in a field that shows the whole of it."""

    class Meta:
        model = RedirectUri
        fields = ["uri"]
        widgets = {"uri": forms.TextInput(attrs={"size": 80, "inputmode": "url"})}


class RedirectUriInline(admin.TabularInline[RedirectUri, Client]):
    """The rows of an app's redirect URIs."""

    model = RedirectUri
    form = RedirectUriForm
    formset = RedirectUris
    extra = 1
    fieldset: ClassVar[None] = None  # the only one, which has no heading


@admin.register(Client)
class ClientAdmin(ConfirmsTimeouts[Client], HidesColumns[Client]):
    """Apps sign agents in by OAuth 2.0; back ends read who is signed in."""

    form = ClientForm
    change_form_template = "admin/own_app.html"
    inlines = [RedirectUriInline]
    list_display = ["name", "client_id", "kind", "enabled", "timeout_policy"]
    list_filter = ["kind", "enabled"]
    list_select_related = ["timeout_policy"]
    search_fields = ["name", "client_id"]

    def limits_of(self, row: Client) -> timeouts.TimeoutPolicy:
        """Return the durations of its timeout policy."""
        return row.timeout_policy.limits

    def services_of(self, row: Client) -> list[str]:
        """Return the app; a back end signs nobody in."""
        return [row.service] if row.kind == ClientKind.APP else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Choose a timeout policy in advance: the field is required, but means nothing to a back end."""
        usual = TimeoutPolicy.objects.get(name=timeouts.ENHANCED.name)
        return {"timeout_policy": usual.pk, **super().get_changeform_initial_data(request)}

    def get_readonly_fields(self, _: HttpRequest, client: Client | None = None) -> list[str]:
        """Fix the client ID, which devices and the trail refer to, and the kind, which decides about a secret."""
        return ["client_id", "kind"] if client else []

    def get_prepopulated_fields(self, _: HttpRequest, client: Client | None = None) -> dict[str, Sequence[str]]:
        """Suggest the client ID from the name of a new client."""
        return {} if client else {"client_id": ["name"]}

    def has_delete_permission(self, _: HttpRequest, __: Client | None = None) -> bool:
        """No: devices and the trail refer to it. It can be disabled."""
        return False

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm[Client], formsets: list[forms.BaseFormSet[Any]], change: bool
    ) -> None:
        """Save the redirect URIs too. Other ones need a recent code."""
        if any(it.has_changed() for it in formsets):
            recent_factor.require(request, f"change where sign-ins for {form.instance} go")
        super().save_related(request, form, formsets, change)

    def response_add(self, request: HttpRequest, client: Client, post_url_continue: str | None = None) -> HttpResponse:
        """Redirect a new back end to the button for its secret."""
        if client.kind != ClientKind.BACK_END:
            return super().response_add(request, client, post_url_continue)
        return redirect_to_make_secret(self, request, client)

    def get_urls(self) -> list[URLPattern]:
        """Add the URL of the button that makes a secret."""
        return [button(self, "client_secret", "secret", self.make_secret), *super().get_urls()]

    @transaction.atomic
    def make_secret(self, request: HttpRequest, client: Client) -> HttpResponse:
        """Replace a back end's secret, and show the new one once."""
        if client.kind != ClientKind.BACK_END:
            raise Http404
        page = reverse("admin:native_client_change", args=[client.pk])
        recent_factor.require(request, f"make a secret for {client}", cancel=page)
        secret = client.new_secret()
        client.secret_made_at = clock.now()
        client.save(update_fields=["secret_hash", "secret_made_at"])
        self.log_change(request, client, "Made a new secret.")
        return show_once(self, request, client, "Secret", "admin/client_secret.html", secret=secret)
