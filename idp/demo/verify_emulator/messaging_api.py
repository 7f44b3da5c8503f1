"""The only path of Twilio Messaging that Latchkey calls: it sends a text of ours that has no code."""

import re
from base64 import b64encode
from hmac import compare_digest

from idp.demo.verify_emulator.emulator import Emulator
from idp.demo.verify_emulator.exchange import Answer, Request, json_answer
from idp.demo.verify_emulator.refusals import BAD_CREDENTIALS, NOT_FOUND, Refusal
from idp.demo.verify_emulator.resources import Service
from idp.demo.verify_emulator.state import new_sid

CHANNEL = "text notice"
INVALID_TO = Refusal(400, 21211, "Invalid 'To' Phone Number")
NO_BODY = Refusal(400, 21602, "Message body is required.")
NO_SENDER = Refusal(400, 21603, "A 'From' phone number is required.")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class MessagingApi:
    """Accepts texts for one account, and delivers them to the phones."""

    def __init__(self, service: Service, emulator: Emulator) -> None:
        self._service = service
        self._emulator = emulator
        self._authorization = b"Basic " + b64encode(f"{service.username}:{service.password}".encode())

    def answer(self, request: Request) -> Answer:
        """Answer a call."""
        if not compare_digest(request.authorization.encode(), self._authorization):
            return _refuse(BAD_CREDENTIALS)
        path = f"/2010-04-01/Accounts/{self._service.account_sid}/Messages.json"
        if request.method != "POST" or request.path != path:
            return _refuse(NOT_FOUND)
        form = request.form()
        to, body = form.get("To", ""), form.get("Body", "")
        sender, pool = form.get("From"), form.get("MessagingServiceSid")
        if not _E164.fullmatch(to):
            return _refuse(INVALID_TO)
        if not body:
            return _refuse(NO_BODY)
        if not (sender or pool):
            return _refuse(NO_SENDER)
        created = f"{self._emulator.deliver(to, CHANNEL, body):%a, %d %b %Y %H:%M:%S +0000}"
        message = {"sid": new_sid("SM"), "account_sid": self._service.account_sid, "to": to, "from": sender}
        return json_answer(
            201,
            {**message, "messaging_service_sid": pool, "body": body, "status": "queued", "date_created": created},
        )


def _refuse(refusal: Refusal) -> Answer:
    more_info = f"https://www.twilio.com/docs/errors/{refusal.code}"
    body = {"code": refusal.code, "message": refusal.message, "more_info": more_info, "status": refusal.status}
    return json_answer(refusal.status, body)
