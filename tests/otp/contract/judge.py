"""Holds an exchange against Twilio's OpenAPI document; what that does not tell, against `idp.otp.outcomes`.

The document is read strictly: a field that it lacks is a fault, and so is a field that it has and an answer lacks.
Of errors it documents nothing but the 429 of a start. The others are held to what is known of them: the status that
goes with Twilio's number, and one of the two shapes of body that are reported.
"""

import copy
import json
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

from idp.otp.outcomes import TABLE

DOCUMENT = json.loads((Path(__file__).parent / "twilio_verify_v2.json").read_text(encoding="utf-8"))
FORM = "application/x-www-form-urlencoded"
TWILIOS_BODY = {"code", "message", "more_info", "status"}
PROBLEM_DETAILS = {"type", "title", "status", "code", "detail"}  # RFC 9457, and Twilio's number
RATE_LIMIT_HEADERS = {"Retry-After", "Twilio-Reached-Rate-Limit"}
ATTEMPT = {"time", "channel", "attempt_sid"}


def faults_of_request(exchange):
    """Say in what a request of ours is not as the document has it."""
    request = exchange.request
    from openapi_core.contrib.requests import RequestsOpenAPIRequest  # takes a second, in every worker that collects

    read = RequestsOpenAPIRequest(request)
    found = [_told(error) for error in _openapi().iter_request_errors(read)]
    if not request.headers.get("Authorization", "").startswith("Basic "):
        found.append("no Basic authorization")
    if request.body:
        odd = set(form(request)) - _fields(request)
        found += [f"the document has no field {name} for {_path(request)}" for name in odd]
        found += [] if request.headers["Content-Type"] == FORM else ["not sent as a form"]
    return found


def faults_of_response(exchange):
    """Say in what an answer is not as the document or, for other errors, the table of outcomes has it."""
    response = exchange.response
    if str(response.status_code) in _operation(exchange.request)["responses"]:
        return [*_documented(exchange), *_attempts(response)]
    if response.ok:
        return [f"the document has no {response.status_code} for {_path(exchange.request)}"]
    return _undocumented(response)


def _documented(exchange):
    response = exchange.response
    from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

    answer = RequestsOpenAPIResponse(response)
    found = [
        _told(error) for error in _openapi().iter_response_errors(RequestsOpenAPIRequest(exchange.request), answer)
    ]
    if response.status_code == 429:
        found += [f"no header {name}" for name in RATE_LIMIT_HEADERS - set(response.headers)]
        found += [] if response.headers.get("Retry-After", "").isdecimal() else ["Retry-After is no number of seconds"]
    return found


def _attempts(response):
    """Look at the one part that the document leaves open: each attempt has an SID of its kind."""
    listed = response.json().get("send_code_attempts", []) if response.content else []
    odd = [it for it in listed if set(it) != ATTEMPT or not it["attempt_sid"].startswith("VL")]
    return [f"an odd attempt: {it}" for it in odd]


def _undocumented(response):
    body = response.json()
    if set(body) not in (TWILIOS_BODY, PROBLEM_DETAILS):
        return [f"an error with the fields {sorted(body)}"]
    known = {row.documented for row in TABLE if body["code"] in row.codes and row.documented.isdecimal()}
    found = [f"{body['code']} comes with {response.status_code}"] if known - {str(response.status_code)} else []
    found += [] if body["status"] == response.status_code else ["the body names another status"]
    if response.status_code == 429:
        found += [f"no header {name}" for name in RATE_LIMIT_HEADERS - set(response.headers)]
    return found


@cache
def _openapi():
    from openapi_core import OpenAPI

    return OpenAPI.from_dict(_strict(DOCUMENT))


def _strict(document):
    """Close every schema of an answer: all fields are there, and no others."""
    strict = copy.deepcopy(document)
    schemas = [it for name, it in strict["components"]["schemas"].items() if name.startswith("verify.")]
    for path in strict["paths"].values():
        for operation in path.values():
            schemas += [
                it["schema"] for answer in operation["responses"].values() for it in answer.get("content", {}).values()
            ]
    for schema in schemas:
        if "properties" in schema:
            schema |= {"additionalProperties": False, "required": sorted(schema["properties"])}
    return strict


def _operation(request):
    path = next(it for it in DOCUMENT["paths"] if _fits(it, _path(request)))
    return DOCUMENT["paths"][path][request.method.lower()]


def _fields(request):
    return set(_operation(request)["requestBody"]["content"][FORM]["schema"]["properties"])


def _fits(template, path):
    pairs = list(zip(template.split("/"), path.split("/"), strict=False))
    same_length = template.count("/") == path.count("/")
    return same_length and all(mine.startswith("{") or mine == theirs for mine, theirs in pairs)


def _path(request):
    return request.path_url.partition("?")[0]


def form(request):
    """The fields of a request."""
    body = request.body.decode() if isinstance(request.body, bytes) else request.body
    return dict(parse_qsl(body, keep_blank_values=True))


def _told(error):
    cause = error.__cause__
    return "; ".join(it.message for it in getattr(cause, "schema_errors", [])) or f"{error!r} {cause!r}"
