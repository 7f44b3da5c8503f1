"""An operator gives agents' pages a name, a colour and a logo, and sees what becomes of them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html

from idp.branding.models import Brand
from tests.accessibility.showing import show
from tests.branding.logos import svg
from tests.native.own_app import CHALLENGE, REDIRECT, a_client
from tests.user_agents import IPHONE

pytestmark = pytest.mark.each_database

ADD = "/admin/branding/brand/add/"


def save(admin, address=ADD, **fields):
    return admin.post(address, {"service": "", "name": "", "colour": "", "logo_says": "", **fields}, follow=True)


def a_file(data):
    return SimpleUploadedFile("logo.svg", data)


def of(brand):
    return f"/admin/branding/brand/{brand.pk}/change/"


def test_a_saved_brand_appears_on_agents_pages(admin):
    save(admin, name="Beta", colour="0B5A2A", file=a_file(svg()), logo_says="Beta Ltd")
    brand = Brand.objects.get()
    assert (brand.name, brand.colour, brand.logo_width) == ("Beta", "#0b5a2a", 40)
    page = html.fromstring(admin.get("/").content)
    assert page.find(".//header//img").get("alt") == "Beta Ltd"


def test_a_brand_of_an_app_appears_where_agents_sign_in_for_it(admin, flex):
    a_client()
    [named] = html.fromstring(admin.get(ADD).content).xpath("//option[.='Acme Phone']/@value")
    save(admin, service=named, name="Acme Phones")
    query = {"response_type": "code", "client_id": "acme-phone", "redirect_uri": REDIRECT, "state": "s"}
    browser = Client(headers={"User-Agent": IPHONE})
    proof = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    page = browser.get("/oauth/authorize", {**query, **proof}, follow=True)
    assert html.fromstring(page.content).findtext(".//header//p").strip() == "Acme Phones"


def test_a_colour_that_is_hard_to_read_is_adapted_and_the_page_says_to_what(admin):
    save(admin, colour="#ffcc00")
    page = admin.get(of(Brand.objects.get())).content.decode()
    assert "In light mode #ffcc00 would be hard to read: its contrast is 1.4 to 1, and text needs 7." in page
    assert "In dark mode #" not in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"colour": "blue"}, "Write the colour as # and six digits or letters"),
        ({"file": a_file(b"GIF89a")}, "This is neither an SVG nor a PNG file."),
        ({"file": a_file(svg("<script/>"))}, "a logo here may not: only shapes and colours"),
        ({"file": a_file(b" " * 300_000)}, "This file is too large"),
        ({"service": "nobody"}, "Select a valid choice"),
    ],
)
def test_a_logo_or_colour_that_cannot_be_shown_is_rejected_with_the_remedy(admin, fields, sentence):
    assert sentence in html.fromstring(save(admin, **fields).content).text_content()
    assert not Brand.objects.exists()


def test_a_logo_stays_until_it_is_removed(admin):
    save(admin, file=a_file(svg()))
    brand = Brand.objects.get()
    save(admin, of(brand), name="Beta")
    assert Brand.objects.get().logo
    save(admin, of(brand), without="on")
    assert not Brand.objects.get().logo


@pytest.mark.slow
def test_the_first_page_is_previewed_in_light_and_dark(admin, any_page):
    save(admin, name="Beta", colour="#e4002b", file=a_file(svg()))
    page = any_page("computer")
    show(page, admin.get(of(Brand.objects.get())))
    frames = [page.frame_locator(f"iframe >> nth={nth}") for nth in (0, 1)]
    for frame in frames:
        frame.get_by_role("button", name="Send code").wait_for()
    colour = "it => getComputedStyle(it).backgroundColor"
    assert [it.locator("html").evaluate(colour) for it in frames] == ["rgb(255, 255, 255)", "rgb(18, 22, 28)"]
