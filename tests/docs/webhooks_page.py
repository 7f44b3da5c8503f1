"""Writes the page of webhooks' messages: python -m tests.docs.webhooks_page > docs/reference/webhooks.md."""

import json
import sys
from datetime import UTC, datetime
from uuid import UUID

from tests.docs.pages import note, table

TEXT = """# Webhooks

{note}

This page describes the messages that Latchkey sends to your back ends, for the developer of a receiver. [Tell your own
back ends](../how-to/webhooks.md) says how to add a webhook, run the sender, and receive and verify messages.

## Types

{types}

Latchkey derives them from trail entries by one table, `idp/webhooks/kinds.py`. The first sign-in on a device sends
`agent.signed_in` and then `device.enrolled`. If it replaced a phone, `device.replaced` comes before both.

## A message

A message is a POST with `Content-Type: application/json` and the three headers of Standard Webhooks 1.0:

| Header | Value |
| --- | --- |
| `webhook-id` | the message's id, the same at each attempt |
| `webhook-timestamp` | when it was sent, in seconds since 1970 |
| `webhook-signature` | `v1,` and the base64 of HMAC-SHA256 over `<id>.<timestamp>.<body>` |

The HMAC key is the part of the secret after `whsec_`, base64-decoded. While the secret is being changed, there are
several signatures, separated by spaces: one of them has to match.

```json
{example}
```

{fields}

The body is built at each attempt, so a later one may contain a newer label. In a test `data` is empty. A message never
contains a whole phone number, an IP address, a code or a secret.

## The trail itself

`trail.sign_in` and `trail.act` forward every trail entry in the order of the trail's chain, starting with the first
one sealed after the type was chosen. None is skipped. Positions have no gaps, so a receiver of both types notices a
missing entry. `data` contains:

{line}

It contains operators' names and the names of things, even if the webhook is set to leave out email addresses.

## Order and repetition

- Messages to one webhook arrive in the order of the trail, from one sender at a time, each at least once.
- The last {settling} seconds are left to the next run, so that simultaneous events arrive in order. An entry that is
  committed even later is sent late, but it is sent.
- Attempts end {day} hours after the message was queued. The pauses between them are {pauses}.
"""


def page():
    from idp.policies import durations
    from idp.webhooks import kinds, payload, reading, retries

    rows = [(f"`{it.value}`", it.label) for it in kinds.Kind]
    return TEXT.format(
        note=note("webhooks"),
        types=table("Type", "Meaning", rows=rows),
        example=json.dumps(_example(), indent=2),
        fields=table("Field", "Value", rows=[(f"`{name}`", holds) for name, holds in payload.FIELDS.items()]),
        line=table("Field", "Value", rows=[(f"`{name}`", holds) for name, holds in payload.LINE.items()]),
        settling=int(reading.SETTLING.total_seconds()),
        day=int(retries.KEPT_TRYING.total_seconds() // 3600),
        pauses=", ".join(durations.in_words(it) for it in retries.PAUSES),
    )


def _example():
    from idp.agents.models import Agent, Device
    from idp.audit.models import LoginEvent
    from idp.webhooks import payload
    from idp.webhooks.kinds import Kind

    def uuid(nth):
        return UUID(f"00000000-0000-4000-8000-{nth:012}")

    agent = Agent(pk=uuid(1), email="ana@acme.example")
    device = Device(pk=uuid(2), kind="mobile", label="iPhone, Safari", family="apple", reason="replaced")
    device.replaced_by_id = uuid(3)
    at = datetime(2026, 11, 21, 9, tzinfo=UTC)
    event = LoginEvent(at=at, agent=agent, device=device, service="flex", reference="7KQ2M-9TX4D")
    name_id = "k3v7q2m5x6c4a7b2n5p3d6f4gh"
    body = payload.of_event(uuid(4), Kind.DEVICE_REPLACED, event, agent, name_id=name_id, tells_email=True)
    return json.loads(body)


if __name__ == "__main__":
    import django

    import tests.environment  # noqa: F401 - made-up settings, so that Django starts

    django.setup()
    sys.stdout.write(page())
