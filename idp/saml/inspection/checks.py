"""Checks a Response as a strict service provider would, and says what is expected, what is there, and what to do.

The checks are those of the strictest implementations. Nothing personal is quoted: NameIDs and attribute values are
checked, but not shown.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.saml import names
from idp.saml.attributes.faults import faults
from idp.saml.attributes.release_list import Release, Rules, Source
from idp.saml.attributes.types import LONGEST_VALUE, Type
from idp.saml.inspection.reading import AssertionRead, AttributeRead, AuthnRead, ResponseRead, SignatureRead, moment
from idp.saml.signatures.signing import Sign

NONE = "nothing"
SHORTEST_FLEX_SESSION = timedelta(hours=1)

_NC_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*", re.ASCII)
_SIGNED = {
    Sign.BOTH: ("Response", "Assertion"),
    Sign.RESPONSE: ("Response",),
    Sign.ASSERTION: ("Assertion",),
}
_CLOCK = "Set the clock of this installation; it is not the service's."
_OURS = "This is a fault of Latchkey: report it with the reference of the sign-in."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one service provider's row and our own settings require of a Response.

    `acs_urls` are all it may go to; `request_id` is None if no request came before. `certificates` are the SHA-256
    fingerprints of the keys that the service may know; `at` is the moment of issue.
    """

    issuer: str
    entity_id: str
    acs_urls: tuple[str, ...]
    request_id: str | None
    name_id_formats: tuple[str, ...]
    sign: Sign
    algorithm: str
    certificates: tuple[str, ...]
    rules: Rules
    encrypt: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """One clause. `advice` is one sentence, and empty where it passed."""

    name: str
    wanted: str
    got: str
    passed: bool
    advice: str = ""


def check(response: ResponseRead, wanted: Wanted, *, sent_encrypted: bool) -> tuple[Check, ...]:
    """Check a Response against every clause. Those about an Assertion need exactly one that can be read."""
    found = [*_message(response, wanted, sent_encrypted=sent_encrypted), *_signatures(response, wanted)]
    if len(response.assertions) == 1:
        assertion = response.assertions[0]
        found += [*_subject(assertion, response, wanted), *_conditions(assertion, wanted)]
        found += [*_statement(assertion.statements, wanted), *_attributes(assertion, wanted)]
    return tuple(found)


