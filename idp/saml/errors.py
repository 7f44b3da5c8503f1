"""What may be wrong with a SAML message, for a person on a page or for the service provider as a status.

Until a request is trusted, an error shows a page, and the service provider gets no Response.
"""

from dataclasses import dataclass

from idp.errors import IdpError
from idp.values import value
from idp.wording import for_agents

LONGEST_QUOTE = 200


def quoted(value: object) -> str:
    """Quote a value from outside for the log: on one line, escaped, cut to a readable length."""
    text = repr(value)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}… ({len(text)} characters)"


class UnreadableRequest(IdpError):
    """The bytes do not conform to the binding, to XML or to the schema."""

    code = "saml_unreadable_request"
    status = 400
    sentence = for_agents("This request cannot be read.")
    advice = for_agents("Start again from the app. If it happens again, show this page to your administrator.")


class NoRequest(UnreadableRequest):
    """Somebody opened the address of the sign-in service without a request."""

    code = "saml_no_request"
    sentence = for_agents("There is no app to sign in to here.")
    advice = for_agents("Open the app you want to use. It will bring you back here.")


class RequestTooLarge(UnreadableRequest):
    """A message or one of its parts is too long."""

    code = "saml_request_too_large"
    status = 413
    sentence = for_agents("This request is too large.")


class RelayStateTooLong(RequestTooLarge):
    """RelayState is longer than 4 kB."""

    code = "saml_relay_state_too_long"
    status = 400


class UnknownServiceProvider(IdpError):
    """No service provider of this name is registered and switched on."""

    code = "saml_unknown_service_provider"
    status = 403
    sentence = for_agents("This app is not set up for sign-in.")
    advice = for_agents("Show this page to your administrator.")


class NothingToStart(IdpError):
    """No service of that name may be opened from here. Unknown, switched off and not allowed look alike."""

    code = "saml_nothing_to_start"
    status = 404
    sentence = for_agents("There is no app to open here.")
    advice = for_agents("Open the app itself. It will bring you here to sign in.")


class UnregisteredAcs(IdpError):
    """The request names an ACS URL or index that is not registered."""

    code = "saml_unregistered_acs"
    status = 400
    sentence = for_agents("The app gave an unknown address.")
    advice = for_agents("Show this page to your administrator.")


class UnofferedBinding(UnregisteredAcs):
    """The request wants the Response by another binding than HTTP-POST."""

    code = "saml_unoffered_binding"
    sentence = for_agents("The app wants an answer we can't give.")


class BadSignature(IdpError):
    """The request's signature is not valid. The page does not say why; only the code differs."""

    code = "saml_bad_signature"
    status = 400
    sentence = for_agents("The signature of this request is wrong.")
    advice = for_agents("Show this page to your administrator.")


class MissingSignature(BadSignature):
    """The request is not signed, although this service provider must sign."""

    code = "saml_missing_signature"
    sentence = for_agents("This request should be signed.")


class MisshapenSignature(BadSignature):
    """The signature is in a wrong place, or is built in a way that is not accepted."""

    code = "saml_misshapen_signature"


class DeniedAlgorithm(BadSignature):
    """The signature is made with an algorithm that is not accepted."""

    code = "saml_denied_algorithm"
    sentence = for_agents("We don't accept this kind of signature.")


class UnknownSigningKey(BadSignature):
    """The signature is by none of the registered keys."""

    code = "saml_unknown_signing_key"


class WrongDestination(IdpError):
    """The request was meant for another address."""

    code = "saml_wrong_destination"
    status = 400
    sentence = for_agents("This request is for another address.")
    advice = for_agents("Start again from the app. If it happens again, show this page to your administrator.")


class StaleRequest(IdpError):
    """The request's instant is unreadable, or differs from now by more than the tolerated skew."""

    code = "saml_stale_request"
    status = 400
    sentence = for_agents("The time of this request is wrong.")
    advice = for_agents("The app's clock or ours may be wrong. Start again from the app.")


class RepeatedLogoutRequest(IdpError):
    """A LogoutRequest whose ID was obeyed before, and its service has a session that did not end then."""

    code = "saml_repeated_logout_request"
    status = 400
    sentence = for_agents("This sign-out was requested before.")
    advice = for_agents("To sign out, start again in the app.")


class UnexpectedLogoutResponse(IdpError):
    """A LogoutResponse that answers none of the LogoutRequests that its sender got lately through a browser."""

    code = "saml_unexpected_logout_response"
    status = 400
    sentence = for_agents("This sign-out answer was not expected.")
    advice = for_agents("You can close this page.")


class UnreadableMetadata(IdpError):
    """The metadata of a service provider cannot be used."""

    code = "saml_unreadable_metadata"
    status = 400
    sentence = "This metadata cannot be used."
    advice = "Ask the service provider for its SAML 2.0 metadata, an EntityDescriptor with an SPSSODescriptor."


class UnreleasableAttribute(IdpError):
    """An attribute that an operator wants a service provider to get cannot be sent for this agent."""

    code = "saml_unreleasable_attribute"
    status = 500
    sentence = for_agents("We cannot tell the app who you are.")
    advice = for_agents(
        "You are signed in here. Show this page to your administrator: one of the attributes needs another value."
    )


class UnusableKey(IdpError):
    """A signing key and its certificate cannot be used."""

    code = "saml_unusable_key"
    status = 500
    sentence = for_agents("The answer for the app can't be made.")
    advice = for_agents("Show this page to your administrator: a key or certificate for this app needs to be replaced.")


@dataclass(frozen=True, slots=True)
class SamlStatus:
    """A top and a second status code, Core 3.2.2.2."""

    top: str
    second: str | None = None


@value
class ReturnAddress:
    """Where an answer may go: the registered ACS, the request's ID, and the caller's RelayState."""

    acs_url: str
    in_response_to: str | None
    relay_state: str | None


class AnswerWithStatus(IdpError):
    """A trusted request that cannot be met. The service provider gets a signed Response with a status.

    `return_address` is where to; should no view catch it, it is an ordinary page.
    """

    code = "saml_answer_with_status"
    status = 400
    sentence = for_agents("The app wants something we don't offer.")
    advice = for_agents("Show this page to your administrator.")

    def __init__(
        self, saml_status: SamlStatus, return_address: ReturnAddress, detail: str = "", *, sentence: str = ""
    ) -> None:
        super().__init__(detail or f"answered with {saml_status}", sentence=sentence)
        self.saml_status = saml_status
        self.return_address = return_address


class AnswerLogoutWithStatus(IdpError):
    """A trusted LogoutRequest that cannot be met. The service provider gets a signed LogoutResponse with a status.

    It goes to the sender's registered address, and nowhere if the request was `asynchronous`.
    """

    code = "saml_answer_logout_with_status"
    status = 400
    sentence = for_agents("We don't support this way to sign out.")
    advice = for_agents("Show this page to your administrator.")

    def __init__(
        self,
        saml_status: SamlStatus,
        detail: str,
        *,
        in_response_to: str,
        relay_state: str | None,
        asynchronous: bool,
    ) -> None:
        super().__init__(detail)
        self.saml_status = saml_status
        self.in_response_to = in_response_to
        self.relay_state = relay_state
        self.asynchronous = asynchronous
