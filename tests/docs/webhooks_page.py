"""Writes the page of webhooks' messages: python -m tests.docs.webhooks_page > docs/reference/webhooks.md."""

import json
import sys
from datetime import UTC, datetime
from uuid import UUID

from tests.docs.pages import note, table

TEXT = """# Webhooks

{note}

How to add, send, receive and check them is told in [Tell your own back ends](../how-to/webhooks.md).

## Types

{types}

They are derived from lines of the trail in one table, `idp/webhooks/kinds.py`. A sign-in that makes a device is told as
both `agent.signed_in` and `device.enrolled`, in this order; the phone that it replaced is told of before.

## A message

POST, `Content-Type: application/json`, with three headers of Standard Webhooks 1.0:

| Header | Holds |
| --- | --- |
| `webhook-id` | the message, the same at each try |
| `webhook-timestamp` | when it was sent, in seconds since 1970 |
| `webhook-signature` | `v1,` and the base64 of HMAC-SHA256 over `<id>.<timestamp>.<body>`; two during a change |

The HMAC's key is what follows `whsec_` in the secret, decoded. Two signatures have a space between them.

```json
{example}
```

{fields}

The body is written when it is sent, so a later try may show a newer label. In a test `data` is empty. No phone number,
address, code or secret is ever in it.

## The trail itself

`trail.sign_in` and `trail.act` forward every line, in the order of the trail's chain, beginning with the first that is
sealed after the type was chosen. None is skipped: positions have no gaps, so a receiver of both types sees one that is
missing. `data` holds:

{line}

The names of operators, and what things are called, are in it, whatever is set about e-mail addresses.

## Order and repetition

Messages to one webhook come in the order of the trail, by one sender at a time, each at least once. The last
{settling} seconds are left to the next round, so that what happened at once arrives in its order; a line that is
committed still later is sent late, but sent. Tries end {day} hours after the message was queued; the pauses between
them are {pauses}.
"""


def page():
    from idp.policies import durations
    from idp.webhooks import kinds, payload, reading, retries

    rows = [(f"`{it.value}`", it.label) for it in kinds.Kind]
    return TEXT.format(
        note=note("webhooks"),
        types=table("Type", "Means that", rows=rows),
        example=json.dumps(_example(), indent=2),
        fields=table("Field", "Holds", rows=[(f"`{name}`", holds) for name, holds in payload.FIELDS.items()]),
        line=table("Field", "Holds", rows=[(f"`{name}`", holds) for name, holds in payload.LINE.items()]),
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
