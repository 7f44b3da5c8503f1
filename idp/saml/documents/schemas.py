"""Validates against the XML schemas of the standard. python3-saml ships them; only `second_reader` also uses it."""

import threading
from enum import StrEnum
from importlib.resources import as_file, files

from lxml import etree

from idp.saml.errors import UnreadableRequest, quoted

SHIPPED_BY = "onelogin.saml2"


class Schema(StrEnum):
    """The schema files that messages are validated against."""

    PROTOCOL = "saml-schema-protocol-2.0.xsd"
    METADATA = "saml-schema-metadata-2.0.xsd"


class _Loaded(threading.local):
    """The schemas of one thread. Threads cannot share one, since it keeps the errors of its last document."""

    def __init__(self) -> None:
        self.schemas: dict[Schema, etree.XMLSchema] = {}


_loaded = _Loaded()


def validate(root: etree._Element, schema: Schema) -> None:
    """Validate an element. Raises UnreadableRequest, which names the first fault."""
    try:
        _load(schema).assertValid(root)
    except etree.DocumentInvalid as error:
        raise UnreadableRequest(f"wanted a document valid by {schema}, but {quoted(str(error))}") from error


def _load(schema: Schema) -> etree.XMLSchema:
    if schema not in _loaded.schemas:
        with as_file(files(SHIPPED_BY) / "schemas") as folder:
            _loaded.schemas[schema] = etree.XMLSchema(file=str(folder / schema))
    return _loaded.schemas[schema]
