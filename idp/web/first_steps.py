"""What an operator does first, worked out from facts; and what is broken."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp import clock
from idp.agents.models import Agent
from idp.audit.models import Kind, LoginEvent
from idp.keys import keyring
from idp.otp.models import PhoneAuthenticator, VerificationSend
from idp.policies.models import PolicyRevision
from idp.saml.metadata import alarms as metadata_alarms
from idp.saml.models import ServiceProvider
from idp.web import access_alarms, texts_in_trouble
from idp.web import alarms as sign_in_alarms
from idp.web.checkup import proxies, whole
from idp.web.checkup.finding import State, worst_first
from idp.web.checkup.proxies import Arrived
from idp.web.step import Step
from idp.webhooks import alarms as webhook_alarms

OWN = "The link you came by works once; next time you need a password and an authenticator app."
TEXTS = "No text was sent so far. Asking costs nothing and shows what is wrong before an agent waits for a code."
SERVICE = "Flex, or another service, asks us who is who."
AGENT = "With a mobile number, since that is the proof."
POLICY = "As installed, every phone and computer of an agent is let in."
SHOWN = 3
SIGN_IN = "Sign in to the service as an agent; each step appears in the trail."


def left(operator: Agent) -> list[Step]:
    """List the steps that are not done yet, the first one first."""
    return [step for done, step in _steps(operator) if not done]


def own(operator: Agent) -> list[Step]:
    """List what operators do about themselves, if it is not done yet."""
    return [step for done, step in [_own_sign_in(operator)] if not done]


def alarms(request: HttpRequest) -> list[Step]:
    """List what keeps agents out, or soon will. The request itself shows what the proxies add."""
    change = reverse("admin:key_change")
    found = [Step("Change the key", change, it.sentence, it.loud) for it in keyring.endings(clock.now())]
    of_access = access_alarms.alarms(clock.now())
    others = [*_of_texts(), *_of_metadata(), *_of_webhooks(), *_out_of_order(request)]
    return [*of_access, *_of_sign_ins(), *found, *others]


def _of_sign_ins() -> list[Step]:
    waiting, page = sign_in_alarms.with_sides(sign_in_alarms.waiting(), SHOWN + 1), reverse("admin:alarms")
    found = [Step("Look into it", page, it.sentence, lines=it.lines) for it in waiting[:SHOWN]]
    more = Step("All alarms", page, "There are more alarms about sign-ins.")
    return [*found, more] if len(waiting) > SHOWN else found


def _of_texts() -> list[Step]:
    return [Step(it.link, it.url, it.why, it.loud) for it in texts_in_trouble.alarms(clock.now())]


def _of_metadata() -> list[Step]:
    found = metadata_alarms.alarms(clock.now())
    return [Step("Metadata", reverse("admin:service_metadata", args=[sp.slug]), why, loud=False) for sp, why in found]


def _of_webhooks() -> list[Step]:
    page = "admin:webhooks_webhook_change"
    return [
        Step("Webhook", reverse(page, args=[it.webhook.pk]), it.why, it.loud)
        for it in webhook_alarms.alarms(clock.now())
    ]


def _out_of_order(request: HttpRequest) -> list[Step]:
    conf, page = settings.LATCHKEY, reverse("admin:checkup")
    judged = [*proxies.judge(Arrived.by(request), conf), *whole.cheap(conf, clock.now())]
    ill = worst_first(it for it in judged if it.state in (State.FAULT, State.WARNING))
    link = "Is everything in order?"
    return [Step(link, page, f"{it.subject}: {it.sentence} {it.fix}", it.state is State.FAULT) for it in ill]


def _steps(operator: Agent) -> list[tuple[bool, Step]]:
    signed_in = LoginEvent.objects.filter(kind=Kind.SIGNED_IN).exists()
    return [
        _own_sign_in(operator),
        (_sent(), Step("See whether Twilio knows us", reverse("admin:checkup"), TEXTS)),
        (_connected(), Step("Connect Flex", reverse("admin:connect_flex"), SERVICE)),
        (_enrolled(), Step("Add an agent", reverse("admin:agents_agent_add"), AGENT)),
        (
            signed_in or PolicyRevision.objects.exclude(number=1).exists(),
            Step("Decide which phones may enter", reverse("admin:policies_accessrule_changelist"), POLICY),
        ),
        (signed_in, Step("Watch the first sign-in", reverse("admin:audit_loginevent_changelist"), SIGN_IN)),
    ]


def _own_sign_in(operator: Agent) -> tuple[bool, Step]:
    done = operator.has_usable_password() and TOTPDevice.objects.devices_for_user(operator, confirmed=True).exists()
    return done, Step("Set up your own sign-in", reverse("admin:own_sign_in"), OWN)


def _sent() -> bool:
    return VerificationSend.objects.filter(answer="sent").exists()


def _connected() -> bool:
    return ServiceProvider.objects.filter(enabled=True).exists()


def _enrolled() -> bool:
    return PhoneAuthenticator.objects.filter(user__is_active=True).exists()
