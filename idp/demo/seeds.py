"""The people and services of the demo, all invented."""

import requests
from django.db import transaction

from idp.agents import provisioning
from idp.agents.models import Agent, Department
from idp.demo.sp.flavours import FLEX, LEGACY, ROTA
from idp.native.models import Client as OAuthClient
from idp.native.models import RedirectUri
from idp.otp.models import PhoneAuthenticator
from idp.policies.models import TimeoutPolicy
from idp.saml.connecting import registration
from idp.saml.connecting.registration import Draft
from idp.saml.metadata import sp_description
from idp.saml.models import AssertionConsumer, LogoutEndpoint, ServiceProvider
from idp.saml.profiles import PROFILES

SUPERVISOR = ("agent", "supervisor", "wfo.quality_process_manager")
ADMIN = ("admin", "wfo.full_access")
PEOPLE = [
    ("0101", "Ana García", "ana", "Sales", ("agent",)),
    ("0102", "Ben O'Neill", "ben", "Sales", ("agent",)),
    ("0103", "Chidi Okafor", "chidi", "Sales", SUPERVISOR),
    ("0104", "دينا الحسن", "dina", "Support", ("agent",)),
    ("0105", "衛藤 さくら", "sakura", "Support", ("agent",)),
    ("0106", "Fatma Yılmaz", "fatma", "Support", SUPERVISOR),
    (
        "0107",
        "Maria-Magdalena von und zu Hohenstein-Wittelsbach y Fernández de Córdoba",
        "maria",
        "Support",
        ("agent",),
    ),
    ("0108", "R&D <Team>", "lab", "Back office", ("agent",)),
    ("0109", "Irene Papadopoulou", "irene", "Back office", ADMIN),
    ("0110", "Jonas Lindqvist", "jonas", "Back office", ("agent",)),
    ("0111", "Switched Off", "off", "Sales", ("agent",)),
    ("0112", "Leïla Benali", "leila", "Sales", ("agent",)),
]
TROUBLES = {
    "0190": "Landline",
    "0191": "Too Many Texts",
    "0192": "Fraud Guard",
    "0193": "Slow Text",
    "0194": "Code Runs Out",
    "0195": "Verify Is Down",
    "0196": "Calls Only",
    "0197": "No Tries Left",
    "0198": "Bad Credentials",
    "0199": "Unknown Error",
}
OPERATOR = "operator@acme.example"
SUPERVISOR_OF_SALES = "supervisor@acme.example"
TIMEOUT = 10


def plant(sp_url: str) -> Agent:
    """Add what is missing to the database, and point the services at the demo SP. Returns the operator."""
    with requests.Session() as http:
        http.trust_env = False
        metadata = http.get(f"{sp_url}{ROTA.metadata_path}", timeout=TIMEOUT).content
    return _plant(sp_url, Draft.of_metadata(sp_description.read(metadata)))


@transaction.atomic
def _plant(sp_url: str, rota: Draft) -> Agent:
    if not PhoneAuthenticator.objects.exists():
        people()
    _connections(sp_url)
    _rota(rota)
    _app()
    operator, _ = Agent.objects.get_or_create(
        email=OPERATOR,
        defaults={"full_name": "Olivia Operator", "is_staff": True, "is_superuser": True, "password": "!"},
    )
    return operator


def people() -> None:
    """Add people to an empty database: the demo's agents, those whose numbers misbehave, and a supervisor of Sales."""
    for number, name, mailbox, department, roles in PEOPLE:
        agent = _agent(number, name, mailbox, department, roles)
        if name == "Switched Off":
            agent.is_active = False
            agent.save(update_fields=["is_active"])
    for number, name in TROUBLES.items():
        _agent(number, name, f"trouble-{number}", "Troubles", ("agent",))
    sales = Department.objects.filter(name="Sales")
    provisioning.supervisor(SUPERVISOR_OF_SALES, "Sami Supervisor", sales, ["agent"])


def _agent(number: str, name: str, mailbox: str, department: str, roles: tuple[str, ...]) -> Agent:
    agent = Agent.objects.create_user(
        f"{mailbox}@acme.example",
        full_name=name,
        department=Department.objects.get_or_create(name=department)[0],
    )
    provisioning.set_roles(agent, roles)
    PhoneAuthenticator.objects.create(user=agent, name="mobile number", number=f"+1201555{number}")
    return agent


def _connections(sp_url: str) -> None:
    for flavour in FLEX:
        profile = PROFILES["flex-legacy" if flavour is LEGACY else "flex-enhanced"]
        sp, _ = ServiceProvider.objects.get_or_create(
            slug=flavour.slug,
            defaults={
                "name": flavour.title,
                "entity_id": flavour.entity_id,
                "profile": profile.slug,
                "timeout_policy": TimeoutPolicy.objects.get(name=profile.timeout_policy),
                "requested_context": profile.requested_context,
                "unsolicited": flavour.unsolicited,
            },
        )
        AssertionConsumer.objects.update_or_create(
            service_provider=sp, is_default=True, defaults={"url": flavour.acs_url(sp_url)}
        )


def _rota(draft: Draft) -> None:
    """Register the other service from its metadata. At later starts, take over the key that it made."""
    sp = ServiceProvider.objects.filter(slug=ROTA.slug).first()
    if sp is None:
        sp = registration.register(draft, slug=ROTA.slug, name=ROTA.title)
        sp.encrypt = sp.unsolicited = True
    sp.certificates = registration.normal_certificates("\n".join(draft.certificates))
    sp.encryption_certificates = registration.normal_certificates("\n".join(draft.encryption_certificates))
    sp.save()
    AssertionConsumer.objects.update_or_create(service_provider=sp, is_default=True, defaults={"url": draft.acs[0].url})
    for endpoint in draft.logout:
        LogoutEndpoint.objects.update_or_create(
            service_provider=sp, binding=endpoint.binding, defaults={"location": endpoint.location}
        )


def _app() -> None:
    """Register the app of `examples/own_app.py`, which listens on this computer and opens Flex."""
    policy = TimeoutPolicy.objects.get(name=PROFILES["flex-enhanced"].timeout_policy)
    app, made = OAuthClient.objects.get_or_create(
        client_id="example-app", defaults={"name": "Example app", "timeout_policy": policy}
    )
    if made:
        RedirectUri.objects.create(client=app, uri="http://127.0.0.1/signed-in")
        app.services.set(ServiceProvider.objects.filter(unsolicited=True))
