"""The paths of Twilio Verify v2 that Latchkey calls, with refusals in Twilio's order of precedence."""

import json
import re
from base64 import b64encode
from hmac import compare_digest

from idp.demo.verify_emulator import rate_limits_api, resources, safe_list_api
from idp.demo.verify_emulator.emulator import Emulator
from idp.demo.verify_emulator.exchange import Answer, Request, json_answer
from idp.demo.verify_emulator.rate_limits_api import RateLimitsApi
from idp.demo.verify_emulator.refusals import BAD_CREDENTIALS, INVALID_REQUEST, NOT_FOUND, Refusal
from idp.demo.verify_emulator.resources import Service
from idp.demo.verify_emulator.safe_list_api import SafeListApi
from idp.demo.verify_emulator.set_up import CHANNELS
from idp.demo.verify_emulator.state import APPROVED, CANCELED, Verification, new_sid

_PATH = re.compile(
    r"/v2/Services/(?P<service>[^/]+)"
    r"(?:/(?:(?P<list>Verifications|VerificationCheck)|Verifications/(?P<sid>[^/]+)))?"
)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_TEMPLATE = re.compile(r"(HJ[0-9a-fA-F]{32})?")
_CODE = re.compile(r".{4,10}")


def path_name(request: Request) -> str:
    """Return the name of a call for the counters: its method and path, without SIDs."""
    if named := rate_limits_api.path_name(request) or safe_list_api.path_name(request):
        return named
    match = _PATH.fullmatch(request.path)
    if match is None:
        return f"{request.method} elsewhere"
    if match["list"] or match["sid"]:
        return f"{request.method} {match['list'] or 'Verifications/{Sid}'}"
    return f"{request.method} Services/{{Sid}}"


class VerifyApi:
    """Answers Verify's own paths for one service."""

    def __init__(self, service: Service, emulator: Emulator) -> None:
        self._service = service
        self._emulator = emulator
        self._rate_limits = RateLimitsApi(service, emulator)
        self._safe_list = SafeListApi(emulator)
        secret = f"{service.username}:{service.password}".encode()
        self._authorization = b"Basic " + b64encode(secret)

    def answer(self, request: Request) -> Answer:
        """Answer a call."""
        if not compare_digest(request.authorization.encode(), self._authorization):
            return self.refuse(BAD_CREDENTIALS)
        beside = self._rate_limits.answer(request) or self._safe_list.answer(request)
        if beside is not None:
            return self.refuse(beside) if isinstance(beside, Refusal) else beside
        match = _PATH.fullmatch(request.path)
        if match is None or match["service"] != self._service.service_sid:
            return self.refuse(NOT_FOUND)
        return self._of_verifications(request, match)

    def _of_verifications(self, request: Request, match: re.Match[str]) -> Answer:
        if request.method == "GET":
            return self._read(match["list"], match["sid"])
        if request.method != "POST" or not (match["list"] or match["sid"]):
            return self.refuse(NOT_FOUND)
        form = request.form()
        if match["list"] == "Verifications":
            return self._start(form)
        return self._update(match["sid"], form) if match["sid"] else self._check(form)

    def _read(self, listed: str | None, sid: str | None) -> Answer:
        if sid:
            return self._shown(200, self._emulator.fetch(sid))
        if listed:
            return self.refuse(NOT_FOUND)
        return _succeed(200, resources.described(self._service, self._emulator.now()))

    def refuse(self, refusal: Refusal) -> Answer:
        """Answer with an error."""
        return resources.error(refusal, problem_details=self._emulator.variants.problem_details)

    def _start(self, form: dict[str, str]) -> Answer:
        to, channel, template = (form.get(name, "") for name in ("To", "Channel", "TemplateSid"))
        limits = _string_map(form.get("RateLimits", "{}"))
        tags = _string_map(form.get("Tags", "{}"))
        known = channel in CHANNELS and _TEMPLATE.fullmatch(template)
        if not _E164.fullmatch(to) or not known or limits is None or tags is None:
            return self.refuse(INVALID_REQUEST)
        return self._shown(201, self._emulator.start(to, channel, limits, template=template))

    def _check(self, form: dict[str, str]) -> Answer:
        sid, to, code = (form.get(name, "") for name in ("VerificationSid", "To", "Code"))
        if not _CODE.fullmatch(code) or not (sid or to):
            return self.refuse(INVALID_REQUEST)
        outcome = self._emulator.check(sid=sid, to=to, code=code)
        if isinstance(outcome, Refusal):
            return self.refuse(outcome)
        status = 200 if self._emulator.variants.check_answers_200 else 201
        return _succeed(status, resources.verification_check(outcome, self._service))

    def _update(self, sid: str, form: dict[str, str]) -> Answer:
        acts = {CANCELED: self._emulator.cancel, APPROVED: self._emulator.approve}
        act = acts.get(form.get("Status", ""))
        return self._shown(200, act(sid)) if act else self.refuse(INVALID_REQUEST)

    def _shown(self, status: int, outcome: Verification | Refusal) -> Answer:
        if isinstance(outcome, Refusal):
            return self.refuse(outcome)
        lower = self._emulator.variants.lower_case_attempts
        return _succeed(status, resources.verification(outcome, self._service, lower_case_attempts=lower))


def _succeed(status: int, value: dict[str, object]) -> Answer:
    return json_answer(status, value, {"Twilio-Request-Id": new_sid("RQ")})


def _string_map(text: str) -> dict[str, str] | None:
    """Return a JSON object of strings, or None if it is not one."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    return {str(name): str(item) for name, item in value.items()}
