"""Generated pages are up to date, and the others name everything that exists."""

import re
import tomllib

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import URLResolver, get_resolver

from idp.conf import ROOT, Conf
from idp.web.retention import rules as retention_rules
from tests.conformance.requirements import REQUIREMENTS
from tests.docs import (
    asvs_page,
    commands_page,
    conditions_page,
    conformance_page,
    errors_page,
    faults_page,
    retention_page,
    settings_page,
    tables_page,
    trail_page,
    user_agents_page,
    verify_page,
    webhooks_page,
)
from tests.docs.pages import DOCS
from tests.web.departments import place

GENERATED = {
    "asvs": asvs_page,
    "commands": commands_page,
    "conditions": conditions_page,
    "conformance": conformance_page,
    "errors": errors_page,
    "faults": faults_page,
    "retention": retention_page,
    "settings": settings_page,
    "tables": tables_page,
    "trail": trail_page,
    "user_agents": user_agents_page,
    "verify": verify_page,
    "webhooks": webhooks_page,
}

DJANGOS = (
    "_changelist",
    "_add",
    "_change",
    "_delete",
    "_history",
    "_done",
    "logout",
    "app_list",
    "autocomplete",
    "jsi18n",
)
"""How the names of addresses end that Django's own admin has, or that are of no table."""


def reference(name):
    return (DOCS / "reference" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_is_up_to_date(name):
    again = f"python -m tests.docs.{name}_page > docs/reference/{name}.md"
    assert reference(name) == GENERATED[name].page(), f"The code has changed; regenerate the page: {again}"


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda it: it.id)
def test_a_requirement_has_a_test_or_says_why_it_is_absent(requirement):
    assert bool(conformance_page.tests().get(requirement.id)) != bool(requirement.absent)


@pytest.mark.parametrize("fault", faults_page.FAULTS, ids=lambda it: it.id)
def test_a_fault_names_existing_tests_or_says_that_it_has_none(fault):
    assert fault.tests or fault.untried
    for named in fault.tests:
        file, _, test = named.partition("::")
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), named


def test_every_conformance_test_names_a_known_requirement():
    assert set(conformance_page.tests()) <= {it.id for it in REQUIREMENTS}


def addresses(patterns, before="/"):
    for pattern in patterns:
        at = before + str(pattern.pattern)
        if at == "/admin/":
            yield at
        elif hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, at)
        else:
            yield at


def of_the_admin(patterns, at="/admin/"):
    """Our own addresses in the admin: those that Django's admin would not have."""
    for pattern in patterns:
        here = f"{at}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from of_the_admin(pattern.url_patterns, here)
        elif pattern.name and not pattern.name.endswith(DJANGOS):
            yield here


def test_every_address_that_latchkey_adds_to_the_admin_is_on_the_page_of_addresses():
    admin.autodiscover()
    parts = [[it for it in address.split("/") if it and "<" not in it] for address in of_the_admin(admin.site.urls[0])]
    assert [it for it in parts if it[-1] not in reference("addresses")] == []


def test_every_address_is_on_the_page_of_addresses():
    missing = [it for it in addresses(get_resolver().url_patterns) if f"`{it}`" not in reference("addresses")]
    assert not missing


def test_every_table_is_on_the_page_of_data():
    ours = [model for model in apps.get_models() if model.__module__.startswith("idp.")]
    missing = [it._meta.label for it in ours if f"`{it._meta.label}`" not in reference("data")]
    assert not missing


def test_every_table_is_purged_or_says_why_not():
    tables = {it._meta.label for it in apps.get_models(include_auto_created=True)}
    missing = tables - {it.table for it in retention_rules.RULES} - retention_rules.KEPT.keys()
    assert not missing, f"For how long is it kept? Add a rule or a reason to idp/web/retention/rules.py: {missing}"


def test_every_address_of_the_admin_is_open_to_supervisors_or_closed_on_purpose():
    missing = place.undecided()
    assert not missing, f"May supervisors open it? Say so: see tests/web/departments/closed.py: {missing}"


def test_every_setting_says_when_to_change_it_and_every_number_has_a_unit():
    fields = {name: it for name, it in Conf.model_fields.items() if name != "twilio"}
    assert set(settings_page.WHEN) == set(fields)
    numbers = [it.description for it in fields.values() if it.annotation in (int, float)]
    counted = re.compile("seconds|percent|phones|texts|requests|proxies", re.IGNORECASE)
    assert [it for it in numbers if not counted.match(it)] == []


def test_every_module_that_small_faults_are_put_into_exists():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
    assert [it for it in settings["only_mutate"] if not any(ROOT.glob(it))] == []
