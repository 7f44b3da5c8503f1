"""Requests and answers as plain values, independent of WSGI."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self
from urllib.parse import parse_qsl
from wsgiref.types import WSGIEnvironment

LARGEST_BODY = 65536


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `content_type` is without parameters."""

    method: str
    path: str
    query: Mapping[str, str]
    content_type: str
    authorization: str
    body: bytes

    @classmethod
    def read(cls, environ: WSGIEnvironment) -> Self:
        """Read a request. A body that is too long is truncated."""
        length = environ.get("CONTENT_LENGTH") or "0"
        size = min(int(length), LARGEST_BODY) if length.isdecimal() else 0
        return cls(
            method=environ["REQUEST_METHOD"],
            path=environ.get("PATH_INFO", "/"),
            query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
            content_type=environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower(),
            authorization=environ.get("HTTP_AUTHORIZATION", ""),
            body=environ["wsgi.input"].read(size) if size else b"",
        )

    def form(self) -> dict[str, str]:
        """Return the form fields; none if the body is not a form."""
        if self.content_type != "application/x-www-form-urlencoded":
            return {}
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status_line(self) -> str:
        """Return the status in WSGI's form."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"

    def header_list(self) -> list[tuple[str, str]]:
        """Return all headers in WSGI's form."""
        common = {
            "Content-Type": self.content_type,
            "Content-Length": str(len(self.body)),
            "Cache-Control": "no-store",
        }
        return list({**common, **self.headers}.items())


def json_answer(status: int, value: object, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer with JSON."""
    return Answer(status, json.dumps(value).encode(), headers=headers or {})
