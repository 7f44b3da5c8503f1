"""What can go wrong in a login, each with a sentence for the agent."""

from collections.abc import Mapping

from idp.errors import IdpError
from idp.wording import for_agents


class FlowUnknown(IdpError):
    """There is no such flow, or it has expired."""

    code = "flow_expired"
    status = 410
    sentence = for_agents("This page has expired.")
    advice = for_agents("Start again from the app you came from.")


class CookieLost(IdpError):
    """The flow exists, but the browser does not send the cookie that it was started with."""

    code = "cookie_lost"
    status = 400
    sentence = for_agents("This page needs cookies.")
    advice = for_agents(
        "Allow cookies for this site, or open the page in Safari or Chrome instead of inside another app. "
        "Then start again."
    )


class AlreadySignedIn(IdpError):
    """The flow has been answered before, and a flow is answered once."""

    code = "already_answered"
    status = 200
    sentence = for_agents("You are already signed in.")
    advice = for_agents("This sign-in has been used already. Go back to the app, or start again from there.")


class Busy(IdpError):
    """Too many requests at once: a transaction lost its race several times, or too many requests wait for Verify."""

    code = "busy"
    status = 503
    sentence = for_agents("We are very busy at the moment.")
    for_programs = "Latchkey is busy. Send the request again after the seconds in the header Retry-After."
    advice = for_agents("Please try again in a moment. Phones that are already signed in keep working.")

    def headers(self) -> Mapping[str, str]:
        """Return Retry-After, in seconds."""
        return {"Retry-After": "2"}
