"""Where a genuine signed message may hide under a forged root of the same name; the schema allows it there."""

from copy import deepcopy

from lxml import etree

from idp.saml import names
from tests.saml.messages import DS

SAMLP = f"{{{names.PROTOCOL}}}"


def in_extensions(forged, genuine):
    extensions = etree.Element(f"{SAMLP}Extensions")
    etree.SubElement(extensions, "{urn:example:held}held").append(genuine)  # of another namespace (Core 3.2.1)
    forged.insert(1, extensions)
    return forged


def in_extensions_signature_moved_up(forged, genuine):
    signature = genuine[1]
    in_extensions(forged, genuine)
    forged.insert(1, signature)
    return forged


def in_extensions_signature_copied_up(forged, genuine):
    signature = deepcopy(genuine[1])
    in_extensions(forged, genuine)
    forged.insert(1, signature)
    return forged


def with_the_same_id(forged, genuine):
    forged.set("ID", genuine.get("ID"))
    return in_extensions_signature_moved_up(forged, genuine)


def with_the_ids_exchanged(forged, genuine):
    forged.set("ID", genuine.get("ID"))
    genuine.set("ID", "_other")
    return in_extensions_signature_moved_up(forged, genuine)


def in_the_object_of_the_signature(forged, genuine):
    signature = genuine[1]
    genuine.remove(signature)
    etree.SubElement(signature, f"{{{DS}}}Object").append(genuine)
    forged.insert(1, signature)
    return forged


HIDDEN = [
    in_extensions,
    in_extensions_signature_moved_up,
    in_extensions_signature_copied_up,
    with_the_same_id,
    with_the_ids_exchanged,
    in_the_object_of_the_signature,
]
