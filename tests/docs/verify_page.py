"""Writes the page of Verify's outcomes: python -m tests.docs.verify_page > docs/reference/verify.md."""

import sys

from idp.otp.gateway import SHARED_BY_ALL
from idp.otp.outcomes import RAN_OUT, TABLE, TEXTS_DOWN, Call
from tests.docs.pages import note, table

TEXT = """# Outcomes of Twilio Verify

{note}

Each answer that Twilio Verify can give, or fail to give, is a row of one table in `idp/otp/outcomes/`. The gateway
takes its verdicts from it, the pages of operators their sentences, and this page all of it. The rows are tried in
their order and the last of each call fits everything: what nobody knows is never success.

## Starting a verification: a text, a call, a WhatsApp message

Whatever Twilio says about a number, the agent reads the same after each start, with 200: *If … is registered,
{as_always}* So nobody learns from a page whether a number is anybody's. Rows marked with ‡ say nothing about the
number; they are counted by a breaker that all share. It opens at once for wrong credentials, accounts and services,
else after five within 30 seconds. While it is open everybody reads, before and after asking, with {down_status},
*{down}* Verify is asked about itself every 15 seconds, and closes the breaker by answering.

{starts}

## Checking a code

{checks}

Once our own ten minutes are over, a page says *{ran_out}* ({ran_out_status}) without asking Twilio; before, a code
that is over at Twilio reads like a wrong one, since an early *expired* would tell a stranger that somebody signed in.
A check that was not carried out counts at the breaker as a start would: *misconfigured* opens it at once. For a number
that nobody has, Verify is asked about itself instead, as often and with the same consequences.

## How to read the tables

- **Twilio says** is the HTTP status and Twilio's own number, or the `status` of a verification. Numbers without an
  HTTP status count with any 4xx.
- **We call again**: a text is repeated only if Twilio certainly did nothing. A check whose answer got lost is read
  once by its SID: `approved` counts, a 404 or anything else does not.
- **Operators read** the sentence about a start beside it in *Codes*, on the event in the *Trail*, and in `manage.py
  why`. An **alarm** stands on the home page of the admin for 24 hours; wrong credentials, as long as they are wrong.
  Of checks the trail keeps the verdict, and the log Twilio's number (`verify_call_failed`), which leads to the row
  here; codes that could not be checked are counted on the home page.

## What a start tells Twilio

| Field | Holds |
| --- | --- |
| `To`, `Channel` | the number, and `sms`, `call` or `whatsapp` (`LATCHKEY_CHANNELS`) |
| `Tags` | `ref`: the reference of the request, as in our trail |
| `RateLimits`: `latchkey_ip` | the network that asks, /24 or /64 |
| `RateLimits`: `latchkey_agent` | a keyed hash of the agent |
| `RateLimits`: `latchkey_country` | the region of the number, such as ES |
| `Locale`, `TemplateSid` | `LATCHKEY_VERIFY_LOCALE` and, for texts and calls, `LATCHKEY_VERIFY_TEMPLATE`, if set |

The rate limits are a second net under Latchkey's own: Twilio counts by a key only where the service has a Rate Limit
of that name with a bucket, which `manage.py doctor --make-rate-limits` makes. A channel that Twilio says is off is not
offered for an hour, to anybody.

## Where Twilio's own sources differ

Both readings are accepted, and the [emulator](../how-to/emulator.md) plays both: a sixth check is 404 / 20404 or 429 /
60202; a check of what never was is 404 / 20404 or 400 / 60200; a sixth start is 429 / 60203 or 429 / 60202, so a 429
is judged by the call it answers; a check answers 201 or 200; an error has Twilio's body or one as RFC 9457 has it.

## Held to Twilio's own document

Requests and answers are held to Twilio's OpenAPI document in the tests (`tests/otp/contract/`), strictly. The same
cases of the gateway run at Twilio itself with `make test-twilio`, where credentials and `LATCHKEY_TEST_NUMBER`, a
phone at hand, are in the environment. That sends about ten texts, which cost money.
"""


def page():
    return TEXT.format(
        note=note("verify"),
        as_always=TABLE[0].page.sentence,
        down=TEXTS_DOWN.sentence,
        down_status=int(TEXTS_DOWN.status),
        ran_out=RAN_OUT.sentence,
        ran_out_status=int(RAN_OUT.status),
        starts=table("Twilio says", "It means", "We call it", "We call again", "Operators read", rows=_starts()),
        checks=table(
            "Twilio says",
            "It means",
            "We call it",
            "The agent reads",
            "We call again",
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
