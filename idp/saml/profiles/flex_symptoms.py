"""Symptoms in Flex of a sign-in that does not work, their causes, and what to do here and in the Console."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Here:
    """Our own values, for the sentences. `fingerprint` is the SHA-256 of our certificate.

    `lacking` names agents whose record lacks something mandatory, `typed` the typed attributes that are released;
    both are texts, and say so if there are none.
    """

    issuer: str
    sso_url: str
    metadata_url: str
    fingerprint: str
    entity_id: str
    acs_url: str
    lacking: str
    typed: str


@dataclass(frozen=True, slots=True)
class Symptom:
    """A symptom, its cause, and what to do; `say` has fields of `Here` in braces."""

    slug: str
    seen: str
    cause: str
    say: str

    def said(self, here: Here) -> str:
        """Return what to do, with our own values filled in."""
        return self.say.format_map(asdict(here))


SYMPTOMS = (
    Symptom(
        "login-box",
        "A box for Twilio user name and password; 70004 or 401",
        "The Issuer in the Console differs from ours, or Flex asks for a name ID format that it does not get here.",
        "The Identity Provider Issuer in the Console must be exactly {issuer}. "
        "If it is, listen while somebody signs in: the request shows the format that Flex asks for.",
    ),
    Symptom(
        "certificate",
        "70251, or 403 “no valid certificate”",
        "The certificate in the Console is missing, incomplete, or belongs to another key.",
        "Copy X.509 Certificate again, with its BEGIN and END lines. The SHA-256 fingerprint of ours is {fingerprint}.",
    ),
    Symptom(
        "xml-shown",
        "“This XML file does not appear to have any style information”",
        "The Single Sign-On URL in the Console is another address of ours, usually that of the metadata.",
        "Single Sign-On URL must be {sso_url}, not {metadata_url}.",
    ),
    Symptom(
        "no-role",
        "45050, or “doesn't have a role attribute”",
        "The agent has no roles, full name or email here.",
        "Fill in what is missing and sign in again. Missing now: {lacking}.",
    ),
    Symptom(
        "bad-attribute",
        "400, “Error invalid attribute format”",
        "The value of an attribute does not fit the type at the end of its name, such as .int or .boolean.",
        "Correct that value, or remove it from the attributes this service receives. Typed attributes now: {typed}.",
    ),
    Symptom(
        "bad-settings",
        "“Invalid SSO Settings”",
        "The address that Flex was opened at is not among the Trusted URLs, or a Flex you host yourself lacks the "
        "oauth section in its configuration.",
        "Add the origin that the browser shows, such as https://desk.example.com without a path, to Trusted URLs; "
        "wildcards do not count. For a Flex you host yourself, add the oauth section as well.",
    ),
    Symptom(
        "session-not-found",
        "“Session not found”, or cookie errors while Flex sits in a frame",
        "The browser keeps no cookies of other sites in frames.",
        "Turn on Login using popup in the Console.",
    ),
    Symptom(
        "other-number",
        "70252, 70253, 45002, 45003 or 45009",
        "Twilio could not use our answer. It does not document why.",
        "First choose Check the answer here. If that finds nothing, compare with the Console in this order: the "
        "certificate "
        "(fingerprint {fingerprint}), the Issuer ({issuer}), the ACS URL ({acs_url}), the audience ({entity_id}).",
    ),
)
