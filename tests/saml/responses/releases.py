"""A person, and lines of a release list about them."""

from idp.saml.attributes.release_list import FLEX, Release, Source, release
from idp.saml.profiles import Person

ANN = Person("ann7", "ann@example.org", "Ann Smith", ("agent", "admin"), "Sales", "+15550100")


NEW = frozenset()


URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"


def fixed(name, *values, **changes):
    return Release(name, Source.FIXED, values, **changes)


def listed(*releases, person=ANN, sent_before=NEW, rules=FLEX):
    """What is told besides the mandatory."""
    return release(person, releases, frozenset(sent_before), rules)[len(rules.mandatory) :]
