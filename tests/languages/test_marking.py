"""Every text for agents is in the catalogues: in templates, in errors, on every page."""

import re
from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import translation
from django.utils.html import strip_tags

from idp import clock as now_of
from idp.agents.models import Agent, Device, Kind, Reason
from idp.audit.events import Origin
from idp.login.emergency import stops
from idp.login.ladder.next_code import NextCode
from idp.login.ladder.steps import Cause
from idp.login.pages import notices
from idp.policies.access.conditions import PlatformIs
from idp.policies.timeouts import LEGACY, Limit
from idp.policies.user_agents import Platform
from idp.web import next_codes
from idp.web.error_views import error_page
from tests.conftest import NOW
from tests.docs.errors_page import errors
from tests.hostile.typing_codes import wrong_ones
from tests.languages import catalogues, pseudo
from tests.other_codes import a_sheet, agent_of, an_app, give
from tests.phone import Page
from tests.policies import publishing
from tests.pretend_service import BASE_URL

pytestmark = pytest.mark.any_database

TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
WORDS = re.compile(r"\{% blocktranslate.*?\{% endblocktranslate %\}", re.DOTALL)
CODE = re.compile(r"<(script|style)[ >].*?</\1>", re.DOTALL)
READ_OUT = re.compile(r'\b(?:aria-label|alt|title|placeholder|data-text|data-now)="([^"]*)"')
FOR_OTHERS = {
    "idp.native.errors": {"OAuthError"},
    "idp.otp.other_codes.one_time_codes": {"GivenToOneself"},
    "idp.saml.errors": {"UnreadableMetadata"},
    "idp.saml.metadata.errors": {"UntakenMetadata", "UnfetchedMetadata", "UntrustedMetadata"},
    "idp.scim.errors": {"ScimError"},
    "idp.web.metrics.endpoint": {"MonitorsOnly"},
    "idp.web.operators.links": {"LinkUsed"},
    "idp.web.departments.supervisors": {"Barred", "ForOperators"},
}
"""Errors, with all below them, that only operators or programs are told."""
KNOWN = re.compile(
    r"Acme|Flex( \(legacy\))?|Rota|Ana García|iPhone|iPad|Android|Safari|Chrome|UTC|QR|\w+@[\w.]+"
    r"|[A-Z0-9]{5}-[A-Z0-9]{5}|\bund\b"  # the Unicode CLDR's own word for *and*
)
"""Names, which nobody translates."""


def of_others(kind):
    return any(parent.__name__ in FOR_OTHERS.get(parent.__module__, ()) for parent in kind.__mro__)


@pytest.mark.parametrize("file", [it for it in catalogues.sources() if it.suffix == ".html"], ids=lambda it: it.name)
def test_a_template_has_no_unmarked_text(file):
    bare = TAGS.sub("", WORDS.sub("", CODE.sub("", file.read_text())))
    said = [*re.sub(r"<[^>]*>", "\n", bare).split("\n"), *READ_OUT.findall(bare)]
    assert not [it for it in said if re.search("[A-Za-z]{2}", it)]


def test_every_error_text_for_agents_is_marked_for_translation():
    marked = {
        text for message in catalogues.marked() for text in (message.id if message.pluralizable else [message.id])
    }
    for kind in errors():
        if not of_others(kind):
            assert {kind.sentence, kind.advice} <= marked, f"{kind.__name__}: mark its sentences by for_agents"


def test_modules_for_operators_mark_no_texts_for_translation():
    beyond = ("idp/web/admin/", "idp/web/pages/", "idp/web/checkup/", "idp/web/metrics/", "idp/scim/", "idp/demo/")
    where = {place for message in catalogues.marked() for place, _ in message.locations}
    assert not [it for it in where if it.startswith(beyond) or "/management/" in it]


@pytest.fixture
def forgotten(settings, tmp_path):
    """Speak pseudo: yields what finds, on a page, texts that nobody marked."""
    pseudo.put_in_place(tmp_path, settings)
    with translation.override(pseudo.STANDS_FOR):
        yield lambda page: pseudo.forgotten(page.html, KNOWN)
    pseudo.forget()


def test_the_pseudo_language_finds_an_unmarked_text(forgotten, client, db):
    page = Page(_as_read(client.get("/help", headers={"Accept-Language": pseudo.STANDS_FOR})))
    assert not forgotten(page)
    page.html.find(".//h1").text = "Forgotten"
    assert forgotten(page) == ["Forgotten"]


