"""The page *Sign everyone out*. The operator confirms it by typing words."""

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.agents.models import Cutoff, Kind
from idp.login import request_facts
from idp.login.emergency import everyone_out, reasons
from idp.web.departments import reach
from idp.web.operators import recent_factor
from idp.web.rendering import admin_page

CONFIRMATION = "sign everyone out"
MOST_PAST = 10
FLEX_STAYS_OPEN = "Flex may stay open on them until somebody closes it."


class EveryoneOutForm(forms.Form):
    """The reason, and the words that nobody types by accident."""

    why = forms.CharField(
        label="Reason",
        max_length=reasons.LONGEST,
        help_text="The trail records it. Example: restored Monday's backup.",
    )
    typed = forms.CharField(
        label=f"To confirm, type “{CONFIRMATION}”", max_length=60, widget=forms.TextInput({"autocomplete": "off"})
    )

    def clean_typed(self) -> str:
        """Accept the words in any letter case and spacing."""
        typed: str = self.cleaned_data["typed"]
        if " ".join(typed.lower().split()) != CONFIRMATION:
            raise ValidationError(f"Type the words: {CONFIRMATION}")
        return typed


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""
    return [path("everyone-out/", site.admin_view(everyone_out_page), name="everyone_out")]


@require_http_methods(["GET", "POST"])
@permission_required("agents.add_cutoff", raise_exception=True)
def everyone_out_page(request: HttpRequest) -> HttpResponse:
    """Show how many it would sign out. POST signs them out."""
    form = EveryoneOutForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _sign_out(request, form.cleaned_data["why"])
    signed_in = everyone_out.count_signed_in()
    context = {
        "title": "Sign everyone out",
        "form": form,
        "phones": signed_in[Kind.MOBILE],
        "computers": signed_in[Kind.DESKTOP],
        "cutoffs": Cutoff.objects.select_related("by")[:MOST_PAST],
    }
    return admin_page(request, "everyone_out.html", context, status=400 if form.errors else 200)


def _sign_out(request: HttpRequest, why: str) -> HttpResponse:
    recent_factor.require(request, CONFIRMATION)
    now, origin = clock.now(), request_facts.origin_of(request)
    count = everyone_out.begin(reach.operator_of(request), why, origin, now)
    everyone_out.end_devices(origin, clock.now, everyone_out.BEFORE_THE_ANSWER)
    messages.success(request, f"Everyone is signed out: {count} phones and computers. {FLEX_STAYS_OPEN}")
    return HttpResponseRedirect(reverse("admin:everyone_out"))
