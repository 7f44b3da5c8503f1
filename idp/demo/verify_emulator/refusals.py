"""The refusals that Twilio Verify is known to give, with its own error codes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP status, Twilio's error code and its sentence. `retry_after` is in seconds, and sent with a 429."""

    status: int
    code: int
    message: str
    retry_after: float = 1.0


INVALID_REQUEST = Refusal(400, 60200, "Invalid parameter")
TEMPLATE_UNKNOWN = Refusal(400, 60228, "Template was not found")
UNKNOWN_TO_ALL = Refusal(400, 60999, "An error nobody has documented")
BAD_CREDENTIALS = Refusal(401, 20003, "Authenticate")
SUSPENDED = Refusal(403, 20005, "Account not active")
LANDLINE = Refusal(403, 60205, "SMS is not supported by landline phone number")
REGISTRATION_NEEDED = Refusal(403, 60220, "Use case vetting required for this country")
ALREADY_LISTED = Refusal(400, 60411, "Phone number is already in the safe list")
NO_SAFE_LIST = Refusal(403, 20403, "This feature is not available for the account")
CHANNEL_OFF = Refusal(403, 60223, "Delivery channel disabled")
SIGN_UP_FRAUD = Refusal(403, 60238, "Verification blocked by Twilio")
FRAUD_GUARD = Refusal(403, 60410, "Verification delivery attempt blocked")
COUNTRY_OFF = Refusal(403, 60605, "Verification delivery attempt blocked by Geo Permissions")
NOT_FOUND = Refusal(404, 20404, "The requested resource was not found")
TOO_FAST = Refusal(429, 25109, "Too many Verify requests")
CHECKS_USED = Refusal(429, 60202, "Max check attempts reached")
SENDS_USED = Refusal(429, 60203, "Max send attempts reached")
AT_ONCE = Refusal(429, 60212, "Too many concurrent requests for phone number")
TOO_MANY_REQUESTS = Refusal(429, 20429, "Too many requests")
UNAVAILABLE = Refusal(503, 20503, "Service unavailable")

BY_CODE = {
    it.code: it
    for it in (
        *(INVALID_REQUEST, TEMPLATE_UNKNOWN, UNKNOWN_TO_ALL, BAD_CREDENTIALS, SUSPENDED, LANDLINE),
        *(REGISTRATION_NEEDED, CHANNEL_OFF, SIGN_UP_FRAUD, FRAUD_GUARD, COUNTRY_OFF, NOT_FOUND),
        *(TOO_FAST, CHECKS_USED, SENDS_USED, AT_ONCE, TOO_MANY_REQUESTS, UNAVAILABLE),
    )
}
