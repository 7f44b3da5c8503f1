"""Giving a code before setting up a factor, so that the factor is no weaker than the sign-in that set it up."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from idp import clock
from idp.login import cookies, request_facts
from idp.login.flow import dispatcher, storage
from idp.login.flow.dispatcher import Concluded
from idp.login.flow.in_memory import InMemoryFlow
from idp.login.ladder.requirements import LoginRequirements
from idp.login.ladder.steps import Refuse
from idp.login.pages import rendering
from idp.login.pages.rendering import OWN_PAGE, OWN_PAGE_NAME
from idp.login.passkey_setup import ENOUGH
from idp.policies.models import TimeoutPolicy

GOALS = ("authenticator", "recovery-codes", "passkeys")


def ask(request: HttpRequest, goal: str) -> HttpResponse:
    """Show that a code is needed first, with the button for it."""
    return render(request, "me/sign_in.html", {"goal": goal}, status=403)


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a sign-in that asks for a code, and returns to the agent's goal."""
    goal = request.POST.get("goal")
    requirements = LoginRequirements(OWN_PAGE, OWN_PAGE_NAME, force_authn=True, accepted=ENOUGH)
    # The cookie of a computer may live as long as any service's limit. Each service judges by its own.
    policy = TimeoutPolicy.objects.order_by("-absolute")[0]
    flow = InMemoryFlow(
        requirements,
        policy,
        return_path=lambda pk: f"/me/sign-in/{pk}",
        protocol=lambda: {"goal": goal if goal in GOALS else ""},
        begun_at=clock.now(),
    )
    return rendering.store_and_redirect(request, flow, rendering.address(flow))


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, flow_id: UUID) -> HttpResponse:
    """Send the agent on, once, after the code. POST is the button *Back*, which abandons the sign-in."""
    now = clock.now()
    flow = storage.get(flow_id, cookies.flow_secret(request, flow_id), now, answered_at=request.path)
    if request.method == "POST":
        storage.give_up(flow, now)
        return rendering.see_other("/me")
    facts = request_facts.of_browser(request, flow.touch_points)
    step = dispatcher.conclude(flow, facts, now, lambda _: f"/me/{flow.protocol['goal']}".rstrip("/"))
    if isinstance(step, Concluded):
        response = rendering.see_other(step.answer)
        cookies.write(response, request, step.cookie_changes)
        return response
    if isinstance(step, Refuse):
        return rendering.refusal(request, flow, step, facts)
    return rendering.see_other(rendering.address(flow))
