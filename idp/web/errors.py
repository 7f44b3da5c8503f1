"""Errors of requests that belong to no feature: no such page, no permission, nothing that can be read."""

from idp.errors import IdpError
from idp.wording import for_agents

FROM_THE_APP = for_agents("Start again from the app you came from.")


class NotFound(IdpError):
    """There is no page at this address."""

    code = "not_found"
    status = 404
    sentence = for_agents("There is no such page.")
    for_programs = "There is nothing at this address."
    advice = FROM_THE_APP


class BadRequest(IdpError):
    """A request that no honest browser sends."""

    code = "bad_request"
    status = 400
    sentence = for_agents("We could not read that request.")
    for_programs = "The request cannot be read."
    advice = FROM_THE_APP


class Incomplete(BadRequest):
    """The client stopped sending before the end of the request's body (RFC 9110 section 15.5.9)."""

    code = "incomplete"
    status = 408


class TooLarge(IdpError):
    """The request is larger than any form's."""

    code = "too_large"
    status = 413
    sentence = for_agents("That is too much to send at once.")
    for_programs = "The request is too large."
    advice = FROM_THE_APP


class WrongMethod(IdpError):
    """The address does not accept the method."""

    code = "wrong_method"
    status = 405
    sentence = for_agents("This page cannot be used that way.")
    for_programs = "This address does not accept this method. The header Allow lists those that it accepts."
    advice = FROM_THE_APP


class Forbidden(IdpError):
    """The user lacks the permission."""

    code = "forbidden"
    status = 403
    sentence = for_agents("You do not have permission to do this.")
    advice = for_agents("If you think you should have it, ask the people who run this site.")


class FormTooOld(IdpError):
    """The form has no valid CSRF token."""

    code = "form_too_old"
    status = 403
    sentence = for_agents("We could not accept this form.")
    advice = for_agents("This happens when a page stays open for a long time. Go back, reload the page and try again.")
