"""The outcomes of asking Twilio Verify to send a code, in the order in which they are tried."""

from dataclasses import replace
from typing import Any

from idp.otp.gateway import Failure
from idp.otp.outcomes.outcome import (
    BROKEN,
    BUSY,
    EVER,
    KEYS,
    NO_CODE,
    OUTAGE,
    SUSPENDED,
    UNREADABLE,
    Call,
    Outcome,
    Repeat,
)


def _start(means: str, made: Failure | None, operator: str, *codes: int, **more: Any) -> Outcome:
    return replace(Outcome(Call.START, means, made, operator, codes=codes), **more)


_SPENT = "This number has used its five sends. Wait ten minutes. Does another application use the same service?"
_CREDENTIALS = _start("Credentials are wrong.", Failure.MISCONFIGURED, KEYS, 20003, documented="401", alarm=True)
STARTS = (
    _start("The code is on its way.", None, "Nothing to do.", word="pending", documented="201"),
    _start(
        "No connection was made.",
        Failure.UNAVAILABLE,
        OUTAGE,
        documented="no connection",
        statuses=EVER,
        reached=False,
        repeat=Repeat.AT_ONCE,
    ),
    _start(
        "No answer in time, or one that is cut off, not JSON or about something else.",
        Failure.UNAVAILABLE,
        OUTAGE,
        documented="no answer, 2xx or 3xx",
        statuses=UNREADABLE,
    ),
    _start("Twilio is out of order.", Failure.UNAVAILABLE, OUTAGE, documented="5xx", statuses=BROKEN),
    _CREDENTIALS,
    replace(_CREDENTIALS, codes=(), statuses=range(401, 402)),
    _start(
        "The account is suspended.",
        Failure.MISCONFIGURED,
        SUSPENDED,
        20005,
        alarm=True,
    ),
    _start(
        "There is no such service.",
        Failure.MISCONFIGURED,
        "Twilio does not know the Verify service. Copy its SID to TWILIO_VERIFY_SERVICE_SID, from the right account.",
        20404,
        documented="404",
        alarm=True,
    ),
    _start(
        "The number or channel is not accepted, or the account may not use the channel.",
        Failure.REFUSED_NUMBER,
        "Twilio refuses this number for this channel. Check the number on the agent's page, or have them called.",
        60200,
        documented="400",
    ),
    _start(
        "A landline.",
        Failure.LANDLINE,
        "This is a landline, which cannot receive texts. Enter a mobile number, or have the agent choose a call.",
        60205,
        documented="403",
    ),
    _start(
        "Fraud Guard blocks texts to this prefix for minutes or hours.",
        Failure.FRAUD_GUARD,
        "Fraud Guard blocks texts to numbers like this. Put agents' numbers on Twilio's safe list, under Agents; "
        "calls work meanwhile.",
        60410,
        documented="403",
        alarm=True,
    ),
    _start(
        "Blocked by Twilio's protection against sign-up fraud.",
        Failure.BLOCKED,
        "Twilio considers this number fraudulent. Put it on Twilio's safe list, under Agents.",
        60238,
        60412,
    ),
    _start(
        "Geo Permissions forbid this country.",
        Failure.COUNTRY_OFF,
        "The account may not send to this number's country. Allow it under Verify > Geo Permissions in the "
        "Twilio Console.",
        60605,
        documented="403",
        alarm=True,
    ),
    _start(
        "A feature, an integration or the channel is switched off.",
        Failure.CHANNEL_OFF,
        "This channel is off at Twilio. Switch it on for the service in the Twilio Console, or remove it from "
        "LATCHKEY_CHANNELS.",
        60204,
        60217,
        60223,
        alarm=True,
    ),
    _start(
        "China or Australia require the sender, or its name, to be registered.",
        Failure.REGISTRATION_NEEDED,
        "This number's country requires registered senders. Register the service with Twilio Support.",
        60220,
        60226,
        60250,
        alarm=True,
    ),
    _start(
        "The template cannot be used.",
        Failure.TEMPLATE_REFUSED,
        "Twilio refuses the template, so the text had none. Correct LATCHKEY_VERIFY_TEMPLATE or leave it empty.",
        60201,
        60224,
        60228,
        60229,
        repeat=Repeat.WITHOUT_TEMPLATE,
        alarm=True,
    ),
    _start(
        "The number, permission or recipient is refused by a layer below Verify.",
        Failure.REFUSED_NUMBER,
        "The account cannot reach this number. Check it on the agent's page, and the country's "
        "permissions in the Twilio Console.",
        21211,
        21215,
        21216,
        21408,
        21610,
        21612,
        21614,
        60436,
        68004,
    ),
    _start(
        "Too many requests from the account, or a Service Rate Limit is reached.",
        Failure.RATE_LIMITED,
        "The account has reached a limit at Twilio, or a rate limit of the service. Wait, and check the "
        "service's Rate Limits in the Twilio Console.",
        20429,
        documented="429",
        repeat=Repeat.AFTER_PAUSE,
        alarm=True,
    ),
    _start("Too many requests to Verify.", Failure.RATE_LIMITED, BUSY, 25109, documented="429", alarm=True),
    _start(
        "Several starts for one number at once.",
        Failure.TOO_MANY_SENDS,
        "Several codes were requested for this number at once. Try again. Does another app use the same service?",
        60212,
        documented="429",
        repeat=Repeat.AFTER_PAUSE,
    ),
    _start("Five sends are used up.", Failure.TOO_MANY_SENDS, _SPENT, 60203, 60202, documented="429"),
    _start(
        "Too many requests, without an error number.", Failure.RATE_LIMITED, BUSY, NO_CODE, statuses=range(429, 430)
    ),
    _start(
        "Too many requests, with an unknown error number.", Failure.TOO_MANY_SENDS, _SPENT, statuses=range(429, 430)
    ),
    _start("A refusal without Twilio's error number, as a proxy sends.", Failure.UNAVAILABLE, OUTAGE, NO_CODE),
    _start(
        "A refusal that no table lists.",
        Failure.UNEXPLAINED,
        "Twilio refused with an unknown error number. Look it up at twilio.com/docs/api/errors.",
        documented="anything else",
        statuses=EVER,
        alarm=True,
    ),
)
