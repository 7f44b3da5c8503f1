"""Every page of the admin in its important states: its address, and what is pressed on it before it is checked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import RequestFactory
from django.urls import reverse

from idp.agents.models import AccessPass, Agent, Department, Supervisor
from idp.importing.models import Import
from idp.native.models import Client
from idp.policies.models import AccessRule
from idp.saml.models import IssuedAssertion
from idp.scim.models import PersonnelSystem
from idp.web.operators import links, recent_factor
from idp.webhooks.models import Webhook
from tests.accessibility.admin_place import ONE_WORD
from tests.conftest import NOW
from tests.policies import publishing

AS_NOBODY, AS_SUPERVISOR = {"enter", "login"}, {"a supervisor"}
admin.autodiscover()  # which the first request to one of them does
MODELS = {model._meta.label: model for model in admin.site._registry}
STOCK = ("changelist", "add", "change", "history", "delete")
SHOW_NO_PAGE = {
    "jsi18n",
    "autocomplete",
    "view_on_site",
    "flex_requests",
    "import_progress",
    "policy_replay_csv",
    "export_agents",
    "export_trail",
    # Buttons: they lead to a page that is visited anyhow, with a message on it.
    *("flex_look_up", "flex_listen", "flex_stop_listening", "flex_adopt"),
    *("flex_ignore_signatures", "flex_open_from_here", "flex_opened"),
    *("remove_recovery_codes", "remove_app", "remove_passkey", "remove_passkeys", "lift_pause", "revoke_one_time_code"),
    *("sign_out_device", "let_in", "webhook_test", "discard_policy"),
    *("let_agent_in", "sign_out_agent", "switch_agent"),
}


SAMPLES = {AccessPass, Department}
"""Tables whose history, without an entry and with one, and whose search without a result stand for those of all tables
without a template of their own. Only names differ in those, which stand on other pages of each table too."""


@dataclass(frozen=True)
class Visit:
    """An address below /admin/, and what is done on its page before it is looked at."""

    address: str
    acts: tuple[Callable, ...] = ()
    status: int = 200

    def __str__(self):
        return " ".join([self.address, *(it.__name__ for it in self.acts)])


def at(name, *args, query="", acts=()):
    return Visit(reverse(f"admin:{name}", args=args) + query, tuple(acts))


ONCE_DRAWN = "() => new Promise(requestAnimationFrame)"
"""Nobody types before the page is drawn. A browser that has its own field to focus complains of one who does."""


def press(words):
    def act(page):
        page.locator("main").get_by_role("button", name=words).first.click()

    act.__name__ = f"[{words}]"
    return act


def fill(label, words):
    def act(page):
        field = page.get_by_label(label).first
        field.evaluate(ONCE_DRAWN)
        field.fill(words)

    act.__name__ = f"({label})"
    return act


def choose(label, words):
    def act(page):
        page.get_by_label(label).first.select_option(words)

    act.__name__ = f"({label})"
    return act


def send_empty(page):
    """Press the first button that sends a form, past what the browser itself would ask for."""
    page.evaluate("document.querySelectorAll('form').forEach(it => { it.noValidate = true })")
    page.locator("main form[method=post] :is(button, input)[type=submit]:not(.first)").first.click()


def wait_until_the_code_is_old(_):
    """Set back when the operator's second factor was passed, in every browser."""
    for row in Session.objects.all():
        session = SessionStore(row.session_key)
        recent_factor.remember(session, NOW - timedelta(hours=1))
        session.save()


SIGN_EVERYONE_OUT_LATER = (
    wait_until_the_code_is_old,
    fill("Reason", "A drill"),
    fill("To confirm", "sign everyone out"),
    press("Sign everyone out"),
)


def log_out(page):
    page.get_by_role("button", name="Log out").click()


def name_of(model):
    """What the names of a table's addresses begin with."""
    return f"{model._meta.app_label}_{model._meta.model_name}"


def of_table(model, operator):
    """The pages that Django makes of a table, as far as the operator may see them."""
    page = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user = operator
    row = (publishing.edited().rules if model is AccessRule else model.objects).first()
    name = name_of(model)
    yield at(f"{name}_changelist")
    if page.search_fields and (page.change_list_template or model in SAMPLES):
        yield at(f"{name}_changelist", query="?q=nothing-is-called-so")
    if page.has_add_permission(request):
        yield at(f"{name}_add", acts=[send_empty])  # a form with errors shows all that it shows without
    yield at(f"{name}_change", quote(row.pk))
    if page.object_history_template or model in SAMPLES:
        yield at(f"{name}_history", quote(row.pk))
    if page.has_delete_permission(request, row):
        yield at(f"{name}_delete", quote(row.pk))


def ana():
    return Agent.objects.get(email="agent-1@acme.example").pk


def the_link(operator):
    return Visit("/admin/" + links.make(operator, NOW).split("/admin/")[1])


