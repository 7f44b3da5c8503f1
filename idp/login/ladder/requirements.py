"""What a protocol asks of a login."""

from idp.agents.authentication import OPENING, Method
from idp.values import value


@value
class LoginRequirements:
    """What a protocol asks of the login. It is complete when the flow begins.

    - `service` and `service_name` identify who asks: the first for rules and the trail, the second for people.
    - `force_authn` requires fresh proof, and `is_passive` forbids any page (SAML Core 3.4.1).
    - `accepted` lists the methods that may have opened the session, however long ago.
    - `enrols_browser` is False if the browser acts for an app. The login then ends in `flow.sign_in.Proved`, and the
      protocol enrols the app later.
    - `leads_to` is the origin or scheme that the answer redirects to, or empty.
    """

    service: str
    service_name: str
    force_authn: bool = False
    is_passive: bool = False
    accepted: frozenset[Method] = OPENING
    enrols_browser: bool = True
    leads_to: str = ""
