"""Three service providers of other products, started once, and a browser that validates Latchkey's messages."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from django.conf import settings
from django.core.management import call_command
from lxml import etree

from idp import background, clock
from idp.keys import keyring
from idp.keys.models import SigningKey
from idp.saml.documents.schemas import Schema, validate
from idp.saml.metadata import published
from idp.saml.models import ServiceProvider
from tests.interop import servers
from tests.interop.browser import Browser
from tests.interop.mellon import Mellon, MellonByPost
from tests.interop.servers import Server
from tests.interop.service import Service
from tests.interop.shibboleth import Shibboleth
from tests.interop.simplesamlphp import SimpleSamlPhp
from tests.user_agents import ANDROID, IPHONE

PRODUCTS = (Mellon, Shibboleth, SimpleSamlPhp)


@pytest.fixture(scope="session")
def place():
    with servers.a_place() as made:
        yield made


@pytest.fixture(scope="session")
def _our_keys(django_db_setup, django_db_blocker):
    """Keys of today, since these services look at the real clock."""
    with django_db_blocker.unblock():
        keyring.ensure(clock.now())
        rows = list(SigningKey.objects.values())
        SigningKey.objects.all().delete()
    return rows


@pytest.fixture
def keys(_our_keys):
    SigningKey.objects.bulk_create([SigningKey(**row) for row in _our_keys], ignore_conflicts=True)


@dataclass(frozen=True)
class Running:
    """The service providers by their slugs, the files with their metadata, and the Apache they run in."""

    services: dict[str, Service]
    metadata: dict[str, Path]
    apache: Server


@pytest.fixture(scope="session")
def _running(place, _our_keys, django_db_blocker):
    with django_db_blocker.unblock():
        SigningKey.objects.bulk_create([SigningKey(**row) for row in _our_keys])
        publish(place)
        SigningKey.objects.all().delete()
    idp = settings.LATCHKEY.saml_entity_id
    services = {product.slug: product(place) for product in (*PRODUCTS, MellonByPost)}
    services["simplesamlphp"].write(idp)
    configuration = services["shibboleth"].daemon(idp)
    apache = servers.apache(place, [it.apache() for it in services.values()])
    with servers.shibd(place, configuration), apache:
        yield Running(services, {slug: _metadata(it) for slug, it in services.items()}, apache)


def _metadata(service):
    answer = requests.get(service.at(service.metadata_path), timeout=30)
    answer.raise_for_status()
    return service.place.write(f"{service.slug}.xml", answer.text)


@pytest.fixture
def lab(flex, _running, place):
    """All service providers, registered with us from their own metadata, by the command that operators use."""
    publish(place)
    for slug, service in _running.services.items():
        call_command("add_sp", metadata=str(_running.metadata[slug]), slug=slug, name=service.name)
    yield _running.services
    background.settle()


@pytest.fixture
def restart(_running):
    """Have Apache start again, and with it all that it read once."""
    return _running.apache.restart


@pytest.fixture(params=[product.slug for product in PRODUCTS])
def service(request, lab):
    return lab[request.param]


def publish(place):
    """Let the services read our metadata as it is now; one file knows no address for Redirect."""
    document = published.metadata_document(clock.now())
    validate(etree.fromstring(document), Schema.METADATA)
    place.write("idp.xml", document.decode())
    place.write("idp-post.xml", re.sub(r"<md:SingleSignOnService [^>]*HTTP-Redirect[^>]*/>", "", document.decode()))


@pytest.fixture
def browser(flex, verify):
    return Browser(flex.url, verify, IPHONE)


@pytest.fixture
def another_browser(flex, verify):
    return Browser(flex.url, verify, ANDROID)


def chosen(service, **settings_of_it):
    """Choose how a service provider is answered."""
    sp = ServiceProvider.objects.get(slug=service.slug)
    for name, value in settings_of_it.items():
        setattr(sp, name, value)
    sp.full_clean()
    sp.save()
    return sp
