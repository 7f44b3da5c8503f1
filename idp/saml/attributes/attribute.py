"""An attribute of an Assertion."""

from idp.saml import names
from idp.values import value


@value
class Attribute:
    """One attribute of the subject: a Name, and its values in order (Core 2.7.3.1)."""

    name: str
    values: tuple[str, ...]
    name_format: str = names.BASIC
