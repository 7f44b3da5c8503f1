"""The page that publishes the access policy. A change that endangers nobody takes one click."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from idp import clock
from idp.login import request_facts
from idp.policies.editing import publishing
from idp.policies.editing.publishing import DRAFT_GONE, LONGEST_REASON, MEANWHILE, NO_REASON, NOTHING_NEW, CannotPublish
from idp.policies.models import PolicyRevision
from idp.policies.simulation.replay import Group
from idp.web import rights
from idp.web.departments import reach
from idp.web.operators import recent_factor
from idp.web.pages.policy.publish import affected_csv
from idp.web.pages.policy.publish.forecast import Forecast, make_forecast
from idp.web.pages.policy.publish.publish_request import PublishRequest
from idp.web.pages.policy.publish.target import Target
from idp.web.rendering import admin_page

LIST = "admin:policies_accessrule_changelist"
MOST_ROWS = 50
NO_DRAFT = "There is no draft to publish. The rules below are in force; once you change one, a draft of them begins."
UNCONFIRMED = "Check who would be refused. If you mean it, type what the page asks for, then publish."
DRAFT_STAYS = "A draft is still open, and may hold what you have just taken back. Read its changes before you publish."


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL patterns of the pages."""
    return [
        path("policy/publish/", site.admin_view(publish), name="publish_policy"),
        path("policy/publish/who-would-change.csv", site.admin_view(who_would_change), name="policy_replay_csv"),
    ]


@require_http_methods(["GET", "POST"])
@permission_required(rights.PUBLISH, raise_exception=True)
def publish(request: HttpRequest) -> HttpResponse:
    """Show what would be published, and publish it when the operator presses the button."""
    page = _page_of(request)
    if page is None:
        return HttpResponseRedirect(reverse(LIST))
    return page.publish() if request.method == "POST" else page.show()


@require_safe
@permission_required([rights.PUBLISH, rights.SEE_TRAIL], raise_exception=True)
def who_would_change(request: HttpRequest) -> HttpResponseBase:
    """Return all agents for whom the publication would change something, as CSV."""
    page = _page_of(request)
    return affected_csv.as_csv(page.forecast) if page else HttpResponseRedirect(reverse(LIST))


@dataclass(frozen=True, slots=True)
class PublishPage:
    """A request with what is to be published, and what would change for agents."""

    request: HttpRequest
    wanted: PublishRequest
    target: Target
    forecast: Forecast

    def show(self, refusal: str = "", status: int = 200) -> HttpResponse:
        """Show the page, with the reason for a refusal, and with everything that was typed."""
        may_see, replayed = self.request.user.has_perm(rights.SEE_TRAIL), self.forecast.replayed
        shown = {
            "title": f"Go back to {self.target.revision}" if self.target.number else "Publish the draft",
            "target": self.target,
            "replayed": replayed,
            "lockout": self.forecast.lockout,
            "unknown": self.forecast.unknown,
            "groups": [_group(self.forecast, it, may_see=may_see) for it in Group if replayed.count(it)],
            "may_see": may_see,
            "refusal": refusal,
            "reason": self.wanted.reason or self.target.suggestion,
            "until": self.wanted.until,
            "longest": LONGEST_REASON,
        }
        return admin_page(self.request, "policy/publish.html", shown, status=status)

    def publish(self) -> HttpResponse:
        """Publish what the operator saw, or say why not."""
        wanted, lockout = self.wanted, self.forecast.lockout
        if refusal := _refusal(self.target, wanted):
            return self.show(*refusal)
        if lockout.wanted and not lockout.confirmed(wanted.confirmation or ""):
            return self.show(UNCONFIRMED, 200 if wanted.confirmation is None else 422)
        to = f"go back to {self.target.revision} of" if self.target.number else "publish a change of"
        recent_factor.require(self.request, f"{to} the access rules")
        try:
            published = self.target.publish(self.request.user.pk, wanted.reason, wanted.seen, clock.now())
        except CannotPublish as refused:
            return self.show(refused.sentence, 409)
        self._record(published)
        return HttpResponseRedirect(reverse(LIST))

    def _record(self, published: PolicyRevision) -> None:
        """Record the publication in the history of the revision, and tell the operator."""
        sentence = f"Published: {self.wanted.reason}. {self.forecast.numbers}"
        admin.site.get_model_admin(PolicyRevision).log_change(self.request, published, sentence)
        restored = f", the same as {published.restored}," if published.restored else ""
        messages.success(self.request, f"{published}{restored} is in force from the next request on.")
        if published.restored and publishing.draft():
            messages.warning(self.request, DRAFT_STAYS)


def _page_of(request: HttpRequest) -> PublishPage | None:
    """Return the requested page. If there is nothing to publish, tell the operator and return None."""
    now = clock.now()
    wanted = PublishRequest.of(request, now)
    target = Target.of(wanted.number)
    if target is None:
        _say_that_nothing_is_there(request, wanted.number)
        return None
    browser = request_facts.of_browser(request)
    forecast = make_forecast(target, reach.operator_of(request), browser, until=wanted.until, now=now)
    return PublishPage(request, wanted, target, forecast)


def _say_that_nothing_is_there(request: HttpRequest, number: str) -> None:
    """Tell the operator. Only who presses the button has seen a draft, which has gone since: the rest is no error."""
    if number:
        messages.error(request, f"There is no past revision {number}.")
    elif request.method == "POST":
        messages.error(request, DRAFT_GONE)
    else:
        messages.info(request, NO_DRAFT)


def _refusal(target: Target, wanted: PublishRequest) -> tuple[str, int] | None:
    """Return why it cannot be published, with the HTTP status; None if it can."""
    if wanted.seen != target.seen:
        return MEANWHILE, 409
    if not target.changes:
        return NOTHING_NEW, 409
    return None if 0 < len(wanted.reason) <= LONGEST_REASON else (NO_REASON, 422)


def _group(forecast: Forecast, group: Group, *, may_see: bool) -> dict[str, Any]:
    return {
        "name": group.value,
        "agents": len(forecast.replayed.agents(group)),
        "sign_ins": forecast.replayed.count(group),
        "rows": forecast.rows(group, MOST_ROWS) if may_see else [],
        "more": len(forecast.replayed.of(group)) > MOST_ROWS,
        "first": group is Group.REFUSED,
    }
