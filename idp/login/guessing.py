"""How many wrong codes may come from one address, over all the agents they were tried on.

A text is limited by what it costs to ask for it (`otp.abuse`). A code that needs no text is limited here.
"""

from datetime import datetime

from idp.agents.authentication import FRESH
from idp.audit.models import Kind, LoginEvent
from idp.otp.abuse import AGAIN_LATER, Asker
from idp.otp.limits import PER_ADDRESS


def stopped_until(asker: Asker, now: datetime) -> datetime | None:
    """Return the instant until which codes from this address are not looked at, or None if they are.

    An agent's own device goes on, whoever else is behind its address.
    """
    if asker.agent is not None or not asker.address:
        return None
    here = LoginEvent.objects.filter(address=asker.address)
    wrong = here.filter(kind=Kind.CODE_WRONG, at__gt=now - PER_ADDRESS.within).count()
    if wrong < PER_ADDRESS.base:
        return None
    right = here.filter(kind=Kind.SIGNED_IN, method__in=FRESH, at__gt=now - PER_ADDRESS.trust_within).count()
    return now + AGAIN_LATER if PER_ADDRESS.is_used_up(wrong, right) else None
