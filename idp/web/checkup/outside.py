"""Requests to a web server as a browser makes them: without proxies, redirects or large bodies."""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult

from idp.outgoing.timed_exchange import TimedExchange

SECONDS = 5.0
MOST_READ = 512 * 1024


class Unreachable(Exception):
    """There was no answer. The text says why, and contains nothing personal."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response. `certificate_ends` is None on plain HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    certificate_ends: datetime | None


def get(url: str, method: str = "GET") -> Answer:
    """Request a URL. The answer must be complete within `SECONDS`. The usual certificate authorities are trusted.

    Raises Unreachable.
    """
    try:
        return _Visit(url, method).outcome()
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(f"its certificate is not trusted: {error.verify_message}") from None
    except TimeoutError:
        raise Unreachable(f"no answer within {SECONDS:.0f} seconds") from None
    except OSError as error:
        raise Unreachable((error.strerror or type(error).__name__).lower()) from None
    except (HTTPException, ValueError) as error:
        raise Unreachable(f"what answers is not a web server ({type(error).__name__})") from None


def date_of(url: str) -> datetime | None:
    """Return the Date header of a server's answer, whatever its status; None without one."""
    try:
        return parsedate_to_datetime(get(url, "HEAD").headers["date"]).astimezone(UTC)
    except (Unreachable, KeyError, ValueError):
        return None


class _Visit(TimedExchange[Answer]):
    """An exchange with any address, unlike those of `outgoing.exchange`: these are our own and Twilio's."""

    def __init__(self, url: str, method: str) -> None:
        super().__init__(url, SECONDS)
        self.method = method

    def dial(self, host: str, port: int, *, secure: bool) -> socket.socket:  # noqa: ARG002 - as its base
        return socket.create_connection((host, port), self.left())

    def ask(self, connection: HTTPConnection, parts: SplitResult) -> Answer:
        certificate_ends = _certificate_ends(connection.sock)
        connection.request(self.method, parts.path or "/", headers={"User-Agent": "Latchkey doctor"})
        with connection.getresponse() as response:
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read(MOST_READ), certificate_ends)


def _certificate_ends(sock: object) -> datetime | None:
    if not isinstance(sock, ssl.SSLSocket):
        return None
    certificate = sock.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
