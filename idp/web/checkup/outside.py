"""Requests to a web server as a browser makes them: without proxies, redirects or large bodies."""

import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

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
    """Request a URL, with a timeout of `SECONDS` for each step. The system's certificate authorities are trusted.

    Raises Unreachable.
    """
    try:
        with closing(_connection(url)) as connection:
            connection.connect()
            certificate_ends = _certificate_ends(connection.sock)
            connection.request(method, urlsplit(url).path or "/", headers={"User-Agent": "Latchkey doctor"})
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read(MOST_READ), certificate_ends)
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


def _connection(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return HTTPSConnection(host, parts.port, timeout=SECONDS, context=ssl.create_default_context())
    return HTTPConnection(host, parts.port, timeout=SECONDS)


def _certificate_ends(sock: object) -> datetime | None:
    if not isinstance(sock, ssl.SSLSocket):
        return None
    certificate = sock.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
