"""A pretend Verify that fails as it is told to."""

import requests

from idp.login.codes import sending


def order(verify, kind, calls=1, **more):
    requests.post(f"{verify.url}/control", json={"faults": [{"kind": kind, "calls": calls, **more}]}, timeout=5)


def pull_down(phone, verify):
    """Verify fails until further notice, and five people found out."""
    order(verify, "503", calls=999)
    for digit in range(1, 6):
        someone = phone.like()
        someone.ask_code(someone.ask_flex(), f"+1201555010{digit}")
    sending.settle()
