"""The refusals Twilio Verify is known to give, by its own numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP status, Twilio's error number and its sentence."""

    status: int
    code: int
    message: str


INVALID_REQUEST = Refusal(400, 60200, "Invalid parameter")
UNKNOWN_TO_ALL = Refusal(400, 60999, "An error nobody has documented")
BAD_CREDENTIALS = Refusal(401, 20003, "Authenticate")
LANDLINE = Refusal(403, 60205, "SMS is not supported by landline phone number")
FRAUD_GUARD = Refusal(403, 60410, "Verification delivery attempt blocked")
NOT_FOUND = Refusal(404, 20404, "The requested resource was not found")
CHECKS_USED = Refusal(429, 60202, "Max check attempts reached")
SENDS_USED = Refusal(429, 60203, "Max send attempts reached")
TOO_MANY_REQUESTS = Refusal(429, 20429, "Too many requests")
UNAVAILABLE = Refusal(503, 20503, "Service unavailable")
