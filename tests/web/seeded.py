"""A row of everything that the admin shows, with secrets that would be recognised on a page."""

from dataclasses import dataclass

from django.conf import settings

from idp import reference
from idp.agents import devices
from idp.agents.models import Agent, Department
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.branding.models import Brand
from idp.importing.models import Import
from idp.keys.models import SigningKey
from idp.otp import sends
from idp.otp.channels import Channel
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits.asker import Asker
from idp.otp.models import PhoneAuthenticator, VerificationSend
from idp.otp.safe_list import listings
from idp.policies.access import conditions
from idp.policies.models import TimeoutPolicy
from idp.policies.user_agents import Platform
from idp.saml.models import AssertionConsumer, IssuedAssertion, ServiceProvider, SubjectName
from idp.scim.models import PersonnelSystem
from idp.sessions import lifecycle as sessions
from idp.sessions.models import OpenedBy
from idp.tokens import lifecycle as tokens
from idp.web.models import OperatorLink
from idp.web.operators import links
from idp.webhooks import registration
from idp.webhooks.models import Delivery, Webhook
from tests.conftest import an_agent
from tests.devices import IPHONE, WINDOWS
from tests.importing.files import ZOE, a_file
from tests.native.own_app import a_back_end, a_client
from tests.policies import publishing
from tests.user_agents import ANDROID

ANDROID_RULE = conditions.PlatformIs(frozenset({Platform.ANDROID}))
REFERENCE = "7KQ2M-9TX4D"
HERE = Origin("192.0.2.7", ANDROID, REFERENCE)


@dataclass
class Seeded:
    """Somebody with all that belongs to them, and the texts that no page may show."""

    agent: Agent
    secrets: set[str]


def a_service(slug="flex", connection="JQ" + "1" * 32, **fields):
    sp = ServiceProvider.objects.create(
        slug=slug,
        entity_id=f"urn:flex:{connection}",
        timeout_policy=TimeoutPolicy.objects.get(name="enhanced"),
        **{"name": "Flex", "profile": "flex-enhanced", "requested_context": "ignore", **fields},
    )
    url = f"https://login.flex.us1.twilio.com/login/callback?connection={connection}"
    AssertionConsumer.objects.create(service_provider=sp, url=url, is_default=True)
    return sp


def a_rule(name="No Android", *asked, **fields):
    return publishing.in_force(*(asked or (ANDROID_RULE,)), name=name, **fields)


def a_number(nth):
    return f"+120155501{nth:02}"


def a_signed_in_agent(now, nth=1):
    """An agent with a phone and a computer, and with a code, an answer and a line in the trail for each."""
    agent = an_agent(a_number(nth), f"agent-{nth}@acme.example", full_name=f"Agent {nth}")
    agent.department, _ = Department.objects.get_or_create(name=f"Department {nth}")
    agent.save()
    origin = Origin("192.0.2.7", ANDROID, REFERENCE if nth == 1 else reference.new())
    secrets = set()
    for browser in (IPHONE, WINDOWS):
        enrolment = devices.enrol(agent, browser, None, now)
        session, secret = sessions.open_session(enrolment.device, OpenedBy.CODE, now)
        token = tokens.issue(enrolment.device, now) if enrolment.device.remembered else None
        secrets |= {enrolment.secret, enrolment.device.secret_hash, session.secret_hash, secret, token}
        judged = {"platform": ["android"]}
        events.record(Kind.SIGNED_IN, origin, now, agent=agent, device=enrolment.device, judged=judged)
    _a_code(agent, now)
    sp = ServiceProvider.objects.first() or a_service()
    SubjectName.of(agent, None)
    IssuedAssertion.objects.create(
        service_provider=sp,
        request_id=f"_request-{nth}",
        assertion_id=f"_assertion-{nth}",
        agent=agent,
        session_index=session.index,
        issued_at=now,
    )
    return Seeded(agent, {it for it in secrets if it})


def everything(operator, now):
    """All that the admin shows, once."""
    seeded = a_signed_in_agent(now)
    a_rule()
    listings.ask(now)
    operator.set_password("correct horse battery")
    operator.save()
    webhook = Webhook(name="Rota", url="https://rota.example.com/hook", kinds=["agent.signed_in"])
    seeded.secrets |= {registration.add(webhook, now), webhook.sealed_secret}
    event = seeded.agent.events.first()
    Delivery.objects.create(webhook=webhook, event=event, kind="agent.signed_in", made_at=now)
    Import.objects.create(made_at=now, by=operator, file_name="team.csv", content=a_file(ZOE))
    link = links.make(operator, now)
    app = operator.totpdevice_set.get()
    seeded.secrets |= {link.rsplit("/", 1)[1], OperatorLink.objects.get().secret_hash}
    seeded.secrets |= {operator.password, app.key, settings.SECRET_KEY, settings.LATCHKEY.twilio.password}
    seeded.secrets |= set(settings.LATCHKEY.fernet_keys) | {"PRIVATE KEY"}
    seeded.secrets |= {key.private_key for key in SigningKey.objects.all()}
    back_end, secret = a_back_end(now)
    seeded.secrets |= {secret, back_end.secret_hash}
    a_client()
    Brand.objects.create(colour="#e4002b")
    system = PersonnelSystem.objects.create(name="Workday")
    seeded.secrets |= {system.make_secret(now), system.secret_hash}
    return seeded


def _a_code(agent, now):
    number = PhoneNumber(PhoneAuthenticator.objects.get(user=agent).number)
    asked = sends.reserve(number, Channel.SMS, Asker(None, None), now)
    VerificationSend.objects.filter(pk=asked.send.pk).update(answer="sent")
