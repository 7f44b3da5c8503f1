"""What a client asks of a list, in the parameters of an address or in the body of a search. Pure.

Source: RFC 7644 sections 3.4.2 and 3.4.3.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from idp.scim import filters, selection
from idp.scim.errors import InvalidFilter, InvalidValue
from idp.scim.filters import Filter
from idp.scim.schemas import MOST_RESULTS
from idp.scim.selection import Selection

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
USUAL_RESULTS = 100
FARTHEST = 999_999_999
"""Beyond any list, and within what databases count to."""
LISTS = ("attributes", "excludedattributes")
"""Parameters with several values, in lower case."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Query:
    """Whom to list, the number of the first of them, how many, and which attributes of each."""

    wanted: Filter
    start: int
    count: int
    selection: Selection


def read(asked: Mapping[str, object]) -> Query:
    """Read the parameters, with names in lower case; what is missing or null has its usual value. Raises ScimError."""
    start = max(1, min(FARTHEST, _number(asked, "startIndex", 1)))
    count = max(0, min(MOST_RESULTS, _number(asked, "count", USUAL_RESULTS)))
    return Query(_filter(asked.get("filter")), start, count, selection_of(asked))


def selection_of(asked: Mapping[str, object]) -> Selection:
    """Read which attributes are asked for. Raises InvalidValue."""
    return selection.read(*(asked.get(it) for it in LISTS))


def _filter(given: object) -> Filter:
    if given is None:
        return ()
    if not isinstance(given, str):
        raise InvalidFilter
    return filters.parse(given)


def _number(asked: Mapping[str, object], name: str, usual: int) -> int:
    given = asked.get(name.lower())
    if given is None:
        return usual
    if isinstance(given, bool) or not _NUMBER.fullmatch(str(given)):
        raise InvalidValue(sentence=f"{name} must be a number.")
    return int(str(given))
