"""Where sessions, users and messages of Django exist: at every address of the admin, and nowhere else."""

import re

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve
from django.utils.module_loading import import_string

from idp.conf import ROOT
from idp.web.operators.middleware import OperatorsChain
from tests.hostile.every_address import addresses

OPERATORS_OWN = {"session", "user", "_messages"}
ASKS_FOR_THEM = re.compile(r"request\.(user|session)\b|contrib\.messages|contrib import .*messages")


def found_on(address):
    """Return which of them a request to this address carries once it went through."""
    request = RequestFactory().get(address)
    OperatorsChain(lambda _: HttpResponse())(request)
    return OPERATORS_OWN & request.__dict__.keys()


def test_every_address_of_the_admin_has_a_session_and_a_user_and_no_other_has(db):
    of_admin = {it for it in addresses() if resolve(it).namespace == "admin"}
    having = {it for it in addresses() if {"session", "user"} <= found_on(it)}
    none = {it for it in addresses() if not found_on(it)}
    assert having == of_admin
    assert none == addresses().keys() - of_admin
    assert "/saml/sso" in none


@pytest.mark.parametrize("address", ["/admin/", "/admin/agents/agent/", "/admin/no-such-page", "/admin/loginx/"])
def test_every_page_sends_a_stranger_to_the_sign_in(db, address):
    reached = []
    answer = OperatorsChain(lambda request: reached.append(request) or HttpResponse())(RequestFactory().get(address))
    assert (answer.status_code, reached) == (302, [])
    assert answer["Location"].startswith("/admin/login/")


def test_no_view_outside_the_admin_uses_session_or_user():
    """Whatever else asks for `request.user` is mounted below the admin."""
    asking = [it for it in (ROOT / "idp").rglob("*.py") if ASKS_FOR_THEM.search(it.read_text())]
    theirs = (
        "web/admin/",
        "web/departments/",
        "web/operators/",
        "web/pages/",
        "web/site/",
        "web/let_in.py",
        "web/sign_out.py",
    )
    elsewhere = [str(it.relative_to(ROOT / "idp")) for it in asking]
    assert [it for it in elsewhere if not it.startswith((*theirs, "settings.py"))] == []
    assert not any(module.startswith(("idp.web.admin", "idp.web.pages")) for module in mounted_elsewhere())


def mounted_elsewhere():
    return {view.__module__ for at, view in addresses().items() if resolve(at).namespace != "admin"}


def test_the_chain_passes_on_every_hook_that_its_members_have():
    """Django would call these too; the chain knows `process_view` alone."""
    members = [import_string(it)(lambda _: HttpResponse()) for it in settings.OPERATORS_MIDDLEWARE]
    assert [it for it in members if hasattr(it, "process_view")]
    for hook in ("process_exception", "process_template_response"):
        assert [it for it in members if hasattr(it, hook)] == []


def test_a_view_hook_of_the_chain_answers_only_under_the_admins_prefix(settings):
    settings.OPERATORS_MIDDLEWARE = [f"{__name__}.Refusing", f"{__name__}.Refusing"]
    chain = OperatorsChain(lambda _: HttpResponse())
    assert chain.process_view(RequestFactory().get("/admin/"), None, (), {}).status_code == 403
    assert chain.process_view(RequestFactory().get("/saml/sso"), None, (), {}) is None


class Refusing:
    def __init__(self, get_response):
        self.get_response = get_response

    def process_view(self, *_):
        return HttpResponse(status=403)
