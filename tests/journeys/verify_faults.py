"""Faults that a test orders from the pretend Verify."""

import requests

from idp import background


def order_fault(verify, kind, calls=1, **more):
    """Make the next `calls` calls to Verify fail with this kind of fault."""
    requests.post(f"{verify.url}/control", json={"faults": [{"kind": kind, "calls": calls, **more}]}, timeout=5)


def take_verify_down(phone, verify):
    """Let every call to Verify fail, and let five people ask for a code, so that the circuit breaker opens."""
    order_fault(verify, "503", calls=999)
    for digit in range(1, 6):
        someone = phone.like()
        someone.ask_code(someone.ask_flex(), f"+1201555010{digit}")
    background.settle()
