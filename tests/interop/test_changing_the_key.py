"""A key of Latchkey or of a service provider changes, and no sign-in is lost."""

import pytest
from django.core.management import call_command

from idp.saml.models import MetadataSource, ServiceProvider
from idp.saml.models.metadata_source import TakeOver
from tests.interop.conftest import publish
from tests.interop.simplesamlphp import METADATA_KEY


@pytest.fixture
def read_anew(place, restart):
    """Have every service read our metadata again."""

    def read():
        publish(place)
        restart()

    return read


def let_in(browser, service):
    """Sign in again, and return whether the service accepted the response."""
    page = browser.begin(service)
    return page.url == service.home and service.session(browser) is not None


def test_a_service_that_knows_both_certificates_accepts_either_key(service, browser, read_anew):
    call_command("rotate_keys", "prepare")
    read_anew()
    assert let_in(browser, service)
    call_command("rotate_keys", "switch", sp=service.slug)
    assert let_in(browser, service)
    call_command("rotate_keys", "back", sp=service.slug)
    assert let_in(browser, service)


def test_after_the_change_only_the_new_key_signs(service, browser, read_anew):
    call_command("rotate_keys", "prepare")
    read_anew()
    call_command("rotate_keys", "switch", everywhere=True)
    call_command("rotate_keys", "activate")
    assert let_in(browser, service)
    read_anew()
    assert let_in(browser, service)


def test_a_service_that_knows_only_the_old_certificate_rejects_the_new_key(service, browser, read_anew):
    read_anew()
    call_command("rotate_keys", "prepare")
    call_command("rotate_keys", "switch", sp=service.slug)
    assert not let_in(browser, service)


@pytest.fixture
def fetched(lab):
    """SimpleSAMLphp, registered by the address of its signed metadata."""
    service = lab["simplesamlphp"]
    ServiceProvider.objects.get(slug=service.slug).delete()
    call_command(
        "add_sp",
        metadata=service.at(service.metadata_path),
        metadata_certificate=f"{service.place.folder}/{METADATA_KEY}.crt",
        slug=service.slug,
        name=service.name,
    )
    MetadataSource.objects.exclude(url="").update(take_over=TakeOver.SIGNED)
    return service


def test_a_service_with_a_new_key_is_trusted_once_its_metadata_is_refreshed(fetched, browser):
    with fetched.changed(key="simplesamlphp-next"):
        assert browser.start(fetched).status == 400
        call_command("refresh_metadata")
        assert let_in(browser, fetched)
