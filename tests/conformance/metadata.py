"""Metadata of pretend services, and their registration from it."""

from idp.saml import names
from idp.saml.connecting import registration
from idp.saml.metadata import sp_description
from tests.saml.keys import a_pair
from tests.saml.metadata.documents import acs, an_entity, bare, key


def of(peer, *parts, entity="", root="", **role):
    """Describe a service by these parts of its role; the ACS is its own unless one is among them."""
    inner = "".join(parts)
    inner = inner if "AssertionConsumerService" in inner else inner + acs(peer.acs)
    wishes = " ".join(f'{name}="{value}"' for name, value in role.items())
    return an_entity(inner, entity_id=peer.entity_id, role=wishes, entity=entity, root=root)


def odd_key(name, use=None, **kind):
    """Describe a key of another kind, such as one whose certificate is over."""
    return key("sp", use).replace(bare("sp"), "".join(a_pair(name, **kind).certificate.splitlines()[1:-1]))


def logout(url, binding=names.HTTP_REDIRECT, answers=None):
    elsewhere = f' ResponseLocation="{answers}"' if answers else ""
    return f'<md:SingleLogoutService Binding="{binding}" Location="{url}"{elsewhere}/>'


def register(document, slug="shifts"):
    """Register a service from its metadata; nothing else is typed but the name it has here."""
    draft = registration.Draft.of_metadata(sp_description.read(document))
    return registration.register(draft, slug=slug, name=slug.title())
