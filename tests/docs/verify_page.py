"""Writes the page of Verify's outcomes: python -m tests.docs.verify_page > docs/reference/verify.md."""

import sys

from idp.otp.gateway import SHARED_BY_ALL
from idp.otp.outcomes import RAN_OUT, TABLE, TEXTS_DOWN, Call
from tests.docs.pages import note, table

TEXT = """# Outcomes of Twilio Verify

{note}

This page lists every answer that Twilio Verify can give, what Latchkey concludes, what the agent sees and what an
operator should do. Look here if a code did not arrive or was not accepted.

The rows are those of one table in `idp/otp/outcomes/`, from which the gateway takes its verdicts and the operators'
pages their sentences. The first row that matches decides. The last row of each call matches everything, so an unknown
answer never counts as success.

## Starting a verification: a text, a call, a WhatsApp message

Whatever Twilio says about a number, the agent sees the same page (200): *If … is registered, {as_always}* So no page
reveals whether a number belongs to an agent.

Rows marked ‡ say nothing about the number. A circuit breaker for the whole installation counts them:

- It opens immediately for wrong credentials, accounts and services, otherwise after five within 30 seconds.
- While it is open, everybody sees *{down}* ({down_status}), before and after they request a code.
- Every 15 seconds Latchkey sends Verify a request about the service itself. An answer closes the breaker.

{starts}

## Checking a code

{checks}

- After ten minutes by Latchkey's clock, the page says *{ran_out}* ({ran_out_status}) without asking Twilio. A code
  that expired earlier at Twilio looks like a wrong one, because an early *expired* would tell a stranger that somebody
  signed in.
- A check that Twilio did not carry out counts at the breaker like a start: *misconfigured* opens it immediately.
- A text can be faster than Twilio's answer to its start, and that answer can get lost. Until Latchkey knows the SID of
  the verification, it has codes checked by the number (`To`) instead, and compares the SID in the answer with those of
  the number's [test codes](../how-to/i-cant-sign-in.md). If that answer gets lost, there is nothing to read.
- For a number that belongs to nobody, Latchkey asks Verify about the service itself, as often and with the same
  consequences.
- Verify approves a code once. If its answer got lost, or Latchkey's process was killed before it noted the approval,
  the same code is *gone* when the agent types it again. So in a login that typed a code without getting a verdict,
  *wrong code* and *gone* both read *That code isn't right, or no longer works. Choose Text me again for a new one.*
  The next text has a new code. All this is the same for a number that belongs to nobody, and each try counts, so it
  tells a stranger nothing and gives no further guess.

## How to read the tables

- **Twilio says** is the HTTP status and Twilio's error number, or the `status` of a verification. A number without an
  HTTP status matches any 4xx.
- **Repeated**: a text is repeated only if Twilio certainly did nothing. If the answer to a check is lost, Latchkey
  reads the verification once by its SID. `approved` counts; a 404 or anything else does not, and the agent reads
  *We could not check that code.* A 404 would say that the code was right, or that its time was over.
- **Operators read** the sentence about a start in *Codes*, on the event in the *Trail*, and in `manage.py why`. An
  **alarm** stays on the admin's home page for 24 hours; for wrong credentials, as long as they are wrong.
- For checks, the trail has the verdict and the log has Twilio's error number (`verify_call_failed`), which leads to
  the row here. The home page counts codes that could not be checked.

## What a start tells Twilio

| Field | Value |
| --- | --- |
| `To`, `Channel` | the number, and `sms`, `call` or `whatsapp` (`LATCHKEY_CHANNELS`) |
| `Tags` | `ref`: the reference of the request, as in the trail |
| `RateLimits`: `latchkey_ip` | the client's network, /24 or /64 |
| `RateLimits`: `latchkey_agent` | a keyed hash of the agent |
| `RateLimits`: `latchkey_country` | the region of the number, such as ES |
| `Locale`, `TemplateSid` | `LATCHKEY_VERIFY_LOCALE` and, for texts and calls, `LATCHKEY_VERIFY_TEMPLATE`, if set |

The rate limits are a second line behind Latchkey's own. Twilio counts by a key only if the service has a Rate Limit of
that name with a bucket; `manage.py doctor --make-rate-limits` creates them. If Twilio says that a channel is off,
Latchkey offers it to nobody for an hour.

## Where Twilio's own sources differ

Latchkey accepts both readings, and the [emulator](../how-to/emulator.md) plays both:

| Case | Twilio answers |
| --- | --- |
| a sixth check | 404 / 20404 or 429 / 60202 |
| a check of an unknown verification | 404 / 20404 or 400 / 60200 |
| a sixth start | 429 / 60203 or 429 / 60202, so a 429 is judged by the call it answers |
| a check | 201 or 200 |
| an error | Twilio's body, or one as in RFC 9457 |

## Tested against Twilio's own document

The tests validate requests and answers strictly against Twilio's OpenAPI document (`tests/otp/contract/`). `make
test-twilio` runs the same gateway tests against Twilio itself. It needs credentials and `LATCHKEY_TEST_NUMBER`, a
phone at hand, in the environment, and sends about ten texts, which cost money.
"""


def page():
    return TEXT.format(
        note=note("verify"),
        as_always=TABLE[0].page.sentence,
        down=TEXTS_DOWN.sentence,
        down_status=int(TEXTS_DOWN.status),
        ran_out=RAN_OUT.sentence,
        ran_out_status=int(RAN_OUT.status),
        starts=table("Twilio says", "Meaning", "Verdict", "Repeated", "Operators read", rows=_starts()),
        checks=table(
            "Twilio says",
            "Meaning",
            "Verdict",
            "The agent sees",
            "Repeated",
            "Operators read",
            rows=_checks(),
        ),
    )


def _starts():
    for row in (it for it in TABLE if it.call is Call.START):
        shared = " ‡" if row.made in SHARED_BY_ALL else ""
        made = f"{row.made.value}{shared}" if row.made else "sent"
        yield _said(row), row.means, made, row.repeat.value, _operator(row)


def _checks():
    for row in (it for it in TABLE if it.call is Call.CHECK):
        reads = (
            f"*{row.page.sentence}* ({row.page.status:d})"
            if row.page.sentence
            else f"on to the service ({row.page.status:d})"
        )
        yield _said(row), row.means, row.made.value, reads, row.repeat.value, _operator(row)


def _said(row):
    if row.word:
        word = row.word if " " in row.word else f"`{row.word}`"
        return f"{row.documented}, {word}"
    numbers = ", ".join(str(it) for it in row.codes if it)
    first, last = row.statuses[0], row.statuses[-1]
    status = row.documented or (str(first) if first == last else f"{first // 100}xx")
    return f"{status} / {numbers}" if numbers else f"{status}{', no number' if row.codes else ''}"


def _operator(row):
    return f"{row.operator}{' **Alarm.**' if row.alarm else ''}"


if __name__ == "__main__":
    sys.stdout.write(page())
