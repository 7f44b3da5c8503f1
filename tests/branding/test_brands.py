"""Whose name, colour and logo stand on which page, and what they cost."""

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from idp.branding import brands
from idp.branding.models import Brand
from tests.branding.logos import svg
from tests.pretend_service import BASE_URL

pytestmark = pytest.mark.each_database

RED, GREEN = "#8f1414", "#0b5a2a"


def logo_of(page):
    return page.html.find(".//header//img")


def a_brand(service="", **fields):
    logo = {"logo": "data:image/svg+xml,x", "logo_width": 400, "logo_height": 100} if fields.pop("logo", False) else {}
    return Brand.objects.create(service=service, **logo, **fields)


def head(page):
    return " ".join(page.html.find(".//header").text_content().split())


def test_without_a_brand_pages_show_the_organisation_in_the_default_colour(phone):
    page = phone.ask_flex()
    assert (head(page), logo_of(page)) == ("Acme", None)
    assert "--go:#0b4f8a" in page.response.text


def test_a_brand_shows_on_every_page(phone):
    a_brand(name="Beta", colour=RED)
    for page in (phone.ask_flex(), phone.open(BASE_URL), phone.open(f"{BASE_URL}/no/such/page")):
        assert head(page) == "Beta"
        assert f"--go:{RED}" in page.response.text
        assert page.html.findtext(".//title").endswith(" Beta")


def test_a_services_brand_shows_on_its_sign_ins_only_and_inherits_the_rest(phone):
    a_brand(name="Beta", colour=RED)
    a_brand("rota", colour=GREEN)
    at_rota, at_flex = phone.ask_flex("/app/"), phone.ask_flex()
    assert [head(it) for it in (at_rota, at_flex)] == ["Beta", "Beta"]
    assert f"--go:{GREEN}" in at_rota.response.text
    assert f"--go:{RED}" in at_flex.response.text
    page = phone.ask_code(at_rota)
    assert f"--go:{GREEN}" in phone.submit(page, "code", code=phone.code()).response.text


def test_a_services_name_is_next_to_the_inherited_logo(phone):
    a_brand(name="Beta", logo=True, logo_says="Beta Ltd")
    a_brand("rota", name="Gamma")
    page = phone.ask_flex("/app/")
    assert (head(page), logo_of(page).get("alt")) == ("Gamma", "")


def test_a_logo_is_in_the_page_with_its_size_and_alternative_text(phone):
    a_brand(name="Beta", logo=True, logo_says="Beta Ltd")
    page = phone.ask_flex()
    assert {name: logo_of(page).get(name) for name in ("alt", "width", "height")} == {
        "alt": "Beta Ltd",
        "width": "160",
        "height": "40",
    }
    assert head(page) == ""


def test_a_logo_without_alternative_text_is_next_to_the_name(phone):
    a_brand(name="Beta", logo=True)
    assert (logo_of(phone.ask_flex()).get("alt"), head(phone.ask_flex())) == ("", "Beta")


def test_a_brand_adds_no_query_to_a_page(db):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            Client().get("/")
        return len(seen)

    queries()
    before = queries()
    a_brand(name="Beta")
    queries()
    assert queries() == before


def test_colour_and_logo_come_from_the_environment_if_the_admin_has_none(db, settings, tmp_path):
    file = tmp_path / "logo.svg"
    file.write_bytes(svg())
    changed = {"brand_colour": RED, "brand_logo": str(file)}
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update=changed)
    assert (brands.of().colours.light, brands.of().logo.width, brands.of().logo_says) == (RED, 40, "Acme")
    a_brand(colour=GREEN)
    assert (brands.of().colours.light, brands.of().logo.width) == (GREEN, 40)


def test_a_file_that_is_no_logo_leaves_only_the_name(db, settings, tmp_path):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"brand_logo": str(tmp_path / "gone.svg")})
    assert brands.of().logo is None


@pytest.mark.parametrize("fields", [{"colour": "red"}, {"colour": "#FFF;}x"}, {"logo": "https://evil.example/a.png"}])
def test_the_table_rejects_invalid_colours_and_pictures(db, fields):
    with pytest.raises(IntegrityError):
        Brand.objects.create(**fields)
