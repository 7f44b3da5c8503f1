"""What can go wrong on the way through the login, each in a sentence for the agent."""

from collections.abc import Mapping

from idp.errors import IdpError
from idp.wording import for_agents


class FlowUnknown(IdpError):
    """No such sign-in, or it is too old to go on with."""

    code = "flow_expired"
    status = 410
    sentence = for_agents("This page has expired.")
    advice = for_agents("Start again from the app you came from.")


class CookieLost(IdpError):
    """The sign-in exists, but this browser does not carry the cookie it was begun with."""

    code = "cookie_lost"
    status = 400
    sentence = for_agents("This browser kept no cookie.")
    advice = for_agents(
        "Allow cookies for this site, or open the page in Safari or Chrome instead of inside another app. "
        "Then start again."
    )


class AlreadySignedIn(IdpError):
    """The sign-in was answered before; it is answered once."""

    code = "already_answered"
    status = 200
    sentence = for_agents("You are already signed in.")
    advice = for_agents("This sign-in was used before. Go back to the app, or start again from there.")


class Busy(IdpError):
    """Too much at once: several attempts to write lost their race."""

    code = "busy"
    status = 503
    sentence = for_agents("We are very busy just now.")
    advice = for_agents("Please try again in a moment. Phones that are already signed in go on working.")

    def headers(self) -> Mapping[str, str]:
        """Ask for a little patience."""
        return {"Retry-After": "2"}