OWN = {
    "enter": lambda operator: [the_link(operator), Visit("/admin/enter/made-up", status=410)],
    "login": lambda _: [at("login"), at("login", acts=[send_empty])],
    "logout": lambda _: [at("index", acts=[log_out])],
    "index": lambda _: [at("index")],
    "app_list": lambda _: [at("app_list", "agents")],
    "own_sign_in": lambda _: [at("own_sign_in"), at("own_sign_in", acts=[send_empty])],
    "password_change": lambda _: [at("password_change")],
    "password_change_done": lambda _: [at("password_change_done")],
    "connect_flex": lambda _: [
        at("connect_flex"),
        at("connect_flex", query="?pasted=nonsense"),
        at("connect_flex", query=f"?pasted=AC{'1' * 32}%0AJQ{'2' * 32}"),
    ],
    "flex_symptoms": lambda _: [at("flex_symptoms"), at("flex_symptoms", query="?service=flex")],
    "flex_connection": lambda _: [at("flex_connection", "flex")],
    "key_change": lambda _: [
        at("key_change"),
        at("key_change", acts=[press("Prepare the next key")]),
        at("key_change", acts=[press("Make the first key")]),
    ],
    "service_from_metadata": lambda _: [at("service_from_metadata"), at("service_from_metadata", acts=[send_empty])],
    "service_metadata": lambda _: [at("service_metadata", "flex"), at("service_metadata", "app")],
    "would_answer": lambda _: [
        at("would_answer"),
        at("would_answer", acts=[send_empty]),
        at(
            "would_answer", query="?service=flex", acts=[fill("mail", "agent-1@acme.example"), press("Show the answer")]
        ),
    ],
    "check_answer": lambda _: [
        at("check_answer", "flex"),
        at("check_answer", "flex", acts=[press("Check the answer")]),
    ],
    "answer": lambda _: [at("answer", IssuedAssertion.objects.first().pk)],
    "checkup": lambda _: [at("checkup"), at("checkup", acts=[press("Ask Twilio")])],
    "costs": lambda _: [at("costs")],
    "alarms": lambda _: [at("alarms"), at("alarms", acts=[press("Mark as looked into")])],
    "everyone_out": lambda _: [
        at("everyone_out"),
        at("everyone_out", acts=[send_empty]),
        at("everyone_out", acts=SIGN_EVERYONE_OUT_LATER),
        at("everyone_out", acts=[*SIGN_EVERYONE_OUT_LATER, fill("Code", "000000"), press("Confirm with the code")]),
    ],
    "safe_list": lambda _: [at("safe_list")],
    "stop": lambda _: [at("stop"), at("stop", acts=[fill("Reason", "A drill"), press("Stop all sign-ins")])],
    "publish_policy": lambda _: [
        at("publish_policy"),
        at("publish_policy", acts=[send_empty]),
        at("publish_policy", query="?to=1"),
    ],
    "policy_history": lambda _: [at("policy_history"), at("policy_history", query="?from=1&to=2")],
    "import_agents": lambda _: [at("import_agents"), at("import_agents", acts=[send_empty])],
    "import": lambda _: [at("import", it.pk) for it in Import.objects.all()],
    "one_time_code": lambda _: [
        at("one_time_code", ana()),
        at("one_time_code", ana(), acts=[send_empty]),
        at("one_time_code", ana(), acts=[fill("Reason", "SIM broken"), press("Give")]),
    ],
    "make_recovery_codes": lambda _: [at("agents_agent_change", ana(), acts=[press("Make 8 recovery codes")])],
    "client_secret": lambda _: [
        at("native_client_change", Client.objects.get(kind="back end").pk, acts=[press("Make a new secret")])
    ],
    "personnel_secret": lambda _: [
        at("scim_personnelsystem_change", PersonnelSystem.objects.get().pk, acts=[press("Make a new secret")])
    ],
    "webhook_change_secret": lambda _: [
        at("webhooks_webhook_change", Webhook.objects.get().pk, acts=[press("Change the secret")])
    ],
    "why_agent": lambda _: [at("why_agent", ana())],
    "agent_timeline": lambda _: [at("agent_timeline", ana())],
    "sign_in_link": lambda _: [at("sign_in_link", ana())],
    "change_name_id": lambda _: [
        at("change_name_id", ana()),
        at("change_name_id", ana(), acts=[fill("Name", "agent-one"), send_empty]),
    ],
    "test_code": lambda _: [at("test_code", ana()), at("test_code", ana(), acts=[press("Send Agent 1 a test")])],
    "supervisor_link": lambda _: [
        at("agents_supervisor_change", Supervisor.objects.get().pk, acts=[press("Make a link")])
    ],
    # What has no address of its own.
    "a supervisor": lambda _: [
        at("index"),
        *(at(f"agents_{list_of}_changelist") for list_of in ("agent", "device")),
        at("agents_agent_change", ana()),
        at("import_agents"),
    ],
    "a name that is one long word": lambda _: [
        at(page, Agent.objects.get(email=ONE_WORD).pk)
        for page in ("agents_agent_change", "sign_in_link", "why_agent", "test_code", "one_time_code")
    ],
    "popup": lambda _: [at("agents_department_add", query="?_popup=1")],
    "nowhere": lambda _: [
        Visit("/admin/no/such/page/", status=404),
        Visit(reverse("admin:saml_logoutnotice_add"), status=403),
    ],
}
