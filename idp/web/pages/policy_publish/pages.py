"""The page that publishes the access policy. A change that endangers nobody takes one click."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from idp import clock
from idp.login import request_facts
from idp.policies.editing.publishing import LONGEST_REASON, MEANWHILE, NO_DRAFT, NO_REASON, NOTHING_NEW, CannotPublish
from idp.policies.models import PolicyRevision
from idp.policies.simulation.replay import Group
from idp.web.departments import reach
from idp.web.pages.policy_publish import listed
from idp.web.pages.policy_publish.forecast import Forecast, make_forecast
from idp.web.pages.policy_publish.target import Target
from idp.web.typed import typed

MAY_PUBLISH = "policies.change_policyrevision"
MAY_SEE_WHO = "audit.view_loginevent"
LIST = "admin:policies_accessrule_changelist"
NAMED = 50
LONGEST_LOOK = timedelta(hours=1)
TYPE_IT = "Check who would be refused. If you mean it, type what the page asks for, then publish."


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """What the operator requests: the revision, the reason, the version seen and until when, and the confirmation."""

    to: str
    reason: str
    seen: str
    until: datetime
    typed: str | None

    @classmethod
    def of(cls, request: HttpRequest, now: datetime) -> Self:
        """Read a request. A preview that is over an hour old is made again."""
        fields = request.POST if request.method == "POST" else request.GET
        until = _instant(fields.get("until", ""))
        fresh = until is not None and now - LONGEST_LOOK <= until <= now
        chosen = until if until is not None and fresh else now
        return cls(fields.get("to", ""), typed(fields, "reason"), fields.get("seen", ""), chosen, fields.get("typed"))


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL patterns of the pages."""

    @require_http_methods(["GET", "POST"])
    def publish(request: HttpRequest) -> HttpResponseBase:
        return _answer(
            site, request, [MAY_PUBLISH], PublishPage.publish if request.method == "POST" else PublishPage.page
        )

    @require_safe
    def who_would_change(request: HttpRequest) -> HttpResponseBase:
        return _answer(site, request, [MAY_PUBLISH, MAY_SEE_WHO], lambda look: listed.as_csv(look.forecast))

    return [
        path("policy/publish/", site.admin_view(publish), name="publish_policy"),
        path("policy/publish/who-would-change.csv", site.admin_view(who_would_change), name="policy_replay_csv"),
    ]


@dataclass(frozen=True, slots=True)
class PublishPage:
    """A request with what is to be published, and whom it would change."""

    site: AdminSite
    request: HttpRequest
    wish: PublishRequest
    target: Target
    forecast: Forecast

    def page(self, refusal: str = "", status: int = 200) -> HttpResponse:
        """Show the page, with the reason for a refusal, and with everything that was typed."""
        may_see, replayed = self.request.user.has_perm(MAY_SEE_WHO), self.forecast.replayed
        shown = {
            "title": f"Go back to {self.target.revision}" if self.target.number else "Publish the draft",
            "target": self.target,
            "replayed": replayed,
            "lockout": self.forecast.lockout,
            "unknown": self.forecast.unknown,
            "groups": [_group(self.forecast, it, may_see=may_see) for it in Group if replayed.count(it)],
            "may_see": may_see,
            "refusal": refusal,
            "reason": self.wish.reason or self.target.suggestion,
            "until": self.wish.until,
            "longest": LONGEST_REASON,
        }
        context = {**self.site.each_context(self.request), **shown}
        return render(self.request, "admin/policy_publish.html", context, status=status)

    def publish(self) -> HttpResponse:
        """Publish what the operator saw, or say why not."""
        wish, lockout = self.wish, self.forecast.lockout
        if refusal := _refusal(self.target, wish):
            return self.page(*refusal)
        if lockout.wanted and not lockout.confirmed(wish.typed or ""):
            return self.page(TYPE_IT, 200 if wish.typed is None else 422)
        try:
            published = self.target.publish(self.request.user.pk, wish.reason, wish.seen, clock.now())
        except CannotPublish as refused:
            return self.page(refused.sentence, 409)
        self._tell(published)
        return HttpResponseRedirect(reverse(LIST))

    def _tell(self, published: PolicyRevision) -> None:
        said = f"Published: {self.wish.reason}. {self.forecast.numbers}"
        self.site.get_model_admin(PolicyRevision).log_change(self.request, published, said)
        restored = f", the same as {published.restored}," if published.restored else ""
        messages.success(self.request, f"{published}{restored} is in force from the next request on.")


def _answer(
    site: AdminSite, request: HttpRequest, rights: Iterable[str], act: Callable[[PublishPage], HttpResponseBase]
) -> HttpResponseBase:
    """Call `act` with what is to be published. Raises PermissionDenied; redirects if there is nothing to publish."""
    if not request.user.has_perms(list(rights)):
        raise PermissionDenied
    now = clock.now()
    wish = PublishRequest.of(request, now)
    target = Target.of(wish.to)
    if target is None:
        messages.error(request, f"There is no past revision {wish.to}." if wish.to else NO_DRAFT)
        return HttpResponseRedirect(reverse(LIST))
    forecast = make_forecast(
        target, reach.operator_of(request), request_facts.of_browser(request), until=wish.until, now=now
    )
    return act(PublishPage(site, request, wish, target, forecast))


def _refusal(target: Target, wish: PublishRequest) -> tuple[str, int] | None:
    if wish.seen != target.seen:
        return MEANWHILE, 409
    if not target.changes:
        return NOTHING_NEW, 409
    return None if 0 < len(wish.reason) <= LONGEST_REASON else (NO_REASON, 422)


def _group(forecast: Forecast, group: Group, *, may_see: bool) -> dict[str, Any]:
    return {
        "name": group.value,
        "agents": len(forecast.replayed.agents(group)),
        "sign_ins": forecast.replayed.count(group),
        "rows": forecast.rows(group, NAMED) if may_see else [],
        "more": len(forecast.replayed.of(group)) > NAMED,
        "first": group is Group.REFUSED,
    }


def _instant(text: str) -> datetime | None:
    try:
        until = datetime.fromisoformat(text)
    except ValueError:
        return None
    return until if until.tzinfo else None
