"""Verifications, checks and errors in the JSON format of Twilio Verify v2."""

from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from math import ceil

from idp.demo.verify_emulator.exchange import Answer, json_answer
from idp.demo.verify_emulator.refusals import Refusal
from idp.demo.verify_emulator.state import APPROVED, Verification, new_sid

MORE_INFO = "https://www.twilio.com/docs/errors/{code}"
TWILIO = "https://verify.twilio.com"
FRIENDLY_NAME = "Latchkey"
CODE_LENGTH = 6
PARTS = {"verifications": "Verifications", "verification_checks": "VerificationCheck"}


@dataclass(frozen=True, slots=True)
class Service:
    """The simulated service, and the credentials that it requires."""

    account_sid: str
    username: str
    password: str = field(repr=False)
    service_sid: str


def instant(at: datetime) -> str:
    """Return an instant in Twilio's format, in UTC to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def verification(shown: Verification, service: Service, *, lower_case_attempts: bool) -> dict[str, object]:
    """Return a verification as JSON."""
    return {
        **_common(shown, service),
        "lookup": {},
        "send_code_attempts": [
            {
                "time": instant(attempt.at),
                "channel": attempt.channel if lower_case_attempts else attempt.channel.upper(),
                "attempt_sid": attempt.sid,
            }
            for attempt in shown.sends
        ],
        "sna": None,
        "url": f"{TWILIO}/v2/Services/{service.service_sid}/Verifications/{shown.sid}",
    }


def verification_check(shown: Verification, service: Service) -> dict[str, object]:
    """Return a check of a verification as JSON."""
    return {**_common(shown, service), "sna_attempts_error_codes": []}


def described(service: Service, now: datetime) -> dict[str, object]:
    """Return the service itself as JSON. It was created on the emulator's current day."""
    url = f"{TWILIO}/v2/Services/{service.service_sid}"
    switches = ("lookup_enabled", "psd2_enabled", "skip_sms_to_landlines", "custom_code_enabled")
    return {
        **dict.fromkeys((*switches, "do_not_share_warning_enabled", "verify_event_subscription_enabled"), False),
        **dict.fromkeys(("push", "totp", "whatsapp", "passkeys", "tts_name", "default_template_sid")),
        "sid": service.service_sid,
        "account_sid": service.account_sid,
        "friendly_name": FRIENDLY_NAME,
        "code_length": CODE_LENGTH,
        "dtmf_input_required": True,
        "date_created": instant(now),
        "date_updated": instant(now),
        "url": url,
        "links": {name: f"{url}/{part}" for name, part in PARTS.items()},
    }


def owned(service: Service) -> dict[str, object]:
    """Return the SIDs of the service and account, which every resource has."""
    return {"service_sid": service.service_sid, "account_sid": service.account_sid}


def _common(shown: Verification, service: Service) -> dict[str, object]:
    return {
        "sid": shown.sid,
        **owned(service),
        "to": shown.to,
        "channel": shown.channel,
        "status": shown.status,
        "valid": shown.status == APPROVED,
        "amount": None,
        "payee": None,
        "date_created": instant(shown.started_at),
        "date_updated": instant(shown.updated_at),
    }


def error(refusal: Refusal, *, problem_details: bool) -> Answer:
    """Return an error, in Twilio's own format or that of RFC 9457."""
    more_info = MORE_INFO.format(code=refusal.code)
    headers = {"Twilio-Request-Id": new_sid("RQ")}
    if refusal.status == HTTPStatus.TOO_MANY_REQUESTS:
        headers |= {"Retry-After": str(ceil(refusal.retry_after)), "Twilio-Reached-Rate-Limit": "true"}
    if problem_details:
        problem = {
            "type": more_info,
            "title": refusal.message,
            "status": refusal.status,
            "code": refusal.code,
            "detail": refusal.message,
        }
        headers["Content-Type"] = "application/problem+json"
        return json_answer(refusal.status, problem, headers)
    body = {
        "code": refusal.code,
        "message": refusal.message,
        "more_info": more_info,
        "status": refusal.status,
    }
    return json_answer(refusal.status, body, headers)
