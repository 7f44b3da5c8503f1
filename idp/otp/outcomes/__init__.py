"""Every outcome of a call to Twilio Verify, in one table: what it means, what Latchkey does, and who reads what.

Within a call, the rows are in the order in which they are tried. The first row that fits counts, and the last one
fits everything, so every answer has an outcome. Only the two rows marked as success let anything go on.
"""

from idp.otp.outcomes.lookup import TABLE, of_check, of_detail, of_send, of_trouble
from idp.otp.outcomes.outcome import AS_ALWAYS, RAN_OUT, TEXTS_DOWN, Call, Outcome, Repeat

__all__ = [
    "AS_ALWAYS",
    "RAN_OUT",
    "TABLE",
    "TEXTS_DOWN",
    "Call",
    "Outcome",
    "Repeat",
    "of_check",
    "of_detail",
    "of_send",
    "of_trouble",
]
