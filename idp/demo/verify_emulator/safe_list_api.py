"""The paths of Verify's safe list: add, find and remove a number."""

import re

from idp.demo.verify_emulator.emulator import Emulator
from idp.demo.verify_emulator.exchange import Answer, Request, json_answer
from idp.demo.verify_emulator.refusals import INVALID_REQUEST, NOT_FOUND, Refusal
from idp.demo.verify_emulator.resources import TWILIO

PATH = re.compile(r"/v2/SafeList/Numbers(?:/(?P<number>[^/]+))?")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def path_name(request: Request) -> str | None:
    """Return the name of a call for the counters, without the number; None for other paths."""
    match = PATH.fullmatch(request.path)
    if match is None:
        return None
    return f"{request.method} SafeList/Numbers" + ("/{PhoneNumber}" if match["number"] else "")


class SafeListApi:
    """Answers the paths of the safe list, which belongs to the account."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def answer(self, request: Request) -> Answer | Refusal | None:
        """Answer a call. Returns None if it is not about the safe list."""
        match = PATH.fullmatch(request.path)
        if match is None:
            return None
        if request.method == "POST" and match["number"] is None:
            number = request.form().get("PhoneNumber", "")
            act, status = self._emulator.safe_list_add, 201
        elif request.method in {"GET", "DELETE"} and match["number"]:
            number = match["number"]
            removes = request.method == "DELETE"
            act, status = self._emulator.safe_list_remove if removes else self._emulator.safe_list_find, 200
        else:
            return NOT_FOUND
        sid = act(number) if _E164.fullmatch(number) else INVALID_REQUEST
        if isinstance(sid, Refusal):
            return sid
        if request.method == "DELETE":
            return Answer(204, b"")
        url = f"{TWILIO}/v2/SafeList/Numbers/{number}"
        return json_answer(status, {"sid": sid, "phone_number": number, "url": url})
