"""Catalogues or templates are missing or damaged: a page still says what happened."""

import pytest

from tests.languages import catalogues, pseudo


@pytest.fixture(autouse=True)
def without_what_was_read():
    pseudo.forget()
    yield
    pseudo.forget()


def get(client, address="/nowhere"):
    page = client.get(address, headers={"Accept-Language": "de"})
    return page.status_code, page.content.decode(), page["X-Reference"]


@pytest.mark.parametrize("content", [b"", b"not a catalogue", b"\xde\x12\x04\x95" + b"\xff" * 40, None])
def test_a_damaged_catalogue_falls_back_to_english(client, db, settings, tmp_path, content):
    file = tmp_path / "de" / "LC_MESSAGES" / "django.mo"
    file.parent.mkdir(parents=True)
    whole = catalogues.path("de", "mo").read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if content is None else content)
    settings.LOCALE_PATHS = [tmp_path]
    status, text, _ = get(client)
    assert (status, "<h1>There is no such page</h1>" in text, 'lang="en"' in text) == (404, True, True)
    assert get(client, "/help")[0] == 200


def test_without_catalogues_pages_are_in_english(client, db, settings, tmp_path):
    settings.LOCALE_PATHS = [tmp_path]
    assert "<h1>Help</h1>" in get(client, "/help")[1]


def test_without_templates_an_error_still_says_what_it_is_and_its_reference(client, db, settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [], "APP_DIRS": False}]
    status, text, reference = get(client)
    assert (status, "<h1>There is no such page</h1>" in text, reference in text) == (404, True, True)