def device(**more):
    then = NOW - timedelta(days=9)
    given = {"enrolled_at": then, "authenticated_at": then, "last_seen_at": then, "revoked_at": NOW, **more}
    return Device(label="Android phone, Chrome", replaced_by=Device(label="iPhone, inside an app"), **given)


@pytest.mark.parametrize("reason", [*Reason, *Limit, *Cause])
def test_every_reason_of_a_signed_out_phone_is_marked(forgotten, reason):
    for kind in Kind:
        told = notices.notice(reason, device(kind=kind), LEGACY)
        assert not re.search("[A-Za-z]", KNOWN.sub("", told.title + strip_tags(told.text)))


def test_all_other_sentences_are_marked(forgotten):
    said = [notices.of_ended([device(), device()]), notices.reported(device()).text]
    said += [next_codes._sentence(due, NOW) for due in next_codes_of_each_kind()]
    assert not [it for it in said if re.search("[A-Za-z]", KNOWN.sub("", strip_tags(it)))]


def next_codes_of_each_kind():
    soon, later = NOW + timedelta(days=1), NOW + timedelta(days=2)
    for unused, latest in ((NOW, NOW), (soon, None), (soon, soon), (soon, later)):
        yield NextCode(at_latest=latest, unused=unused)


def test_all_error_pages_are_marked(forgotten, db):
    request = RequestFactory().get("/nowhere")
    for kind in errors():
        if not of_others(kind):
            assert not forgotten(Page(_as_read(error_page(request, _made(kind))))), kind


def test_all_pages_of_a_sign_in_with_a_code_are_marked(forgotten, phone, clock):
    phone.http.headers["Accept-Language"] = pseudo.STANDS_FOR
    first = phone.ask_flex()
    code_page = phone.ask_code(first)
    wrong, *more = wrong_ones(phone, 6)
    pages = [
        phone.open(f"{BASE_URL}/"),
        first,
        phone.open(first.url, by="email"),
        phone.ask_code(first, "12"),
        code_page,
        phone.submit(code_page, "again", again="sms"),
        phone.submit(code_page, "code", code="12"),
        phone.submit(code_page, "code", code=wrong),
        phone.open(code_page.url, **{"with": "app"}),
        phone.open(code_page.url, **{"with": "backup"}),
        give(phone, phone.open(code_page.url, **{"with": "backup"}), "?"),
    ]
    clock.shift(40)
    pages.append(phone.submit(code_page, "again", again="call"))
    pages += [phone.submit(code_page, "code", code=it) for it in more]
    assert pages[-1].status == 429
    assert [forgotten(page) for page in pages] == [[]] * len(pages)


def test_pages_about_an_email_and_about_refusals_are_marked(forgotten, phone, android):
    phone.http.headers["Accept-Language"] = android.http.headers["Accept-Language"] = pseudo.STANDS_FOR
    pages = [phone.ask_code(phone.open(phone.ask_flex().url, by="email"), "ana@acme.example")]
    publishing.in_force(PlatformIs(frozenset({Platform.ANDROID})))
    pages.append(android.ask_flex())
    stops.stop(None, "a test", Origin(None, "", "7KQ2M-9TX4D"), now_of.now())
    pages += [phone.ask_flex(), phone.open(f"{BASE_URL}/me")]
    assert [page.status for page in pages] == [200, 403, 503, 403]
    assert [forgotten(page) for page in pages] == [[]] * len(pages)


def test_the_agents_own_page_and_its_subpages_are_marked(forgotten, phone, android, clock):
    for it in (phone, android):
        it.http.headers["Accept-Language"] = pseudo.STANDS_FOR
    agent = agent_of()
    Agent.objects.filter(pk=agent.pk).update(may_use_app=True, may_make_recovery_codes=True)
    android.sign_in()
    phone.sign_in()
    me = f"{BASE_URL}/me"
    pages = [phone.open(me), phone.open(f"{me}/authenticator"), phone.open(f"{me}/recovery-codes")]
    pages += [phone.open(f"{me}/passkeys"), android.ask_flex()]
    pages.append(phone.press_on(pages[2]))
    a_sheet(agent)
    an_app(agent)
    pages.append(phone.open(me))
    clock.shift(timedelta(minutes=11))
    pages += [phone.open(f"{me}/authenticator"), phone.submit(phone.open(me), "out", out="here"), phone.open(me)]
    assert [forgotten(page) for page in pages] == [[]] * len(pages)


def _made(kind):
    try:
        return kind()
    except TypeError:  # one that needs more than its class says
        made = kind.__new__(kind)
        made.sentence, made.advice, made.seconds = kind.sentence, kind.advice, 1
        return made


def _as_read(response):
    response.text, response.url = response.content.decode(), ""
    return response
