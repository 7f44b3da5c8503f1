"""HTTP with every octet as given. `requests` would normalise the address, and so undo the attack."""

import socket
from dataclasses import dataclass
from http.client import HTTPResponse
from urllib.parse import urlsplit

from requests.structures import CaseInsensitiveDict

from tests.phone import Page

LONGEST_WAIT = 10


@dataclass
class RawAnswer:
    """What `Page` wants of an answer."""

    status_code: int
    url: str
    headers: CaseInsensitiveDict
    text: str


def send(base_url, target, **request):
    """Fetch what is a page."""
    return Page(fetch(base_url, target, **request))


def fetch(base_url, target, *, method="GET", headers=None, body=b""):
    """Send one request with this very target and these headers; redirects are not followed."""
    place = urlsplit(base_url)
    fields = {"Host": place.netloc, "Connection": "close", **(headers or {})}
    if body:
        fields.setdefault("Content-Length", str(len(body)))
    head = b"".join(_octets(f"{name}: ") + _octets(value) + b"\r\n" for name, value in fields.items())
    with socket.create_connection((place.hostname, place.port), timeout=LONGEST_WAIT) as line:
        line.sendall(method.encode() + b" " + _octets(target) + b" HTTP/1.1\r\n" + head + b"\r\n" + body)
        return _read(HTTPResponse(line, method=method), base_url, target)


def _read(answer, base_url, target):
    answer.begin()
    shown = target if isinstance(target, str) else target.decode("latin-1")
    text = answer.read().decode()
    return RawAnswer(answer.status, f"{base_url}{shown}", CaseInsensitiveDict(answer.getheaders()), text)


def _octets(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")