def failed(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return those that did not pass."""
    return tuple(it for it in checks if not it.passed)


def _clause(name: str, wanted: str, got: str, passed: bool, advice: str) -> Check:
    return Check(name, wanted, got or NONE, passed, "" if passed else advice)


def _same(name: str, wanted: str, got: str | None, advice: str) -> Check:
    return _clause(name, wanted, got or NONE, got == wanted, advice)


def _message(response: ResponseRead, wanted: Wanted, *, sent_encrypted: bool) -> Iterator[Check]:
    versions = (response.version, *(it.version for it in response.assertions))
    yield _clause("Version", "2.0 everywhere", ", ".join(versions), set(versions) == {"2.0"}, _OURS)
    ids = (response.id, *(it.id for it in response.assertions))
    proper = all(map(_NC_NAME.fullmatch, ids))
    yield _clause("IDs", "begin with a letter or _", ", ".join(ids), proper, _OURS)
    yield _same(
        "Status", names.SUCCESS, ", ".join(response.status), "Look up in the trail why the sign-in was refused."
    )
    count = len(response.assertions) + response.encrypted
    yield _clause("Assertions", "exactly one", str(count), count == 1, _OURS)
    yield _clause(
        "Destination",
        " or ".join(wanted.acs_urls),
        response.destination,
        response.destination in wanted.acs_urls,
        "Register the ACS URL exactly as the service shows it, query string and last slash included.",
    )
    yield from _issuers(response, wanted)
    yield from _issue_instants(response, wanted)
    yield from _in_response_to(response, wanted)
    yield _clause(
        "Encryption",
        "sent encrypted" if wanted.encrypt else "sent readable",
        "sent encrypted" if sent_encrypted else "sent readable",
        sent_encrypted == wanted.encrypt,
        "The service's setting was changed since; sign in once more.",
    )


def _issuers(response: ResponseRead, wanted: Wanted) -> Iterator[Check]:
    advice = f"Type {wanted.issuer} at the service as the issuer, to the character, or set LATCHKEY_ENTITY_ID to its."
    yield _same("Issuer of the Response", wanted.issuer, response.issuer, advice)
    for assertion in response.assertions:
        yield _same("Issuer of the Assertion", wanted.issuer, assertion.issuer, advice)
    issuers = (response.issuer, *(it.issuer for it in response.assertions))
    padded = any(it != it.strip() for it in issuers)
    yield _clause("Issuer's edges", "no white space", "white space" if padded else "no white space", not padded, _OURS)


def _issue_instants(response: ResponseRead, wanted: Wanted) -> Iterator[Check]:
    instants = (response.issue_instant, *(it.issue_instant for it in response.assertions))
    read = [moment(it) for it in instants]
    passed = all(it is not None and it <= wanted.at for it in read)
    yield _clause("IssueInstant", "in UTC with Z, not ahead", ", ".join(instants), passed, _CLOCK)


def _in_response_to(response: ResponseRead, wanted: Wanted) -> Iterator[Check]:
    places = [response.in_response_to]
    places += [it.in_response_to for one in response.assertions for it in one.confirmations]
    said = ", ".join(it or NONE for it in places)
    expected = "nothing in both places" if wanted.request_id is None else f"{wanted.request_id} in both places"
    passed = all(it == wanted.request_id for it in places)
    yield _clause("InResponseTo", expected, said, passed, _OURS)


def _subject(assertion: AssertionRead, response: ResponseRead, wanted: Wanted) -> Iterator[Check]:
    name_id = assertion.name_id or ""
    whole = bool(name_id) and name_id == name_id.strip()
    got = "filled" if whole else "white space at an edge" if name_id.strip() else "empty"
    yield _clause("NameID", "filled, no white space at the edges", got, whole, _OURS)
    yield _clause(
        "NameID format",
        " or ".join(wanted.name_id_formats),
        assertion.name_id_format,
        assertion.name_id_format in wanted.name_id_formats,
        "Choose at the service's page here the format that the service expects.",
    )
    qualifier = assertion.sp_name_qualifier
    yield _clause("SPNameQualifier", "left out", qualifier or "left out", qualifier is None, _OURS)
    bearers = [it for it in assertion.confirmations if it.method == names.BEARER]
    alone = len(bearers) == len(assertion.confirmations) == 1
    yield _clause("Subject confirmation", "one, by bearer", f"{len(assertion.confirmations)}", alone, _OURS)
    for bearer in bearers:
        advice = "Register the ACS URL exactly as the service shows it."
        yield _clause(
            "Recipient",
            response.destination,
            bearer.recipient or NONE,
            bearer.recipient == response.destination and bearer.recipient in wanted.acs_urls,
            advice,
        )
        yield _ahead("Confirmation NotOnOrAfter", bearer.not_on_or_after, wanted)
        begins = bearer.not_before
        yield _clause("Confirmation NotBefore", "left out", begins or "left out", begins is None, _OURS)


def _ahead(name: str, text: str | None, wanted: Wanted) -> Check:
    read = moment(text)
    return _clause(name, "in UTC with Z, ahead", text or NONE, read is not None and read > wanted.at, _CLOCK)


def _conditions(assertion: AssertionRead, wanted: Wanted) -> Iterator[Check]:
    count = len(assertion.conditions)
    yield _clause("Conditions", "exactly one", str(count), count == 1, _OURS)
    for conditions in assertion.conditions:
        begins = moment(conditions.not_before)
        passed = begins is not None and begins < wanted.at
        yield _clause("NotBefore", "in UTC with Z, past", conditions.not_before or NONE, passed, _CLOCK)
        yield _ahead("NotOnOrAfter", conditions.not_on_or_after, wanted)
        said = "; ".join(", ".join(it) for it in conditions.audiences)
        alone = conditions.audiences == ((wanted.entity_id,),)
        advice = "Register the entity ID exactly as the service shows it."
        yield _clause("Audience", f"{wanted.entity_id} alone", said, alone, advice)
        once = "there" if conditions.one_time_use else "left out"
        yield _clause("OneTimeUse", "left out", once, not conditions.one_time_use, _OURS)


def _statement(statements: tuple[AuthnRead, ...], wanted: Wanted) -> Iterator[Check]:
    count = len(statements)
    yield _clause("AuthnStatement", "exactly one", str(count), count == 1, _OURS)
    for statement in statements:
        read = moment(statement.instant)
        passed = read is not None and read <= wanted.at
        yield _clause("AuthnInstant", "in UTC with Z, not ahead", statement.instant, passed, _CLOCK)
        context = statement.context_class
        yield _clause("AuthnContextClassRef", "one class", context, bool(context.strip()), _OURS)
        index = statement.session_index
        yield _clause("SessionIndex", "filled", index, bool(index), _OURS)
        yield _session_end(statement.session_not_on_or_after, wanted)


def _session_end(text: str | None, wanted: Wanted) -> Check:
    margin = SHORTEST_FLEX_SESSION if wanted.rules.typed else timedelta(0)
    read = moment(text)
    expected = "left out, or more than an hour ahead" if margin else "left out, or ahead"
    passed = text is None or (read is not None and read > wanted.at + margin)
    advice = "Ask for a fresh code: the service would end the sign-in at once."
    return _clause("SessionNotOnOrAfter", expected, text or "left out", passed, advice)


def _attributes(assertion: AssertionRead, wanted: Wanted) -> Iterator[Check]:
    counted = Counter(it.name for it in assertion.attributes)
    twice = ", ".join(name for name, times in counted.items() if times > 1)
    yield _clause("Attribute names", "each once", f"twice: {twice}" if twice else "each once", not twice, _OURS)
    sealed = assertion.sealed
    yield _clause("Encrypted attributes", "none", str(sealed) if sealed else "none", not sealed, _OURS)
    for line in wanted.rules.mandatory:
        yield _mandatory(line.name, assertion.attributes)
    if wanted.rules.typed:
        yield _typed(assertion.attributes, wanted.rules)
    else:
        longest = max((len(value) for it in assertion.attributes for value in it.values), default=0)
        expected, longest_found = f"at most {LONGEST_VALUE} characters", f"{longest} at most"
        advice = "Shorten the value in the list of attributes."
        yield _clause("Length of values", expected, longest_found, longest <= LONGEST_VALUE, advice)


def _mandatory(name: str, attributes: tuple[AttributeRead, ...]) -> Check:
    filled = any(value.strip() for it in attributes if it.name == name for value in it.values)
    listed = any(it.name == name for it in attributes)
    got = "filled" if filled else "empty" if listed else "missing"
    advice = f"Fill in {name} on the agent's page: Flex refuses a sign-in without it (error 45050)."
    return _clause(f"Attribute {name}", "filled", got, filled, advice)


def _typed(attributes: tuple[AttributeRead, ...], rules: Rules) -> Check:
    """Whether each value has the type that its name ends in. One wrong value makes Flex refuse the sign-in."""
    mandatory = {it.name for it in rules.mandatory}
    wrong = list(faults([_line(it) for it in attributes if it.name not in mandatory], rules))
    wrong += [
        f"{it.name}: Flex wants the name format basic."
        for it in attributes
        if it.name in mandatory and it.name_format != names.BASIC
    ]
    advice = "Change the list of attributes: Flex answers such a value with “400 Error invalid attribute format”."
    return _clause("Types of values", "each parses", " ".join(wrong) or "each parses", not wrong, advice)


def _line(attribute: AttributeRead) -> Release:
    """Return a sent attribute as a line of a release list, so that the list's rules can judge it."""
    ending = attribute.name.rpartition(".")[2]
    items = ending in list(Type) and Type(ending).is_array
    values = tuple(part for it in attribute.values for part in it.split(",")) if items else attribute.values
    return Release(attribute.name, Source.FIXED, values, attribute.name_format)


def _signatures(response: ResponseRead, wanted: Wanted) -> Iterator[Check]:
    places = Counter(it.on for it in response.signatures)
    expected = _SIGNED[wanted.sign]
    got = ", ".join(f"{place} ({times} times)" if times > 1 else place for place, times in places.items())
    advice = "The service's setting of what is signed was changed since; sign in once more."
    yield _clause("Signatures", " and ".join(expected), got, places == Counter(expected), advice)
    own = {"Response": response.id, "Assertion": response.assertions[0].id if response.assertions else ""}
    for signature in response.signatures:
        yield from _signature(signature, own.get(signature.on, ""), wanted)


def _signature(signature: SignatureRead, own_id: str, wanted: Wanted) -> Iterator[Check]:
    place = f"Signature of the {signature.on}"
    points_at = signature.references == (f"#{own_id}",) and signature.on_id == own_id != ""
    yield _clause(f"{place}: covers", f"#{own_id} alone", ", ".join(signature.references), points_at, _OURS)
    digests = set(signature.digests)
    strong = signature.algorithm == wanted.algorithm and bool(digests) and digests <= names.DIGEST_ALGORITHMS
    said = ", ".join((signature.algorithm, *signature.digests))
    advice = "The service's signature algorithm was changed since; sign in once more."
    yield _clause(f"{place}: algorithms", f"{wanted.algorithm}, SHA-256 or longer", said, strong, advice)
    known = signature.fingerprint in wanted.certificates
    advice = "Paste the certificate again at the service: it is signed for by another key than it may know."
    yield _clause(f"{place}: key", " or ".join(wanted.certificates), signature.fingerprint, known, advice)
