"""The addresses to which a service takes its answers."""

import pytest

from idp.saml.models import AssertionConsumer, ServiceProvider
from tests.web.admin.services.form import ACS, CONNECTION, FLEX_ACS, LIST, add, filled, row
from tests.web.seeded import a_service


def test_the_only_address_is_the_default_without_a_tick(admin, keys):
    add(admin, row(0, ACS))
    assert AssertionConsumer.objects.get().is_default


@pytest.mark.parametrize("ticked", [(False, False), (True, True)], ids=["none", "both"])
def test_of_several_addresses_exactly_one_is_the_default(admin, ticked):
    rows = [row(nth, f"{ACS}/{nth}", default=default) for nth, default in enumerate(ticked)]
    assert "Tick exactly one address as the default" in add(admin, *rows).text
    assert not ServiceProvider.objects.exists()


def test_addresses_without_a_number_are_numbered(admin, keys):
    add(admin, row(0, f"{ACS}/0"), row(1, f"{ACS}/1", index="0", default=True), row(2, f"{ACS}/2"))
    assert {it.url[-1]: it.index for it in AssertionConsumer.objects.all()} == {"0": 1, "1": 0, "2": 2}


@pytest.mark.parametrize("rows", [[(ACS, 0), (ACS, 1)], [(f"{ACS}/0", 3), (f"{ACS}/1", 3)]], ids=["address", "number"])
def test_no_address_and_no_index_occurs_twice(admin, rows):
    rows = [row(nth, url, index=index, default=nth == 0) for nth, (url, index) in enumerate(rows)]
    assert "duplicate" in add(admin, *rows).text
    assert not ServiceProvider.objects.exists()


def test_two_addresses_can_exchange_default_and_index(admin, keys):
    add(admin, row(0, f"{ACS}/0", index=0, default=True), row(1, f"{ACS}/1", index=1))
    sp = ServiceProvider.objects.get()
    first, second = sp.consumers.all()
    rows = [
        row(0, first.url, index=1, pk=first.pk, sp=sp.pk),
        row(1, second.url, index=0, default=True, pk=second.pk, sp=sp.pk),
    ]
    assert admin.post(f"{LIST}{sp.pk}/change/", filled(*rows, known=2)).status_code == 302
    assert [(it.pk, it.index, it.is_default) for it in sp.consumers.order_by("pk")] == [
        (first.pk, 1, False),
        (second.pk, 0, True),
    ]


def test_a_service_keeps_at_least_one_address(admin, keys):
    add(admin)
    sp = ServiceProvider.objects.get()
    only = row(0, ACS, index=0, default=True, pk=sp.consumers.get().pk, sp=sp.pk)
    page = admin.post(f"{LIST}{sp.pk}/change/", filled(only | {"consumers-0-DELETE": "on"}, known=1))
    assert (page.status_code, sp.consumers.count()) == (200, 1)


def test_an_address_that_is_not_flexs_is_saved_with_a_warning(admin, keys):
    page = add(admin, profile="flex-enhanced", entity_id=f"urn:flex:{CONNECTION}")
    assert "Twilio Flex will not work with this: The ACS URL is not the login callback of Flex" in page.text
    assert ServiceProvider.objects.count() == 1


def test_unusual_settings_are_saved_with_a_warning(admin, keys):
    acs = row(0, FLEX_ACS.replace("us1", "ie1"), default=True)
    page = add(admin, acs, profile="flex-enhanced", entity_id=f"urn:flex:{CONNECTION}")
    assert "The region is ie1; so far only us1 is known." in page.text


def test_a_right_flex_address_is_saved_without_a_warning(admin, keys):
    page = add(admin, row(0, FLEX_ACS, default=True), profile="flex-enhanced", entity_id=f"urn:flex:{CONNECTION}")
    assert 'class="messages"' in page.text
    assert 'class="warning"' not in page.text


def test_the_page_of_a_service_lists_the_values_to_enter_at_the_service(admin, keys):
    page = admin.get(f"{LIST}{a_service().pk}/change/").text
    assert "BEGIN CERTIFICATE" in page
    assert "/saml/sso" in page
    assert "/saml/metadata" in page
