"""What a forged form holds, and what no page may tell a supervisor."""

FORGED = {
    "act": "write",
    "action": "sign_out_chosen",
    "confirm": "yes",
    "event": "1",
    "is_staff": "on",
    "is_superuser": "on",
    "post": "yes",
    "reason": "forged",
    "typed": "sign everyone out",
    "why": "forged",
    "_save": "Save",
}


STRANGE = ("Agent 2", "agent-2@", "Department 2", "0102")
"""What no page may tell of Ben."""


MINE = "agent-1@acme.example"
