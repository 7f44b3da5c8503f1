"""Fetches a service provider's metadata from the address that an operator typed, and from nothing inside the network.

The whole fetch, with its redirects, has to end within a few seconds of wall clock time.
"""

import time
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urljoin

from idp.outgoing import exchange
from idp.outgoing.addresses import Network
from idp.outgoing.exchange import Answer, Late, Request, Resolve, Unreached
from idp.saml.errors import quoted
from idp.saml.metadata.errors import UnfetchedMetadata
from idp.saml.metadata.sp_description import MAX_METADATA

MOST_REDIRECTS = 3
REDIRECTS = {301, 302, 303, 307, 308}
HEADERS = {"Accept": "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.8"}


def fetch(
    url: str,
    *,
    networks: Sequence[Network] = (),
    resolver: Resolve = exchange.resolve,
    seconds: float = exchange.SECONDS,
) -> bytes:
    """Return the document at an https address, or at an http address of this computer if its network is listed.

    `networks` are allowed although they are not public. Raises UnfetchedMetadata with a sentence.
    """
    end, address = time.monotonic() + seconds, url
    for _ in range(MOST_REDIRECTS + 1):
        try:
            answer = exchange.send(
                Request(address, HEADERS),
                longest=MAX_METADATA + 1,
                networks=networks,
                resolver=resolver,
                seconds=end - time.monotonic(),
            )
        except Late:
            raise _unfetched(f"The metadata did not arrive within {seconds:g} seconds.", url) from None
        except Unreached as error:
            raise _unfetched(error.sentence, address, error.why) from error
        if answer.status not in REDIRECTS:
            return _document(answer, address)
        address = _redirected(answer, address)
    raise _unfetched(f"The server redirects more than {MOST_REDIRECTS} times.", url)


def _unfetched(sentence: str, url: str, why: object = "") -> UnfetchedMetadata:
    return UnfetchedMetadata(f"{sentence} {quoted(url)} {why}".strip(), sentence=sentence)


def _redirected(answer: Answer, url: str) -> str:
    """Return the address that a server redirects to."""
    if not (location := answer.headers.get("Location", "")):
        raise _unfetched("The server redirects without an address.", url)
    try:
        target = urljoin(url, location)
    except ValueError as error:
        raise _unfetched("The server redirects to something that is not an address.", url, error) from None
    if url.startswith("https:") and not target.startswith("https:"):
        raise _unfetched("The server redirects from https to an address that is not https.", target)
    return target


def _document(answer: Answer, url: str) -> bytes:
    if answer.status != HTTPStatus.OK:
        raise _unfetched(f"The server answered with status {answer.status} instead of a document.", url)
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise _unfetched("The document is compressed, although the request did not allow it.", url)
    if len(answer.body) > MAX_METADATA:
        raise _unfetched(f"The document is larger than {MAX_METADATA // 1024} kB.", url)
    return answer.body
