"""Writes the page of user agents: python -m tests.docs.user_agents_page > docs/reference/user_agents.md."""

import sys

from idp.policies.simulation.sample_devices import SAMPLE_DEVICES
from idp.policies.user_agents import parse, with_touch_points
from tests.docs.pages import note, table

TEXT = """# User agents

{note}

This page shows what Latchkey recognises in the `User-Agent` headers of common phones and computers, for anyone who
writes access rules. *Try it*, in the rule editor, offers the same devices.

A header is a claim, never proof. If it is ambiguous, the table names every possibility. A possibility that is not
certain never allows and always denies ([why](../explanation/access-policy.md#yes-no-unknown-later)).

{devices}

## The headers

{headers}
"""


def page():
    devices = [(it.label, *_understood(it)) for it in SAMPLE_DEVICES]
    headers = "\n".join(f"- **{it.label}**: `{it.user_agent}`" for it in SAMPLE_DEVICES if it.user_agent)
    heads = ("Device", "Platform", "Form", "Speaks through", "Browser")
    return TEXT.format(note=note("user_agents"), devices=table(*heads, rows=devices), headers=headers)


def _understood(sample):
    seen = with_touch_points(parse(sample.user_agent), sample.touch_points)
    for possible in (seen.platform, seen.form, seen.client):
        yield " or ".join(sorted(possible)) or "cannot be told"
    yield seen.app or seen.browser or "cannot be told"


if __name__ == "__main__":
    sys.stdout.write(page())
