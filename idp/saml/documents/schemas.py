"""Validates against the XML schemas of the standard. python3-saml ships them; only `second_reader` also uses it."""

import threading
from enum import StrEnum
from functools import cache
from importlib.resources import as_file, files

from lxml import etree

from idp.saml.errors import UnreadableRequest, quoted

SHIPPED_BY = "onelogin.saml2"


class Schema(StrEnum):
    """The schema files that messages are validated against."""

    PROTOCOL = "saml-schema-protocol-2.0.xsd"
    METADATA = "saml-schema-metadata-2.0.xsd"


_ONE_AT_A_TIME = threading.Lock()
"""A schema keeps the errors of its last document, and loading one sets how the whole process opens other files."""


def validate(root: etree._Element, schema: Schema) -> None:
    """Validate an element. Raises UnreadableRequest, which names the first fault."""
    try:
        with _ONE_AT_A_TIME:
            _load(schema).assertValid(root)
    except etree.DocumentInvalid as error:
        raise UnreadableRequest(f"wanted a document valid by {schema}, but {quoted(str(error))}") from error


@cache
def _load(schema: Schema) -> etree.XMLSchema:
    with as_file(files(SHIPPED_BY) / "schemas") as folder:
        return etree.XMLSchema(file=str(folder / schema))
