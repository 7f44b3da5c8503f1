"""Twilio Verify: whether address, credentials and service fit, and whether codes have the expected length."""

from http import HTTPStatus

from django.db.models import QuerySet

from idp.conf import Conf
from idp.login.pages.forms import CODE_LENGTH
from idp.otp.gateway import Failure
from idp.otp.models import TO_NOBODY, VerificationSend
from idp.otp.twilio import verify
from idp.otp.twilio.answers import Service, Trouble
from idp.web.checkup.finding import Finding, fault, ok, warning

SUBJECT = "Verify"
CREDENTIALS_REFUSED, ACCOUNT_SUSPENDED, NOT_FOUND = 20003, 20005, 20404
LONGEST_NAME = 30
LAST_FIX = (
    "Compare credentials and service SID with the Twilio Console; the doctor without --offline says which is wrong."
)
KEY_FIX = "Create an API key in this account and set TWILIO_API_KEY and TWILIO_API_SECRET."
CREDENTIALS_FIX = (
    "Compare TWILIO_ACCOUNT_SID, TWILIO_API_KEY and TWILIO_API_SECRET with Account > API keys & tokens in the Twilio "
    "Console: the key must belong to this account, and the secret to the key. If in doubt, create a new key."
)
SERVICE_FIX = "Copy the SID (VA…) of the service from Verify > Services in the Twilio Console, in the same account."
ACCOUNT_FIX = "Ask Twilio why the account is suspended; most often a payment is missing."
NETWORK_FIX = "Allow connections from this computer to verify.twilio.com on port 443, and check status.twilio.com."
TRUST_FIX = (
    "Let the proxy that opens TLS leave out verify.twilio.com, or name a file with its authority and all others, such "
    "as /etc/ssl/certs/ca-certificates.crt, in REQUESTS_CA_BUNDLE."
)
LENGTH_FIX = f"Set the code length of the service to {CODE_LENGTH} in the Twilio Console, Verify > Services."


def check_locally() -> list[Finding]:
    """Judge Twilio's answer to the last send. One query."""
    return last_answers(question().first())


def question() -> "QuerySet[VerificationSend, str]":
    """Return the query for Twilio's answer to the last send."""
    answers = VerificationSend.objects.exclude(answer="").exclude(answer=TO_NOBODY).order_by("-pk")
    return answers.values_list("answer", flat=True)[:1]


def last_answers(answer: str | None) -> list[Finding]:
    """Judge the last answer; None if there is none."""
    return [it for it in [last_answer(answer or "")] if it]


def last_answer(answer: str) -> Finding | None:
    """Judge an answer, as the trail stores it. Only a misconfiguration, which affects everybody, is a finding."""
    if not answer.startswith(Failure.MISCONFIGURED.value):
        return None
    return fault(SUBJECT, f"Twilio refused the last text, {answer}: nobody gets a code.", LAST_FIX)


def shape(conf: Conf) -> list[Finding]:
    """Judge the credentials by their format."""
    key = conf.twilio.api_key
    if key and not key.startswith("SK"):
        return [fault(SUBJECT, "TWILIO_API_KEY is not an API key: API keys begin with SK.", KEY_FIX)]
    if not key:
        return [
            warning(
                SUBJECT,
                "Latchkey signs in to Twilio with the account's auth token, which gives access to everything.",
                KEY_FIX,
            )
        ]
    return [ok(SUBJECT, "The credentials for Twilio have the right shape.")]


def check_online() -> list[Finding]:
    """Ask Twilio to describe the service. Sends no text."""
    return judge(verify.from_settings().service())


def judge(answer: Service | Trouble) -> list[Finding]:
    """Judge Twilio's description of the service."""
    if isinstance(answer, Trouble):
        return [_trouble(answer)]
    name = "".join(it for it in answer.friendly_name if it.isprintable())[:LONGEST_NAME]
    known = ok(SUBJECT, f"Twilio accepts our credentials and the service. Each text contains “{name}”.")
    if answer.code_length == CODE_LENGTH:
        return [known]
    length = f"The service sends codes of {answer.code_length} digits, but our form accepts {CODE_LENGTH}."
    return [known, fault(SUBJECT, length, LENGTH_FIX)]


def _trouble(trouble: Trouble) -> Finding:
    if trouble.code == ACCOUNT_SUSPENDED:
        return fault(SUBJECT, f"Twilio has suspended the account ({trouble.code}).", ACCOUNT_FIX)
    if trouble.status == HTTPStatus.UNAUTHORIZED or trouble.code == CREDENTIALS_REFUSED:
        return fault(SUBJECT, f"Twilio refuses our credentials ({CREDENTIALS_REFUSED}).", CREDENTIALS_FIX)
    if trouble.status == HTTPStatus.NOT_FOUND and trouble.code:
        return fault(
            SUBJECT,
            f"This account has no service with the SID in TWILIO_VERIFY_SERVICE_SID ({NOT_FOUND}).",
            SERVICE_FIX,
        )
    if not trouble.trusted:
        return fault(SUBJECT, "What answers as verify.twilio.com has a certificate that is not trusted.", TRUST_FIX)
    if not trouble.connected or not trouble.status:
        return fault(SUBJECT, "Twilio Verify cannot be reached from here.", NETWORK_FIX)
    code = f", code {trouble.code}" if trouble.code else ""
    fix = (
        f"Check status.twilio.com. Twilio's support may ask for the request ID {trouble.request_id or '(none named)'}."
    )
    return fault(SUBJECT, f"Twilio Verify gave an unexpected answer (status {trouble.status}{code}).", fix)
